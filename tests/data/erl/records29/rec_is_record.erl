%% since: 29
%% The guards is_record/1, /2 and /3, as guards and as functions, of native and of tuple records.
-module(rec_is_record).
-export([main/0]).
-include("../../t.hrl").

-record #point{x = 0}.
-record #empty{}.
-record(tuple, {a, b}).

main() ->
    Values = [#point{}, #empty{}, #tuple{a = 1}, {point, 1}, {tuple, 1}, {empty}, {}, records:create(m, point, [], #{is_exported => true}), records:create(?MODULE, point, [], #{is_exported => true}), #{}, point, [], <<>>, 1, 1.5, self()],
    [?P({V, g1(V), gp(V), gt(V), g3(V), g3m(V), v1(V), v2(V, point), v2(V, tuple), v3(V, ?MODULE, point), v3(V, m, point), v3(V, tuple, 3), v3(V, point, 2)}) || V <- Values],
    ?X(v2(#point{}, ?I(1))), ?X(v2(1, ?I("point"))), ?X(v3(#point{}, ?I(1), point)), ?X(v3(#point{}, ?MODULE, ?I("p"))), ?X(v3(#point{}, ?MODULE, ?I(1.0))), ?X(v3({point}, point, ?I(1 bsl 70))), ?P(v3({point}, point, ?I(-1))), ?P([V || V <- Values, is_record(V), is_record(V, point)]),
    ?P(lists:map(fun erlang:is_record/1, Values)), ?P(apply(erlang, is_record, [#point{}, point])), ?P(lists:filter(fun(V) -> not is_record(V) end, [#point{}, a])).

g1(V) when is_record(V) -> true;
g1(_) -> false.
gp(V) when is_record(V, point) -> true;
gp(_) -> false.
gt(V) when is_record(V, tuple) -> true;
gt(_) -> false.
g3(V) when is_record(V, ?MODULE, point) -> true;
g3(_) -> false.
g3m(V) when is_record(V, m, point) -> true;
g3m(_) -> false.
v1(V) -> is_record(V).
v2(V, N) -> is_record(V, N).
v3(V, M, N) -> is_record(V, M, N).
