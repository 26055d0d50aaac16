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
