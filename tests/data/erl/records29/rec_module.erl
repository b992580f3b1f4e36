%% since: 29
%% The functions of the module records, with right and wrong arguments.
-module(rec_module).
-export([main/0]).
-include("../../t.hrl").

-record #empty{}.
-record #point{x = 0, y}.
-record #shown{zzzz = 0, true = 1, aaaa = 2, wwww = "three"}.
-export_record([shown]).

main() ->
    P = ?I(#point{y = 1}), S = ?I(#shown{}), E = ?I(#empty{}), No = [x, {point, 0, 1}, #{}, [], 1, <<>>], O = #{is_exported => false},
    [?P({records:get_module(R), records:get_name(R), records:get_field_names(R), records:is_exported(R)}) || R <- [P, S, E]],
    [begin ?X(records:get_module(N)), ?X(records:get_name(N)), ?X(records:get_field_names(N)), ?X(records:is_exported(N)), ?X(records:get(x, N)), ?X(records:update(N, ?MODULE, point, #{})) end || N <- No],
    ?P(records:get(x, P)), ?P(records:get(y, P)), ?P(records:get(true, S)), ?X(records:get(z, P)), ?X(records:get(1, P)), ?X(records:get("x", P)), ?X(records:get(x, E)),
    ?P([records:get_definition(?MODULE, N) || N <- [empty, point, shown]]), ?X(records:get_definition(?MODULE, none)), ?X(records:get_definition(no_such_module, point)), ?X(records:get_definition(?I(1), point)), ?X(records:get_definition(?MODULE, ?I("point"))),
    ?P(records:create(?MODULE, point, [{x, 0}, {y, 1}], O) =:= P), ?P(records:create(?MODULE, point, [{x, 0}, {y, 1}], #{is_exported => true}) =:= P), ?P(records:create(?MODULE, point, [{y, 1}, {x, 0}], O) =:= P), ?P(records:create(m, n, [], O)), ?P(records:create(m, n, [{b, 1}, {a, 2}, {c, []}], #{is_exported => true})), ?P(records:create(?MODULE, shown, [{zzzz, 0}, {true, 1}, {aaaa, 2}, {wwww, "three"}], #{is_exported => true}) =:= S),
    ?X(records:create(?I(1), n, [], O)), ?X(records:create(m, ?I(2), [], O)), ?X(records:create(m, n, [], ?I(x))), ?X(records:create(m, n, [], ?I(#{}))), ?X(records:create(m, n, [], ?I(#{is_exported => 1}))), ?X(records:create(m, n, [], ?I(#{is_exported => true, x => y}))), ?X(records:create(m, n, [], ?I(#{other => true}))),
    ?X(records:create(m, n, ?I(x), O)), ?X(records:create(m, n, ?I([{a, 1} | b]), O)), ?X(records:create(m, n, ?I([a]), O)), ?X(records:create(m, n, ?I([{a}]), O)), ?X(records:create(m, n, ?I([{a, 1, 2}]), O)), ?X(records:create(m, n, ?I([{1, 2}]), O)), ?X(records:create(m, n, ?I([{{bad, key}, 2}, x]), O)), ?X(records:create(m, n, ?I([{a, 1}, {a, 2}]), O)), ?X(records:create(m, n, ?I([{a, 1}, {b, 2}, {c, 3}, {a, 1}]), O)), ?X(records:create(?I("m"), ?I("n"), ?I(x), ?I(y))), ?X(records:create(m, n, ?I(x), ?I(y))),
    ?P(records:update(P, ?MODULE, point, #{x => new})), ?P(records:update(P, ?MODULE, point, #{x => a, y => b})), ?P(records:update(P, ?MODULE, point, #{})), ?P(records:update(P, other, '_', #{y => 3})), ?P(records:update(P, ?I(1), '_', #{y => 3})), ?P(records:update(E, ?MODULE, empty, #{})), ?P(records:update(S, ?MODULE, shown, #{wwww => 4, zzzz => 5})),
    ?X(records:update(P, other, point, #{})), ?X(records:update(P, ?MODULE, empty, #{})), ?X(records:update(P, ?I(1), point, #{})), ?X(records:update(P, ?MODULE, ?I("x"), #{})), ?X(records:update(P, ?MODULE, point, ?I(x))), ?X(records:update(P, ?MODULE, point, #{z => 1})), ?X(records:update(P, ?MODULE, point, #{x => 1, {really, bad} => 1})), ?X(records:update(P, ?MODULE, point, #{x => 1, 7 => 1, z => 1})), ?X(records:update(E, ?MODULE, empty, #{x => 1})), ?X(records:update(P, ?MODULE, ?I(point), ?I([]))),
    Fs = [list_to_atom("rm_f" ++ integer_to_list(I)) || I <- lists:seq(1, 100)], Big = records:create(m, big, [{F, I} || {I, F} <- lists:enumerate(Fs)], O), ?P(records:get_field_names(Big) =:= Fs), Twice = records:update(Big, m, big, #{F => I * 2 || {I, F} <- lists:enumerate(Fs)}), ?P([records:get(F, Twice) || F <- Fs] =:= lists:seq(2, 200, 2)), ?X(records:update(Big, m, big, #{F => 1 || F <- [false | Fs]})), ?P(erlang:phash2(Big) =:= erlang:phash2(records:update(Twice, m, '_', #{F => I || {I, F} <- lists:enumerate(Fs)}))),
    ?P(t:st(fun() -> [records:get(z, P)] end)), ?P(lists:foldl(fun(_, R) -> records:update(R, ?MODULE, point, #{x => R#point.x + 1, y => R#point.y - 1}) end, P, lists:seq(1, 10000))).
