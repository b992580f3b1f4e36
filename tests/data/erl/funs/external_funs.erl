-module(external_funs).
-export([main/0]).
-include("../../t.hrl").

main() ->
    F = fun lists:reverse/1, ?P(F([1, 2])), ?P(F), M = ?I(lists), N = ?I(sum), A = ?I(1), G = fun M:N/A, ?P(G([1, 2])), ?P(G =:= fun lists:sum/1), ?P(erlang:make_fun(erlang, abs, 1)), ?P((erlang:make_fun(erlang, abs, 1))(-1)), ?X(erlang:make_fun(a, b, -1)), ?X(erlang:make_fun(a, b, 256)), ?X(erlang:make_fun(?I(1), b, 1)), ?X((fun nomod:nofun/1)(2)), ?P(fun nomod:nofun/1), ?P(is_function(fun nomod:nofun/1, 1)), ?P(lists:map(fun erlang:'-'/1, [1, 2])), ?P(lists:foldl(fun erlang:'+'/2, 0, [1, 2])), ?P(lists:map(fun erlang:hd/1, [[1], [2]])), ?X(lists:map(fun erlang:hd/1, [[]])), ?P(lists:filter(fun is_atom/1, [a, 1])), ?P(apply(fun erlang:max/2, [1, 2])), ?P(fun 'Odd Mod':'odd fun'/3), ?P((fun ?MODULE:main/0) =:= (fun funs_x:main/0)).
