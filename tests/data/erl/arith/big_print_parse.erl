-module(big_print_parse).
-export([main/0]).
-include("../../t.hrl").

main() ->
    F = fac(200),
    ?P(F), ?P(-F),
    ?P(integer_to_list(F, 16)), ?P(integer_to_list(F, 2) =:= lists:flatten(io_lib:format("~.2B", [F]))), ?P(integer_to_list(-(1 bsl 100), 36)),
    [true = list_to_integer(integer_to_list(S * fac(N), B), B) =:= S * fac(N) || N <- [1, 20, 21, 60, 300], B <- [2, 3, 8, 10, 16, 35, 36], S <- [1, -1]],
    ?P(list_to_integer("-FFFFFFFFFFFFFFFFFFFFFFFF", 16)), ?P(binary_to_integer(<<"+0000000000000000000000000123">>)),
    ?P(length(integer_to_list(fac(2000)))), ?P(erlang:phash2(integer_to_list(fac(2000)))),
    ?P(list_to_integer(lists:duplicate(3000, $9)) =:= pow(10, 3000) - 1).

fac(0) -> 1;
fac(N) -> N * fac(N - 1).
pow(_, 0) -> 1;
pow(X, N) when N rem 2 =:= 0 -> pow(X * X, N div 2);
pow(X, N) -> X * pow(X, N - 1).
