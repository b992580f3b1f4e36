# eunit: what it reports of tests that hold, fail, crash and take too long.
. ../step.sh
untimed() { sed -e 's/\[[0-9.]* s\]/[time]/' -e 's/in [0-9.]* s/in time/' -e 's/ time="[0-9.]*"/ time=""/g'; }
erlc -DTEST stack.erl
erl -noshell -eval 'eunit:test(stack, [verbose]), halt().' | untimed
erl -noshell -eval 'io:format("~p~n", [eunit:test(stack)]), halt().' | untimed
erl -noshell -eval 'eunit:test({dir, "."}, [{report, {eunit_surefire, [{dir, "."}]}}, no_tty]), halt().' | untimed
untimed < TEST-directory_..xml
erl -noshell -eval 'eunit:test({generator, fun() -> [fun() -> ok end || _ <- [1, 2, 3]] end}, [verbose]), halt().' | untimed
