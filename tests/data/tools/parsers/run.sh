# yecc and leex by way of erlc: what they generate, use of it, warnings and errors.
. ../step.sh
step erlc calc.yrl
step erlc calc_lexer.xrl
grep -v -e '^-file' calc.erl | cksum
grep -v -e '^-file' calc_lexer.erl | cksum
step erlc -Werror calc.erl calc_lexer.erl
step escript parse.escript '1 + 2 * (3 - 4)' '1.5e3 / 2 # why' '1 +' '1 ! 2' '2 $ 3'
step erlc -v conflict.yrl
step erlc wrong.yrl
step erlc wrong.xrl
step erl -noshell -eval 'io:format("~p~n", [yecc:file("wrong.yrl", [return])]), halt().'
step erl -noshell -eval 'io:format("~p~n", [leex:file("calc_lexer.xrl", [{scannerfile, "other.erl"}, return])]), halt().'
