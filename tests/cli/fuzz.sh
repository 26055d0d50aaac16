#!/bin/sh
# fuzz.sh - mseal-emu fuzz as a person types it: a difference becomes a short program, the whole emulator takes the model's place,
# an exclusion that is none is told, wrong use is refused.
. tests/lib.sh
work=$(scratch fuzz-test)
log=$work/log
emu=$B/mseal-emu

usage()  # NAME ARG...
{
    name=$1
    shift
    "$emu" fuzz "$@" >"$log" 2>&1
    if [ $? = 2 ] && grep -q '^usage: mseal-emu fuzz' "$log"; then
        pass "fuzz: $name"
    else
        fail "fuzz: $name" "$log"
    fi
}
usage "an option that is none" --no-such-option
usage "a sequence of no length" --length 2000
usage "the naive model has no CPU" --with-cpu --pair

if "$emu" fuzz --pair --quiet --ops 5000 >"$log" 2>&1 && [ ! -s "$log" ]; then
    pass "fuzz: no difference, no output"
else
    fail "fuzz: no difference, no output" "$log"
fi

# Cases are run instead of random sequences, or with --ops before these; one that differs ends the run.
case=fuzz/cases/droppable-under-future-locks-stays-alone.case
"$emu" fuzz --pair --quiet --resume "$work/none" "$case" >"$log" 2>&1
cases=$?
"$emu" fuzz --pair --quiet --ops 512 --resume "$work/both" "$case" >>"$log" 2>&1
if [ $? = 0 ] && [ $cases = 0 ] && [ ! -e "$work/none" ] && grep -q 'calls 512 ' "$work/both"; then
    pass "fuzz: cases before random sequences"
else
    fail "fuzz: cases before random sequences" "$log"
fi

case $(uname -r) in
6.18.*) "$emu" fuzz --quiet --ops 1 >/dev/null 2>"$log" ;;
*)
    echo "this is Linux $(uname -r), not 6.18" >"$log"
    false
    ;;
esac
if [ $? != 0 ]; then
    skip "fuzz: against the kernel" "$(head -n 1 "$log")"
    scratch_end
    exit 0
fi

# A model that does not know mseal(2) differs: the sequence is shrunk to that call, and the program shows it natively and in the
# emulator, whose right design agrees with the kernel while the wrong one does not.
"$emu" fuzz --quiet --design none --without shmat --ops 0 --time 60 --save "$work" >"$log" 2>&1
status=$?
program=$(ls "$work"/*.c 2>/dev/null | head -n 1)
if [ $status = 1 ] && [ -n "$program" ] && [ "$(grep -c '(' "${program%.c}.case")" = 0 ] &&
    [ "$(sed 1d "${program%.c}.case" | cut -d ' ' -f 1)" = mseal ]; then
    pass "fuzz: a difference shrinks to the call that differs"
else
    fail "fuzz: a difference shrinks to the call that differs" "$log"
fi
if gcc -w -static -o "$work/program" "$program" >"$log" 2>&1; then
    "$work/program" >"$work/native" 2>&1
    "$emu" "$work/program" >"$work/emulated" 2>&1
    "$emu" --design none "$work/program" >"$work/wrong" 2>&1
    if grep -q "syscall(462" "$work/native" && cmp "$work/native" "$work/emulated" >"$log" 2>&1 &&
        ! cmp -s "$work/native" "$work/wrong"; then
        pass "fuzz: the program shows the difference"
    else
        cat "$work/native" "$work/emulated" "$work/wrong" >>"$log"
        fail "fuzz: the program shows the difference" "$log"
    fi
else
    fail "fuzz: the program shows the difference" "$log"
fi
if "$emu" fuzz "${program%.c}.case" >"$log" 2>&1 && ! "$emu" fuzz --design none "${program%.c}.case" >"$log" 2>&1; then
    pass "fuzz: the saved case differs again"
else
    fail "fuzz: the saved case differs again" "$log"
fi

# A case that shows nothing is no case for an exclusion, and each exclusion needs one.
for name in $(ls fuzz/excluded); do
    cp "${program%.c}.case" "$work/$name"
    if "$emu" fuzz --excluded "$work/$name" >"$log" 2>&1 || ! grep -q 'no longer differs' "$log"; then
        fail "fuzz: $name that does not differ" "$log"
    else
        pass "fuzz: $name that does not differ"
    fi
done
"$emu" fuzz --excluded fuzz/excluded/strict-mbind-after-fork.case >"$log" 2>&1
if [ $? = 1 ] && grep -q 'there is no case that shows this exclusion' "$log"; then
    pass "fuzz: an exclusion without a case"
else
    fail "fuzz: an exclusion without a case" "$log"
fi

if [ ! -x "$B/mseal-fuzz-static" ]; then
    skip "fuzz: the whole emulator" "no static program under the sanitizers"
elif "$emu" fuzz --with-cpu --quiet --seed 1 --ops "${CPU_OPS:-5000}" >"$log" 2>&1; then
    pass "fuzz: the whole emulator"
    # It does take part: with another design it differs.
    "$emu" fuzz --with-cpu --quiet --design none "${program%.c}.case" >"$log" 2>&1
    if [ $? = 1 ] && grep -q '^model: -ENOSYS' "$log"; then
        pass "fuzz: the whole emulator differs"
    else
        fail "fuzz: the whole emulator differs" "$log"
    fi
else
    fail "fuzz: the whole emulator" "$log"
fi
scratch_end
exit 0
