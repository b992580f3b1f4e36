%% erlang:raise/3: the class stays through `after` and `catch`, and no more frames are kept than backtrace_depth says.
-module(raise_class_and_depth).
-export([main/0]).
-include("../../t.hrl").

main() ->
    [?P({C, S, through(C, S)}) || C <- [throw, error, exit], S <- [[], [{m, f, 1, []}], [{m, f, what, [{line, 3}]}, {m, g, []}]]],
    [?P({From, To, changed(From, To)}) || From <- [throw, error, exit], To <- [throw, error, exit]],
    ?P([catch erlang:raise(?I(error), r, ?I(S)) || S <- [[{m, f, -1}], [{m, f, x, y}], [{m, f}], [x | y], [{1, f, 1}], [{fun main/0, a}], [{fun main/0, a, []}], x]]),
    [?P({D, depths(D)}) || D <- lists:seq(0, 10)].

through(Class, Stack) ->
    try
        try
            try erlang:raise(?I(Class), reason, ?I(Stack)) after ?I(ok) end
        after ?I(ok) end
    catch C:R:S -> {C, R, S} end.

changed(From, To) ->
    try
        try
            try erlang:From(reason) catch _:R:S -> erlang:raise(?I(To), {R, again}, S) end
        after ?I(ok) end
    catch C:R2:S2 -> {C, R2, [F || {_, F, _, _} <- lists:sublist(S2, 2)]} end.

depths(D) ->
    Old = erlang:system_flag(backtrace_depth, D),
    Lengths = [try deep(F, 12) catch _:_:S -> length(S) end || F <- [
        fun() -> error(reason) end,
        fun() -> erlang:raise(error, reason, [{m, f, N, []} || N <- lists:seq(1, 20)]) end,
        fun() -> erlang:raise(error, reason, []) end,
        fun() -> abs(?I(a)) end,
        fun() -> ?I(1) + ?I(a) end,
        fun() -> lists:keyfind(a, ?I(b), c) end,
        fun() -> apply(?I(none), f, []) end,
        fun() -> (?I(none))() end,
        fun() -> only_2(?I(1)) end,
        fun() -> throw(reason) end]],
    erlang:system_flag(backtrace_depth, Old),
    Lengths.

only_2(2) -> ok.

deep(F, N) when N rem 2 =:= 0 -> even(F, N - 1), ok;
deep(F, N) -> odd(F, N - 1), ok.
even(F, N) -> odd(F, N - 1), ok.
odd(F, N) when N > 6 -> even(F, N - 1), ok;
odd(F, _) -> last(F), ok.
last(F) -> F(), ok.
