%% since: 29
%% Where records stand among terms, and which of two comes first.
-module(rec_order).
-export([main/0]).
-include("../../t.hrl").

-record #a{x = 1, y = 2}.
-record #b{x = 1, y = 2}.
-record #three{x, y, z}.

main() ->
    A = ?I(#a{}), Terms = [1, 1.5, atom, make_ref(), fun() -> 1 end, self(), {}, {a, 1, 2, 3}, A, #{}, #{a => 1}, [], [1], <<>>, <<"b">>],
    ?P([{A < T, A == T, A > T} || T <- Terms]), ?P(lists:sort(lists:reverse(Terms)) =:= Terms),
    Made = [fake(aa, a, false, [{x, 1}, {y, 2}]), fake(zz, a, false, [{x, 1}, {y, 2}]), fake(?MODULE, a, false, [{x, 1}, {y, 2}]), fake(?MODULE, b, false, [{x, 1}, {y, 2}]), fake(?MODULE, a, true, [{x, 1}, {y, 2}]), fake(?MODULE, a, false, []), fake(?MODULE, a, false, [{zz, 1}]), fake(?MODULE, a, false, [{a, 1}, {b, 2}, {c, 3}]), fake(?MODULE, a, false, [{y, 1}, {x, 2}]), fake(?MODULE, a, false, [{x, 1}, {z, 2}]), fake(?MODULE, a, false, [{x, 1}, {aa, 2}]), fake(?MODULE, a, false, [{x, 1.0}, {y, 2}]), fake(?MODULE, a, false, [{x, 2}, {y, 0}]), fake(?MODULE, a, false, [{x, 0}, {y, 20}]), A, #b{}, A#a{y = [#b{}]}, A#a{y = #{}}],
    [?P([compare(X, Y) || Y <- Made]) || X <- Made], ?P(lists:sort(Made)), ?P(lists:usort(Made) =:= lists:usort(lists:reverse(Made))),
    ?P(A =:= fake(?MODULE, a, false, [{x, 1}, {y, 2}])), ?P(A == fake(?MODULE, a, false, [{x, 1.0}, {y, 2}])), ?P(A =:= fake(?MODULE, a, false, [{x, 1.0}, {y, 2}])), ?P(#a{x = 0.0} =:= ?I(#a{x = -0.0})),
    ?P(lists:sort([#three{x = X, y = Y, z = Z} || X <- [2, 1], Y <- [b, a], Z <- [[], {}]])), ?P(max(#a{}, #b{})), ?P(min(#a{x = 2}, #a{x = 1})),
    ?P(lists:keyfind(A, 1, [{#b{}, no}, {#a{}, yes}])), ?P(lists:member(?I(#a{x = 1}), [#b{}, #a{}])), ?P(lists:usort([#a{}, #a{x = 1}, #a{x = 1.0}])), ?P(ordsets:from_list([#b{}, #a{}, #b{}])),
    Deep = deep(100000, x), ?P(Deep =:= deep(100000, x)), ?P(Deep < deep(100000, y)), ?P(erlang:phash2(Deep) =:= erlang:phash2(deep(100000, x))).

deep(0, R) -> R;
deep(N, R) -> deep(N - 1, #a{x = N, y = R}).

compare(X, Y) when X =:= Y -> '=';
compare(X, Y) when X == Y -> '~';
compare(X, Y) when X < Y -> '<';
compare(_, _) -> '>'.

fake(Module, Name, Exported, Fields) -> records:create(Module, Name, Fields, #{is_exported => Exported}).
