-module(match_tails).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Bs = ?I([<<>>, <<1>>, <<1, 2>>, <<1:4>>, <<1, 2:4>>, <<1:1>>, <<"abc", 7:3>>, <<0:16>>, x]),
    ?P([f(B) || B <- Bs]), ?P([g(B) || B <- Bs]), ?P([h(B) || B <- Bs]), ?P([k(B) || B <- Bs]).

f(<<A, T/binary>>) -> {A, T}; f(<<T/binary>>) -> {bytes, T}; f(<<T/bits>>) -> {bits, T}; f(_) -> no.
g(<<T/binary-unit:16>>) -> {u16, T}; g(<<T/binary-unit:4>>) -> {u4, T}; g(<<_, T/bits>>) -> {u3, T}; g(<<_/bits>>) -> bits; g(_) -> no.
h(<<_:8, _:4>>) -> b12; h(<<_:4>>) -> b4; h(<<_/binary>>) -> any; h(<<X:1, _/bits>>) -> {first, X}; h(_) -> no.
k(<<A:1/binary, B/binary>>) when byte_size(B) > 0 -> {A, B}; k(<<A:3/bits, _/bits>>) -> A; k(B) when is_bitstring(B) -> bit_size(B); k(_) -> no.
