# Tables of designs: matrix and compare.
emu matrix -d none,linux-6.18,mimmutable P01 D10
is 'matrix runs the scenarios named under the designs named' 0
ok 'a row is marked where designs differ' grep -Eq '^P01  \* HIT +EPERM +EPERM$' "$work/out"
ok 'and says what it was for each' grep -Eq '^D10  \* HIT +HIT +EPERM$' "$work/out"
emu matrix -d none P01 P0X
is 'what is neither a scenario nor a program' 127 '' '^mseal-emu: matrix: P0X: neither a scenario nor a program$'
emu matrix -d none,linux-6.18 true "$B/demo/attacker"
is 'programs are run, too' 0
for format in text markdown html json junit tap; do
    emu matrix -f $format -d none,linux-6.18 P01 P07
    is "matrix as $format" 0
    ok "$format tells of both designs" sh -c "grep -q none '$work/out' && grep -q linux-6.18 '$work/out'"
done
rm -f "$work/table"
emu matrix -d none -o "$work/table" P01
is 'matrix -o writes to a file' 0 '' ''
ok '... all of it' grep -q '^P01' "$work/table"
cp /bin/true "$work/table"
emu matrix -d none -o "$work/table" P01
is 'matrix -o does not write over a program' 2 '' "^mseal-emu: matrix -o '.*/table': is a program"
ok '... it is as it was' cmp -s /bin/true "$work/table"
emu matrix -f html -d none P01
ok 'the page asks no other machine for anything' sh -c "! grep -Eiq 'https?://|src=|@import' '$work/out'"
emu matrix -f tap -d linux-6.18 P01 P07
ok 'tap has a line for each cell' sh -c "[ \$(grep -c '^ok ' '$work/out') = 2 ]"
if have python3; then
    emu matrix -f json -d none,linux-6.18 P01 P08
    ok 'json is JSON' python3 -c "
import json
cells = json.load(open('$work/out'))
assert len(cells) == 4 and all(c['as_expected'] for c in cells), cells
assert cells[1]['outcome'] == 'EPERM [rxsrxsrxsrxs]' and cells[1]['class'] == 'blocked', cells[1]"
fi
sed 's/^P01\(.*\)EPERM/P01\1EACCES/' guest-tests/scenarios/expected.tsv >"$work/dir/wrong.tsv"
emu matrix --expected wrong.tsv -d linux-6.18 P01
is 'a cell that is not as expected is an error' 1 "$(cat "$work/out")" 'P01 under linux-6.18'
grep -v '^P01' guest-tests/scenarios/expected.tsv >"$work/dir/less.tsv"
emu matrix --expected less.tsv -d linux-6.18 P01
is 'so is a cell nobody wrote down' 1 "$(cat "$work/out")" 'nothing is written down'
emu matrix -d "none,$B/examples/contents.so" D10
is 'a plug-in is a column' 0
ok 'under its own name' grep -q contents "$work/out"
emu matrix -d none,linux-6.18 /bin/true /bin/false
is 'programs are rows too' 0
ok 'with their exit status' grep -Eq 'false.*exit 1 +exit 1' "$work/out"
emu matrix --trace P07:linux-6.18
is 'a cell shows its trace' 0 'EPERM [wxwx|rxs|rx]' 'mseal_emu_seal\('
emu matrix --trace P07
is 'which needs a design' 2 '' 'SCENARIO:DESIGN'
emu matrix -f gif
is 'an unknown format is a usage error' 2 '' 'gif'
emu matrix -d nonsense P01
is 'so is an unknown design' 2 '' nonsense
emu matrix -j 0
is 'and no jobs' 2 '' jobs

emu compare -d none,linux-6.18 "$B/demo/attacker"
is 'compare shows where designs part' 0
ok 'at the call that seals' grep -q '^> .*linux-6.18 .*mseal_emu_seal' "$work/out"
ok 'and what each refused' grep -q 'refused.*mprotect.*EPERM' "$work/out"
emu compare -d linux-6.11,linux-6.18 /bin/true
is 'programs that seal nothing do not part' 0
ok 'which is said' grep -q 'no difference' "$work/out"
emu compare
is 'compare wants a program' 2 '' usage
