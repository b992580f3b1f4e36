# slow
# heart and -detached.
. ../step.sh
PATH=$PATH:/usr/lib/erlang/bin
settled() { for i in $(seq 300); do [ -e "$1" ] && return; sleep 0.1; done; echo "no $1 after 30 s"; }
erlc watched.erl
# What heart says has times and places in it.
said() { sed -e 's/^[^ ]*heart: .* 20[0-9][0-9]: /heart: /' -e 's/kill_pid = .*/kill_pid = PID/' | tr -d '\r' | grep -v -e '^$' -e 'Crash dump' -e '^Killed'; }
export HEART_COMMAND='erl -noshell -s watched; touch over'

for wish in halt kill crash set; do
    echo "== $wish"
    rm -f log over
    printf $wish > wish
    erl -noshell -heart -s watched > said 2>&1
    settled over
    sleep 1
    cat log
    said < said
done
echo "== stopped"
rm -f log over
HEART_COMMAND='touch restarted' erl -noshell -heart -eval 'ok = heart:set_options([check_schedulers]), init:stop().' 2>&1 | said
ls restarted 2>&1
echo "== crash without an opinion on dumps"
rm -f over
printf crash > wish
env -u ERL_CRASH_DUMP_SECONDS erl -noshell -heart -s watched > said 2>&1
settled over
sleep 1
said < said
ls erl_crash.dump 2>&1
echo "== crash with a dump"
rm -f over
printf crash > wish
ERL_CRASH_DUMP_SECONDS=20 erl -noshell -heart -s watched > said 2>&1
settled over
sleep 1
tr -d '\r' < said | grep -o -e 'Waiting for dump - .*seconds' -e 'Executed .*'
head -1 erl_crash.dump
grep Slogan erl_crash.dump
echo "== without -heart"
erl -noshell -eval 'io:format("~p~n", [whereis(heart)]), halt().'
HEART_BEAT_TIMEOUT=20 erl -noshell -heart -eval 'io:format("~p~n", [is_pid(whereis(heart))]), init:stop().' 2>&1 | said

echo "== -detached"
erl -detached -eval 'file:write_file("detached.part", io_lib:format("~p ~p ~s~n", [init:get_argument(noshell) =/= error, init:get_argument(noinput) =/= error, os:cmd("ps -o sid= -p " ++ os:getpid() ++ " > sid; echo done")])), file:rename("detached.part", "detached"), halt().'
echo "= $?"
settled detached
cat detached
[ "$(cat sid)" != "$(ps -o sid= -p $$)" ] && echo "a session of its own"
