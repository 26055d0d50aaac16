# Recordings, and the questions they answer.
emu --record "$work/rec" "$B/tests/guest/refused"
ask() { "$program" history "$@" "$work/rec" >"$work/answer" 2>&1; }
emu --maps --record "$work/rec2" -o "$work/maps" "$B/demo/attacker"
"$program" history --maps 0 "$work/rec2" | sed -E 's/ .. [0-9a-f]{8} .*//' >"$work/answer"
ok 'the last maps of a recording are those of --maps' sh -c "sed -E 's/^([^ ]* [^ ]*) .*/\1/' '$work/maps' | cmp - '$work/answer'"
ask --seals
ok 'who sealed it' sh -c "grep -A1 '^event [0-9]*: mseal(' '$work/answer' | grep -q 'by .*protect_table+0x'"
ok '... and nothing else' [ "$(grep -c ^event "$work/answer")" = 1 ]
page=$(sed -n 's/^event [0-9]*: mseal(0x\([0-9a-f]*\),.*/\1/p' "$work/answer")
sealed=$(sed -n 's/^event \([0-9]*\): mseal.*/\1/p' "$work/answer")
ask --page "$page"
ok 'everything that happened to a page' [ "$(sed -n 's/^event [0-9]*: \([a-z]*\)(.*/\1/p' "$work/answer" | tr '\n' ' ')" = 'mmap mprotect mseal ' ]
ask --refused
ok 'every refused attempt and why' [ "$(grep -c 'why: linux-6.18' "$work/answer")" = 2 ]
ask --maps "$sealed"
ok 'the maps at an event' grep -q "^$page-.* r--p sl " "$work/answer"
ask --maps "$((sealed - 1))"
ok '... and one before' sh -c "! grep -q ' sl ' '$work/answer'"
ask --diff "$((sealed - 1)),$sealed"
ok 'the difference of two events' [ "$(sed 's/^\(.\).*/\1/' "$work/answer" | tr -d '\n')" = '-++' ]
ask
ok 'all of it' grep -q 'dies\|killed by SIGSEGV' "$work/answer"
emu --record "$work/rec" "$B/tests/guest/many_maps"
bytes=$(($(wc -c <"$work/rec") / 20000))
ok "fewer than 32 bytes a change ($bytes)" [ "$bytes" -lt 32 ]
emu --record "$work/rec" python3 -c 'import subprocess; subprocess.run(["true"])'
ask --mm 3
ok 'a run with children is recorded' grep -q 'not mapped' "$work/answer"
head -c 1000 "$work/rec" >"$work/rec.cut"
ok 'a cut recording is told' sh -c "'$program' history '$work/rec.cut' 2>&1 | grep -q 'broken at byte'"
ok 'something else is no recording' sh -c "'$program' history /bin/true 2>&1 | grep -q 'not a recording'"
