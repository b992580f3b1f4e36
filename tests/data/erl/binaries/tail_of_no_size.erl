%% A tail of more bits than anything has.
-module(tail_of_no_size).
-export([main/0]).

main() ->
    t:p([tail(t:id(B)) || B <- [<<>>, <<1>>, <<1, 2:3>>, a]]),
    t:p([large(t:id(B)) || B <- [<<>>, <<1>>, <<1, 2:3>>, a]]).

tail(<<_:(1 bsl 64)>>) -> all;
tail(<<_, _/bits>>) -> some;
tail(_) -> none.

large(<<A, _:18446744073709551616>>) -> A;
large(<<A, _:9223372036854775807>>) -> {A};
large(<<>>) -> empty;
large(_) -> none.
