# slow
# run_erl and to_erl: a shell in the background, what is typed into it, and its log.
. ../step.sh
settled() { for i in $(seq 300); do [ -e "$1" ] && return; sleep 0.1; done; echo "no $1 after 30 s"; }
mkdir pipes logs
run_erl -daemon ./pipes/ ./logs "exec erl -kernel shell_history disabled"
echo "= $?"
settled pipes/erlang.pipe.1.r
( sleep 3; printf 'X = 20 + 22.\n'; sleep 2; printf 'io:format("~p~n", [X]), file:write_file("typed", []).\n'; sleep 3; printf 'init:stop().\n'; sleep 3 ) | to_erl ./pipes/ > typed_to 2>&1
settled typed
grep -c '42' logs/erlang.log.1 > count
[ "$(cat count)" -ge 1 ] && echo "answered in the log"
for i in $(seq 100); do [ -z "$(ls pipes)" ] && break; sleep 0.1; done
ls pipes
