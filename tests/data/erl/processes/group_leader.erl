-module(group_leader).
-export([main/0]).
-include("../../t.hrl").

main() ->
    G = group_leader(), P = spawn(fun() -> receive {From, ask} -> From ! {gl, group_leader()} end end), ?P(group_leader(self(), P)), P ! {self(), ask}, ?P(receive {gl, L} -> L =:= self() end), Me = self(), group_leader(Me, Me), spawn(fun() -> Me ! {child, group_leader()} end), receive {child, C} -> ok end, group_leader(G, Me), ?P(C =:= Me), ?X(group_leader(?I(a), self())), ?X(group_leader(self(), ?I(a))), t:down(P), ?X(group_leader(G, P)), ?P(process_info(self(), group_leader) =:= {group_leader, G}).
