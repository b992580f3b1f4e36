-module(ports_programs).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Dir = "/tmp/oxbeam_ports_programs." ++ os:getpid(),
    ok = file:make_dir(Dir),
    Plain = filename:join(Dir, "plain"),
    ok = file:write_file(Plain, "no program"),
    Script = filename:join(Dir, "script"),
    ok = file:write_file(Script, "#!/bin/sh\necho \"$0\" | sed 's,.*/,,'; exit 3\n"),
    ok = file:change_mode(Script, 8#755),
    ?X(open_port({spawn_executable, Plain}, [])),
    ?X(open_port({spawn_executable, Dir}, [])),
    ?X(open_port({spawn_executable, Dir ++ "/none"}, [])),
    ?X(open_port({spawn_executable, "sh"}, [])),
    ?P(all(open_port({spawn_executable, Script}, [exit_status, binary]), <<>>)),
    ?P(all(open_port({spawn_executable, "/bin/sh"}, [{arg0, "other"}, {args, ["-c", "echo $0"]}, exit_status, binary]), <<>>)),
    ?P(all(open_port({spawn_executable, "/bin/sh"}, [{args, ["-c", "ls /proc/self/fd | wc -l"]}, exit_status, binary]), <<>>)),
    ?P(all(open_port({spawn, "no_such_program_anywhere 2>/dev/null"}, [exit_status, binary]), <<>>)),
    ?P(all(open_port({spawn, "kill -9 $$"}, [exit_status, binary]), <<>>)),
    file:del_dir_r(Dir).

all(Port, Data) ->
    receive
        {Port, {data, More}} -> all(Port, <<Data/binary, More/binary>>);
        {Port, {exit_status, Status}} -> {Status, Data}
    after 5000 -> {none, Data}
    end.
