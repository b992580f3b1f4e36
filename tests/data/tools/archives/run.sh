# erl_tar and zip; and that tar of the system reads what they make.
. ../step.sh
erlc files.erl
step erl -noshell -s files main -s init stop
tar tf plain.tar | sort
tar xzf packed.tar.gz && cat in/memory && echo
tar cf theirs.tar tree
step erl -noshell -eval 'io:format("~p~n", [lists:sort(element(2, erl_tar:table("theirs.tar")))]), halt().'
