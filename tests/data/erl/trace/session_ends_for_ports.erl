%% since: 27
%% A session that is destroyed, or whose handle nobody has any more, traces ports no longer either.
-module(session_ends_for_ports).
-export([main/0]).

main() ->
    Port = open_port({spawn, "cat"}, [binary]),
    Session = trace:session_create(ended, self(), []),
    1 = trace:port(Session, Port, true, [ports]),
    t:p(traced, length(trace:session_info(Port))),
    true = trace:session_destroy(Session),
    t:p(destroyed, trace:session_info(Port)),
    {Pid, Ref} = spawn_monitor(fun() ->
        1 = trace:port(trace:session_create(forgotten, self(), []), Port, true, [ports]),
        exit(length(trace:session_info(Port)))
    end),
    receive {'DOWN', Ref, process, Pid, Why} -> t:p(traced, Why) end,
    t:p(forgotten, gone(Port, 100)),
    port_close(Port).

gone(Port, Tries) ->
    case trace:session_info(Port) of
        [] -> gone;
        Left when Tries =:= 0 -> length(Left);
        _ -> timer:sleep(10), gone(Port, Tries - 1)
    end.
