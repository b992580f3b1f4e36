%% releases: 25
-module(ports_files).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Name = "/tmp/oxbeam_ports_files." ++ os:getpid(),
    Out = open_port(Name, [out, binary]),
    ?P(port_command(Out, "written through a port")),
    ?P(erlang:port_info(Out, name) =:= {name, Name}),
    ?P(port_close(Out)),
    ?P(file:read_file(Name)),
    In = open_port(list_to_atom(Name), [in, binary, eof]),
    ?P(receive {In, {data, D}} -> D after 2000 -> none end),
    ?P(receive {In, eof} -> eof after 2000 -> none end),
    port_close(In),
    ?X(open_port("/no/such/directory/x", [out])),
    ?X(open_port(?I([$a, x]), [out])),
    file:delete(Name).
