-module(registered_names).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P(register(reg_a, self())), ?P(whereis(reg_a) =:= self()), ?P(lists:member(reg_a, registered())), reg_a ! x, ?P(receive x -> ok end), {reg_a, node()} ! y, ?P(receive y -> ok end), ?X(register(reg_a, self())), ?X(register(reg_b, self())), ?X(register(undefined, self())), ?X(register(?I("s"), self())), ?X(register(reg_c, ?I(x))), ?P(unregister(reg_a)), ?X(unregister(reg_a)), ?P(whereis(reg_a)), ?X(reg_a ! x), ?P({reg_a, node()} ! x), ?X(erlang:send(reg_a, x, [])), ?X(whereis(?I("s"))), P = spawn(fun() -> receive _ -> ok end end), register(reg_p, P), ?P(process_info(P, registered_name)), ?P(process_info(self(), registered_name)), P ! stop, t:down(P), ?P(whereis(reg_p)), ?X(register(reg_d, P)), ?P(process_info(P, registered_name)), ?X(?I("str") ! x), ?X({a, ?I(1)} ! x), ?P({a, 'nonode@nowhere'} ! x), ?X({?I(1), node()} ! x).
