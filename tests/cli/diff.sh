# mseal-emu diff: programs on this kernel and in the emulator, in lockstep.
emu diff --help
is 'diff --help' 0
emu diff
is 'diff without a program is a usage error' 2 '' usage
emu diff --nonsense /bin/true
is 'so is an unknown option' 2 '' usage
emu diff /bin/true
if [ "$status" = 125 ]; then
    skip "diff ($label)" "programs cannot be traced here"
else
    is 'diff of true' 0 '' '^no difference from Linux .* calls'
    emu diff --same-layout --show-output /bin/echo hello
    is 'its output can be shown' 0 hello '^no difference'
    emu diff /nonexistent
    is 'diff of no program' 127 '' nonexistent
    emu diff /etc/passwd
    is 'diff of what is none' 126 '' passwd
    emu diff /bin/sh -c 'exit 7'
    is 'a status that both sides have is no difference' 0
    emu diff /bin/sh -c 'kill -9 $$'
    is 'nor is a death' 0
    echo 'some input' >"$work/in"
    input=$work/in
    emu diff --show-output /bin/cat
    input=
    is 'both sides read standard input' 0 'some input'
    (cd "$work/dir" && "$program" diff -o bash -c 'echo $(cd /proc/self/fd; echo *)' 8</dev/null >"$work/out" 2>"$work/err")
    status=$?
    is 'both begin with three descriptors' 0 '0 1 2 3'
    emu diff --design none "$B/demo/attacker"
    is 'another design than the kernel'\''s differs' 1
    ok 'at the call it is about' grep -q '^ *host *mseal(.* = 0$' "$work/out"
    ok 'with its name on both sides' grep -q '^ *emulator *mseal(.* = -ENOSYS$' "$work/out"
    emu diff --design linux-6.11 -s "$B/guest-tests/seal"
    is 'an older Linux too' 1
    ok 'and says what came before' grep -q '^before it:' "$work/out"
    # What is no call: scene, what is said, then how it is on either side.
    while IFS='|' read -r scene what emulator host; do
        emu diff -s "$B/tests/guest/differs" "$scene"
        is "a difference in what happens: $scene" 1
        ok '... is told, and of both sides' sh -c "head -n 4 '$work/out' | sed -E 's/[0-9]+( .memory call )[0-9]+/N\1N/; s/ +/ /g' |
            tr '\n' '|' | grep -Eqx 'difference after call N .memory call N.: $what. emulator $emulator. host $host.before it:.'"
    done <<'SCENES'
fault|a fault of one side only|SIGSEGV, si_code 1, address 0|exit status 0
signal|the signal|SIGILL, si_code 2, address 0x[0-9a-f]+|SIGSEGV, si_code 1, address 0
code|the signal.s code|SIGSEGV, si_code 2, address 0x[0-9a-f]+|SIGSEGV, si_code 1, address 0
address|the fault.s address|SIGSEGV, si_code 1, address 0x10|SIGSEGV, si_code 1, address 0
end|how it ends|exit status 3|exit status 4
call|they do different things|getppid.. = 0x1|exit status 0
SCENES
    emu diff --same-layout /usr/bin/python3 -c 'import threading; threading.Thread(target=print).start()'
    is 'threads end the comparison' 3 '' 'starts a thread: no difference up to here, in [0-9]* calls'
