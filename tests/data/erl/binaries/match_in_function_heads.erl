%% The match context is passed on from call to call, and given up where the binary itself is wanted.
-module(match_in_function_heads).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P(sum(<<1, 2, 3, 4>>, 0)), ?P(words(<<"the quick  fox">>)), ?P(count(binary:copy(<<"ab,cd,">>, 1000), 0)), ?P(rle(<<"aaabbc">>)), ?P(keep(<<"abcdef">>, [])), ?P(esc(<<"a<b>&c">>, <<>>)), ?P(pick(<<"GET /x HTTP">>)), ?P(pick(<<"POST /y HTTP">>)), ?P(pick(<<"PUTT">>)), ?P(pick(<<"zz">>)), ?P(pick(x)), ?P(dec(<<1:1, 5:7, 0:1, 9:15, 2:8>>)), ?X(sum(<<1, 2:4>>, 0)), ?X(sum(x, 0)), ?P(two(<<1, 2>>, <<3, 4>>, [])).

sum(<<X, R/binary>>, A) -> sum(R, A + X); sum(<<>>, A) -> A.
words(B) -> words(B, <<>>, []).
words(<<$\s, R/binary>>, <<>>, A) -> words(R, <<>>, A); words(<<$\s, R/binary>>, W, A) -> words(R, <<>>, [W | A]); words(<<C, R/binary>>, W, A) -> words(R, <<W/binary, C>>, A); words(<<>>, W, A) -> lists:reverse([W | A]).
count(<<$,, R/binary>>, N) -> count(R, N + 1); count(<<_, R/binary>>, N) -> count(R, N); count(<<>>, N) -> N.
rle(<<C, C, C, R/binary>>) -> [{C, 3} | rle(R)]; rle(<<C, C, R/binary>>) -> [{C, 2} | rle(R)]; rle(<<C, R/binary>>) -> [{C, 1} | rle(R)]; rle(<<>>) -> [].
keep(<<_:2/binary, R/binary>> = B, A) -> keep(R, [{B, byte_size(B), R} | A]); keep(B, A) -> {B, A}.
esc(<<$<, R/binary>>, A) -> esc(R, <<A/binary, "&lt;">>); esc(<<$&, R/binary>>, A) -> esc(R, <<A/binary, "&amp;">>); esc(<<C, R/binary>>, A) -> esc(R, <<A/binary, C>>); esc(<<>>, A) -> A.
pick(<<"GET ", R/binary>>) -> {get, R}; pick(<<"POST ", R/binary>>) -> {post, R}; pick(<<"PUT", C, R/binary>>) -> {put, C, R}; pick(<<A:4, _/bits>>) -> {nibble, A}; pick(B) -> {other, B}.
dec(<<1:1, X:7, R/bits>>) -> [{short, X} | dec(R)]; dec(<<0:1, X:15, R/bits>>) -> [{long, X} | dec(R)]; dec(R) -> [{rest, R}].
two(<<A, As/binary>>, <<B, Bs/binary>>, Acc) -> two(As, Bs, [{A, B, As} | Acc]); two(<<>>, <<>>, Acc) -> Acc.
