-module(ports_data).
-export([main/0]).
-include("../../t.hrl").

main() ->
    P = open_port({spawn, "cat"}, [binary]), ?P(erlang:port_get_data(P) =:= undefined), ?P(erlang:port_set_data(P, {some, [data]})), ?P(erlang:port_get_data(P)), ?X(erlang:port_get_data(?I(x))), register(my_cat, P), ?P(erlang:port_info(my_cat, registered_name)), my_cat ! {self(), {command, "via name"}}, ?P(receive {P, {data, D}} -> D after 3000 -> none end), ?P(erlang:port_connect(P, self())), Me = self(), Q = spawn(fun() -> receive {P, {data, X}} -> Me ! {moved, X} end end), ?P(erlang:port_connect(P, Q)), port_command(P, "to q"), ?P(receive {moved, X} -> X after 3000 -> none end), M = monitor(port, P), unlink(P), catch port_close(P), ?P(receive {'DOWN', M, port, P, R} -> R after 3000 -> none end), ?P(erlang:port_info(P)), ?P(lists:member(P, erlang:ports())), ?X(port_close(P)), ?X(erlang:port_control(P, 1, "x")), ?X(erlang:port_call(P, x)).
