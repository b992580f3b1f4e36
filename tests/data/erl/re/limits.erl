-module(limits).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P(re:run(lists:duplicate(30, $a) ++ "b", "^(a+)+$", [{match_limit, 1000}, report_errors])), ?P(re:run(lists:duplicate(30, $a), "(a?)*x", [{match_limit, 1000}])), ?P(re:run(lists:duplicate(20000, $a), "^(?:a|b)*$", [{capture, none}])), Big = lists:duplicate(100000, $x) ++ "needle", ?P(re:run(Big, "needle")), ?P(re:run(Big, "n.*e", [{capture, all, list}])), ?P(length(element(2, re:run(binary:copy(<<"ab">>, 5000), "b", [global])))), Me = self(), P = spawn(fun() -> re:run(lists:duplicate(2000, $a), "(a+a+)+b"), Me ! finished end), timer:sleep(20), exit(P, kill), ?P(lists:member(t:down(P), [killed, noproc, normal])).
