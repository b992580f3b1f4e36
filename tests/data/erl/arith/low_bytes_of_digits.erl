%% `list_to_integer` takes the low byte of what is no character of Latin-1.
-module(low_bytes_of_digits).
-export([main/0]).
-include("../../t.hrl").

main() ->
    [?X(list_to_integer(List)) || List <- ?I([[1072], [$1, 1072], [1072, $1], [$-, 1072], [$1, -208], [1072, -1], [1 bsl 61 + 48], [1 bsl 40 + 48, $2], [$1 | 1072], [305, a], [301, $1], [299, $1]])],
    [?X(list_to_integer(List, 16)) || List <- ?I([[1072], [256 + $a], [$f, 256 + $-]])],
    [?X(string:to_integer(List)) || List <- ?I([[1072], [$1, 1072]])],
    [?X(list_to_float(List)) || List <- ?I([[305, $., $0], [$1, $., 304]])].
