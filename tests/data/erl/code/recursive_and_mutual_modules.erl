-module(recursive_and_mutual_modules).
-export([main/0]).
-include("../../t.hrl").

main() ->
    A = t:load("-module(mut_a). -export([even/1]). even(0) -> true; even(N) -> mut_b:odd(N - 1).", []), B = t:load("-module(mut_b). -export([odd/1]). odd(0) -> false; odd(N) -> mut_a:even(N - 1).", []), ?P(A:even(100001)), ?P(B:odd(100001)), t:unload(B), ?X(A:even(4)), ?P(A:even(0)), t:unload(A), ?X(A:even(0)).
