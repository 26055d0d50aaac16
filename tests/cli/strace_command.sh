# Structures whose meaning a command decides - of bpf, perf, quotas, filters, terminals, other requests -, each field of them
# varied, as Debian's strace tells them and as --strace does: nothing of it happens (tests/guest/every_command.c, with -e inject).

# What is no difference: interfaces of networks, which a machine has or not, and what strace 6.1 does not know yet.
cat >"$work/same" <<'END'
s/ifindex=(if_nametoindex\("[^"]*"\)|[0-9]+( \/\* if_nametoindex\("[^"]*"\) \*\/)?)/ifindex=N/g
s/  +=/ =/
/^execve\(/d
END
strace_since 6 13 || cat >>"$work/same" <<'END'
/^bpf\((BPF_(ENABLE_STATS|ITER_CREATE|LINK_DETACH|PROG_BIND_MAP|TOKEN_CREATE|RAW_TRACEPOINT_OPEN|OBJ_PIN|OBJ_GET)|0x(6|7|11|2[0-4]))\b/d
s/(attach_type)=(0x(2[c-f]|3[0-9])\b|BPF_(STRUCT_OPS|NETFILTER|TCX_|TRACE_UPROBE|TRACE_KPROBE_SESSION|CGROUP_UNIX|NETKIT))[^,}]*/\1=T/
s/(map_type)=(0x2[01]\b|BPF_MAP_TYPE_(CGRP_STORAGE|ARENA))[^,}]*/\1=T/
s/(prog_type)=(0x20\b|BPF_PROG_TYPE_NETFILTER)[^,}]*/\1=T/
s/((map|prog|attach)_flags|new_prog_fd=[^,]*, flags)=[^,}]*/\1=F/
s/(aux_sample_size=[0-9]+)[^}]*\}/\1}/
s/0xe0 \/\* BPF_JCOND \*\/|BPF_JCOND/0xe0 \/* BPF_??? *\//g
s/0x80 \/\* BPF_MEMSX \*\/|BPF_MEMSX/0x80 \/* BPF_??? *\//g
s/(branch_sample_type)=[^,}]*/\1=B/
/^ioctl\(99, (_IOC\([A-Z_|]*, (0xee|0x66|0xaa|0x21)|0x[0-9a-f]*ee0[0-9]|UFFDIO_(API|REGISTER|MOVE|POISON|WRITEPROTECT|CONTINUE)|PAGEMAP_|PROCMAP_)/d
/^ioctl\(99, (SECCOMP_IOCTL_NOTIF_SET_FLAGS|0x(c018aa(3f|06)|c020aa0[078]|c028aa05|c0606610|c0686611|40082104))/d
s/QFMT_SHMEM|0x5 \/\* QFMT_(SHMEM|VFS_\?\?\?) \*\//5/
END
every_command=$(realpath "$B/tests/guest/every_command")

# every GROUP LEAST OPTION...: the same lines, and at least so many.
every()
{
    group=$1 least=$2
    shift 2
    theirs=$work/command.$(echo "$group $*" | cksum | tr ' ' .) # once for all emulators
    [ -f "$theirs" ] || (cd "$work/dir" && strace "$@" -e signal=none -o "$theirs" "$every_command" "$group") >"$work/out" 2>&1
    (cd "$work/dir" && "$program" --strace "$@" -e signal=none -o "$work/ours" "$every_command" "$group") >"$work/out" 2>&1 </dev/null
    sed -E -f "$work/same" "$theirs" >"$work/theirs.plain"
    sed -E -f "$work/same" "$work/ours" >"$work/ours.plain"
    ok "every command of $group, strace $*: the same lines" diff "$work/theirs.plain" "$work/ours.plain"
    ok "... of $least calls at least" [ "$(grep -c '(INJECTED)$' "$work/ours.plain")" -ge "$least" ]
}

# json GROUP: JSON says all of it.
json()
{
    (cd "$work/dir" && "$program" --strace --trace-json "$work/json" -v -e 'inject=!execve,exit_group:retval=1' -e signal=none \
        -o "$work/ours" "$every_command" "$1") >"$work/out" 2>&1 </dev/null
    "$program" history --text "$work/json" >"$work/text" 2>&1
    ok "every command of $1: the same from JSON" cmp "$work/ours" "$work/text"
    rm -f "$work/json"
}

for group in bpf perf quota filters terminals requests; do
    json "$group"
done
if have strace && strace -o /dev/null true 2>/dev/null; then
    while read -r group least; do
        every "$group" "$least" -e 'inject=!execve,exit_group:error=EPERM'
        every "$group" "$least" -e 'inject=!execve,exit_group:retval=1' -v
        every "$group" "$least" -e 'inject=!execve,exit_group:retval=3' -v -X verbose
        every "$group" "$least" -e 'inject=!execve,exit_group:retval=0' -X raw
        every "$group" "$least" -e 'inject=!execve,exit_group:retval=1' -e verbose=none
    done <<'END'
bpf 35000
perf 14000
quota 37000
filters 16000
terminals 33000
requests 7000
END
else
    skip 'strace of every command compared' 'no strace, or it may not trace here'
fi
