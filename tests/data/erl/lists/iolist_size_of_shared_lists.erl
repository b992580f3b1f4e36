%% A small term may say the same list a million times; and a process that counts one that never ends can be asked, and killed.
%% timeout: 120
%% not: zeal
-module(iolist_size_of_shared_lists).
-export([main/0]).

main() ->
    Binary = binary:copy(<<0>>, t:id(1000)),
    t:p([iolist_size(doubled(Binary, N)) || N <- [0, 1, 10, 20]]),
    t:x(fun() -> iolist_size([doubled(Binary, 18), [badarg]]) end),
    t:x(fun() -> iolist_size([doubled(Binary, 18) | <<1:3>>]) end),
    {Pid, Monitor} = spawn_monitor(fun() -> iolist_size(doubled(Binary, 60)) end),
    receive after 100 -> ok end,
    t:p(process_info(Pid, message_queue_len)),
    Pid ! hello,
    t:p(process_info(Pid, message_queue_len)),
    exit(Pid, kill),
    receive {'DOWN', Monitor, process, Pid, Reason} -> t:p(Reason) end.

doubled(Io, 0) -> Io;
doubled(Io, N) -> doubled([Io, Io], N - 1).
