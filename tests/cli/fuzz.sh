# mseal-emu fuzz as a person types it: a difference becomes a short program, the whole emulator takes the model's place,
# an exclusion that is none is told, wrong use is refused.
fuzz=${work:?}/fuzz
log=$fuzz/log
rm -rf "$fuzz" && mkdir -p "$fuzz"

usage()  # NAME ARG...
{
    name=$1
    shift
    "$program" fuzz "$@" >"$log" 2>&1
    if [ $? = 2 ] && grep -q '^usage: mseal-emu fuzz' "$log"; then
        pass "cli: fuzz: $name ($label)"
    else
        fail "cli: fuzz: $name ($label)" "$log"
    fi
}
usage "an option that is none" --no-such-option
usage "a sequence of no length" --length 2000
usage "the naive model has no CPU" --with-cpu --pair

if "$program" fuzz --pair --quiet --ops 5000 >"$log" 2>&1 && [ ! -s "$log" ]; then
    pass "cli: fuzz: no difference, no output ($label)"
else
    fail "cli: fuzz: no difference, no output ($label)" "$log"
fi

# Cases are run instead of random sequences, or with --ops before these; one that differs ends the run.
case=fuzz/cases/droppable-under-future-locks-stays-alone.case
"$program" fuzz --pair --quiet --resume "$fuzz/none" "$case" >"$log" 2>&1
cases=$?
"$program" fuzz --pair --quiet --ops 512 --resume "$fuzz/both" "$case" >>"$log" 2>&1
if [ $? = 0 ] && [ $cases = 0 ] && [ ! -e "$fuzz/none" ] && grep -q 'calls 512 ' "$fuzz/both"; then
    pass "cli: fuzz: cases before random sequences ($label)"
else
    fail "cli: fuzz: cases before random sequences ($label)" "$log"
fi

case $(uname -r) in
6.18.*) "$program" fuzz --quiet --ops 1 >/dev/null 2>"$log" ;;
*)
    echo "this is Linux $(uname -r), not 6.18" >"$log"
    false
    ;;
esac
if [ $? != 0 ]; then
    skip "cli: fuzz: against the kernel ($label)" "$(head -n 1 "$log")"
    return 0
fi

# A model that does not know mseal(2) differs: the sequence is shrunk to that call, and the program shows it natively and in the
# emulator, whose right design agrees with the kernel while the wrong one does not.
"$program" fuzz --quiet --design none --without shmat --ops 0 --time 60 --save "$fuzz" >"$log" 2>&1
status=$?
example=$(ls "$fuzz"/*.c 2>/dev/null | head -n 1)
if [ $status = 1 ] && [ -n "$example" ] && [ "$(grep -c '(' "${example%.c}.case")" = 0 ] &&
    [ "$(sed 1d "${example%.c}.case" | cut -d ' ' -f 1)" = mseal ]; then
    pass "cli: fuzz: a difference shrinks to the call that differs ($label)"
else
    fail "cli: fuzz: a difference shrinks to the call that differs ($label)" "$log"
fi
if gcc -w -static -o "$fuzz/example" "$example" >"$log" 2>&1; then
    "$fuzz/example" >"$fuzz/native" 2>&1
    "$program" "$fuzz/example" >"$fuzz/emulated" 2>&1
    "$program" --design none "$fuzz/example" >"$fuzz/wrong" 2>&1
    if grep -q "syscall(462" "$fuzz/native" && cmp "$fuzz/native" "$fuzz/emulated" >"$log" 2>&1 &&
        ! cmp -s "$fuzz/native" "$fuzz/wrong"; then
        pass "cli: fuzz: the program shows the difference ($label)"
    else
        cat "$fuzz/native" "$fuzz/emulated" "$fuzz/wrong" >>"$log"
        fail "cli: fuzz: the program shows the difference ($label)" "$log"
    fi
else
    fail "cli: fuzz: the program shows the difference ($label)" "$log"
fi
if "$program" fuzz "${example%.c}.case" >"$log" 2>&1 && ! "$program" fuzz --design none "${example%.c}.case" >"$log" 2>&1; then
    pass "cli: fuzz: the saved case differs again ($label)"
else
    fail "cli: fuzz: the saved case differs again ($label)" "$log"
fi

# A case that shows nothing is no case for an exclusion, and each exclusion needs one.
for name in $(ls fuzz/excluded); do
    cp "${example%.c}.case" "$fuzz/$name"
    if "$program" fuzz --excluded "$fuzz/$name" >"$log" 2>&1 || ! grep -q 'no longer differs' "$log"; then
        fail "cli: fuzz: $name that does not differ ($label)" "$log"
    else
        pass "cli: fuzz: $name that does not differ ($label)"
    fi
done
"$program" fuzz --excluded fuzz/excluded/strict-mbind-after-fork.case >"$log" 2>&1
if [ $? = 1 ] && grep -q 'there is no case that shows this exclusion' "$log"; then
    pass "cli: fuzz: an exclusion without a case ($label)"
else
    fail "cli: fuzz: an exclusion without a case ($label)" "$log"
fi

if [ ! -x "$B/mseal-fuzz-static" ]; then
    skip "cli: fuzz: the whole emulator ($label)" "no static program under the sanitizers"
elif "$program" fuzz --with-cpu --quiet --seed 1 --ops "${CPU_OPS:-5000}" >"$log" 2>&1; then
    pass "cli: fuzz: the whole emulator ($label)"
    # It does take part: with another design it differs.
    "$program" fuzz --with-cpu --quiet --design none "${example%.c}.case" >"$log" 2>&1
    if [ $? = 1 ] && grep -q '^model: -ENOSYS' "$log"; then
        pass "cli: fuzz: the whole emulator differs ($label)"
    else
        fail "cli: fuzz: the whole emulator differs ($label)" "$log"
    fi
else
    fail "cli: fuzz: the whole emulator ($label)" "$log"
fi
