# `erl -make`: what is compiled, what is not any more, and what fails.
. ../step.sh
step erl -make
step erl -noshell -pa ebin -s one main -s init stop
step erl -make
touch -d '2001-01-01' ebin/one.beam
step erl -make
rm ebin/two.beam && cp broken src/two.erl
step erl -make
ls ebin
