# A leader and its threads: execve by a thread, the leader's own end; strace's lines and their order, with Debian's strace.
successor=$(realpath "$B/tests/guest/successor")
rm -rf "$work/to" && mkdir -p "$work/to"

# told DIR OPTION...: into DIR/out and DIR/t.N what both say, in the order of the numbers, without them.
told()
{
    for file in $(find "$1" -type f | sort -t. -k2 -n); do
        echo "file"
        # shellcheck disable=SC2016
        awk '{ if ($1 ~ /^[0-9]+$/ && !($1 in nth)) nth[$1] = ++n; if ($1 in nth) $1 = "task" nth[$1]; print }' "$file" |
            sed -E 's/0x[0-9a-f]{6,}/ADDR/g; s/ +=/ =/; s/[0-9]+ vars?/N vars/; s/(in pid|changed to) [0-9]+/\1 N/; s/= [0-9]{3,}$/= PID/; s/= 1$/= PID/'
    done
}

for mode in reads left ended; do
    for options in -f -ff '-f -qqq' '-f -e quiet=thread-execve' '-f -z' '-f -n' '-f -c -U calls,name -S name'; do
        rm -rf "$work/to/ours" "$work/to/theirs"
        mkdir "$work/to/ours" "$work/to/theirs"
        # shellcheck disable=SC2086
        set -- $options -e trace=execve,read,exit,exit_group,getppid -e signal=none
        (cd "$work/dir" && timeout -k 5 60 "$program" "$@" -o "$work/to/ours/t" --trace-json "$work/json" "$successor" $mode >"$work/out" 2>&1 </dev/null)
        told "$work/to/ours" >"$work/ours"
        ok "$mode, $options: something is told" [ "$(wc -l <"$work/ours")" -gt 3 ]
        if have strace && strace -o /dev/null true 2>/dev/null; then
            (cd "$work/dir" && timeout -k 5 60 strace "$@" -o "$work/to/theirs/t" "$successor" $mode >"$work/out" 2>&1 </dev/null)
            told "$work/to/theirs" >"$work/theirs"
            ok '... the same as by strace' diff "$work/theirs" "$work/ours"
        else
            skip "$mode, $options compared" 'no strace, or it may not trace here'
        fi
    done
    emu --strace -o "$work/lines" --trace-json "$work/json" "$successor" $mode
    "$program" history --text "$work/json" >"$work/text" 2>&1
    ok "$mode: the same from JSON" cmp "$work/lines" "$work/text"
    emu --record "$work/run" "$successor" $mode
    "$program" history "$work/run" >"$work/text" 2>&1
    ok '... and a recording of it can be read' grep -q 'exited with' "$work/text"
done
