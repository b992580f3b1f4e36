%% How fast do terms become binaries by `term_to_binary`, and binaries terms?
-module(external_terms).
-export([scale/0, run/1]).

scale() -> 450.

run(Rounds) -> run(Rounds, terms(), 0).

run(0, _, Sum) -> Sum;
run(Rounds, Terms, Sum) -> run(Rounds - 1, Terms, Sum + lists:sum([there_and_back(Term) || Term <- Terms])).

there_and_back(Term) ->
    Binary = term_to_binary(Term),
    true = is_list(binary_to_term(Binary)),
    byte_size(Binary).

terms() ->
    Records = [{user, N, <<"name">>, "a text", N * 1.5, #{key => N, other => [a, b]}} || N <- lists:seq(1, 500)],
    Numbers = [N * N * N * N * N || N <- lists:seq(1, 2000)],
    Small = [[N, {ok, N}] || N <- lists:seq(1, 300)],
    Binaries = [binary:copy(<<N>>, 200) || N <- lists:seq(1, 100)],
    [Records, Numbers, Binaries, lists:seq(1, 2000), lists:duplicate(1000, 300), [maps:from_list([{N, N} || N <- lists:seq(1, 500)])] | Small].
