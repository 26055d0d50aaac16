#!/bin/sh
# cli.sh - the command line as a user would type it. tests/cli/*.sh hold the tests; each runs with every version of Unicorn, to its
# end (or `return`).
#
#   emu ARG...          runs the emulator: $status, $work/out, $work/err; reads standard input from $input if set
#   is NAME STATUS [OUT [ERR]]   compares status, whole standard output, and a pattern (grep -E) that standard error must match;
#                       an ERR of '' means that nothing may be there
. tests/lib.sh
work=$(scratch cli)
guest=$B/guest-tests
export work guest

emu()
{
    (cd "$work/dir" && timeout -k 5 60 "$program" "$@" >"$work/out" 2>"$work/err" <"${input:-/dev/null}"; exit $?) 2>/dev/null
    status=$?
}

is()
{
    why=
    [ "$status" = "$2" ] || why="exit status $status, expected $2"
    if [ $# -ge 3 ] && [ "$(cat "$work/out")" != "$3" ]; then
        why="$why; standard output '$(head -c 200 "$work/out")', expected '$3'"
    fi
    if [ $# -ge 4 ]; then
        if [ -z "$4" ]; then
            [ ! -s "$work/err" ] || why="$why; something on standard error"
        else
            grep -Eq -e "$4" "$work/err" || why="$why; nothing like '$4' on standard error"
        fi
    fi
    if [ -z "$why" ]; then
        pass "cli: $1 ($label)"
    else
        { echo "$why"; head -n 8 "$work/err"; } >"$work/why"
        fail "cli: $1 ($label)" "$work/why"
    fi
}

# ok NAME COMMAND...: the command must succeed.
ok()
{
    name=$1
    shift
    if "$@" >"$work/why" 2>&1; then
        pass "cli: $name ($label)"
    else
        fail "cli: $name ($label)" "$work/why"
    fi
}

# strace_since MAJOR MINOR: is Debian's as new?
strace_since()
{
    strace --version 2>/dev/null | sed -n '1s/.*version \([0-9]*\)\.\([0-9]*\).*/\1 \2/p' | {
        read -r major minor
        [ "${major:-0}" -gt "$1" ] || { [ "${major:-0}" -eq "$1" ] && [ "${minor:-0}" -ge "$2" ]; }
    }
}

if [ -z "$(emulators)" ]; then
    skip "command line" "no mseal-emu was built"
    exit 0
fi
for e in $(emulators); do
    label=${e%%=*}
    program=${e#*=}
    for list in tests/cli/${CLI:-*}.sh; do # CLI=explain tests/run cli: only one of them
        # Each in a shell and a directory of its own: none can end the others, or leave them its variables and files.
        rm -rf "${work:?}/dir"
        mkdir "$work/dir"
        (
            . "$list"
            : >"$work/ended"
        )
        [ -e "$work/ended" ] || fail "cli: $list came to its end ($label)"
        rm -f "$work/ended"
    done
done
scratch_end
exit 0
