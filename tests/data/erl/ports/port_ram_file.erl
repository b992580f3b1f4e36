-module(port_ram_file).
-export([main/0]).
-include("../../t.hrl").

%% Files in memory: ram_file and its driver.
main() ->
    {ok, F} = ram_file:open("some text", [read, write]),
    ?P(ram_file:read(F, 4)), ?P(ram_file:position(F, cur)), ?P(ram_file:read(F, 100)), ?P(ram_file:read(F, 1)), ?P(ram_file:position(F, bof)), ?P(ram_file:read(F, 0)), ?P(ram_file:get_size(F)), ?P(ram_file:get_file(F)),
    ?P(ram_file:pread(F, 5, 4)), ?P(ram_file:pread(F, 9, 1)), ?P(ram_file:pread(F, 100, 1)), ?P(ram_file:pread(F, [{0, 4}, {5, 2}, {50, 1}])), ?P(ram_file:pwrite(F, 5, "TEXT")), ?P(ram_file:pwrite(F, [{0, "S"}, {12, "end"}])), ?P(ram_file:get_file(F)),
    [t:p(P, {ram_file:position(F, P), ram_file:position(F, cur)}) || P <- [0, 5, {bof, 3}, {cur, 2}, {cur, -1}, {eof, -2}, {eof, 3}, eof, {cur, -100}, -1, {bof, -1}, 1 bsl 31, {a, 1}, a]],
    ?P(ram_file:write(F, "more")), ?P(ram_file:get_file(F)), ?P(ram_file:position(F, 4)), ?P(ram_file:truncate(F)), ?P(ram_file:get_file(F)), ?P(ram_file:write(F, [<<"io">>, ["li", $s], "t"])), ?P(ram_file:get_file(F)),
    ?P(ram_file:sync(F)), ?P(ram_file:datasync(F)), ?P(ram_file:advise(F, 0, 1, normal)), ?P(ram_file:advise(F, 0, 1, a)), ?P(ram_file:allocate(F, 0, 100)),
    ?P(ram_file:close(F)), ?P(catch ram_file:read(F, 1)),
    [t:p(M, case t:r(fun() -> ram_file:open("abc", M) end) of {ok, G} -> R = {ram_file:read(G, 2), ram_file:write(G, "z"), ram_file:truncate(G), ram_file:get_file(G)}, ram_file:close(G), R; E -> E end) || M <- [[], [read], [write], [read, write], [read, binary], [ram, read], [append], [a], a, [read | a], [binary, write]]],
    [t:p(D, case t:r(fun() -> ram_file:open(t:id(D), [read, binary]) end) of {ok, G} -> {ram_file:read(G, 10), ram_file:close(G)}; E -> E end) || D <- [<<"bin">>, ["l", <<"i">>], "", [256], a, 1, [-1]]],
    {ok, H} = ram_file:open(binary:copy(<<"x">>, 100000), [read, write, binary]), ?P(byte_size(element(2, ram_file:read(H, 200000)))), ?X(ram_file:read(H, -1)), ?X(ram_file:pread(H, -1, 1)), ?X(ram_file:pwrite(H, -1, "a")), ?X(ram_file:write(H, a)), ?X(ram_file:write(H, [256])), ?P(ram_file:close(H)),
    ?P(file:open("text", [ram, read, binary])  =/= x), {ok, I} = file:open("a b c.", [ram, read]), ?P(file:read(I, 3)), ?P(file:position(I, 0)), ?P(file:pread(I, 2, 1)), ?P(file:close(I)),
    P = open_port({spawn_driver, "ram_file_drv"}, [binary]), port_command(P, <<1, 3:32, "raw">>), ?P(receive {P, M1} -> M1 after 1000 -> none end), port_command(P, <<2, 2:32>>), ?P(receive {P, M2} -> M2 after 1000 -> none end), port_command(P, <<37>>), ?P(receive {P, M3} -> M3 after 1000 -> none end),
    port_command(P, <<99>>), ?P(receive {P, M5} -> M5 after 100 -> none end), port_command(P, <<>>), ?P(receive {P, M6} -> M6 after 100 -> none end), port_close(P), ok.
