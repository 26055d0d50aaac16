# Options of tracing that do not go together, or do nothing: refused and warned of as by Debian's strace.
rm -rf "$work/to" && mkdir -p "$work/to"
if have strace && strace -o /dev/null true 2>/dev/null; then asked=1; else asked=; fi

# theirs OPTION...: what strace says of itself; $told is its exit status.
theirs()
{
    (cd "$work/to" && strace "$@" true 2>&1 >"$work/out" </dev/null; echo $? >"$work/told") | sed -n 's/^strace: //p' >"$work/theirs"
    told=$(cat "$work/told")
}

# ---- refused ----
while read -r options; do
    what=${options#*: }
    options=${options%%: *}
    # shellcheck disable=SC2086
    {
        emu $options true
        is "$options: refused" 2 '' "^mseal-emu: $what\$"
        ok '... in one line' [ "$(wc -l <"$work/err")" = 1 ]
        [ -z "$asked" ] || theirs $options
    }
    [ -z "$asked" ] || ok '... by strace, too' [ "$told" = 1 ]
done <<'END'
-t --timestamps=unix: -t and --timestamps cannot be provided simultaneously
-tt --absolute-timestamps=time: -t and --timestamps cannot be provided simultaneously
-x --strings-in-hex=all: -x and --strings-in-hex cannot be provided simultaneously
-y -e decode-fds=path: -y and --decode-fds cannot be provided simultaneously
-yy --decode-fds=socket: -y and --decode-fds cannot be provided simultaneously
-q -e quiet=exit: -q and --quiet cannot be provided simultaneously
-qq --silent=exit: -q and --quiet cannot be provided simultaneously
-f --follow-forks: -f and --follow-forks cannot be provided simultaneously
-ff --output-separately -o t: -ff and --output-separately cannot be provided simultaneously
-ff -c -o t: -c/--summary-only or -C/--summary and -ff/--output-separately are mutually exclusive
-ff -C: -c/--summary-only or -C/--summary and -ff/--output-separately are mutually exclusive
--output-separately -c -o t: -c/--summary-only or -C/--summary and -ff/--output-separately are mutually exclusive
-ff -o !cat: piping the output and -ff/--output-separately are mutually exclusive
--output-separately -o |cat: piping the output and -ff/--output-separately are mutually exclusive
-w: -w/--summary-wall-clock needs -c/--summary-only or -C/--summary
-U name: -U/--summary-columns needs -c/--summary-only or -C/--summary
--syscall-limit=0: --syscall-limit: there is no run of no calls
-k --stack-trace-frame-limit=0: --stack-trace-frame-limit: there is no backtrace of no frames
END

# ---- of no effect ----
while read -r options; do
    what=${options#*: }
    options=${options%%: *}
    # shellcheck disable=SC2086
    {
        emu $options true
        is "$options: a warning" 0 '' "^mseal-emu: $what\$"
        ok '... of one line' [ "$(grep -c ^mseal-emu: "$work/err")" = 1 ]
        [ -z "$asked" ] || theirs $options
    }
    if [ -n "$asked" ]; then
        ok "... which strace has, too" [ "$told $(wc -l <"$work/theirs")" = '0 1' ]
        sed 's/^mseal-emu: //; s/[()]//g' "$work/err" | head -n 1 >"$work/ours"
        sed -i 's/[()]//g; s/stack-traces/stack-trace/; s/absolute-timestamps/timestamps/' "$work/theirs"
        case $options in
        *-z* | *-Z*) ;; # ours is shorter
        *) ok '... in the same words' diff "$work/theirs" "$work/ours" ;;
        esac
    fi
done <<'END'
-A: -A/--output-append-mode has no effect without -o/--output
--output-append-mode -ff: -A/--output-append-mode has no effect without -o/--output
--output-separately: --output-separately has no effect without -o/--output
-S name: -S/--summary-sort-by has no effect without -c/--summary-only or -C/--summary
-c -i: -i/--instruction-pointer has no effect with -c/--summary-only
-c -k: -k/--stack-trace has no effect with -c/--summary-only
-c -n: -n/--syscall-number has no effect with -c/--summary-only
-c -r: -r/--relative-timestamps has no effect with -c/--summary-only
-c -ttt: -t/--timestamps has no effect with -c/--summary-only
-c --absolute-timestamps=unix: -t/--timestamps has no effect with -c/--summary-only
-c -T: -T/--syscall-times has no effect with -c/--summary-only
-c -y: -y/--decode-fds has no effect with -c/--summary-only
-z -Z: only the last of -z/--successful-only and -Z/--failed-only takes effect \(see -e status=\)
-Z -Z: only the last of -z/--successful-only and -Z/--failed-only takes effect \(see -e status=\)
END
emu --stack-trace-frame-limit=5 true
is '--stack-trace-frame-limit alone: a warning' 0 '' '^mseal-emu: --stack-trace-frame-limit has no effect without -k/--stack-trace$'
emu -c -i -n true
ok 'two options of no effect: two warnings' [ "$(grep -c 'has no effect' "$work/err")" = 2 ]
for options in '-C -i' '-f --output-separately' '-ff' '-A -o t' '-A -o |cat' '-c -T --trace-json t.json' '-c -C'; do
    # shellcheck disable=SC2086
    (cd "$work/to" && "$program" $options true >"$work/out" 2>"$work/err" </dev/null)
    ok "$options: no warning" sh -c "! grep -q ^mseal-emu: '$work/err'"
done
emu -Z -z -e trace=access,close true
ok 'of -Z -z the last is followed' sh -c "grep -q '^close.* = 0' '$work/err' && ! grep -q ENOENT '$work/err'"
emu -z -Z -e trace=access,close true
ok 'of -z -Z, too' sh -c "grep -q '^access.*ENOENT' '$work/err' && ! grep -q ' = 0$' '$work/err'"
