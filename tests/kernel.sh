#!/bin/sh
# kernel.sh - mm/ against the kernel of this machine: what once differed must not differ again, and a fixed part of the random
# sequences. The model answers as Linux 6.18 does; on another kernel only that nothing crashes is tested.
. tests/lib.sh
fuzz=$B/mseal-fuzz
log=$B/kernel-test.log
case $(uname -r) in
6.18.*) ;;
*)
    skip "kernel: comparison" "this is Linux $(uname -r), not 6.18"
    exit 0
    ;;
esac
"$fuzz" --quiet --ops 1 >/dev/null 2>"$log"
if [ $? = 125 ]; then
    skip "kernel: comparison" "$(head -n 1 "$log")"
    exit 0
fi
for c in fuzz/cases/*.case fuzz/kernels/*.case; do # the latter differ on other kernels
    if "$fuzz" "$c" >"$log" 2>&1; then
        pass "kernel ${c##*/}"
    else
        fail "kernel ${c##*/}" "$log"
    fi
done
# An exclusion that no longer differs must go. What the kernel reclaims depends on its lists, so several tries.
for try in 1 2 3 4 5; do
    "$fuzz" --excluded fuzz/excluded/*.case >"$log" 2>&1 && break
done
if "$fuzz" --excluded fuzz/excluded/*.case >"$log" 2>&1 || [ "$try" != 5 ]; then
    pass "kernel: every exclusion still differs"
else
    fail "kernel: every exclusion still differs" "$log"
fi
if "$fuzz" --quiet --jobs 2 --seed 1 --ops "${KERNEL_OPS:-200000}" >"$log" 2>&1; then
    pass "kernel: random sequences"
else
    fail "kernel: random sequences" "$log"
fi
exit 0
