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
emu designs nonsense
is 'of an unknown name is a usage error' 2 '' nonsense
