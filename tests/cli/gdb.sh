# gdb itself, driven through its commands, on the programs of tests/guest/debuggee.c, on busybox, bash and python3.
#
#   debug [OPTION...] PROGRAM [ARG...] <<COMMANDS   runs PROGRAM with gdb attached from its first instruction: $status, $work/out,
#                        $work/err as emu leaves them; $work/gdb is what gdb printed
#   said NAME PATTERN... gdb printed lines that match the patterns (awk), in this order
debuggee=$B/tests/guest/debuggee
socket=$(mktemp -u /tmp/mseal-gdb.XXXXXX)

wait_for_socket()
{
    n=0
    until [ -S "$socket" ] || [ $n -ge 100 ]; do
        sleep 0.1
        n=$((n + 1))
    done
}

attach()
{
    { echo "set pagination off"; echo "set sysroot /"; echo "target ${target:-remote} $socket"; cat; } >"$work/commands"
    timeout -k 5 60 gdb -nx -q -batch -x "$work/commands" >"$work/gdb" 2>&1 </dev/null
}

debug()
{
    cat >"$work/typed"
    rm -f "$socket"
    (
        cd "$work/dir" || exit
        timeout -k 5 90 "$program" -g "unix:$socket" --gdb-wait "$@" >"$work/out" 2>"$work/err" <"${input:-/dev/null}"
        echo $? >"$work/status"
    ) 2>/dev/null &
    wait_for_socket
    attach <"$work/typed"
    wait
    status=$(cat "$work/status")
}

said()
{
    name=$1
    shift
    if awk 'BEGIN { n = ARGC - 2; for (i = 1; i <= n; i++) p[i] = ARGV[i + 1]; ARGC = 2; at = 1 }
            at <= n && $0 ~ p[at] { at++ }
            END { if (at <= n) { print "not there: " p[at]; exit 1 } }' "$work/gdb" "$@" >"$work/why"; then
        pass "cli: gdb: $name ($label)"
    else
        tail -n 15 "$work/gdb" >>"$work/why"
        fail "cli: gdb: $name ($label)" "$work/why"
    fi
}

emu --gdb-wait /bin/true
is '--gdb-wait without -g is a usage error' 2 '' 'needs -g'
emu -g nowhere /bin/true
is '-g with neither port nor path is a usage error' 2 '' nowhere
emu -g 70000 /bin/true
is 'a port has 16 bits' 2 '' 70000
emu -g unix:/nonexistent/socket /bin/true
is 'a socket that cannot be is a failure' 125 '' '/nonexistent/socket'
emu -g 0 /bin/echo alone
is 'with -g a program runs without gdb' 0 alone 'target remote localhost:[0-9]+'
rm -f "$socket"
emu -g "unix:$socket" /bin/true
ok 'the socket is gone afterwards' test ! -e "$socket"

if have gdb; then

debug "$debuggee" <<'X'
info auxv
break add
hbreak done
continue
backtrace
finish
x/2xb add
delete 1
continue
stepi
print/x $eflags & 0x100
print add(40, 2)
print half
print $fs_base != 0
print status
set var $rbx = 77
print $rbx
next
next
print text
set var text[0] = 'B'
print text
find /b &text[0], +10, 'f', 'o'
monitor help
monitor designs
monitor nonsense
monitor
info os
info os processes
continue
X
said 'auxiliary vector' 'AT_ENTRY .*0x'
said 'breakpoints, backtrace and finish' 'hit.* 1,.*add|Breakpoint 1, add' '#1 .* main' 'Value returned is .* = 7' 'Breakpoint 2, done'
said 'the breakpoint is not in memory' '<add>:.0x8d|<add>:.0x[0-9a-b]'
ok 'no int3 is seen' sh -c '! grep -q "<add>.*0xcc" "$work/gdb"'
said 'calls of functions, variables, registers' ' = 0x0$' ' = 42$' ' = 0.5$' ' = 1$' ' = 77$' '"before"' '"Before"'
said 'find' '<text\+2>'
said 'monitor' 'monitor seals' '^\* linux-6.18' 'no such command: nonsense'
ok '... and without a command its help' [ "$(grep -c '^monitor seals' "$work/gdb")" = 2 ]
said 'what the machine tells of itself' '^processes +Listing of all processes' '^1000 +0 +.*debuggee'
said 'the end' 'exited with code 07'

debug --vdso "$debuggee" <<'X'
info symbol __vdso_clock_gettime
info symbol __vdso_time
info auxv
X
said 'the vDSO' 'in section .text of system-supplied DSO' 'in section .text of system-supplied DSO' 'AT_SYSINFO_EHDR .*0x'

