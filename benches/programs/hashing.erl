%% How fast are terms hashed by `phash2`?
-module(hashing).
-export([scale/0, run/1]).

scale() -> 2000.

run(Rounds) -> run(Rounds, terms(), 0).

run(0, _, Sum) -> Sum;
run(Rounds, Terms, Sum) -> run(Rounds - 1, Terms, all(Terms, Sum)).

all([], Sum) -> Sum;
all([Term | Terms], Sum) -> all(Terms, Sum bxor erlang:phash2(Term) + erlang:phash2(Term, 1000)).

terms() ->
    [binary:copy(<<"some text">>, 500), lists:seq(1, 1000), [{N, a, "text"} || N <- lists:seq(1, 100)],
     maps:from_list([{N, N} || N <- lists:seq(1, 30)])
     | [Term || N <- lists:seq(1, 500), Term <- [N, {key, N}, <<"key", N>>, list_to_atom("a" ++ integer_to_list(N)), 1 bsl 70 + N]]].
