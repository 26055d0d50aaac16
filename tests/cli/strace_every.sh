# Every system call with arguments of all kinds, as Debian's strace tells it and as --strace does: nothing of it happens
# (tests/guest/every_call.c, with -e inject).

# What is not compared. Of strace: names of protocols that nobody has here, options of sockets (strace_args.sh has them), names
# that processors other than x86-64 use, mistakes (a | that is missing, a bracket too many, a comment in a comment, a name of
# another table), a flag of Landlock that strace knows since 6.15, what it shows of arrays and structures longer than any the
# kernel takes, and of what lies at the end of memory.
not_told='^execve\(
^keyctl\((0x1f|0x20|0x1[789abc]|(0x[0-9a-f]+ /\* )?KEYCTL_(DH_COMPUTE|PKEY_[A-Z]+|CAPABILITIES|WATCH_KEY))\b
PR_(SVE|SME|SET_TAGGED|GET_TAGGED|PAC|RISCV|PPC)|PR_SPEC_\?\?\?|^prctl\(0x(3[2346789cdf]|4[05-9])\b
^landlock_create_ruleset\(.*, (0x[0-9a-f]*[2367abef]\b|LANDLOCK_CREATE_RULESET_(ERRATA|VERSION\|))
^[gs]etsockopt\(|^(sem|msg)get\(|^process_madvise\(|^name_to_handle_at\(|^io_uring_register\(
^(clone3|sched_setaffinity|futex_waitv)\(|sa_data=
^p?select6?\(2147483647|^mincore\(.*18446744073709551615
^p?poll\(|PTRACE_EVENT_|WTERMSIG.*<<16|^wait4\(.*(RTMIN|== 121)
^(getdents|getdents64|memfd_create)\(|PEEKSIGINFO
^(mmap|remap_file_pages)\(.*0xf{8,16}\b'
# What strace 6.1 has other words for than 6.13, which ours are of.
if ! strace_since 6 13; then
    not_told="$not_told
^(epoll_|select|pselect6|p?poll|mmap|mremap|madvise|send|recv|socket|[gs]etsockopt|fcntl|ptrace|prctl|[lf]?getxattr|io_|remap_)
^(kexec(_file)?_load|fanotify_init|fsmount|move_mount)\(|^fsconfig\(99, (0x8|FSCONFIG_CMD_CREATE_EXCL)\b
^(bpf|perf_event_open|mbind|set_mempolicy|memfd_create|p(read|write)v2|statx|pidfd_|name_to|kcmp|futex|landlock|seccomp|set_robust|getcwd)"
fi
every_call=$(realpath "$B/tests/guest/every_call")
last=450
strace_since 6 13 && last=466

# told FILE: what is left of it.
told()
{
    printf '%s\n' "$not_told" >"$work/not_told"
    grep -avE -f "$work/not_told" "$1" | sed -E 's/^(socket\([^,]*, [^,]*),.*\) += /\1) = /; s/\]\], (in|out|except|left)/], \1/; s/  +=/ =/'
}

every()
{
    theirs=$work/every.$(echo "$*" | cksum | tr ' ' .) # once for all emulators
    [ -f "$theirs" ] || (cd "$work/dir" && TZ=UTC0 strace "$@" -e signal=none -o "$theirs" "$every_call" "$last") >"$work/out" 2>&1
    (cd "$work/dir" && TZ=UTC0 "$program" --strace "$@" -e signal=none -o "$work/ours" "$every_call" "$last") >"$work/out" 2>&1 </dev/null
    told "$theirs" >"$work/theirs.plain"
    told "$work/ours" >"$work/ours.plain"
    ok "every call, strace $*: the same lines" diff "$work/theirs.plain" "$work/ours.plain"
    ok '... of 25000 calls at least' [ "$(wc -l <"$work/ours.plain")" -gt 25000 ]
}

if have strace && strace -o /dev/null true 2>/dev/null; then
    every -e 'inject=!execve,exit_group:error=EPERM'
    every -e 'inject=!execve,exit_group:retval=0'
    every -e 'inject=!execve,exit_group:retval=1' -v
    every -e 'inject=!execve,exit_group:retval=3'
    every -e 'inject=!execve,exit_group:retval=1' -X raw
    every -e 'inject=!execve,exit_group:retval=1' -X verbose
    every -e 'inject=!execve,exit_group:retval=1' -e verbose=none
else
    skip 'strace of every call compared' 'no strace, or it may not trace here'
fi
