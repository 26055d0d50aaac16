# -e inject= and -e fault=: what becomes of a program, what it writes and what is told of it, under Debian's strace and here.
tampered=$(realpath "$B/tests/guest/tampered")
passwd=2f6574632f70617373776400 # "/etc/passwd"

# What differs from run to run: addresses, process numbers, random masks of the C library.
same_lines()
{
    sed -E 's/^[0-9]+ +//; s/0x[0-9a-f]{6,}/ADDR/g; s/  +=/ =/; s/[0-9]+ vars?/N vars/; s/si_pid=[0-9]+/si_pid=N/
        s/si_([us]time)=[0-9]+/si_\1=N/g; s/parent_tid=\[[0-9]+\]/parent_tid=[N]/; s/ = [0-9]{4,}( |$)/ = PID\1/; s/^((clone3?|v?fork|wait4|getp?pid|gettid)\(.*\)) = [0-9]+/\1 = PID/' "$1"
}

# injected CALLS SPECS COMMAND...: the same trace, output and exit status. Several SPECS are apart with spaces.
injected()
{
    calls=$1 specs=$2
    shift 2
    # shellcheck disable=SC2046,SC2086
    set -- -e "trace=$calls" -o "$work/lines" $(printf -- '-e %s ' $specs) "$@"
    (cd "$work/dir" && LC_ALL=C timeout -k 5 60 strace -f "$@"; echo "$?") >"$work/out.theirs" 2>"$work/err.theirs" </dev/null
    same_lines "$work/lines" >"$work/theirs"
    (cd "$work/dir" && LC_ALL=C timeout -k 5 60 "$program" --strace --trace-json "$work/json" "$@"; echo "$?") >"$work/out.ours" 2>"$work/err" </dev/null
    same_lines "$work/lines" >"$work/ours"
    ok "-e $specs: the same lines" diff "$work/theirs" "$work/ours"
    ok '... the same output and exit status' diff "$work/out.theirs" "$work/out.ours"
    "$program" history --text "$work/json" >"$work/text" 2>&1
    ok '... and the same lines from JSON' cmp "$work/lines" "$work/text"
}

# counted OPTIONS SPECS COMMAND...: the same table.
counted()
{
    options=$1 specs=$2
    shift 2
    # shellcheck disable=SC2046,SC2086
    set -- $options -o "$work/table" $(printf -- '-e %s ' $specs) "$@"
    (cd "$work/dir" && timeout -k 5 60 strace -f "$@" && :) >"$work/out" 2>&1 </dev/null
    same_lines "$work/table" >"$work/theirs"
    (cd "$work/dir" && timeout -k 5 60 "$program" "$@" && :) >"$work/out" 2>&1 </dev/null
    same_lines "$work/table" >"$work/ours"
    ok "$options -e $specs: the same table" diff "$work/theirs" "$work/ours"
}

# refused SPEC PATTERN: strace does not take it either.
refused()
{
    ok "-e $1: strace refuses it" sh -c "! strace -o /dev/null -e '$1' true 2>/dev/null"
    emu -e "$1" true
    is '... and so it is a usage error' 2 '' "$2"
    ok '... of one line' [ "$(wc -l <"$work/err")" = 1 ]
}

# ---- compared with Debian's ----
if have strace && strace -o /dev/null true 2>/dev/null; then
    while read -r spec; do
        injected write "$spec" "$tampered" lines
    done <<'END'
