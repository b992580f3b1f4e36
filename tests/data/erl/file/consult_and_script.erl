-module(consult_and_script).
-export([main/0]).
-include("../../t.hrl").

main() ->
    F = "file_consult.tmp", file:write_file(F, "{a, [1, \"two\", <<\"three\">>]}.\n%% comment\n#{k => 'V'}. 42.\n"), ?P(file:consult(F)), file:write_file(F, "{a, b.\n"), ?P(file:consult(F)), file:write_file(F, "good.\nfoo(.\n"), {error, E} = file:consult(F), ?P(E), ?P(lists:flatten(file:format_error(E))), file:write_file(F, "X = 5, Y = X * 2.\n{X, Y, Z}."), ?P(file:script(F, [{'Z', zz}])), ?P(element(1, file:script(F))), file:write_file(F, "A = 1.\nA = 2.\n"), ?P(element(1, file:eval(F))), file:write_file(F, <<"%% coding: utf-8\n\"å\".\n"/utf8>>), ?P(file:consult(F)), ?P(epp:read_encoding(F)), ?P(file:path_consult(["."], F) =/= x), file:delete(F).
