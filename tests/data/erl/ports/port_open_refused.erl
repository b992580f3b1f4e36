-module(port_open_refused).
-export([main/0]).
-include("../../t.hrl").

%% What open_port/2 refuses, and how.
main() ->
    names(), settings(), together(), executables(), drivers(),
    ?P(t:flush(50)).

o(Name, Settings) -> t:p({Name, Settings}, t:r(fun() -> close(open_port(t:id(Name), t:id(Settings))) end)).

close(Port) -> unlink(Port), catch port_close(Port), opened.

names() ->
    [o(N, []) || N <- [1, {}, {spawn}, {spawn, 1}, {spawn, []}, {spawn, ""}, {spawn, {a}}, {spawn, [a]}, {spawn, "a\0b"}, {spawn, <<>>}, {spawn, [256, -1]},
                       {spawn, true}, {spawn, "true"}, {spawn, <<"true">>}, {spawn, [<<"tr">>, "ue"]}, 
                       {spawn_driver, 1}, {spawn_driver, ""}, {spawn_executable, 1}, {spawn_executable, ""}, {spawn_executable, <<>>},
                       {spawn_executable, ["/bin", "/true"]}, {spawn_executable, "/bin/true\0"}, {spawn_executable, '/bin/true'}, {spawn_executable, "/bin/true"},
                       {fd, 0}, {fd, a, b}, {fd, 1, b}, {fd, 1.0, 1}, {spawn, "true", x}, {run, "true"}, ""]].

settings() ->
    [o({spawn, "true"}, S) || S <- [a, [a], [in | out], [{packet, 3}], [{packet, 0}], [{packet, 8}], [{packet, a}], [{packet, 1, 2}], [{line, 0}], [{line, -1}], [{line, a}],
                                    [{line, 1 bsl 70}], [line], [packet], [{stream, 1}], [{eof, true}], [{exit_status, true}], [{binary, true}], [hide], [overlapped_io], [{hide, true}],
                                    [{parallelism, true}], [{parallelism, false}], [{parallelism, 1}], [parallelism], [{cd, 1}], [{cd, "a\0b"}], [{cd, []}], [cd],
                                    [{env, a}], [{env, [a]}], [{env, [{a, b}]}], [{env, [{"A", b}]}], [{env, [{"A", "b\0"}]}], [{env, [{"A=B", "c"}]}], [{env, [{"", "c"}]}],
                                    [{env, [{"A", true}]}], [{env, [{"A", <<"c">>}]}], [{env, [{"A", false}]}], [{env, ["A"]}], [{env, [{"A", "c"} | x]}], [{env, []}], [{env, [{"A", "b", "c"}]}],
                                    [{busy_limits_port, {1, 1}}], [{busy_limits_port, {0, 1}}], [{busy_limits_port, {1, 0}}], [{busy_limits_port, disabled}], [{busy_limits_port, {2, 1}}],
                                    [{busy_limits_port, 1}], [{busy_limits_port, {1 bsl 64, 1 bsl 64}}], [{busy_limits_port, {1 bsl 64 - 2, 1 bsl 64 - 2}}], [{busy_limits_port, {1 bsl 64 - 1, 1 bsl 64 - 1}}],
                                    [{busy_limits_msgq, {1, 1}}], [{busy_limits_msgq, {0, 1}}], [{busy_limits_msgq, disabled}], [{busy_limits_msgq, a}], [busy_limits_msgq],
                                    [{args, []}], [{args, ["a"]}], [{arg0, "a"}], [use_stdio], [nouse_stdio], [stderr_to_stdout], [{unknown, 1}], [{}], [{a}]]].

together() ->
    [o({spawn, "true"}, S) || S <- [[stream, {line, 10}], [{line, 10}, {packet, 1}], [{packet, 1}, {line, 10}], [{packet, 1}, stream, {line, 5}], [{line, 5}, stream, {packet, 2}],
                                    [stderr_to_stdout, nouse_stdio], [nouse_stdio, stderr_to_stdout], [nouse_stdio, use_stdio, stderr_to_stdout], [in], [out], [in, out],
                                    [in, in, binary, binary]]],
    o({spawn, "cat"}, [exit_status, eof]), %% `true` might end before it is closed, and tell of it
    [o({fd, -1, -2}, S) || S <- [[], [in], [out], [exit_status], [eof], [{packet, 4}], [{args, []}], [{cd, "/"}], [{env, []}], [nouse_stdio], [{line, 10}]]],
    [o({spawn_driver, "ram_file_drv"}, S) || S <- [[], [binary], [exit_status], [{line, 4}], [{packet, 2}], [{args, ["x"]}], [{arg0, "x"}], [{cd, "/nowhere"}], [nouse_stdio], [eof]]].

executables() ->
    D = "port_open_refused.tmp", ok = file:make_dir(D), F = D ++ "/not_executable", ok = file:write_file(F, "#!/bin/sh\n"), ok = file:change_mode(F, 8#644),
    [o({spawn_executable, E}, S) || {E, S} <- [{"no_such_program", []}, {"/no/such/program", []}, {"/bin", []}, {F, []}, {F ++ "/below", []}, {"true", []}, {lists:duplicate(5000, $a), []},
                                               {"/bin/true", [{args, a}]}, {"/bin/true", [{args, [a]}]}, {"/bin/true", [{args, [1]}]}, {"/bin/true", [{args, ["a" | b]}]},
                                               {"/bin/true", [{args, ["a\0"]}]}, {"/bin/true", [{args, [<<"a">>, "b", ""]}]}, {"/bin/true", [{arg0, a}]}, {"/bin/true", [{arg0, 1}]},
                                               {"/bin/true", [{arg0, "a\0"}]}, {"/bin/true", [{arg0, <<"a">>}]}, {"/bin/true", [args]}, {"/bin/true", [arg0]}, {<<"/bin/true">>, []}]],
    ok = file:delete(F), ok = file:del_dir(D).

drivers() ->
    [o({spawn_driver, N}, []) || N <- ["no_such_driver", "ram_file_drv with more", " ram_file_drv", "forker", "spawn", "fd", ram_file_drv, <<"ram_file_drv">>]],
    [o({spawn, N}, []) || N <- ["ram_file_drv", "ram_file_drv more", ram_file_drv]],
    ?X(open_port(?I(a), ?I(b))).
