-module(badfun_badarity).
-export([main/0]).
-include("../../t.hrl").

main() ->
    F = ?I(fun(X) -> X end),
    ?X((?I(a))()), ?X((?I(1))(2)), ?X(F()), ?X(F(1, 2)), ?X(apply(F, [])), ?X(apply(F, ?I(x))), ?X(apply(F, ?I([1 | 2]))), ?X(apply(?I(1), f, [])), ?X(apply(m, ?I(1), [])), ?X(apply(lists, reverse, ?I(x))), ?X((?I(1)):f()), ?X(lists:(?I(1))()), ?X((?I({lists, reverse}))([1])), ?X((fun lists:reverse/1)(1, 2)), ?X(spawn(?I(x))), ?X(spawn(?I(fun(_) -> ok end))), ?X((?I(undefined)):f(1)), ?X(apply(F, lists:seq(1, 300))), ?X(apply(lists, reverse, lists:seq(1, 256))), ?X(is_function(F, 256)).
