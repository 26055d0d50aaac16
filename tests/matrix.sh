#!/bin/sh
# matrix.sh - the attack suite: every scenario under every design is what guest-tests/scenarios/expected.tsv says, the same on both
# Unicorns, and what the machine's own kernel does where it is the kernel that one of the designs models.
. tests/lib.sh
work=$(scratch matrix)
scenarios=$B/guest-tests/scenarios/scenarios
plugins=$B/examples/contents.so,$B/examples/shrink_only.so
builtin=$("$B/mseal-emu" designs | cut -d ' ' -f 1 | paste -sd ,)

# each cell a test: the tap form has a line for each
"$B/mseal-emu" matrix --format tap --designs "$builtin,$plugins" >"$work/tap" 2>"$work/err"
status=$?
awk '/^ok / { n++ } END { for (; n > 0; n--) print "pass\tmatrix cell" }' "$work/tap" >>"$RESULTS"
if [ $status -ne 0 ]; then
    grep '^not ok' "$work/tap" | while read -r line; do fail "$line"; done
    [ -s "$work/tap" ] || fail "matrix does not run" "$work/err"
fi

# Unicorn's newest gives the same; a part of the designs is enough for that
if [ -x "$B/mseal-emu-newest" ]; then
    for emu in mseal-emu mseal-emu-newest; do
        "$B/$emu" matrix --format json --designs none,linux-6.18,mimmutable >"$work/$emu.json" 2>/dev/null
    done
    if cmp -s "$work/mseal-emu.json" "$work/mseal-emu-newest.json"; then pass "both Unicorns"; else fail "both Unicorns"; fi
else
    skip "matrix on both Unicorns" "only one Unicorn"
fi

# The kernel of this machine against the column of the design that models it.
release=$(uname -r | cut -d . -f 1-2)
design=linux-$release
if ! "$scenarios" P01 | grep -q EPERM; then
    skip "matrix against this kernel" "Linux $(uname -r) has no mseal"
elif ! echo ",$builtin," | grep -q ",$design,"; then
    skip "matrix against this kernel" "no built-in design models Linux $release"
else
    "$scenarios" --all >"$work/host" 2>/dev/null
    "$B/mseal-emu" --vdso --design "$design" "$scenarios" --all >"$work/emu" 2>"$work/emu.err"
    while IFS= read -r line; do
        id=${line%%:*}
        case $line in
        *": skipped: "*) skip "scenario $id on this kernel" "${line#*skipped: }" ; continue ;;
        esac
        grep "^$id: skipped: " "$work/emu" >"$work/reason" && { skip "scenario $id in the emulator" "$(sed 's/.*skipped: //' "$work/reason")"; continue; }
        if grep -qxF -- "$line" "$work/emu"; then
            pass "scenario $id as on this kernel"
        else
            { echo "host $line"; grep "^$id:" "$work/emu"; } >"$work/difference"
            fail "scenario $id as on this kernel" "$work/difference"
        fi
    done <"$work/host"
fi
scratch_end
exit 0
