%% Prepared code is committed once, also when two processes do so at the same time.
-module(prepared_once).
-export([main/0]).

main() ->
    Forms = [{attribute, 1, module, prepared}, {attribute, 1, export, [{f, 0}]},
             {function, 1, f, 0, [{clause, 1, [], [], [{atom, 1, ok}]}]}],
    {ok, prepared, Code} = compile:forms(Forms, []),
    Prepared = erlang:prepare_loading(prepared, Code),
    t:p(erlang:finish_loading([Prepared])),
    t:p(prepared:f()),
    t:x(fun() -> erlang:finish_loading([Prepared]) end),
    %% The same code twice in one list.
    Another = erlang:prepare_loading(prepared, Code),
    code:purge(prepared),
    t:x(fun() -> erlang:finish_loading([Another, Another]) end),
    t:p(erlang:finish_loading([Another])),
    t:x(fun() -> erlang:finish_loading([Another]) end),
    t:p(lists:usort([both(Code) || _ <- lists:seq(1, 50)])).

both(Code) ->
    code:purge(prepared),
    code:delete(prepared),
    code:purge(prepared),
    Prepared = erlang:prepare_loading(prepared, Code),
    Self = self(),
    At = erlang:monotonic_time(microsecond) + 100,
    [spawn_link(fun() -> until(At), Self ! {result, catch erlang:finish_loading([Prepared])} end) || _ <- [1, 2]],
    Results = [receive {result, Result} -> Result end || _ <- [1, 2]],
    length([ok || ok <- Results]).

until(At) ->
    case erlang:monotonic_time(microsecond) < At of
        true -> until(At);
        false -> ok
    end.
