# slow
# releases: 25
# dialyzer: the table of erts, kernel and stdlib; the warnings of making it, and all that is in it.
. ../step.sh
# Where packages make no link for it.
PATH=$PATH:/usr/lib/erlang/bin
erlc contents.erl
step dialyzer --build_plt --output_plt made.plt --apps erts kernel stdlib --output warnings | sed -e 's/done in .*/done/' -e '/^ *$/d'
cat warnings
erl -noshell -run contents main made.plt
