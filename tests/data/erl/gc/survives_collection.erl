%% Every kind of term lives through minor, major and explicit collections, while garbage is made.
-module(survives_collection).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Me = self(), Keep = {lists:seq(1, 100), "text", 1.5, 1 bsl 100, <<"heap">>, binary:copy(<<"refc">>, 100), <<1:3>>, #{a => [1]}, maps:from_list([{I, {I}} || I <- lists:seq(1, 100)]), fun(X) -> {X, Me} end, fun lists:map/2, Me, make_ref(), [a | b], {}, []}, H = erlang:phash2(t:s(Keep)), ?P(loop(200, Keep, H)), erlang:garbage_collect(), ?P(erlang:phash2(t:s(Keep)) =:= H), {_, M} = spawn_opt(fun() -> exit({loop(100, Keep, H), erlang:phash2(t:s(Keep)) =:= H}) end, [monitor, {fullsweep_after, 0}]), ?P(receive {'DOWN', M, _, _, R} -> R end), {_, M2} = spawn_opt(fun() -> exit(loop(50, Keep, H)) end, [monitor, {min_heap_size, 100000}]), ?P(receive {'DOWN', M2, _, _, R2} -> R2 end).

loop(0, _, _) -> ok;
loop(N, Keep, H) -> _ = [{I, integer_to_list(I)} || I <- lists:seq(1, 1000)], N rem 50 =:= 0 andalso (H = erlang:phash2(t:s(Keep))), loop(N - 1, Keep, H).
