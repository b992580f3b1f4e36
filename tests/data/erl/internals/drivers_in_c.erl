%% Drivers that are not there.
-module(drivers_in_c).
-export([main/0]).

main() ->
    t:x(load, fun() -> erl_ddll:load("/nonexistent", "no_such_driver") end),
    t:x(load, fun() -> erl_ddll:try_load("/nonexistent", no_such_driver, []) end),
    t:x(options, fun() -> erl_ddll:try_load("/nonexistent", no_such_driver, [{driver_options, [kill_ports]}]) end),
    t:x(option, fun() -> erl_ddll:try_load("/nonexistent", no_such_driver, t:id([bad])) end),
    t:x(name, fun() -> erl_ddll:try_load("/nonexistent", t:id(17), []) end),
    t:x(unload, fun() -> erl_ddll:try_unload(no_such_driver, []) end),
    t:x(unload, fun() -> erl_ddll:unload_driver("no_such_driver") end),
    t:x(option, fun() -> erl_ddll:try_unload(no_such_driver, t:id([bad])) end),
    t:x(info, fun() -> erl_ddll:info(no_such_driver, processes) end),
    t:x(info, fun() -> erl_ddll:info(no_such_driver, t:id(bad)) end),
    t:x(monitor, fun() -> is_reference(erl_ddll:monitor(driver, {no_such_driver, loaded})) end),
    t:x(message, fun() -> receive {'DOWN', _, driver, Name, Why} -> {Name, Why} after 0 -> none end end),
    t:x(monitor, fun() -> erl_ddll:monitor(t:id(bad), {no_such_driver, loaded}) end),
    t:x(demonitor, fun() -> erl_ddll:demonitor(make_ref()) end),
    t:x(demonitor, fun() -> erl_ddll:demonitor(t:id(a)) end),
    [t:x(Why, fun() -> erl_ddll:format_error(t:id(Why)) end)
     || Why <- [inconsistent, linked_in_driver, permanent, not_loaded, not_loaded_by_this_process, not_pending, already_loaded, unloading]],
    t:x(fun() -> erl_ddll:format_error_int(t:id(other)) end),
    {ok, Loaded} = erl_ddll:loaded_drivers(),
    t:p([Name || Name <- ["ram_file_drv", "udp_inet", "tcp_inet"], lists:member(Name, Loaded)]).
