#!/bin/sh
# guest.sh - the memory-behaviour probe: each program of guest-tests/ on the host kernel and in the emulator.
#
# A program prints 'ok N - fact', 'not ok N - fact' or 'skip N - fact (reason)'. A fact is held against each side, and a
# fact that one side prints and the other does not is a failure too. With --vdso, since the host's kernel gives one;
# and with memory that may be declared broken (hwpoison.c).
. tests/lib.sh

facts()  # LABEL PROGRAM OUTPUT STATUS
{
    awk -v n="guest $2 on $1" -v out="$RESULTS" '
        /^ok / { sub(/^ok [0-9]* - /, ""); printf "pass\t%s: %s\n", n, $0 >>out }
        /^not ok / { sub(/^not ok [0-9]* - /, ""); printf "fail\t%s: %s\n", n, $0 >>out; print "FAIL " n ": " $0; next }
        /^skip / { sub(/^skip [0-9]* - /, ""); sub(/ \(/, "\t"); sub(/\)$/, ""); printf "skip\t%s: %s\n", n, $0 >>out }
        /^# / { print "    " $0 }' "$3"
    grep -q '^1\.\.' "$3" || fail "guest $2 on $1: ended early with status $4" "$3.err"
}

for src in guest-tests/*.c; do
    prog=${src##*/}
    prog=${prog%.c}
    bin=$B/guest-tests/$prog
    timeout 60 "$bin" >"$bin.native" 2>"$bin.native.err"
    facts host "$prog" "$bin.native" $?
    for e in $(emulators); do
        label=${e%%=*}
        timeout 120 "${e#*=}" --vdso -E HWPOISON=1 "$bin" >"$bin.$label" 2>"$bin.$label.err" </dev/null
        facts "$label" "$prog" "$bin.$label" $?
    done
done
exit 0
