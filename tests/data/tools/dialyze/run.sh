# slow
# dialyzer: a table of a small application, an analysis with it, and typer.
. ../step.sh
# Where packages make no link for it.
PATH=$PATH:/usr/lib/erlang/bin
quiet() { step "$@" | sed -e 's/done in .*/done/' -e 's/Creating PLT .*/Creating PLT/' -e '/^ *$/d' -e 's#(/[^ ]*/#(#'; }
quiet dialyzer --build_plt --output_plt small.plt --apps erts
quiet dialyzer --plt small.plt --src wrong.erl other.erl
quiet dialyzer --plt small.plt -Wunmatched_returns -Wmissing_return -Wno_unknown -Wextra_return --src wrong.erl other.erl
erlc +debug_info -o . other.erl
quiet dialyzer --plt small.plt --add_to_plt other.beam
quiet dialyzer --check_plt --plt small.plt
quiet dialyzer --plt small.plt --dump_callgraph graph.dot --src wrong.erl
sort graph.dot
quiet dialyzer --plt absent.plt other.beam
quiet dialyzer --nonsense
quiet typer --plt small.plt wrong.erl other.erl
