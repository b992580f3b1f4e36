%% since: 29
-module(compile_inspect_28).
-export([main/0]).
-include("../../t.hrl").

main() ->
    {ok, E} = re:compile("a(?<n>b)", [export]), ?P(element(1, E)), I = re:import(E), ?P(re:run("ab", I, [{capture, all, list}])), ?X(re:run("ab", E, [{capture, [n], list}])), ?P(re:compile("(")), ?P(re:compile("a**")), ?P(re:run("aaa", "a(?C)")), ?P(re:compile("[b")).
