-module(port_lines).
-export([main/0]).
-include("../../t.hrl").

%% {line, N}: input in lines, cut at N bytes.
main() ->
    process_flag(trap_exit, true),
    [l(N, Text, O) || N <- [1, 3, 5, 80], O <- [[], [binary]],
                   Text <- ["", "\\n", "abc", "abc\\n", "abcd\\n", "abcde\\nfgh", "a\\r\\nb\\rc\\n", "\\r\\n\\r\\n", "abc\\r\\n", "abcde\\r\\nx\\r", "a\\n\\n\\nb", "abcdefghijklmnop\\nq"]],
    slow().

l(N, Text, Options) ->
    Port = open_port({spawn_executable, "/bin/sh"}, [{args, ["-c", "printf '" ++ Text ++ "'"]}, {line, N}, exit_status | Options]),
    t:p({N, Text, Options}, all(Port)).

all(Port) ->
    receive {Port, M} -> [M | all(Port)]; {'EXIT', Port, R} -> [{'EXIT', R}] after 10000 -> [nothing] end.

slow() ->
    Port = open_port({spawn_executable, "/bin/sh"}, [{args, ["-c", "for c in ab cdef 'g\\n' 'hi\\r' '\\njk' l; do printf $c; sleep 0.03; done"]}, {line, 5}, eof, exit_status]),
    ?P(until_eof(Port)), ?P([M || {P, M} <- t:flush(200), P =:= Port]), ?P(erlang:port_info(Port, name)), ?P(catch port_close(Port)).

until_eof(Port) -> receive {Port, eof} -> [eof]; {Port, M} -> [M | until_eof(Port)] after 10000 -> [nothing] end.
