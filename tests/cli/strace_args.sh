# Arguments as strace tells them: each group of tests/guest/arguments.c under Debian's strace and under --strace, line by line.

# Addresses and what the machine, the time and other processes decide are no difference.
same_form()
{
    sed -E 's/^[0-9]+ +//; s/0x[0-9a-f]{6,}/ADDR/g; s/  +=/ =/; s/\bpid=[0-9]+/pid=N/g; s/htons\([0-9]+\)/htons(N)/g
        s/f_fsid=\{[^}]*\}, /f_fsid=ID, /; s/f_flags=ST_VALID[A-Z_|]*/f_flags=F/' "$1"
}

# argument_lines GROUP CALLS LEAST: the same lines of these calls, and at least so many.
argument_lines()
{
    (cd "$work/dir" && export TZ=UTC0 && strace -e signal=none -e "trace=$2" -o "$work/theirs" "$arguments" "$1"
     "$program" --rw "$work/dir" --strace -e signal=none -e "trace=$2" -o "$work/ours" --trace-json "$work/json" "$arguments" "$1") \
        >"$work/out" 2>&1 </dev/null
    same_form "$work/theirs" >"$work/theirs.plain"
    same_form "$work/ours" >"$work/ours.plain"
    ok "strace of $1: the same arguments" diff "$work/theirs.plain" "$work/ours.plain"
    ok "... of at least $3 calls" [ "$(grep -c '(' "$work/ours.plain")" -ge "$3" ]
    "$program" history --text "$work/json" >"$work/text" 2>&1
    ok '... and the same from JSON' cmp "$work/ours" "$work/text"
}

arguments=$(realpath "$B/tests/guest/arguments")
if have strace && strace -o /dev/null true 2>/dev/null; then
    argument_lines messages sendmsg,recvmsg,sendmmsg,recvmmsg 28
    argument_lines files sendfile,utimensat,utimes,futimesat,utime,statfs,fstatfs 20
else
    skip 'strace of arguments compared' 'no strace, or it may not trace here'
fi
