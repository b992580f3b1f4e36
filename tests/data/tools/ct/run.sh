# slow
# needs: share/javascript/jquery/jquery.min.js
# ct_run: a suite whose cases pass, fail, are skipped and take too long.
. ../step.sh
mkdir logs
ct_run -noshell -suite basic_SUITE -config some.config -logdir logs -no_auto_compile > none 2>&1; echo "= $?"
ct_run -noshell -suite basic_SUITE -config some.config -logdir logs > output 2>&1; echo "= $?"
grep -e '^Testing' -e ' ok, ' -e FAILED -e SKIPPED -e said -e reason -i output | sed -e 's/\*\*\*.*\*\*\*//' -e 's/[0-9]*-[0-9]*-[0-9]* [0-9:.]*//'
grep -h -e '^=case' -e '^=result' -e '^=group_props' logs/ct_run*/*/run*/suite.log | sed -e 's/<[0-9.]*>/<pid>/'
grep -h -c . logs/ct_run*/*/run*/suite.summary 2> /dev/null
