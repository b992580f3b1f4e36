%% A module cut or changed at many places is refused, or loads; the machine survives.
-module(damaged_modules).
-export([main/0]).
-include("../../t.hrl").

main() ->
    {M, Code} = t:compile("-module(damaged). -export([f/1, g/1]). f(X) when is_integer(X) -> <<X:16, \"abc\">>; f([H|T]) -> #{H => {T, fun() -> H end}}; f({a, Y}) -> try Y + 1.5 catch _:_ -> \"long literal list\" end. g(<<A, B/binary>>) -> [A || _ <- [1], B =/= x].", []), Quiet = logger:get_primary_config(), N = byte_size(Code), Cuts = [code:load_binary(M, "damaged", binary:part(Code, 0, I)) || I <- lists:seq(0, N - 5, 13)], ?P(lists:usort([element(1, X) || X <- Cuts])), ?P(is_map(Quiet)), Zero = [begin <<A:I/binary, _:4/binary, B/binary>> = Code, code:load_binary(M, "damaged", <<A/binary, 0:32, B/binary>>) end || I <- [0, 4, 8]], ?P(lists:usort([element(1, X) || X <- Zero])), ?P(element(2, code:load_binary(M, "damaged", Code))), ?P(M:f(258)), ?P(M:g(<<7, 8>>)), t:unload(M).
