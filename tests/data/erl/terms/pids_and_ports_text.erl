-module(pids_and_ports_text).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P(list_to_pid("<0.0.0>") =:= whereis(init)), ?P(pid_to_list(list_to_pid("<0.123.0>"))), ?P(is_pid(list_to_pid("<0.123.45>"))), [?X(list_to_pid(S)) || S <- ["", "0.1.2", "<0.1.2", "<0.1.2>x", "<a.b.c>", "<1.2.3>", "<0.-1.0>", "<0.1.2.3>", "<0.99999999999.0>"]], P = hd(erlang:ports()), S = erlang:port_to_list(P), ?P(lists:prefix("#Port<0.", S)), ?P(list_to_port(S) =:= P), ?X(erlang:port_to_list(?I(a))), ?P(node(self())), ?P(node(P)), ?P(io_lib:format("~w", [list_to_pid("<0.7.0>")])), ?P(erlang:is_process_alive(list_to_pid("<0.0.0>"))).
