-module(compile_inspect).
-export([main/0]).
-include("../../t.hrl").

main() ->
    {ok, C} = re:compile("(?<a>x)(?<b>y)?"), ?P(element(1, C)), ?P(tuple_size(C)), ?P(re:run("xy", C, [{capture, all, list}])), ?P(re:inspect(C, namelist)), ?P(re:compile("(")), ?P(re:compile("a{2,1}")), ?P(re:compile("[z-a]")), ?P(re:compile("*")), ?P(re:compile("(?<1>a)")), ?P(re:compile("\\")), ?P(re:compile(<<255>>, [unicode])), ?X(re:compile("a", [foo])), ?X(re:compile(?I(a))), ?X(re:inspect(C, foo)), ?P(re:run("a\nb", element(2, re:compile("^b", [multiline])))), ?X(re:run("a", C, [caseless])).