debug "$debuggee" watch <<'X'
watch counter
continue
continue
continue
delete
break look
continue
delete
rwatch counter
continue
delete
watch text[0]
continue
delete
awatch counter
continue
continue
X
said 'watch: only changes of the bytes stop' 'Old value = 0' 'New value = 1' 'Old value = 1' 'New value = 2' 'Old value = 2' \
    'New value = 3' 'Breakpoint .* look'
said 'rwatch' 'read watchpoint' 'read watchpoint' 'Value = 3' 'look'
said 'watch sees what a system call writes' "Old value = 98 'b'" "New value = 97 'a'" '(read|__internal_syscall_cancel) '
said 'awatch' 'access \(read/write\) watchpoint' 'Value = 3' 'exited with code 03'
is 'watched program' 3 'done 3'

debug "$debuggee" map <<'X'
watch *(char *) 0x10000005
continue
continue
continue
X
said 'watch: memory that is not there yet' 'Hardware watchpoint 1' 'Old value = .*' 'New value = 7' 'exited with code 07'

debug "$debuggee" signal <<'X'
continue
print $_siginfo.si_signo
stepi
backtrace 2
handle SIGUSR1 nostop noprint pass
continue
X
said 'a signal stops, is passed, and steps into its handler' 'received signal SIGUSR1' ' = 10' 'on_signal .signo=10' \
    'signal handler called' 'exited with code 0156'
debug "$debuggee" signal <<'X'
handle SIGUSR1 nopass
continue
continue
X
said 'a signal is not passed' 'received signal SIGUSR1' 'exited with code 0|exited normally'
debug "$debuggee" signal <<'X'
handle SIGUSR1 nopass
continue
detach
X
said 'a signal is not passed' 'received signal SIGUSR1' detached
is '... nor when gdb leaves at it' 0 'done 0'
debug "$debuggee" signal <<'X'
continue
detach
X
is 'one that is passed stays when gdb leaves' 110 'done 110'
debug "$debuggee" crash <<'X'
continue
kill
X
said 'killed where a fault stopped it' 'received signal SIGSEGV' killed
is '... it dies of that, not of the fault' 137 '' '^mseal-emu: waiting for gdb: .*$'
debug "$debuggee" <<'X'
break done
continue
print add(40, 2)
detach
X
said 'let go after a call of a function' ' = 42$' detached
is '... the fault that ended the call is over' 7 'done 7'
debug "$debuggee" crash <<'X'
continue
print $_siginfo._sifields._sigfault.si_addr
continue
X
said 'a fault' 'received signal SIGSEGV' '0xdead0' 'terminated with signal SIGSEGV'
is 'and its status' 139 '' 'dies of SIGSEGV'

# The signal of one thread waits while another is stepped, and is what it was.
debug "$debuggee" threads <<'X'
break worker
continue
delete
set scheduler-locking on
set $rip = 0
continue
thread 3
stepi
thread 2
continue
X
said 'a fault that waits' 'received signal SIGSEGV' 'clone3' 'terminated with signal SIGSEGV'
is '... is still one' 139 '' 'dies of SIGSEGV: nothing is mapped'

# What gdb would not send: the error, or that there is no such packet. The debugging goes on.
debug "$debuggee" <<'X'
maint packet H
maint packet Hgx
maint packet Hg7777
maint packet T
maint packet Tp3e8.7777
maint packet D;7777
maint packet vKill;7777
maint packet vAttach;7777
maint packet pfff
maint packet m401000
maint packet Z9,401000,1
maint packet vFile:open:zz
maint packet nonsense
maint packet qAttached:3e8
break add
continue
continue
X
said 'odd packets, and then as ever' 'Breakpoint 1, add' 'exited with code 07'
sed -n 's/^received: "\(.*\)"$/\1/p' "$work/gdb" | tr '\n' ' ' >"$work/answers"
ok '... their answers' [ "$(cat "$work/answers")" = 'E16 E16 E03 E03 E03 E03 E03 E03 E16 E16 E16 F-1,16  0 ' ]

debug "$debuggee" threads <<'X'
break worker
continue
info threads
next
continue
set scheduler-locking on
next
next
next
next
print of_thread
thread 1
print of_thread
set scheduler-locking off
info threads
delete
continue
X
said 'threads' 'Breakpoint 1, worker' '1 .*Thread 1000.1000 .*waits: a futex' '2 .*Thread 1000.1001' '3 .*Thread 1000.1002' \
    'Thread 3 .*hit Breakpoint 1, worker .arg=0x2' \
    ' = 13$' ' = 11$' '3 .*"second"' 'exited with code 03'
if have gcc; then
    printf '#include <errno.h>\n#include <stdio.h>\nint main(void) { errno = 7; puts(""); return errno; }\n' >"$work/tls.c"
    gcc -g -o "$work/dir/tls" "$work/tls.c"
    debug ./tls <<'X'
set breakpoint pending on
break puts
continue
print (int)errno
X
    said 'thread-local variables of libraries' ' = 7$'
