%% not: zeal
%% The very bytes of compressed terms: zlib's own, of every level.
-module(compressed_bytes).
-export([main/0]).

main() ->
    Terms = [{text, text(3000)},
             {list, lists:seq(1, 5000)},
             {tuples, [{N rem 7, [N * N]} || N <- lists:seq(1, 2000)]},
             {noise, noise(20000, 1, [])}],
    [t:p({Name, Level}, digest(term_to_binary(Term, [{compressed, Level}, {minor_version, 1}])))
     || {Name, Term} <- Terms, Level <- lists:seq(0, 9)],
    [t:p(Name, digest(term_to_binary(Term, [compressed, {minor_version, 1}]))) || {Name, Term} <- Terms],
    ok.

digest(B) -> {byte_size(B), erlang:adler32(B), erlang:crc32(B)}.

text(N) ->
    Words = ["stable", "the ", "process", "of ", "message", "a ", "link, ", "exit. "],
    lists:append([lists:nth(1 + (I * I * 31 + I div 3) rem 8, Words) || I <- lists:seq(1, N)]).

noise(0, _, Done) -> list_to_binary(Done);
noise(N, X, Done) -> noise(N - 1, (X * 1103515245 + 12345) rem 2147483648, [(X bsr 16) band 255 | Done]).
