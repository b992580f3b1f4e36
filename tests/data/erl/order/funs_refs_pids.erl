-module(funs_refs_pids).
-export([main/0]).
-include("../../t.hrl").

main() ->
    R = [make_ref() || _ <- lists:seq(1, 5)],
    ?P(R =:= lists:sort(R)), ?P(length(lists:usort(R ++ R))),
    P = [spawn(fun() -> ok end) || _ <- lists:seq(1, 5)],
    ?P(hd(R) < hd(P)),
    F = fun(X) -> fun() -> X end end,
    ?P({F(1) == F(1), F(1) == F(2), F(1) < F(2), F(1) == F(1.0), F(1) =:= F(1.0), fun lists:map/2 == fun lists:map/2, fun lists:map/2 < fun lists:map/3, fun lists:append/1 < fun lists:map/2, fun kernel:x/0 < fun lists:a/0}),
    ?P({fun lists:map/2 < F(1), F(1) < fun lists:map/2}).
