# Arguments as strace tells them: each group of tests/guest/{arguments,structures,sockets,filters}.c under Debian's strace and
# under --strace, line by line.

. tests/strace_form.sh

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
