%% A process may catch as much as it likes in its life, where it saves its calls too.
-module(caught_for_long).
-export([main/0]).

main() ->
    [t:p(Name, in_process(Fun)) || {Name, Fun} <- [
        {plain, fun() -> caught(200000, 0) end},
        {saves_calls, fun() -> process_flag(save_calls, 5), caught(200000, 0) end}
    ]].

in_process(Fun) ->
    {_, Ref} = spawn_monitor(fun() -> exit({done, Fun()}) end),
    receive {'DOWN', Ref, _, _, Reason} -> Reason end.

caught(0, Count) -> Count;
caught(N, Count) -> caught(N - 1, try t:id(N) + a catch error:badarith -> Count + 1 end).
