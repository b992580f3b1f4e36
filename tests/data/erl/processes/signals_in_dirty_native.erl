-module(signals_in_dirty_native).
-export([main/0]).

%% A process that waits for a file, here a pipe that nobody has opened for writing, answers signals meanwhile, and can be killed.
main() ->
    Dir = t_dir(),
    [scenario(Name, Dir, Fun) || {Name, Fun} <- scenarios()],
    ok = file:del_dir_r(Dir).

t_dir() ->
    Dir = filename:join(os:getenv("TMPDIR", "/tmp"), "oxbeam_pipe_" ++ os:getpid() ++ "_" ++
        integer_to_list(erlang:unique_integer([positive]))),
    ok = file:make_dir(Dir),
    Dir.

scenarios() ->
    [{info, fun(P) ->
         t:p([process_info(P, I) || I <- [status, trap_exit, message_queue_len, priority, dictionary]]),
         t:p(element(1, element(2, process_info(P, current_function)))),
         t:p(is_process_alive(P)),
         {links, [_]} = process_info(P, links),
         t:p(erlang:check_process_code(P, lists)),
         P
     end},
     {messages, fun(P) ->
         P ! one, P ! two,
         t:p(process_info(P, messages)),
         P
     end},
     {relations, fun(P) ->
         Ref = monitor(process, P),
         {monitored_by, [_]} = process_info(P, monitored_by),
         demonitor(Ref),
         {monitored_by, []} = process_info(P, monitored_by),
         unlink(P),
         {links, []} = process_info(P, links),
         link(P),
         {links, [_]} = process_info(P, links),
         t:p(linked),
         P
     end},
     {trapped, fun(P) ->
         exit(P, not_yet),
         {messages, [{'EXIT', _, R}]} = process_info(P, messages),
         t:p(R),
         P
     end},
     {leader, fun(P) ->
         {group_leader, G} = process_info(P, group_leader),
         group_leader(self(), P),
         t:p({group_leader, self()} =:= process_info(P, group_leader)),
         group_leader(G, P),
         P
     end},
     {killed, fun(P) ->
         Self = self(),
         Watcher = spawn_monitor(fun() -> link(P), Self ! linked, receive after infinity -> ok end end),
         receive linked -> ok end,
         Ref = monitor(process, P),
         register(waits_for_pipe, P),
         unlink(P),
         exit(P, kill),
         receive {'DOWN', Ref, process, P, Why} -> t:p({down, Why}) after 5000 -> t:p(no_down) end,
         {WatcherPid, WatcherRef} = Watcher,
         receive {'DOWN', WatcherRef, process, WatcherPid, Why2} -> t:p({linked, Why2}) after 5000 -> t:p(no_exit) end,
         t:p([is_process_alive(P), process_info(P), whereis(waits_for_pipe), lists:member(P, processes())]),
         P ! ignored,
         dead
     end}].

scenario(Name, Dir, Fun) ->
    t:p(Name),
    Pipe = filename:join(Dir, atom_to_list(Name)),
    [] = os:cmd("mkfifo " ++ Pipe),
    Self = self(),
    P = spawn_link(fun() ->
        put(key, value),
        process_flag(trap_exit, true),
        {ok, F} = file:open(Pipe, [read, raw, binary]),
        Read = file:read(F, 10),
        ok = file:close(F),
        Self ! {self(), Read, all([])}
    end),
    wait_for(P, 1000),
    Left = Fun(P),
    %% One that was killed may not have begun to read: whoever opens the pipe both ways waits for nobody.
    Modes = case Left of dead -> [read, write, raw]; P -> [write, raw] end,
    {ok, W} = file:open(Pipe, Modes),
    _ = file:write(W, "hello"),
    ok = file:close(W),
    case Left of
        dead -> ok;
        P ->
            receive {P, Read, Messages} -> t:p({Read, length(Messages)}) after 5000 -> t:p(nothing) end,
            receive {'EXIT', P, _} -> ok after 0 -> ok end,
            unlink(P)
    end.

all(Sofar) -> receive M -> all([M | Sofar]) after 0 -> lists:reverse(Sofar) end.

wait_for(_, 0) -> t:p(never_waited);
wait_for(P, N) ->
    case process_info(P, current_function) of
        {current_function, {prim_file, open_nif, 2}} -> ok;
        _ -> receive after 2 -> wait_for(P, N - 1) end
    end.
