-module(scan_erl).
-export([main/0]).
-include("../../t.hrl").

main() ->
    T = fun(S) -> ?P(erl_scan:string(S)) end,
    [T(S) || S <- ["foo(X) -> 1.", "\"str\\n\" $a $\\n 'q a' <<1>>", "16#ff 2#101 1_000 1.5e3 1.0e-2", "% comment\nx", "#{a => 1}", "a@b A_b _ _x", "?M", "'unterminated", "\"unterm", "1.", "$", "16#g", "fun x/1 end", ":= => :: ... .. || <- <= ++ -- =:= =/= == /=", "1.0e999", "é Ä 'Ω'", "\"\\x{20ac}\\^A\\101\""]], ?P(erl_scan:string("a b", {1, 1})), ?P(erl_scan:tokens([], "foo. bar", 1)), ?P(erl_scan:reserved_word('case')), ?P(erl_scan:string("x % c", 1, [return_comments])), ?P(erl_scan:format_error({illegal, integer})).
