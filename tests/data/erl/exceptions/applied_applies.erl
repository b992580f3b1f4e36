%% Who applies error/2 in tail position stands in the trace, however often apply/3 is applied.
-module(applied_applies).
-export([main/0]).

main() ->
    [t:p(Kind, t:st(fun() -> outer(Kind) end)) || Kind <- [last, double_last, double, multi_last, multi, exit_last, throw_last, no_list, no_module, no_name, no_atom]].

outer(Kind) ->
    inner(Kind),
    t:id(ok).

inner(last) -> apply(t:id(erlang), t:id(error), t:id([oops, [args]]));
inner(double_last) -> apply(t:id(erlang), t:id(apply), [t:id(erlang), t:id(error), t:id([oops, [args]])]);
inner(double) -> apply(t:id(erlang), t:id(apply), [t:id(erlang), t:id(error), t:id([oops, [args]])]), ok;
inner(multi_last) -> apply(t:id(erlang), t:id(apply), [t:id(erlang), t:id(apply), [t:id(erlang), t:id(apply), [erlang, error, t:id([oops, [args]])]]]);
inner(multi) -> apply(t:id(erlang), t:id(apply), [t:id(erlang), t:id(apply), [t:id(erlang), t:id(error), t:id([oops, [args]])]]), ok;
inner(exit_last) -> apply(t:id(erlang), t:id(apply), [t:id(erlang), t:id(exit), t:id([oops])]);
inner(throw_last) -> apply(t:id(erlang), t:id(apply), [t:id(erlang), t:id(throw), t:id([oops])]);
inner(no_list) -> apply(t:id(erlang), t:id(apply), [t:id(erlang), t:id(error), t:id([oops | args])]);
inner(no_module) -> apply(t:id(erlang), t:id(apply), [t:id(1), t:id(error), t:id([oops])]);
inner(no_name) -> apply(t:id(erlang), t:id(apply), [t:id(lists), t:id("error"), t:id([oops])]);
inner(no_atom) -> apply(t:id(erlang), t:id(apply), [t:id(erlang), t:id(apply), t:id([erlang, error, oops])]).