fi
debug "$debuggee" threads <<'X'
break worker
continue
set scheduler-locking on
delete
continue
info threads
thread 1
set scheduler-locking off
continue
X
said 'a thread that runs alone and ends' 'No unwaited-for children left' 'Thread 1000.1000' 'exited with code 03'

debug "$debuggee" fork <<'X'
catch fork
continue
continue
X
said 'fork, following the parent' 'forked process 1001' 'Detaching after fork from child process 1001' 'process 1000. exited with code 07'
debug "$debuggee" fork <<'X'
set follow-fork-mode child
break add
catch exec
continue
continue
continue
monitor history 0x401000
continue
X
said 'fork, following the child, and exec' 'add .a=a@entry=20' 'executing new program: .*debuggee' 'hit Catchpoint 2' \
    'add .a=a@entry=3' '^event [0-9]+: execve[(][)] = 0$' 'process 1001. exited with code 07'
is 'the parent was let go' 7
debug "$debuggee" fork <<'X'
set detach-on-fork off
set schedule-multiple on
break add
continue
info inferiors
continue
continue
inferior 1
continue
X
said 'both processes' '1 .*process 1000' '\* 2 .*process 1001' 'executing new program' 'process 1001. exited with code 07' \
    'process 1000. exited with code 07'
debug "$debuggee" vfork <<'X'
catch vfork
continue
continue
X
said 'vfork' 'vforked process 1001' 'exited with code 07'
debug "$debuggee" vfork <<'X'
set follow-fork-mode child
break add
continue
continue
X
said 'vfork, following the child' 'executing new program' 'add .a=a@entry=3' 'process 1001. exited with code 07'

debug "$debuggee" <<'X'
catch syscall write
continue
print $orig_rax
print $rax
set var $rdx = 4
continue
print $rax
delete
stepi
continue
X
said 'catch syscall: entry, changed argument, return' 'call to syscall write' ' = 1$' ' = -38$' 'returned from syscall write' ' = 4$' 'exited with code 07'
is 'the call was made with it, and again for the rest' 7 'done 7'

debug "$debuggee" <<'X'
catch syscall write
continue
set var $orig_rax = -1
set var $rax = 7
delete
continue
X
is 'catch syscall: a call that gdb does not let be made' 7 ''
said '... its result is what gdb says' 'call to syscall write' 'exited with code 07'

debug "$debuggee" seal <<'X'
break add
continue
monitor seals
up
monitor history 0x7ffff7ffd000
monitor history
continue
X
said 'monitor seals and history' 'VmFlags: .* sl' 'sealed at event [0-9]+' '1 of [0-9]+ areas' \
    '^event [0-9]+: mmap.* = 0x7ffff7ffd000' '^event [0-9]+: mseal.0x7ffff7ffd000, 0x1000, 0. = 0' \
    '^event [0-9]+: mprotect.0x7ffff7ffd000, 0x1000, 0x3. = -EPERM: .* in .*mprotect' 'sealed at event' 'usage'

# What is no address is not taken for one; 0x401000 is, with blanks behind.
debug "$debuggee" <<'X'
monitor history -1
monitor history 0x
monitor history 0x401000+1
monitor history $pc
monitor history 18446744073709551616
monitor history 18446744073709551615
monitor history 0x401000  
monitor maps 1
monitor nothing
X
said 'monitor: odd arguments' 'now nothing is mapped at 0xffffffffffffffff' '^00401000-.* r-xp' 'monitor maps takes no argument' \
    'no such command: nothing'
ok '... five are no address' [ "$(grep -c '^usage: monitor history ADDRESS' "$work/gdb")" = 5 ]

debug "$debuggee" loop <<'X'
break done
shell (sleep 1; kill -INT $PPID; sleep 1; kill -INT $PPID; sleep 1; kill -INT $PPID) &
continue
continue
continue
print counter > 0
set var other[1] = 5
continue
continue
X
said 'Ctrl-C in a loop' 'received signal SIGINT' 'received signal SIGINT' 'received signal SIGINT' ' = 1$' 'exited with code 05'

mkfifo "$work/fifo"
sleep 20 >"$work/fifo" &
sleeper=$!
input=$work/fifo
debug "$debuggee" wait <<'X'
shell (sleep 1; kill -INT $PPID) &
continue
info threads
print $rax
print add(40, 2)
set var $rip = done
continue
X
input=
kill $sleeper 2>/dev/null
rm -f "$work/fifo"
said 'Ctrl-C in a wait, and a call of a function there' 'received signal SIGINT' 'waits: input from outside' ' = -512$' ' = 42$' \
    'exited'