fi
# The rest is about the kernel's part, which is the same with each version of the engine.
if [ "$status" != 125 ] && [ "$label" = unicorn ]; then
    # What the host's own pace or room decides is not the same in two runs of it either.
    host_decides()
    {
        case $1 in
        proc_pty) echo 'its terminals are of a /dev/pts that nothing can be made in, the world of diff has another' ;;
        proc_pty_lines) echo 'a terminal of the host passes bytes on when it comes to it' ;;
        proc_map_files) echo 'what a directory lists is the emulator'\''s, here its addresses' ;;
        proc_task) echo 'when a task comes to wait is the host'\''s affair' ;;
        net_link) echo 'the host has more interfaces than lo' ;;
        proc_ns) echo 'the world of diff has namespaces of its own' ;;
        proc_mq_dir) echo 'the world of diff has no /dev/mqueue' ;;
        proc_keys) echo 'keys have numbers at random' ;;
        net_proc | net_diag) echo 'the host has sockets of other programs' ;;
        net_async) echo 'how much a socket takes is the host'\''s affair' ;;
        *) false ;;
        esac
    }
    # Every guest test, in both kinds of layout.
    for g in guest-tests/*.c; do
        g=${g##*/} g=${g%.c}
        if why=$(host_decides "$g"); then
            skip "cli: diff of $g ($label)" "$why"
            continue
        fi
        for mode in '' --same-layout; do
            emu diff $mode "$B/guest-tests/$g"
            if [ "$status" = 3 ]; then
                is "diff $mode of $g up to its first thread" 3 '' 'no difference up to here, in [1-9][0-9]* calls, [1-9]'
                skip "cli: diff $mode of $g ($label)" "it starts threads$(sed 's/.*up to here, in/ after/' "$work/err")"
            else
                is "diff $mode of $g" 0
                [ "$status" = 0 ] || head -n 12 "$work/out"
            fi
        done
    done
    # An alarm that comes on the host before the call that it interrupts in the emulator, where less time has passed.
    emu diff --same-layout /usr/bin/python3 -S -c 'import os, signal
signal.signal(signal.SIGALRM, lambda *a: print("alarm")); signal.setitimer(signal.ITIMER_REAL, 0.02)
for i in range(5000): os.getppid()
signal.pause()'
    is 'diff of a signal that came too soon' 0
    # Children, and signals at any time.
    while read -r script; do
        emu diff --same-layout bash -c "$script"
        is "diff of bash: $script" 0
        [ "$status" = 0 ] || head -n 12 "$work/out"
    done <<'SCRIPTS'
sleep 0.1 & wait; echo done
for i in 1 2 3; do (exit $i); echo $?; done
trap "echo got" USR1; kill -USR1 $$; echo x | cat
timeout 0.3 sleep 5; echo $?
ulimit -v 100000; ls / | wc -l
SCRIPTS
    # Real programs.
    seq 1 5000 >"$work/dir/n"
    echo 'int main(void) { return 0; }' >"$work/dir/x.c"
    while read -r command; do
        have "${command%% *}" || { skip "cli: diff of $command ($label)" 'not installed'; continue; }
        emu diff --same-layout sh -c "exec $command"
        is "diff of $command" 0
        [ "$status" = 0 ] || head -n 12 "$work/out"
    done <<'PROGRAMS'
cat n
sort -n n
sort -R n
wc n
sha256sum n
tac n
od -c n
ls -la /usr/share
date
id
uname -a
factor 123456789
shuf n
od -N 32 /dev/urandom
mktemp
stat n
du -s /usr/share/doc
df /
busybox sort n
busybox awk '{s+=$1} END {print s}' n
busybox gzip -c n
busybox ls -l /
busybox sed s/1/2/ n
busybox sh -c 'for i in 1 2 3; do echo $i; done'
busybox find /usr/share/doc/bash
grep -c 7 n
sed -n 5p n
awk '{s+=$1} END {print s}' n
gzip -c n
xz -T1 -c n
tar cf - n
bash -c 'ls / | sort | head -n 2'
/usr/bin/python3 -c 'print(sum(range(100000)))'
/usr/bin/python3 -S -c 'import mmap, json; m = mmap.mmap(-1, 1 << 21); print(json.dumps([m[0]]))'
sqlite3 :memory: 'create table t(a); insert into t values(1); select * from t'
sqlite3 /tmp/x.db 'create table t(a); insert into t values(1); select * from t'
perl -e 'print syscall(154, 0, 0, 0)' # modify_ldt: not in the emulator, so not on the host
perl -e 'my %h; $h{$_} = 1 for 1..5000; print scalar(keys %h)'
lua5.4 -e 'local t = {} for i = 1, 10000 do t[i] = i end print(#t)'
git --version
readelf -a /bin/true
objdump -d /bin/true
as --version
make --version
PROGRAMS
    have gcc && emu diff --same-layout "$(gcc -print-prog-name=cc1)" -quiet -O2 x.c -o /tmp/x.s && is 'diff of cc1' 0
fi
