#!/bin/sh
# determinism.sh - the same program, the same trace: each program of many tasks, RUNS times (2) on each version of Unicorn.
#
#   B=build RUNS=20 ONLY=bash tests/run determinism
#
# The list is tests/programs/tasks.sh; what is compared is every line of --strace and the output. A difference leaves
# both traces in the scratch directory's parent: determinism-NAME.1 and .2.
. tests/lib.sh
work=$(scratch determinism)
data=$work/data
mkdir -p "$data/tree/a"
export data
runs=${RUNS:-2}

# Directories that the guest may change are the host's: each run begins with an empty one.
run()  # EMULATOR TRACE COMMAND...
{
    emulator=$1 trace=$2
    shift 2
    rm -rf "${work:?}/dir"
    mkdir -p "$work/dir"
    (cd "$work/dir" && env -i PATH="$PATH" HOME=/nonexistent LANG=C LC_ALL=C TERM=dumb data="$data" \
        timeout -k 5 "${TIMEOUT:-300}" "$emulator" --rw "$work/dir" --strace -o "$trace" -- "$@" \
        >"$work/out" 2>"$work/err" <"$data/numbers"; exit $?) 2>/dev/null
    { echo "exit status $?"; cat "$work/out" "$work/err"; } >>"$trace"
}

prog()  # NAME COMMAND...
{
    name=$1
    shift
    case $name in *${ONLY-}*) ;; *) return ;; esac
    have "$1" || { skip "determinism: $name" "no $1 here"; return; }
    rm -f "$work/first"
    n=0
    for e in $(emulators); do
        i=0
        while [ $i -lt "$runs" ]; do
            i=$((i + 1))
            run "${e#*=}" "$work/trace" "$@"
            n=$((n + 1))
            [ -e "$work/first" ] || mv "$work/trace" "$work/first"
            if [ -e "$work/trace" ] && ! cmp -s "$work/first" "$work/trace"; then
                diff "$work/first" "$work/trace" | head -n 6 | cut -c 1-200 >"$work/diff"
                fail "determinism: $name: run $n (${e%%=*}) differs from the first" "$work/diff"
                return
            fi
        done
    done
    pass "determinism: $name"
    echo "$name: $n runs, $(wc -l <"$work/first") lines each, the same"
}
slow()
{
    prog "$@"
}

seq 1 20000 >"$data/numbers"
cp "$data/numbers" "$data/table"
echo "this is one" >"$data/tree/one"
find "$data" -exec touch -h -d '2024-02-03 04:05:06 UTC' {} +
. tests/programs/tasks.sh
scratch_end
exit 0
