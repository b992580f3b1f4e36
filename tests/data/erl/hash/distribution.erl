%% Enough values that a wrong mix shows.
-module(distribution).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Sum = fun(L) -> lists:foldl(fun(X, A) -> (A * 33 + erlang:phash2(X)) band 16#ffffffff end, 7, L) end, ?P(Sum(lists:seq(-5000, 5000))), ?P(Sum([{I, I * I} || I <- lists:seq(1, 3000)])), ?P(Sum([list_to_atom("atom_" ++ integer_to_list(I)) || I <- lists:seq(1, 1000)])), ?P(Sum([float(I) / 7 || I <- lists:seq(1, 3000)])), ?P(Sum([<<I:(I rem 70)>> || I <- lists:seq(1, 3000)])), ?P(Sum([1 bsl I || I <- lists:seq(1, 300)] ++ [-(1 bsl I) || I <- lists:seq(1, 300)])), ?P(Sum([lists:seq(1, I) || I <- lists:seq(1, 100)])), ?P(Sum([maps:from_list([{K, I} || K <- lists:seq(1, I)]) || I <- lists:seq(1, 60)])), ?P(Sum([lists:duplicate(I, a) || I <- lists:seq(1, 100)])), ?P(Sum([list_to_tuple(lists:seq(1, I)) || I <- lists:seq(1, 100)])).
