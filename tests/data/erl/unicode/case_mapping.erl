-module(case_mapping).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Ss = ["hello WORLD", "straße", "ÅÄÖ åäö", "ǆ ﬁ İ ı", "Σίσυφος", "ŉ", ""], [?P({string:uppercase(S), string:lowercase(S), string:titlecase(S), string:casefold(S)}) || S <- Ss], ?P(string:uppercase(<<"straße"/utf8>>)), ?P(string:to_upper("åbc")), ?P(string:to_lower("ÅBC")), ?P(string:to_upper($a)).
