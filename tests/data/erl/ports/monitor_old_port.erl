-module(monitor_old_port).
-export([main/0]).

%% A port of an earlier life of this node is watched as one that is gone; one of another node can't be.
main() ->
    Old = port_of(node(), 77),
    R1 = erlang:monitor(port, Old),
    t:p(receive {'DOWN', R1, port, Old, Why1} -> Why1 after 5000 -> lost end),
    R2 = erlang:monitor(port, Old, [{tag, mine}, {alias, explicit_unalias}]),
    t:p(receive {mine, R2, port, Old, Why2} -> Why2 after 5000 -> lost end),
    R2 ! by_alias,
    t:p(receive by_alias -> alive after 5000 -> lost end),
    t:p({unalias(R2), process_info(self(), monitors)}),
    R3 = erlang:monitor(port, Old),
    t:p({demonitor(R3, [flush]), demonitor(R3)}),
    t:x(fun() -> erlang:monitor(port, port_of('nobody@nowhere', 1)) end),
    t:x(fun() -> erlang:monitor(process, Old) end).

port_of(Node, Creation) ->
    Name = atom_to_binary(Node),
    binary_to_term(<<131, $Y, 119, (byte_size(Name)), Name/binary, 4711:32, Creation:32>>).
