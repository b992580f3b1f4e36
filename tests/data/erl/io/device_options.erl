-module(device_options).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P(is_pid(group_leader())), ?P(io:setopts([{encoding, unicode}])), ?P(io:columns()), ?P(io:rows()), ?P(lists:sort(io:getopts())), {ok, F} = file:open("io_device_options.txt", [write, read, {encoding, utf8}]), io:format(F, "~ts ~p~n", ["€", {a}]), io:put_chars(F, <<"é"/utf8>>), ?P(io:getopts(F)), file:position(F, 0), ?P(io:get_line(F, "")), ?P(io:get_line(F, "")), ?P(io:get_line(F, "")), file:close(F), ?P(file:read_file("io_device_options.txt")), ?X(io:format(F, "x", [])), file:delete("io_device_options.txt"), Me = self(), P = spawn(fun() -> server(Me) end), ?P(io:format(P, "~p", [x])), ?P(receive {got, R} -> R end), ?P(io:get_line(P, "> ")), ?P(receive {got, R2} -> R2 end).

server(Me) -> receive {io_request, From, As, Req} -> Me ! {got, Req}, From ! {io_reply, As, {reply, element(1, Req)}}, server(Me) end.
