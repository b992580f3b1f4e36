-module(fun_after_upgrade).
-export([main/0]).
-include("../../t.hrl").

main() ->
    L = fun(Body) -> t:load("-module(fun_upg). -export([mk/1, call/1]). mk(X) -> fun() -> {" ++ Body ++ ", X} end. call(F) -> F().", []) end, M = L("one"), F = M:mk(1), E = fun M:mk/1, ?P(F()), L("two"), ?P(F()), G = M:mk(2), ?P(G()), ?P(F =:= M:mk(1)), ?P((E(3))()), ?P(M:call(F)), ?P(code:purge(M)), ?X(F()), ?P(is_function(F, 0)), ?P(erlang:fun_info(F, module)), ?P(G()), code:delete(M), ?P(G()), code:purge(M), ?X(G()), ?X(E(1)), L("one"), ?X(F()), ?P((E(4))()), t:unload(M).
