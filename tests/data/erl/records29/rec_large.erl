%% since: 29
%% A record of some thousand fields.
-module(rec_large).
-export([main/0]).
-include("../../t.hrl").

main() ->
    N = 2000, Names = ["f" ++ integer_to_list(I) || I <- lists:seq(1, N)], Join = fun(L) -> lists:flatten(lists:join(", ", L)) end,
    Text = "-module(rl_lib). -export([new/1, odd/1, last/1, upd/2, sum/1, ext/1, extra/1]). -record #big{" ++ Join([F ++ " = " ++ tl(F) || F <- Names]) ++ "}. -export_record([big]). "
        "new(X) -> #big{f1 = X, f2000 = X}. odd(R) -> R#big{" ++ Join([F ++ " = odd" || {I, F} <- lists:enumerate(Names), I rem 2 =:= 1]) ++ "}. last(R) -> R#big.f2000. upd(R, X) -> R#big{f1000 = X}. "
        "sum(#big{f1 = A, f1000 = B, f1999 = C, f2 = D}) -> {A, B, C, D}. ext(X) -> #rl_lib:big{f7 = X, f1500 = X, f3 = X}. extra(X) -> #rl_lib:big{f7 = X, nope = X}.",
    M = t:load(Text, []), R = M:new(x), ?P(M:last(R)), ?P(M:sum(R)), ?P(M:sum(M:odd(R))), ?P(M:sum(M:upd(R, y))), E = M:ext(z), ?P([records:get(F, E) || F <- [f1, f3, f7, f1500, f2000]]), ?X(M:extra(1)), ?P(length(records:get_field_names(R))), ?P(R =:= binary_to_term(term_to_binary(R))), ?P(lists:last(lists:foldl(fun(I, _) -> [M:last(M:upd(M:new(I), I))] end, [], lists:seq(1, 500)))), ?P(element(1, records:get_definition(M, big))), ?P(lists:nth(1234, element(2, records:get_definition(M, big)))), t:unload(M), ?P(records:get(f1234, R)).
