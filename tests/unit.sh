#!/bin/sh
# unit.sh - every Check program of tests/unit, one result for each test in it.
. tests/lib.sh
limit=1200 # seconds; each test has its own (run_suite.h)
[ "$SANITIZE" != 1 ] || { export ASAN_OPTIONS=detect_leaks=1 LSAN_OPTIONS=suppressions=$top/tests/lsan.supp:print_suppressions=0; }
for t in "$B"/tests/unit/test_*; do
    [ -x "$t" ] && [ -f "tests/unit/${t##*/}.c" ] || continue
    name=${t##*/}
    rm -f "$t.tap"
    CK_TAP_LOG_FILE_NAME=$t.tap CK_VERBOSITY=minimal timeout $limit "$t" >"$t.log" 2>&1
    status=$?
    if [ -s "$t.tap" ]; then
        awk -v n="unit $name" -v out="$RESULTS" '
            /^ok / { sub(/^ok [0-9]* - /, ""); printf "pass\t%s: %s\n", n, $0 >>out }
            /^not ok / { sub(/^not ok [0-9]* - /, ""); printf "fail\t%s: %s\n", n, $0 >>out; print "FAIL " n ": " $0 }' "$t.tap"
        grep -q '^not ok' "$t.tap" && sed 's/^/    /' "$t.log" | tail -n 20
        # A test binary that says all is well must also end well (leaks are found at the very end).
        if [ $status != 0 ] && ! grep -q '^not ok' "$t.tap"; then
            fail "unit $name: exit status $status" "$t.log"
        fi
    elif [ $status = 0 ]; then
        pass "unit $name"
    else
        fail "unit $name: exit status $status" "$t.log"
    fi
done
exit 0
