# lib.sh - what the test scripts share: where results go and how an outcome is recorded. Sourced, never run.
#
# Each outcome is one line in $RESULTS: pass|fail|skip, a tab, the test's name, and for skip the reason. tests/run counts them.

pass()
{
    printf 'pass\t%s\n' "$1" >>"$RESULTS"
}

# fail NAME [FILE]: FILE's beginning is shown.
fail()
{
    printf 'fail\t%s\n' "$1" >>"$RESULTS"
    printf 'FAIL %s\n' "$1"
    [ -z "${2-}" ] || sed 's/^/    /' "$2" | head -n 20
}

skip()  # NAME REASON
{
    printf 'skip\t%s\t%s\n' "$1" "$2" >>"$RESULTS"
}

have()
{
    command -v "$1" >/dev/null 2>&1
}

# The emulators to test: "LABEL=PROGRAM" words, one for each version of Unicorn there is.
emulators()
{
    [ ! -x "$B/mseal-emu" ] || echo "unicorn=$B/mseal-emu"
    [ ! -x "$B/mseal-emu-newest" ] || echo "unicorn-newest=$B/mseal-emu-newest"
}

# scratch NAME: a new directory for a group's files, in the build directory. Guests have a /tmp of their own, so when the tree
# lies in /tmp it is made elsewhere, and goes with scratch_end.
scratch()
{
    case $B in
    /tmp/*) mktemp -d "/var/tmp/mseal-emu-$1.XXXXXX" ;;
    *) rm -rf "${B:?}/$1"; mkdir -p "$B/$1"; echo "$B/$1" ;;
    esac
}

scratch_end()
{
    case $work in
    /var/tmp/mseal-emu-*) rm -rf "${work:?}" ;;
    esac
}
