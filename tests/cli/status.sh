# Exit statuses: the guest's own, a signal's, and those of the emulator's own failures.
emu /bin/true
is 'true' 0 '' ''
emu /bin/false
is 'false' 1 '' ''
emu /bin/sh -c 'exit 77'
is 'a status of the guest' 77 '' ''
emu -- /bin/echo -n x
is 'options end at --' 0 x ''
emu /bin/echo --help-me -E
is 'options end at the program' 0 '--help-me -E' ''
emu echo found in PATH
is 'PROGRAM is looked up in PATH' 0 'found in PATH' ''
emu /nonexistent/program
is 'not found is 127' 127 '' 'No such file'
emu no-such-command-anywhere
is 'not found in PATH is 127' 127 '' '(No such file|not found)'
emu /etc/passwd
is 'not executable is 126' 126 '' 'Permission denied'
emu /tmp/..
is 'a directory is 126' 126 '' 'Permission denied|directory'
emu
is 'no program is a usage error' 2 '' 'mseal-emu'
emu --no-such-option /bin/true
is 'an unknown option is a usage error' 2 '' 'no-such-option'
emu --design nonsense /bin/true
is 'an unknown design is a usage error' 2 '' 'nonsense'
emu --memory 12Q /bin/true
is 'a bad size is a usage error' 2 '' '12Q'
emu --seed
is 'an option without its value is a usage error' 2 '' 'seed'
emu --root /nonexistent/root /bin/true
ok 'a missing root is refused' [ "$status" -ge 125 ]
# Death by a signal must be that very death, so that a shell sees 128 + n.
for s in TERM:15 KILL:9 SEGV:11 ABRT:6 USR1:10; do
    emu /bin/sh -c "kill -${s%:*} \$\$"
    is "death by SIG${s%:*}" $((128 + ${s#*:})) ''
done
# What the caller ignored stays ignored over execve (signal(7)): nohup works, and so do a shell's background jobs.
out=$(trap '' HUP; "$program" /bin/sh -c 'kill -HUP $$; echo alive' 2>&1)
ok 'ignored signals stay ignored' [ "$out" = alive ]
emu "$B/tests/guest/crash"
is 'a crash dies of SIGSEGV' 139 '' 'SIGSEGV'
ok 'and reports the instruction and the address' grep -Eq '0x0*dead0' "$work/err"
ok 'in not too many lines' [ "$(wc -l <"$work/err")" -le 40 ]
# What cannot be written is told, once, and makes the exit status 125; of a run it is the program's all the same.
emu --record "$work/full.rec" --trace-json "$work/full.json" /bin/sh -c 'for i in 1 2 3 4 5 6 7 8; do (:); done'
for command in '--help' '--version' 'designs' "history $work/full.rec" "history --text $work/full.json" 'compare -d none /bin/true' 'diff --help' 'tui --print /bin/true'; do
    timeout 60 "$program" $command >/dev/full 2>"$work/err"
    status=$?
    [ $status = 125 ] && [ "$(cat "$work/err")" = 'mseal-emu: standard output could not be written whole' ]
    ok "a full disk below ${command%% /*}" [ $? = 0 ]
done
for option in --trace-json --record '--strace -o'; do
    timeout 60 "$program" $option /dev/full /bin/sh -c 'exit 3' >/dev/null 2>"$work/err"
    status=$?
    [ $status = 3 ] && [ "$(grep -c 'could not be written whole' "$work/err")" = 1 ]
    ok "... and below $option" [ $? = 0 ]
done
emu compare -c x /bin/true
is 'compare -c takes a number' 2 '' "not a number: 'x'"
MALLOC_PERTURB_=85 emu compare /no/such/program
is 'compare says that there is nothing to compare' 127 '' '^mseal-emu: compare: /no/such/program: cannot be run$'
emu fuzz --ops x
is 'fuzz --ops takes a number' 2 '' "not a number: 'x'"
