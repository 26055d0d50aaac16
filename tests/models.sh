#!/bin/sh
# models.sh - the tree against the naive model: random sequences, every short sequence on four pages, and bugs planted in a copy
# of mm/ that the two must find. Needs no particular kernel.
. tests/lib.sh
fuzz=$B/mseal-fuzz
log=$B/models-test.log

for design in linux-6.18 none; do
    if "$fuzz" --pair --quiet --design $design --seed 1 --ops "${PAIR_OPS:-1000000}" >"$log" 2>&1; then
        pass "models: random sequences, $design"
    else
        fail "models: random sequences, $design" "$log"
    fi
done

# The hole that everybody knows must come out by itself: a modified page of a private file mapping goes back to the file's.
hole='mmap(P(0), 0x4000, 3, 18, 100, 0)
write_page(P(1), 0x2001)
mprotect(P(1), 0x1000, 1)
seal(P(1), 1 pages)
madvise(P(1), 0x1000, 4)'
depth=$(sed -n 's/.*every sequence of up to \([0-9]*\) calls.*/\1/p' docs/holes.md)
if ! "$fuzz" --worlds --quiet --design linux-6.18 --depth "$depth" >"$log" 2>&1; then
    fail "models: small worlds, linux-6.18" "$log"
elif [ "$(grep -c '^[0-9]*\. ' "$log")" != "$(sed -n '/^## linux-6.18$/,/^## linux-7/p' docs/holes.md | grep -c '^- ')" ]; then
    echo "docs/holes.md is not what make holes writes" >"$log"
    fail "models: small worlds, linux-6.18" "$log"
elif sed 's/^ *//' "$log" | tr '\n' '~' | grep -qF "$(echo "$hole" | tr '\n' '~')"; then
    pass "models: small worlds, linux-6.18"
else
    echo "the hole of private file mappings was not found" >"$log"
    fail "models: small worlds, linux-6.18" "$log"
fi
# Going on from each state once only loses nothing.
for states in "" --all-states; do
    "$fuzz" --worlds --quiet --design linux-6.12 --depth 3 $states >"$log$states" 2>&1
done
if grep -q '^[0-9]*\. ' "$log" && [ "$(tail -n +2 "$log")" = "$(tail -n +2 "$log--all-states")" ]; then
    pass "models: small worlds, each state once"
else
    fail "models: small worlds, each state once" "$log--all-states"
fi
if "$fuzz" --worlds --quiet --design none --depth 2 >"$log" 2>&1 && grep -q ' 0 holes' "$log"; then
    pass "models: small worlds, none"
else
    fail "models: small worlds, none" "$log"
fi
case $(uname -r) in
6.18.*)
    if "$fuzz" --worlds --host --quiet --design linux-6.18 --depth "${HOST_DEPTH:-2}" >"$log" 2>&1; then
        pass "models: small worlds on the host"
    elif [ $? = 125 ]; then
        skip "models: small worlds on the host" "$(head -n 1 "$log")"
    else
        fail "models: small worlds on the host" "$log"
    fi
    ;;
*) skip "models: small worlds on the host" "this is Linux $(uname -r), not 6.18" ;;
esac

# The programs of the holes do what they say, under the emulator.
dir=${B:?}/holes
rm -rf "$dir" && mkdir -p "$dir"
"$fuzz" --worlds --quiet --design linux-6.18 --depth 2 --save "$dir" >"$log" 2>&1
first=$(ls "$dir" | head -n 1)
if gcc -O1 -w -static -o "$dir/hole" "$dir/$first" >"$log" 2>&1 && "$B/mseal-emu" "$dir/hole" >"$log" 2>&1 &&
    grep -q 'page 1: 2001' "$log" && grep -qx 'page 1: 0' "$log"; then
    pass "models: a hole as a program"
else
    fail "models: a hole as a program" "$log"
fi

# A run that goes on does the sequences that a run in one go does.
rm -f "$B/resume.test"
"$fuzz" --pair --quiet --ops 10000 --resume "$B/resume.test" >"$log" 2>&1
if "$fuzz" --pair --quiet --ops 20000 --resume "$B/resume.test" >>"$log" 2>&1 &&
    [ "$(cat "$B/resume.test")" = "seed 1 calls 20480 sequences 40 differences 0" ]; then
    pass "models: a run goes on"
else
    cat "$B/resume.test" >>"$log"
    fail "models: a run goes on" "$log"
fi

# The fuzzer as a guest: its native side is the whole emulator then, system calls, signals, CPU. Left out are a single step into
# a page (the trap flag does not work) and segments (no namespaces).
if [ -x "$B/mseal-fuzz-static" ]; then
    if "$B/mseal-emu" "$B/mseal-fuzz-static" --quiet --without exec_page,shmat --ops "${CPU_OPS:-10000}" >"$log" 2>&1; then
        pass "models: the whole emulator"
    else
        fail "models: the whole emulator" "$log"
    fi
    # What once differed, keys with it, which the machine below may not have.
    if "$B/mseal-emu" "$B/mseal-fuzz-static" $(grep -L '^shm' fuzz/cases/*.case) >"$log" 2>&1; then
        pass "models: cases in the whole emulator"
    else
        fail "models: cases in the whole emulator" "$log"
    fi
else
    skip "models: the whole emulator" "no static program under the sanitizers"
fi

[ ! -x tests/planted.sh ] || tests/planted.sh
exit 0
