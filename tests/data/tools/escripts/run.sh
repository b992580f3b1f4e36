# Scripts of source, compiled ones and archives; how they end.
. ../step.sh
# The name of a compiled script's module is made of time.
named() { step "$@" | sed -e 's/__escript__[0-9_]*/__escript__/g'; }
chmod +x hello.escript
step ./hello.escript sum 1 2 39
step ./hello.escript a 'b c' ü
step escript hello.escript flag
step escript hello.escript name x
step escript hello.escript halt
named escript hello.escript crash
step escript -i hello.escript crash
named escript hello.escript throw
named escript hello.escript exit
printf 'one\nzwei ü\nlast' | step escript hello.escript cat
step escript -s hello.escript
step escript -s wrong.escript
step escript wrong.escript
step escript syntax.escript
step escript absent.escript
named escript compiled.escript
named escript -c compiled.escript
step erlc plus.erl plus_helper.erl
step escript build.escript
step ./plus 20 22
step ./single x
