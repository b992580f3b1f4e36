# slow
# run_erl and to_erl: a shell in the background, what is typed into it, and its log.
. ../step.sh
settled() { for i in $(seq 300); do [ -e "$1" ] && return; sleep 0.1; done; echo "no $1 after 30 s" >&2; }
told() { for i in $(seq 300); do grep -q "$1" logs/erlang.log.1 2> /dev/null && return; sleep 0.1; done; echo "no $1 after 30 s" >&2; }
mkdir pipes logs
run_erl -daemon ./pipes/ ./logs "exec erl -kernel shell_history disabled"
echo "= $?"
settled pipes/erlang.pipe.1.r
gone() { for i in $(seq 300); do [ -z "$(ls pipes)" ] && return; sleep 0.1; done; }
( told 1\>; printf 'X = 20 + 22.\n'; told 2\>; printf 'io:format("~p~n", [X]), file:write_file("typed", []).\n'; settled typed; told 3\>; printf 'init:stop().\n'; gone ) | to_erl ./pipes/ > typed_to 2>&1
grep -c '42' logs/erlang.log.1 > count
[ "$(cat count)" -ge 1 ] && echo "answered in the log"
ls pipes
