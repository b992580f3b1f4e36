%% How fast are funs made, passed on and called?
-module(closures).
-export([scale/0, run/1, successor/1]).

scale() -> 90.

run(Rounds) -> run(Rounds, 0).

run(0, Sum) -> Sum;
run(Rounds, Sum) ->
    List = lists:seq(1, 30000),
    Mapped = lists:map(fun(X) -> X + Rounds end, List),
    Filtered = lists:filter(fun(X) -> X rem 2 =:= 0 end, Mapped),
    Folded = lists:foldl(fun(X, A) -> A + X end, 0, Filtered),
    Composed = lists:foldl(fun(F, G) -> fun(X) -> F(G(X)) end end, fun(X) -> X end, [fun(X) -> X + N end || N <- lists:seq(1, 200)]),
    Church = unchurch(times(church(60), church(50))),
    External = lists:sum(lists:map(fun ?MODULE:successor/1, List)),
    Local = lists:foldr(fun(X, A) -> max(X, A) end, 0, List),
    Lazy = take(20000, from(1), 0),
    Any = lists:any(fun(X) -> X > 29999 end, List) andalso lists:all(fun is_integer/1, List),
    run(Rounds - 1, Sum + Folded + repeat(400, Composed, 0) + Church + External + Local + Lazy + length([1 || Any])).

successor(X) -> X + 1.

repeat(0, _, Sum) -> Sum;
repeat(N, F, Sum) -> repeat(N - 1, F, Sum + F(N)).

church(0) -> fun(_) -> fun(X) -> X end end;
church(N) ->
    Less = church(N - 1),
    fun(F) -> fun(X) -> F((Less(F))(X)) end end.

times(A, B) -> fun(F) -> A(B(F)) end.

unchurch(N) -> (N(fun(X) -> X + 1 end))(0).

from(N) -> fun() -> [N | from(N + 1)] end.

take(0, _, Sum) -> Sum;
take(N, Stream, Sum) ->
    [Head | Tail] = Stream(),
    take(N - 1, Tail, Sum + Head).
