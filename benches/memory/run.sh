#!/bin/sh
# Memory and start of Oxbeam and of a real erl, in turn: `benches/memory/run.sh RELEASE REAL`, where REAL starts a real `erl` of that
# release: `erl`, or a command that runs it in a chroot, which must see TMPDIR. Wants the program /usr/bin/time.
#   OXBEAM  what to measure, else target/release/oxbeam
#   ROUNDS  starts of each, else 15
#   COUNT   processes, else 1000000; 0 for none
set -eu
[ $# -eq 2 ] || { sed -n '2,6s/^# *//p' "$0"; exit 2; }
real=$2
here=$(cd "$(dirname "$0")" && pwd)
oxbeam=${OXBEAM:-$here/../../target/release/oxbeam}
export OXBEAM_OTP=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$oxbeam" erlc -o "$scratch" "$here/million.erl"

# The machine by name, then what starts it; prints seconds by the clock, seconds of the processor, kilobytes.
start() {
    /usr/bin/time -a -o "$scratch/$1" -f '%e %U %S %M' $2 -noshell -eval "$code" </dev/null >/dev/null
}
for code in 'halt().' 'io:format("~p~n", [erlang:system_info(otp_release)]), halt().'; do
    rm -f "$scratch/real" "$scratch/oxbeam"
    round=0
    while [ $round -lt "${ROUNDS:-15}" ]; do
        start real "$real"
        start oxbeam "$oxbeam erl"
        round=$((round + 1))
    done
    echo "-eval '$code'"
    for name in real oxbeam; do
        sort -n "$scratch/$name" | awk -v name=$name '
            { clock[NR] = $1; if (NR == 1 || $2 + $3 < processor) processor = $2 + $3; if ($4 > most) most = $4 }
            END { printf "  %-7s clock %.2f s (median %.2f), processor %.2f s, at most %.1f MB\n",
                  name, clock[1], clock[int((NR + 1) / 2)], processor, most / 1000 }'
    done
done
[ "${COUNT:-1000000}" -gt 0 ] || exit 0
limit=$((${COUNT:-1000000} * 2))
for machine in "$real" "$oxbeam erl"; do
    printf '%s: ' "${machine##*/}"
    $machine +P $limit -noshell -pa "$scratch" -run million main "${COUNT:-1000000}" </dev/null
done
