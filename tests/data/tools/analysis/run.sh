# xref and cover.
. ../step.sh
erlc +debug_info subject.erl other.erl look.erl
step erl -noshell -s look xref -s init stop
step erl -noshell -s look cover -s init stop
grep -v '^File generated' subject.out
sed -e '/generated/d' other.html | head -40