# gdb comes to a running program, leaves it, comes again and lets it end.
rm -f "$socket"
"$program" -g "unix:$socket" "$debuggee" loop >"$work/out" 2>"$work/err" &
pid=$!
wait_for_socket
attach <<'X'
print counter > 0
info proc mappings
maint packet qAttached:3e8
X
said 'gdb comes to a running program' ' = 1$' '0x0*400000 .*debuggee' '^received: "1"'
attach <<'X'
set var other[1] = 9
detach
X
said 'and comes again' detached
wait $pid
status=$?
is 'the program went on' 9 'done 9'

# A second gdb is told at once, while the program runs or stands, and the first goes on.
debug "$debuggee" loop <<X
shell timeout 30 gdb -nx -q -batch -ex 'target remote $socket' >$work/second 2>&1
shell (sleep 1; timeout 30 gdb -nx -q -batch -ex 'target remote $socket' >$work/third 2>&1; kill -INT \$PPID) &
continue
set var other[1] = 5
continue
X
said 'the first of two gdbs' 'received signal SIGINT' 'exited with code 05'
ok '... the second is told why it has to wait' grep -q 'another gdb is connected' "$work/second"
ok '... while the program runs, too' grep -q 'another gdb is connected' "$work/third"

# gdb dies while the program runs, with all the files open that it may have; the next one has them again.
rm -f "$socket"
"$program" -g "unix:$socket" "$debuggee" loop >"$work/out" 2>"$work/err" &
pid=$!
wait_for_socket
attach <<'X' 2>/dev/null
python for i in range(40): gdb.execute("maint packet vFile:open:2f,0,0")
shell (sleep 1; kill -KILL $PPID) &
continue
X
attach <<'X'
info proc cmdline
set var other[1] = 4
X
said 'after a gdb that died' "cmdline = '.*debuggee loop'"
wait $pid
status=$?
is '... the program goes on' 4 'done 4'

target=extended-remote
debug "$debuggee" <<'X'
break add
continue
run
X
# gdb 16 says it in our words
said 'run is not offered' 'Breakpoint 1, add' '(Running the default executable on the remote target failed|a program is run once)'
is '... and ends the program as kill does' 137
debug "$debuggee" fork <<'X'
catch fork
continue
info os processes
kill
X
said 'extended-remote' 'forked process' '1000 .*debuggee' 'killed'
is 'kill' 137
debug /bin/bash -c 'sleep 1000 & wait' <<'X'
catch fork
continue
delete
nexti
add-inferior
inferior 2
attach 1001
info threads
detach
inferior 1
kill
X
target=
said 'attach to another process' 'process 1001' '1.1 .*Thread 1000.1000' '\* 2.1 .*Thread 1001.1001' 'process 1001. detached' \
    'process 1000. killed'
debug /bin/bash -c 'echo early; (sleep 2; :) & exit 5' <<'X'
set follow-fork-mode child
catch syscall clock_nanosleep
continue
info inferiors
delete
continue
X
said 'a process outlives the first one' 'call to syscall clock_nanosleep' 'process 100' 'exited normally'
is 'whose status it is nonetheless' 5 early

debug /bin/busybox sh -c 'echo one; (exit 3); echo $?' <<'X'
info proc mappings
catch syscall exit_group
continue
continue
X
said 'busybox' '/usr/bin/busybox' 'call to syscall exit_group' 'exited normally'
is 'busybox as without gdb' 0 "one
3"
debug /bin/bash -c 'x=$(echo sub); echo "$x"; exit 4' <<'X'
set stop-on-solib-events 0
break write
continue
info sharedlibrary
delete
continue
X
said 'bash, its libraries, a breakpoint in one' '(Breakpoint|Catchpoint) 1' 'Yes .*libc.so.6' 'exited with code 04'
is 'bash as without gdb' 4 sub
if have python3; then
    debug python3 -c 'import threading
t = [threading.Thread(target=print, args=(i,)) for i in range(3)]
[x.start() for x in t]; [x.join() for x in t]' <<'X'
set breakpoint pending on
break pthread_create
continue
continue
info threads
delete
continue
X
    said 'python3 with threads' 'Breakpoint 1' 'Thread 1000.1000 ' 'exited normally'
fi

debug --seal-image /bin/true <<'X'
catch syscall exit_group
continue
monitor seals
X
said 'gdb looks on at --seal-image' '/libc.so.6' 'sealed at event [1-9]' '^[1-9][0-9]* of [0-9]+ areas sealed'

# Looking changes nothing: the same calls with the same results and addresses as without gdb.
emu --strace -o "$work/trace1" "$debuggee" watch
debug --strace -o "$work/trace2" "$debuggee" watch <<'X'
break look
watch counter
continue
continue
stepi
stepi
delete
continue
X
ok 'a traced program runs under gdb as alone' cmp "$work/trace1" "$work/trace2"

else
    skip 'gdb' 'gdb is not installed'
fi
