# systools and release_handler: a release is made, packed, unpacked, started, upgraded and taken back.
. ../step.sh
mkdir -p lib/counter-1/ebin lib/counter-2/ebin
erlc -o lib/counter-1/ebin ../counter.erl ../counter_sup.erl
erlc -DNEW -o lib/counter-2/ebin ../counter.erl ../counter_sup.erl
step escript make.escript 1
mkdir target && tar xzf counting-1.tar.gz -C target && ls target
step erl -noshell -boot target/releases/1/start -eval 'io:format("~p ~p~n", [counter:next(), counter:next()]), init:stop().'
step erl -noshell -boot counting-1 -counter first 7 -eval 'io:format("~p ~p~n", [counter:next(), lists:sort([A || {A, _, _} <- application:which_applications()])]), init:stop(4).'
step escript make.escript 2
step erl -noshell -pa lib/counter-1/ebin -eval '
    io:format("~p~n", [[counter:module_info(exports) =/= [], application:ensure_all_started(counter)]]),
    io:format("~p~n", [[counter:next(), counter:next()]]),
    io:format("~p~n", [release_handler:upgrade_app(counter, "lib/counter-2")]),
    io:format("~p~n", [[counter:next(), counter:next()]]),
    io:format("~p~n", [release_handler:downgrade_app(counter, "1", "lib/counter-1")]),
    io:format("~p~n", [[counter:next(), counter:next()]]),
    init:stop().'
