-module(on_load).
-export([main/0]).
-include("../../t.hrl").

main() ->
    L = fun(Body) -> {M, C} = t:compile("-module(onl). -export([f/0, init/0]). -on_load(init/0). init() -> " ++ Body ++ ". f() -> get_it. ", []), R = code:load_binary(M, "onl.erl", C), {R, t:r(fun() -> M:f() end)} end, ?P(L("ok")), t:unload(onl), ?P(L("error_returned")), ?P(L("put(x, 1), ok")), t:unload(onl), ?P(L("exit(crash)")), ?P(L("error(crash)")), ?P(L("{error, reason}")), ?P(L("ok = f2(), ok. f2() -> timer:sleep(5), ok")), ?P(L("bad")), ?P(onl:f()), t:unload(onl), ?P(erlang:module_loaded(onl)), ?X(erlang:call_on_load_function(onl_none)).
