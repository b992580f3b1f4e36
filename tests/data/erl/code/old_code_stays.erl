%% Code that was deleted is still there, and old, when other code of the name is loaded behind it.
-module(old_code_stays).
-export([main/0]).

main() ->
    load(first),
    Fun = old_code:make(),
    Self = self(),
    {Pid, Ref} = spawn_monitor(fun() -> Self ! {self(), Fun(fun() -> receive go -> gone_on end end)} end),
    t:p(deleted, [erlang:delete_module(old_code), erlang:check_old_code(old_code), erlang:module_loaded(old_code)]),
    load(second),
    t:p(loaded, [erlang:check_old_code(old_code), old_code:version(), Fun(fun() -> ok end)]),
    erlang:garbage_collect(),
    Pid ! go,
    t:p(went_on, receive {Pid, Result} -> Result end),
    receive {'DOWN', Ref, _, _, Why} -> t:p(ended, Why) end,
    t:p(again, [t:r(fun() -> erlang:delete_module(old_code) end), erlang:check_old_code(old_code)]),
    t:p(purged, [catch code:purge(old_code), erlang:check_old_code(old_code), old_code:version()]).

load(Version) ->
    Forms = [{attribute, 1, module, old_code}, {attribute, 1, export, [{make, 0}, {version, 0}]},
             {function, 2, version, 0, [{clause, 2, [], [], [{atom, 2, Version}]}]},
             {function, 3, make, 0, [{clause, 3, [], [], [
                 {'fun', 3, {clauses, [{clause, 3, [{var, 3, 'F'}], [], [
                     {tuple, 3, [{atom, 3, Version}, {call, 3, {var, 3, 'F'}, []}]}]}]}}]}]}],
    {ok, old_code, Beam} = compile:forms(Forms),
    {module, old_code} = code:load_binary(old_code, "old_code", Beam).
