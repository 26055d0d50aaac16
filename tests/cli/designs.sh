# Sealing designs, built in and from shared objects.
emu designs
is 'designs lists them' 0
cut -d ' ' -f 1 "$work/out" >"$work/designs"
ok 'among them the four first ones' sh -c 'for d in none linux-6.18 linux-6.11 mimmutable; do grep -qx -e "$d" "$work/designs" || exit 1; done'
while read -r d; do
    emu --design "$d" "$B/demo/attacker"
    ok "--design $d runs the attacker" sh -c "[ $status = 0 ] && [ \$(wc -l <'$work/out') = 11 ]"
done <"$work/designs"
emu --design none "$B/demo/attacker"
ok 'without sealing every attack succeeds' sh -c '! grep -q stopped "$work/out"'
emu --design linux "$B/demo/attacker"
cp "$work/out" "$work/linux"
emu "$B/demo/attacker"
ok 'linux is the default' cmp "$work/out" "$work/linux"
emu --design linux-6.11 "$B/demo/attacker"
ok 'linux-6.11 refuses before anything changed' sh -c '! grep -q PARTLY "$work/out"'
emu --design linux-6.18 "$B/demo/attacker"
ok 'linux-6.18 after what came before the seal' grep -q PARTLY "$work/out"
ok 'it lets advice undo relocations' grep -q "undo relocations *SUCCEEDED" "$work/out"
emu --design mimmutable "$B/demo/attacker"
ok 'mimmutable does not' grep -q "undo relocations *stopped" "$work/out"
emu --design "$B/examples/contents.so" "$B/demo/attacker"
ok 'a shared object is a design: contents.so stops all attacks' sh -c '! grep -q SUCCEEDED "$work/out"'
emu --design /nonexistent.so /bin/true
ok 'a missing shared object is an error' [ "$status" -ge 2 ]
emu --design "$B/libmseal-mm.a" /bin/true
ok 'so is a file that is none' [ "$status" -ge 2 ]
emu designs mimmutable
is 'designs NAME shows what one decides' 0
ok 'with its system call' grep -q 'system call 4159' "$work/out"
# The lines that the table's rules are said to stand on hold their sentences, for all designs.
while read -r d; do
    emu designs "$d"
    sed -n 's/^\[[0-9]*\] \([^ :]*\):\([0-9]*\)  /\1 \2 /p' "$work/out" >"$work/rules"
    [ "$d" = none ] || ok "designs $d names the rules that refused" [ -s "$work/rules" ]
    while read -r file line sentence; do
        ok "designs $d: $file:$line is the rule" sh -c 'sed -n "$2p" "$0/$1" | grep -qF "\"$3\""' "$top" "$file" "$line" "$sentence"
    done <"$work/rules"
    # every number in the table stands below it, and the other way round; nothing is refused with EPERM but by a rule
    sed -n '/^four pages/,/^$/p' "$work/out" | grep -o '\[[0-9]*\]' | sort -u >"$work/used"
    sed -n 's/^\(\[[0-9]*\]\) .*/\1/p' "$work/out" | sort -u >"$work/told"
    ok "designs $d: numbers and rules are the same" cmp "$work/used" "$work/told"
    ok "designs $d: each EPERM has its rule" sh -c '! sed -n "/^four pages/,/^$/p" "$0" | grep -q "EPERM[+~]*\( \|$\)"' "$work/out"
done <"$work/designs"
emu designs "$B/examples/contents.so"
ok 'the rules of a shared object too' grep -q '^\[1\] examples/contents\.c:[0-9]*  the mapping and its protection are sealed$' "$work/out"
if have cc; then
    sed 's/MSEAL_DESIGN_ABI/MSEAL_DESIGN_ABI - 1/' "$top/examples/contents.c" >"$work/old.c"
    cc -shared -fPIC -I"$top/include" -o "$work/old.so" "$work/old.c"
    emu designs "$work/old.so"
    is 'a shared object of another ABI is refused' 2 '' 'another version of design.h'
    sed -e 's/return MSEAL_REFUSE(why, \(-[A-Z]*\), \(.*\));/{ *why = \2; return \1; }/' "$top/examples/contents.c" >"$work/plain.c"
    cc -shared -fPIC -I"$top/include" -o "$work/plain.so" "$work/plain.c"
    emu designs "$work/plain.so"
    ok 'one that tells only the sentence has no line' grep -qx '\[1\] (its line is not told)  the mapping and its protection are sealed' "$work/out"
fi
emu designs nonsense
is 'of an unknown name is a usage error' 2 '' nonsense
