%% timeout: 90
-module(persistent_terms_many).
-export([main/0]).

%% Many terms that are erased while processes hold some of them: these are copied, and all others go.
main() ->
    Before = maps:get(count, persistent_term:info()),
    Numbers = lists:seq(1, 5000),
    [persistent_term:put({?MODULE, N}, {N, [N, {N}], integer_to_binary(N)}) || N <- Numbers],
    t:p(count, maps:get(count, persistent_term:info()) - Before),
    Holders = [holder([N || N <- Numbers, N rem 97 =:= R]) || R <- lists:seq(1, 10)],
    Mine = [persistent_term:get({?MODULE, N}) || N <- Numbers, N rem 89 =:= 0],
    t:p(erased, lists:usort([persistent_term:erase({?MODULE, N}) || N <- Numbers])),
    t:p(count, maps:get(count, persistent_term:info()) - Before),
    wait_until(fun() -> erts_debug:size_shared(Mine) > 2 * length(Mine) end),
    t:p(mine, Mine =:= [{N, [N, {N}], integer_to_binary(N)} || N <- Numbers, N rem 89 =:= 0]),
    t:p(held, [ask(P) || P <- Holders]),
    t:p(again, [begin persistent_term:put({?MODULE, N}, N), persistent_term:get({?MODULE, N}) end || N <- [1, 2, 3]]),
    t:p([persistent_term:erase({?MODULE, N}) || N <- [1, 2, 3, 4]]).

holder(Numbers) ->
    Me = self(),
    Pid = spawn_link(fun() ->
        Held = [persistent_term:get({?MODULE, N}) || N <- Numbers],
        Me ! {self(), ready},
        receive {ask, From} -> From ! {self(), Held =:= [{N, [N, {N}], integer_to_binary(N)} || N <- Numbers]} end
    end),
    receive {Pid, ready} -> Pid end.

ask(Pid) ->
    Pid ! {ask, self()},
    receive {Pid, Answer} -> Answer end.

wait_until(Fun) ->
    case Fun() of
        true -> ok;
        false -> timer:sleep(10), wait_until(Fun)
    end.
