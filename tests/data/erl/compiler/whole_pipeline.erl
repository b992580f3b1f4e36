%% Each stage of the compiler, run for its text; the result depends on no hash order.
-module(whole_pipeline).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Src = "-module(pipe). -export([f/1]). f({A, [H | T]}) when A > 1 -> try g(H) catch _:_ -> T end; f(#{k := V}) -> <<V:16>>. g(X) -> [Y || {Y, _} <- X].", {ok, Toks, _} = erl_scan:string(Src), Forms = forms(Toks), [begin {ok, _, R} = compile:forms(Forms, [binary, S]), t:p(S, {element(1, {is_tuple(R) orelse is_list(R)}), erlang:phash2(lists:flatten(io_lib:format("~w", [strip(R)]))) > 0}) end || S <- [to_exp, to_core, to_kernel, to_asm, 'P', 'E', 'S']], {ok, pipe, A} = compile:forms(Forms, [binary, deterministic]), {ok, pipe, B} = compile:forms(Forms, [binary, deterministic]), ?P(A =:= B), {ok, pipe, Asm} = compile:forms(Forms, [binary, 'S']), {ok, pipe, C} = compile:forms(Asm, [from_asm, binary]), code:load_binary(pipe, "pipe", C), ?P(pipe:f({2, [[{a, 1}]]})), ?P(pipe:f({2, [x, y]})), ?P(pipe:f(#{k => 258})), ?X(pipe:f(1)), {ok, Core} = {ok, element(3, compile:forms(Forms, [binary, to_core]))}, {ok, pipe, D} = compile:forms(Core, [from_core, binary]), code:purge(pipe), code:load_binary(pipe, "pipe", D), ?P(pipe:f(#{k => 1})), t:unload(pipe).

strip(X) -> X.
forms([]) -> [];
forms(T) -> {L, [D | Rest]} = lists:splitwith(fun({dot, _}) -> false; (_) -> true end, T), {ok, F} = erl_parse:parse_form(L ++ [D]), [F | forms(Rest)].
