# slow
# rebar3: a new application and a new script, compiled, tested, packed and run.
. ../step.sh
quiet() { step "$@" | sed -e '/^===> Fetching/d' -e 's/in [0-9.]* seconds/in time/' -e 's/took [0-9.]*s/took time/' -e '/32m\./d'; }
export REBAR_OFFLINE=1 REBAR_COLOR=none
quiet rebar3 new app counting
quiet rebar3 new escript tool
cd counting
find . -type f | sort
cat src/counting.app.src
quiet rebar3 compile
cat > src/adding.erl <<'X'
-module(adding).
-export([add/2]).
-include_lib("eunit/include/eunit.hrl").
add(A, B) -> A + B.
add_test() -> ?assertEqual(3, add(1, 2)).
wrong_test() -> ?assertEqual(4, add(1, 2)).
X
quiet rebar3 eunit
rm -r _build/test
sed -i -e '/wrong_test/d' src/adding.erl
quiet rebar3 do eunit --cover, cover
echo 'broken(.' >> src/adding.erl
quiet rebar3 compile
cd ../tool
quiet rebar3 escriptize
quiet _build/default/bin/tool one two
quiet rebar3 tree
quiet rebar3 no_such_command
cd ..
quiet rebar3 version | sed -e 's/on Erlang.*/on Erlang/'
