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
ask --diff "$sealed,$((sealed - 1))"
ok '... and backwards' [ "$(sed 's/^\(.\).*/\1/' "$work/answer" | tr -d '\n')" = '-+-' ]
ask --diff 1000000,2000000
ok '... and of two after the end: none' [ ! -s "$work/answer" ]
ask --mm 99 --maps 0
ok 'an address space that is not there' grep -q 'no address space 99 in it' "$work/answer"
ask
ok 'numbers look like what they are' grep -Eq '^event [0-9]*: mmap\(0, 12288, 3, 34, -1\) = 0x' "$work/answer"
ok '... addresses too' grep -Eq '^event [0-9]*: brk\(0x[0-9a-f]*\) = 0x' "$work/answer"
ok 'a fault is told once, with its why' sh -c "[ \$(grep -c 'si_code=SEGV_ACCERR' '$work/answer') = 1 ] && grep -A1 SEGV_ACCERR '$work/answer' | grep -q '^    why: writing'"
ok 'all of it' grep -q 'dies\|killed by SIGSEGV' "$work/answer"
emu --record "$work/rec2" "$B/demo/attacker"
"$program" history --refused "$work/rec2" >"$work/answer"
ok 'a refusal tells when, where it is not kept who' sh -c "grep -q ', mapped at event [0-9]*, sealed by ' '$work/answer' && ! grep -q 'by (event' '$work/answer'"
emu --record "$work/rec" "$guest/shm"
ask
ok 'what is mapped in the place of its like is told' grep -q 'shmat(0, 0x[0-9a-f]*, 16384) = 0x' "$work/answer"
emu --record "$work/rec" "$B/tests/guest/many_maps"
bytes=$(($(wc -c <"$work/rec") / 20000))
ok "fewer than 32 bytes a change ($bytes)" [ "$bytes" -lt 32 ]
emu --record "$work/rec" python3 -c 'import subprocess; subprocess.run(["true"])'
ask --mm 3
ok 'a run with children is recorded' grep -q 'not mapped' "$work/answer"
head -c 1000 "$work/rec" >"$work/rec.cut"
ok 'a cut recording is told' sh -c "'$program' history '$work/rec.cut' 2>&1 | grep -q 'broken at byte'"
ok '... and tells what it has' sh -c "'$program' history --maps 1 '$work/rec.cut' | grep -q ' r-xp '"
sed '1s/[0-9]*$/0/' "$work/rec.cut" >"$work/rec.other"
ok 'one of another version is none' sh -c "'$program' history '$work/rec.other' 2>&1 | grep -q 'by another version'"
ok 'something else is no recording' sh -c "'$program' history /bin/true 2>&1 | grep -q 'not a recording'"
emu --record "$work/rec" bash -c 'for i in 1 2; do (true; echo $i) | cat; done'
ask --mm 2
ok '... and one of a shell' grep -q 'mapped\|brk' "$work/answer"
emu --record "$work/rec" /usr/bin/python3 -c 'import threading
for t in [threading.Thread(target=print, args=(i,)) for i in range(3)]: t.start()'
ask
ok '... and one with threads: a stack, four ends' sh -c "grep -q 'mmap(0, 8392704, 0, ' '$work/answer' && [ \$(grep -c 'exited with 0' '$work/answer') = 4 ]"
