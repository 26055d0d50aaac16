# Arguments as strace tells them: each group of tests/guest/arguments.c under Debian's strace and under --strace, line by line.

# Addresses and what the machine, the time and other processes decide are no difference.
same_form()
{
    sed -E 's/^[0-9]+ +//; s/0x[0-9a-f]{6,}/ADDR/g; s/  +=/ =/; s/pid=[0-9]+/pid=N/g; s/htons\([0-9]+\)/htons(N)/g
        s/f_fsid=\{[^}]*\}, /f_fsid=ID, /; s/f_flags=ST_VALID[A-Z_|]*/f_flags=F/
        s/^((shm|sem|msg)[a-z]*)\([0-9]+/\1(ID/; s/^((shm|sem|msg)get.*) = [0-9]+/\1 = ID/; s/_([oscrad]time)=[0-9]+/_\1=N/g
        /IPC_INFO/ s/[0-9]+/N/g; s/(.*HUGE.*\)) = .*/\1/; s/=> features=[^,]*/=> features=F/
        s/sched_(runtime|util_max)=[0-9]+/sched_\1=N/g; s/^(ptrace\([^,]*), [0-9]+/\1, PID/; /PTRACE_TRACEME/d; /^\+\+\+/d
        s/\b(r[0-9a-z]+|orig_rax|eflags)=[0-9a-fx]+/\1=N/g; s/(args|xmm_space)=\[[^]]*\]/\1=[N]/g; s/mxcr_mask=0x[0-9a-f]*/mxcr_mask=N/
        s/\b(r[0-9a-z]+)=ADDR/\1=N/g' "$1"
}

refusals()
{
    grep -cE ' = -1 (EPERM|ENOSYS) ' "$1"
}

# argument_lines GROUP CALLS LEAST: the same lines of these calls, and at least so many.
argument_lines()
{
    (cd "$work/dir" && export TZ=UTC0 && strace -e signal=none -e "trace=$2" -o "$work/theirs" "$arguments" "$1"
     "$program" --rw "$work/dir" --strace -e signal=none -e "trace=$2" -o "$work/ours" --trace-json "$work/json" "$arguments" "$1") \
        >"$work/out" 2>&1 </dev/null
    same_form "$work/theirs" >"$work/theirs.plain"
    same_form "$work/ours" >"$work/ours.plain"
    if [ "$(refusals "$work/theirs")" -gt "$(refusals "$work/ours")" ]; then
        skip "strace of $1 compared" 'the kernel here refuses some of these calls'
    else
        ok "strace of $1: the same arguments" diff "$work/theirs.plain" "$work/ours.plain"
    fi
    ok "... of at least $3 calls" [ "$(grep -c '(' "$work/ours.plain")" -ge "$3" ]
    "$program" history --text "$work/json" >"$work/text" 2>&1
    ok '... and the same from JSON' cmp "$work/ours" "$work/text"
}

arguments=$(realpath "$B/tests/guest/arguments")
if have strace && strace -o /dev/null true 2>/dev/null; then
    argument_lines messages sendmsg,recvmsg,sendmmsg,recvmmsg 28
    argument_lines files sendfile,utimensat,utimes,futimesat,utime,statfs,fstatfs,ioctl 27
    argument_lines ipc %ipc 46
    argument_lines tracing ptrace 48
    argument_lines futexes futex,futex_waitv 22
    argument_lines memory mmap,memfd_create,mbind,set_mempolicy,get_mempolicy,migrate_pages,move_pages,ioctl,userfaultfd 30
    argument_lines scheduling sched_setattr,sched_getattr,sched_setscheduler,sched_getparam,capget,capset 20
else
    skip 'strace of arguments compared' 'no strace, or it may not trace here'
fi
