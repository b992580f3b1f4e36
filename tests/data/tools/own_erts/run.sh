# slow
# systools: a release with an erts of its own, unpacked and started by `start_erl` and `erl` there, in the foreground and behind run_erl.
. ../step.sh
plain() { step "$@" | sed -e 's/erts-[0-9.]*/erts/g'; }
settled() { for i in $(seq 300); do [ -e "$1" ] && return; sleep 0.1; done; echo "no $1 after 30 s" >&2; }
root=$(erl -noshell -eval 'io:put_chars(code:root_dir()), halt().')
mkdir -p otp lib/counter-1/ebin
ln -s $root/lib $root/releases otp
cp -r $root/erts-* $root/bin otp
ours=
if command -v oxbeam > /dev/null; then
    ours=yes
    oxbeam otp embed otp > /dev/null
fi
erlc -o lib/counter-1/ebin ../counter.erl ../counter_sup.erl
step escript make.escript
mkdir there && tar xzf counting-1.tar.gz -C there
rm -r otp
unset OXBEAM_OTP
ls there | sed -e 's/-.*//'
bin=$(echo $PWD/there/erts-*/bin)
for program in erl erlexec beam.smp epmd heart run_erl to_erl start_erl escript; do [ -x $bin/$program ] || echo "no $program"; done
echo '[{counter, [{first, 70}]}].' > there/releases/1/sys.config
counted='io:format("~p ~p~n", [counter:next(), lists:suffix("/there", code:root_dir())])'
plain $bin/start_erl $PWD/there $PWD/there/releases $PWD/there/releases/start_erl.data -noshell -eval "$counted, init:stop(3)."
[ -n "$ours" ] && ROOTDIR=$PWD/there BINDIR=$bin $bin/erlexec -boot there/releases/1/start -noshell -eval 'emu = erlang:system_info(emu_flavor), halt().'
export ROOTDIR=$PWD/there BINDIR=$bin EMU=beam PROGNAME=counting
plain $bin/erlexec -boot there/releases/1/start -noshell -eval 'io:format("~p ~p~n", [init:get_argument(progname), os:getenv("PROGNAME")]), halt().'
plain $bin/erlexec -boot there/releases/1/start -noshell -heart -env HEART_COMMAND true -eval 'io:format("~p~n", [is_pid(whereis(heart))]), init:stop().' 2>&1 | grep -v heart_beat
$bin/erlexec -boot there/releases/1/start -noshell -emu_args_exit | sed -e "s#$PWD#HERE#" -e 's/erts-[0-9.]*/erts/'
echo "== in the background"
told() { for i in $(seq 300); do grep -q "$1" logs/erlang.log.1 2> /dev/null && return; sleep 0.1; done; echo "no $1 after 30 s" >&2; }
gone() { for i in $(seq 300); do [ -z "$(ls pipes)" ] && return; sleep 0.1; done; }
mkdir pipes logs
run_erl=$bin/run_erl
$run_erl -daemon $PWD/pipes/ $PWD/logs "exec $bin/start_erl $PWD/there $PWD/there/releases $PWD/there/releases/start_erl.data"
echo "= $?"
settled pipes/erlang.pipe.1.r
( told 1\>; printf 'counter:next() + 1000.\n'; told 2\>; printf 'file:write_file("typed", []).\n'; settled typed; told 3\>; printf 'init:stop().\n'; gone ) | $bin/to_erl $PWD/pipes/ > shown 2>&1
settled typed
grep -q 1070 shown && echo "answered"
grep -q 1070 logs/erlang.log.1 && echo "and in the log"
ls pipes logs
$bin/to_erl $PWD/pipes/ 2>&1 | sed -e "s#$PWD#HERE#"
$bin/to_erl -x 2>&1