inject=write:error=4095
inject=write:error=eio
inject=write:error=ERESTARTSYS
inject=write:retval=3
inject=write:retval=-512
inject=write:poke_enter=@arg2=4A61
inject=write:poke_enter=@arg2=41,
inject=write:poke_enter=@arg2=41:poke_exit=@arg2=42
inject=write:poke_exit=@arg2=4a61:error=EIO
inject=write:poke_enter=@arg1=4A61
inject=write:poke_enter=@arg4=41
inject=write:poke_enter=@arg7=41:poke_exit=@arg2=41
inject=write:delay_enter=1:delay_exit=1ms
inject=write:delay_enter=1us:error=EIO
inject=write:delay_enter=1.5us:delay_exit=1e3ns
inject=write:delay_exit=5ns:poke_enter=@arg2=41:retval=3
inject=write:signal=RT_3
inject=write:signal=SIGRT_3
inject=write:signal=SIGRTMIN
inject=write:signal=32
inject=write:signal=KILL
inject=write:signal=TERM:error=EIO
inject=write:signal=TERM:delay_exit=1ms
inject=write:signal=WINCH:error=ERESTARTNOINTR
inject=write:syscall=getpid:retval=3
inject=write:syscall=getpid:error=EIO
inject=write:error=EIO:syscall=gettid:delay_exit=1
inject=write@64:error=EIO
inject=1:error=EIO
inject=?nosuch,write:error=EIO
inject=none:error=EIO
inject=!close:error=EIO:when=2
inject=all:error=EIO:when=3
inject=/^wri:error=EIO
inject=%desc:error=EIO:when=1
inject=write:error=EIO:when=65535
inject=write:error=EIO:when=1..1+
inject=write:error=EIO:when=2+
inject=write:error=EIO:when=1..3+2
inject=write:error=EIO:when=2..65534
inject=write:error=EIO:when=1+1:when=2
inject=write:error=EIO inject=write:delay_exit=1
inject=write:error=EIO:when=1 inject=close:error=EIO
fault=write
fault=write:when=1
fault=write:error=EIO
fault=write:syscall=gettid
END
    for calls in none close write,close %file; do
        injected $calls inject=write:error=EIO "$tampered" lines
    done
    while read -r calls spec command; do
        # shellcheck disable=SC2086
        injected "$calls" "$spec" $command
    done <<END
write inject=write:error=EIO:when=2 $tampered threads
write inject=write:retval=9:when=1+2:delay_enter=1ms $tampered threads
write,clone3 inject=clone3:error=EAGAIN:when=2 $tampered threads
read inject=read:signal=ALRM:when=1 $tampered waiting
read inject=read:signal=ALRM:error=EINTR:when=1 $tampered waiting
read inject=read:signal=ALRM:error=ERESTARTSYS:when=1 $tampered waiting
read inject=read:signal=ALRM:when=1:delay_exit=1ms $tampered waiting
read inject=read:delay_enter=900ms $tampered ready
read inject=read:delay_enter=900ms:error=EIO $tampered ready
read inject=read:delay_exit=900ms $tampered ready
write inject=write:poke_enter=@arg2=4142434445464748 $tampered edges
clone,execve inject=clone:error=EAGAIN $tampered children
clone,execve inject=clone:retval=7 $tampered children
clone,execve inject=clone:delay_exit=1ms $tampered children
clone,execve inject=clone:signal=TERM $tampered children
clone,execve inject=execve:error=ENOENT $tampered children
clone,execve inject=execve:retval=0 $tampered children
clone,execve inject=execve:delay_exit=1ms $tampered children
clone,execve inject=execve:poke_enter=@arg1=2f62696e2f66616c736500 $tampered children
clone,execve inject=execve:signal=TERM $tampered children
wait4 inject=wait4:retval=7 $tampered lines
exit_group,exit inject=exit_group:error=EIO $tampered ending
exit_group,exit inject=exit_group,exit:retval=6:when=1 $tampered ending
exit_group,exit inject=exit_group:delay_enter=1ms:delay_exit=1ms $tampered ending
exit_group,exit inject=exit_group:signal=TERM $tampered ending
exit_group,exit inject=exit_group:signal=TERM:error=EIO $tampered ending
rt_sigreturn inject=rt_sigreturn:delay_enter=1ms:delay_exit=1ms $tampered handler
rt_sigreturn inject=rt_sigreturn:signal=TERM $tampered handler
openat inject=openat:error=EMFILE:when=3..5+2 cat /etc/passwd /etc/passwd /etc/passwd /etc/passwd
openat inject=openat:poke_enter=@arg2=$passwd:when=3 cat /etc/nosuchfile
lstat,newfstatat inject=%lstat:error=EIO ls -d /etc
newfstatat inject=%fstat:error=EIO:when=4+ ls -d /etc
read inject=read:error=EINTR:when=5..9+2 python3 -Sc pass
END
    for action in 0x7fff0000 0x00050005 0x00030000 0 0x80000000; do
        for what in error=EIO retval=7 error=EIO:syscall=getgid error=EIO:syscall=getpgrp; do
            injected getppid "inject=getppid:$what" "$tampered" filter $action
        done
    done
    injected write inject=write:error=EIO:when=2 bash -c 'echo one; (echo two; echo three); echo four; /bin/echo five; :'
    injected openat inject=openat:error=EIO:when=1 -P /etc/passwd cat /etc/passwd /etc/group /etc/passwd
    injected rt_sigreturn 'inject=rt_sigreturn:error=EIO' "$tampered" handler
    shown='-U calls,errors,name'
    for sorted in name calls errors nothing; do
        counted "-c $shown -S $sorted -e trace=write,writev,close,clone3" 'inject=write:error=EIO:when=2+ inject=writev:error=EIO:when=9' "$tampered" threads
    done
    set -- -C '-c -w'
    ! strace_since 6 3 || set -- "$@" '-C -Z' '-c -z' '-c -Z' '-c -e status=none' # older ones count what is not told, too
    for options; do
        counted "$options $shown -S name -e trace=write,writev" inject=write:error=EIO:when=2:delay_enter=1ms "$tampered" lines
    done
    counted "-c $shown -e trace=write" inject=write:retval=-5 "$tampered" lines
    counted "-c $shown -e trace=write" inject=write:signal=KILL:when=2 "$tampered" lines
    counted '-c -e trace=none' inject=write:error=EIO "$tampered" lines
    counted "-c $shown -S name -e trace=execve,clone,exit_group" inject=execve:error=EIO "$tampered" children
    counted "-c $shown -S name -e trace=exit,exit_group" inject=exit_group:error=EIO "$tampered" ending
    while read -r spec wrong; do
        refused "$spec" "$wrong"
    done <<'END'
