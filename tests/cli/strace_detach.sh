# -b execve: a process is told of until it calls execve; compared with Debian's strace.
family='/bin/echo one; echo two; (echo three); exec /bin/echo four'

# What differs from run to run.
detached_lines()
{
    sed -E 's/^[0-9]+ +//; s/0x[0-9a-f]{6,}/ADDR/g; s/  +=/ =/; s/[0-9]+ vars?/N vars/' "$1"
}

while read -r options; do
    # shellcheck disable=SC2086
    emu -b execve -e signal=none $options -o "$work/lines" --trace-json "$work/json" sh -c "$family"
    is "-b execve $options: the program goes on" 0 "$(printf 'one\ntwo\nthree\nfour')" ''
    case $options in
    -c*) ;;
    *)
        # shellcheck disable=SC2046
        "$program" history --text $(echo "$options" | grep -o -e '-[nz]\b' | tr '\n' ' ') "$work/json" >"$work/text" 2>&1
        case $options in *status=*) ;; *) ok '... the same from JSON' cmp "$work/lines" "$work/text" ;; esac
        ;;
    esac
    if have strace && strace -o /dev/null true 2>/dev/null; then
        # shellcheck disable=SC2086
        (cd "$work/dir" && strace -f -b execve -e signal=none $options -o "$work/theirs.lines" sh -c "$family") >"$work/out" 2>&1 </dev/null
        detached_lines "$work/theirs.lines" >"$work/theirs"
        detached_lines "$work/lines" >"$work/ours"
        ok '... the same lines as of strace' diff "$work/theirs" "$work/ours"
    else
        skip "-b execve $options compared" 'no strace, or it may not trace here'
    fi
done <<'END'
-e trace=execve,write,exit_group
-e trace=execve,write,exit_group -z
-e trace=execve,write,exit_group -n
-e trace=write
-e trace=execve,write -e status=detached
-e trace=execve,write -e status=successful,detached
-c -U calls,name -S name -e trace=execve,write,exit_group
END
emu -b execve -qq -e trace=write -e status=none -e inject=write:error=EIO sh -c 'exec /bin/echo five'
is '... and nothing is injected into it' 0 five ''
emu --detach-on=execve --record "$work/run" sh -c 'exec /bin/true'
"$program" history "$work/run" >"$work/text" 2>&1
ok '... nor is it recorded' sh -c "grep -q heap '$work/text' && ! grep -q bin/true '$work/text'"
