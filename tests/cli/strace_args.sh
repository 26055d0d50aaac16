# Arguments as strace tells them: each group of tests/guest/{arguments,structures,sockets,filters}.c under Debian's strace and
# under --strace, line by line.

# Addresses and what the machine, the time and other processes decide are no difference.
same_form()
{
    sed -E '/PTRACE_TRACEME|^ptrace\(0\)|^[0-9]+ +ptrace\(0\)|\+\+\+ /d
        s/^[0-9]+ +//; s/0x[0-9a-f]{6,}/ADDR/g; s/  +=/ =/; s/pid=[0-9]+/pid=N/g
        s/htons\([0-9]+\)/htons(N)/g; s/(sin6?_port)="[^"]*"/\1=BYTES/g
        s/st_(dev|ino)=[^,]*/st_\1=N/g; s/st_[acm]time(_nsec)?=[^,}]*/TIME/g; s/stx_(mask|ino|blksize)=[^,]*/stx_\1=N/g; s/stx_attributes_mask=.*\}\)/stx_attributes_mask=...})/
        s/d_(ino|off)=[0-9]+/d_\1=N/g; s/f_fsid=\{[^}]*\}, /f_fsid=ID, /; s/f_flags=[^}]*/f_flags=F/
        s/^((shm|sem|msg)[a-z]*)\([0-9]+/\1(ID/; s/^((shm|sem|msg)get.*) = [0-9]+/\1 = ID/
        s/_([oscrad]time)=[0-9]+/_\1=N/g; s/(shm(max|min|mni|seg|all))=[0-9]+/\1=N/g; s/^(shmctl\([^,]*, (0x3|IPC_INFO).*\)) = .*/\1/
        s/^(memfd_create.*\)|shmget\([^,]*, 1, .*\)|.*HUGE.*\)) = .*/\1/; s/=> features=[^,]*/=> features=F/
        s/sched_(runtime|util_max)=[0-9]+/sched_\1=N/g; s/^(ptrace\([^,]*), [0-9]+/\1, PID/
        s/\b(r[0-9a-z]+|orig_rax|eflags)=(ADDR|[0-9a-fx]+)/\1=N/g; s/(args|xmm_space)=\[[^]]*\]/\1=[N]/g
        s/mxcr_mask=0x[0-9a-f]*/mxcr_mask=N/
        s/<(UNIX|UNIX-STREAM|TCP|UDP|TCPv6|UDPv6|socket|pipe):\[[0-9]+/<\1:[INO/g; s/->[0-9]+([],])/->INO\1/g
        s/(\.[0-9]+|:[0-9a-f.:]*\]):[0-9]+/\1:PORT/g; s/@"([0-9a-f]|\\x[0-9a-f]{2}){5}"/@"OWN"/g; s/<NETLINK:\[([A-Z]+:)?[0-9]+/<NETLINK:[\1N/g; s/eventfd-id=[0-9]+/eventfd-id=N/g
        s/<pid:[0-9]+>/<pid:N>/g; s/<\/proc\/[0-9]+/<\/proc\/N/g'"$older" "$1"
}

# What newer versions of strace tell that this one does not; ours is the text of 6.13, but for the bytes behind ioctls that
# nobody knows (which it shows with -v).
older='; s/(_IOC\(_IOC_READ, 0xee, [^)]*\)), "[^"]*"\)/\1, ADDR)/'
strace_since 6 13 ||
    older='; s/<\{eventfd-[^}]*\}>/<anon_inode:[eventfd]>/g; s/<signalfd:~?\[[^]]*\]>/<anon_inode:[signalfd]>/g
        s/, cmsg_data="(\\x[0-9a-f]{2})+"(\.\.\.)?//g; /SCM_PIDFD|cmsg_level=(SOL_SOCKET|0x1[^,]*), cmsg_type=0x4/d
        s/data=(ADDR|0x[0-9a-f]+|0|\{u32=[0-9]+, u64=[0-9]+\})/data=D/; /^(syscall_0x1[cd]|fchmodat2|[a-z]*xattrat)/d
        s/FUTEX2_SIZE_U32/FUTEX_32/g; s/FUTEX2_PRIVATE/FUTEX_PRIVATE_FLAG/g
        s/(0x1 \/\* )?FUTEX2_SIZE_U16( \*\/)?/0x1 \/* FUTEX_??? *\//; s/(0 \/\* )?FUTEX2_SIZE_U8( \*\/)?/0/'

refusals()
{
    grep -cE ' = -1 (EPERM|ENOSYS) ' "$1"
}

# argument_lines PROGRAM GROUP CALLS LEAST [OPTION...]: the same lines of these calls, and at least so many.
argument_lines()
{
    arguments=$(realpath "$B/tests/guest/$1") group=$2 calls=$3 least=$4
    shift 4
    (cd "$work/dir" && export TZ=UTC0 && strace "$@" -e signal=none -e "trace=$calls" -o "$work/theirs" "$arguments" "$group"
     "$program" --rw "$work/dir" --strace "$@" -e signal=none -e "trace=$calls" -o "$work/ours" --trace-json "$work/json" \
         "$arguments" "$group" || :) >"$work/out" 2>&1 </dev/null
    same_form "$work/theirs" >"$work/theirs.plain"
    same_form "$work/ours" >"$work/ours.plain"
    if [ "$(refusals "$work/theirs")" -gt "$(refusals "$work/ours")" ]; then
        skip "strace $* of $group compared" 'the kernel here refuses some of these calls'
    else
        ok "strace $* of $group: the same arguments" diff "$work/theirs.plain" "$work/ours.plain"
    fi
    ok "... of at least $least calls" [ "$(grep -c '(' "$work/ours.plain")" -ge "$least" ]
    "$program" history --text "$work/json" >"$work/text" 2>&1
    ok '... and the same from JSON' cmp "$work/ours" "$work/text"
}

if have strace && strace -o /dev/null true 2>/dev/null; then
    while read -r program_name group calls least; do
        for options in '' '-v' '-X verbose' '-X raw' '-e verbose=none'; do
            # shellcheck disable=SC2086
            argument_lines "$program_name" "$group" "$calls" "$least" $options
        done
    done <<'END'
arguments messages sendmsg,recvmsg,sendmmsg,recvmmsg 28
arguments files sendfile,utimensat,utimes,futimesat,utime,statfs,fstatfs,ioctl 27
arguments ipc %ipc 46
arguments tracing ptrace 64
arguments futexes futex,futex_waitv 22
arguments memory mmap,memfd_create,mbind,set_mempolicy,get_mempolicy,migrate_pages,move_pages,ioctl,userfaultfd 30
arguments scheduling sched_setattr,sched_getattr,sched_setscheduler,sched_getparam,capget,capset,clone 25
arguments terminals ioctl 24
arguments_files paths %file,umask,fchmod,fchown,fchdir 100
arguments_files data %desc 60
arguments_files descriptors %desc 55
arguments_files attributes /xattr 25
arguments_files status %%stat 22
structures times setitimer,getitimer,timer_create,timer_settime,timer_gettime,timer_delete,timerfd_settime,timerfd_gettime,settimeofday,times 16
structures descriptors epoll_ctl,epoll_wait,select,pselect6,ppoll,fcntl,openat2,ioctl 15
structures limits setrlimit,getrlimit,prlimit64,getrusage,sched_setaffinity,sched_getaffinity,setgroups 12
structures machine clock_adjtime,adjtimex,ustat,fanotify_mark,fsconfig,open_tree,mount_setattr,quotactl,quotactl_fd,mount,umount2,swapon,setns,ioprio_set,ioprio_get 28
sockets names %network 50
sockets control sendmsg 600
sockets options setsockopt,getsockopt 500
filters modes prctl,seccomp 35
filters listeners prctl,seccomp,ioctl 14
filters refusals prctl,seccomp,%creds 6
filters rulesets landlock_create_ruleset,landlock_add_rule,landlock_restrict_self 10
filters strictly prctl,write,getuid 3
END
    argument_lines structures descriptors epoll_ctl,epoll_wait,select,pselect6,ppoll,fcntl,ioctl 15 -yy
    argument_lines sockets endpoints %network 70 -yy -xx
    argument_lines sockets kinds epoll_create1,timerfd_create,memfd_create 3 -yy -xx
    for options in -y -yy '-e decode-fds=socket' '-e decode-fds=dev,pidfd' '-e decode-fds=!socket' '-yy -X verbose' '-yy -X raw'; do
        # shellcheck disable=SC2086
        {
            argument_lines sockets endpoints %network,fcntl,write,close 150 $options
            argument_lines sockets kinds fcntl,openat,close,pipe2,eventfd2,signalfd4,epoll_create1,memfd_create 45 $options
        }
    done
else
    skip 'strace of arguments compared' 'no strace, or it may not trace here'
fi
