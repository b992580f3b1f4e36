%% Sizes, signs, and byte orders of integer segments.
-module(construct_integers).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Vs = [0, 1, -1, 255, 256, -128, 16#123456789abcdef0, -(1 bsl 70), 1 bsl 100],
    [t:p({V, S}, {<<V:S>>, <<V:S/little>>, <<V:S/signed>>, <<V:S/native>> =:= <<V:S/little>>}) || V <- Vs, S <- [0, 1, 3, 7, 8, 9, 12, 16, 17, 24, 31, 32, 33, 48, 63, 64, 65, 100, 128]],
    X = ?I(5), N = ?I(12), ?P(<<X:N, 3:4>>), ?P(<<X:N/unit:2>>), ?P(<<X:N/little-unit:3>>), ?P(<<1:1, X:N, 0:3>>), ?P(<<X, X:16, X:4, X:4>>), ?P(<<(X + 1):8, (X * N):16>>), ?P(<<1, 2, 3>>), ?P(<<"abc":16>>), ?P(<<"ab"/little-utf16>>), ?P(<<$a:32, -1:4>>).
