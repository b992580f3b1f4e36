-module(processes_list).
-export([main/0]).
-include("../../t.hrl").

main() ->
    P = spawn(fun() -> receive stop -> ok end end), ?P(lists:member(P, processes())), ?P(lists:member(self(), processes())), ?P(lists:member(whereis(init), processes())), ?P(lists:usort(processes()) =:= lists:sort(processes())), P ! stop, t:down(P), ?P(lists:member(P, processes())), Ps = [spawn(fun() -> receive stop -> ok end end) || _ <- lists:seq(1, 3000)], All = processes(), ?P(lists:all(fun(X) -> lists:member(X, All) end, lists:sublist(Ps, 100))), ?P(length(All) >= 3000), [X ! stop || X <- Ps], ?P(is_pid(list_to_pid(pid_to_list(self())))), ?P(list_to_pid(pid_to_list(self())) =:= self()), ?P(pid_to_list(whereis(init))), ?P(whereis(init)), io:format("~p ~w~n", [whereis(init), list_to_pid("<0.1.0>")]).
