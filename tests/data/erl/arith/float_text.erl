%% The shortest text that reads back as the same float, and the point where exponents begin.
-module(float_text).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Fs = [0.1, 0.2, 0.3, 1.0, 10.0, 100.0, 123456.789, 1.0e14, 1.0e15, 1.0e16, 1.0e17, 1.0e20, 1.0e21, 1.0e22, 1.5e22, 123456789012345680.0,
          0.01, 0.001, 0.0001, 1.0e-4, 1.0e-5, 1.234e-5, 1.2345678e-7, 5.0e-324, 1.7976931348623157e308, 2.2250738585072014e-308,
          9007199254740991.0, 9007199254740992.0, 9007199254740993.0, 4.35, 0.000123, 1.0e-10, 8.41e21, 2.0e-3, 299792458.0, 1.1e100, 3.0e-44, 9.5367431640625e-7, 1.0e23, 8.5e22],
    [begin
         S = io_lib:format("~w", [F]),
         true = list_to_float(lists:flatten(S)) =:= F,
         io:format("~s ~s ~s~n", [S, float_to_list(F), float_to_list(-F, [{scientific, 3}])])
     end || F <- Fs],
    ?P([float_to_binary(F, [short]) || F <- [0.1, 1.0e22, 1.0e-7, 12345678.9, -1.5]]).