inject= no system call is named
inject=:error=EIO no system call is named
fault= no system call is named
inject=nosuch:error=EIO no such system call
inject=999:error=EIO no such system call
inject=%nosuch:error=EIO no such class
inject=write@x:error=EIO 64-bit calls only
inject=/[:error=EIO not a regular expression
inject=write inject needs
inject=write: inject needs
inject=write:when=1 inject needs
inject=write:syscall=getuid inject needs
inject=write:nosuch=1 inject takes error=, retval=, signal=, syscall=, delay_enter=, delay_exit=, poke_enter=, poke_exit=, when=
inject=write:error inject takes
inject=write:error=4096 no such errno
inject=write:error=0 no such errno
inject=write:error=5x no such errno
inject=write:error=ENOSUCH no such errno
inject=write:error=EIO:retval=2 one error= or retval= is enough
inject=write:retval= retval= takes a number
inject=write:retval=5x retval= takes a number
inject=write:retval=18446744073709551616 retval= takes a number
inject=write:signal=TERM:signal=INT one signal= is enough
inject=write:signal=RT_33 no such signal
inject=write:signal=0 no such signal
inject=write:poke_enter= a poke is
inject=write:poke_enter=@arg8=41 a poke is
inject=write:poke_enter=arg2=41 a poke is
inject=write:poke_enter=@arg2=41,@arg2=42 a poke is
inject=write:poke_enter=@arg2=41:poke_enter=@arg3=42 a poke is
inject=write:poke_enter=@arg2=4 a poke is
inject=write:poke_enter=@arg2= a poke is
inject=write:delay_enter=1h a delay is a number
inject=write:delay_enter=1m a delay is a number
inject=write:delay_enter= a delay is a number
inject=write:delay_enter=-1 a delay is a number
inject=write:delay_enter=1:delay_enter=1 one delay_enter=
inject=write:syscall=write:error=EIO takes one of %pure
inject=write:syscall=getpid:syscall=getpid:error=EIO one syscall= is enough
inject=write:error=EIO:when=0 when= takes
inject=write:error=EIO:when=65536 when= takes
inject=write:error=EIO:when=2..1 M from N to 65534
inject=write:error=EIO:when=1..65535 M from N to 65534
inject=write:error=EIO:when=1+0 when= takes
inject=write:error=EIO:when=1x when= takes
inject=write:error=EIO:when=-1 when= takes
fault=write:retval=2 fault takes error=, syscall=, when=
fault=write:signal=TERM fault takes
fault=write:delay_enter=1 fault takes
END
else
    skip '-e inject compared' 'no strace, or it may not trace here'
fi

# ---- ours alone ----
emu -e inject=write:retval=-4096 true
is 'one number means something else' 2 '' 'retval= cannot be -4096'
emu -e inject=write:poke_exit=@arg2=4x true
is 'half a byte is none (strace takes it)' 2 '' 'a poke is'
emu -e trace=write -e inject=write:signal=TERM:delay_enter=1ms "$tampered" lines
is 'a signal and a delay before the call (strace loses the signal)' 143 'line 1' 'killed by SIGTERM'
emu -T -e trace=write -e inject=write:delay_enter=2s:when=1 "$tampered" lines
is 'a delay passes in virtual time' 0 "$(printf 'line %d\nline: 7, errno 0, signals 0\n' 1 2 3)" 'line 1.* = 7 \(DELAYED\) <2\.0'
emu -r -e trace=write -e inject=write:delay_exit=2s:when=1 "$tampered" lines
is '... behind the call: the line is told before' 0 "$(printf 'line %d\nline: 7, errno 0, signals 0\n' 1 2 3)" ' 2\.0[0-9]* write\(1, "line 2'
emu -e trace=write -e inject=write:poke_enter=@arg4=41:when=1 "$tampered" lines
is 'an argument that is not there' 0 "$(printf 'line %d\nline: 7, errno 0, signals 0\n' 1 2 3)" \
    "process 1000: there is no argument #4, 'write' has only 3 arguments"
emu -e trace=getppid -e inject=getppid:poke_enter=@arg1=41 "$tampered" filter 0
is 'a call without arguments' 0 'getppid: 1, errno 0, signals 0' "'getppid' has only 0 arguments"
emu -e trace=write -e inject=write:poke_enter=@arg1=41:when=1 "$tampered" lines
is 'an argument that points nowhere' 0 "$(printf 'line %d\nline: 7, errno 0, signals 0\n' 1 2 3)" "0 of 1 bytes could be put at 0x1"
emu -qq -e status=none -e inject=write:error=EIO:when=2 "$tampered" lines
is 'without lines: nothing but what happens' 0 "$(printf 'line 1\nline: 7, errno 0, signals 0\nline: -1, errno 5, signals 0\nline 3\nline: 7, errno 0, signals 0')" ''

emu -c -w -S max-time -U max-time,total-time,calls,name -e trace=write,writev -e inject=write:delay_enter=100ms:when=1 -e inject=writev:delay_exit=200ms "$tampered" lines
is '-c -w: the delay before a call is its time, that behind it is not' 0 "$(printf 'line %d\nline: 7, errno 0, signals 0\n' 1 2 3)" '^0\.100000 +0\.10000. +3 write$'
ok '... and the longest comes first' awk 'NR == 3 { w = $4 } NR == 4 { v = $4 } END { exit !(w == "write" && v == "writev") }' "$work/err"
emu -c -S total-time -U total-time,name -e trace=write,writev -e inject=write:delay_enter=100ms "$tampered" lines
ok '-c alone: the time of the processor, without any delay' awk '$2 == "total" { t = $1 } END { exit !(t != "" && t < 0.001) }' "$work/err"

# -c counts what -z, -Z and -e status want.
while read -r options; do
    table=${options#*: }
    # shellcheck disable=SC2086
    emu ${options%%: *} -U calls,errors,name -S name -e trace=write,writev -e inject=write:error=EIO:when=2 "$tampered" lines
    ok "${options%%: *}: what is counted" [ "$(sed -n '/^ *[0-9]/s/  */ /gp' "$work/err" | tr -d '\n')" = " $table" ]
done <<'END'
-c: 3 1 write 3 writev 6 1 total
-c -z: 2 write 3 writev 5 total
-c -Z: 1 1 write 1 1 total
-C -Z: 1 1 write 1 1 total
-c -e status=successful,unfinished: 2 write 3 writev 5 total
END
emu -c -e status=none -e trace=write,writev "$tampered" lines
ok '-c -e status=none: nothing is counted' [ ! -s "$work/err" ]

# A delay keeps others from nothing: two tasks sleep at once.
emu -f -r -e trace=nanosleep,clock_nanosleep -e inject=clock_nanosleep:retval=0:delay_enter=1s sh -c 'sleep 9 & sleep 9; wait'
ok 'delays of two processes pass at the same time' \
    awk '{ t += $1 == "[pid" ? $3 : $1; n++ } END { exit !(n > 4 && t >= 1 && t < 1.5) }' "$work/err"
emu -e trace=write -e inject=write:delay_exit=1h0 "$tampered" lines
is 'a delay with something behind it' 2 '' 'a delay is a number'

# Who else looks on.
emu --explain -e inject=mprotect:error=EPERM:when=1 /bin/true
is '--explain: why the call failed' 127 '' 'why: -e inject= put this error in the place of the call, which was not made'
emu --explain -e inject=write:retval=-1 "$tampered" lines
ok '--explain: a value is no error' [ "$status $(grep -c why: "$work/err")" = '0 0' ]
emu --record "$work/run" -e inject=openat:error=EACCES:when=2+ cat /etc/passwd
is '--record: what was put there is written down' 127 '' 'cannot open shared object'
"$program" history --refused "$work/run" >"$work/out" 2>&1 || :
"$program" history "$work/run" >"$work/out" 2>&1
ok '... and told' grep -q 'why: -e inject= put this error' "$work/out"
emu -c -S name -U calls,errors,name -e trace=write,getppid -e inject=write:error=EIO:when=2 -e inject=getppid:retval=-5 "$tampered" lines
is '-c counts what was put there' 0 "$(printf 'line 1\nline: 7, errno 0, signals 0\nline: -1, errno 5, signals 0\nline 3\nline: 7, errno 0, signals 0')" \
    '^ +3 +1 write$'
emu -e trace=mseal -e inject=%memory:error=EIO:when=1 "$guest/seal"
ok 'calls of a design are of %memory' grep -Eq '^mseal\(.* = -1 EIO \(Input/output error\) \(INJECTED\)' "$work/err"
if have gdb; then
    socket=$(mktemp -u /tmp/mseal-gdb.XXXXXX)
    (
        cd "$work/dir" || exit
        timeout -k 5 60 "$program" -g "unix:$socket" --gdb-wait -qq -e status=none -e inject=write:error=EIO:when=2:delay_enter=1ms:delay_exit=1ms \
            "$tampered" lines >"$work/out" 2>"$work/err" </dev/null
        echo $? >"$work/status"
    ) &
    n=0
    until [ -S "$socket" ] || [ $n -ge 100 ]; do
        sleep 0.1
        n=$((n + 1))
    done
    timeout -k 5 60 gdb -nx -q -batch -ex 'set pagination off' -ex "target remote $socket" -ex 'catch syscall write' -ex continue -ex continue \
        -ex continue -ex 'print $rsi == 0' -ex continue -ex 'print (long)$rax' -ex delete -ex continue >"$work/gdb" 2>&1 </dev/null
    wait
    status=$(cat "$work/status")
    is 'gdb: a call that fails on purpose' 0 "$(printf 'line 1\nline: 7, errno 0, signals 0\nline: -1, errno 5, signals 0\nline 3\nline: 7, errno 0, signals 0')" 'waiting for gdb'
    ok '... catch syscall stops before and after it' sh -c "grep -c 'call to syscall write\|returned from syscall write' '$work/gdb' | grep -qx 4"
    ok '... and sees its result' grep -qx '.2 = -5' "$work/gdb"
else
    skip 'gdb: a call that fails on purpose' 'no gdb'
fi
