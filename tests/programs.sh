#!/bin/sh
# programs.sh - real programs: standard output, standard error (standard input is a table), exit status and the files they leave must be what they are natively.
#
# tests/programs/*.sh list the commands: prog NAME COMMAND..., sorted NAME COMMAND... (lines in any order) and slow NAME COMMAND... (on one version of Unicorn only).
. tests/lib.sh
work=$(scratch programs)
data=$work/data
mkdir -p "$data"
export data
emus=$(emulators)
first=$(echo "$emus" | head -n 1)

# observe LABEL [EMULATOR...] -- COMMAND...: run it in an empty directory, leave what was seen in $work/LABEL.
observe()
{
    label=$1
    shift
    rm -rf "${work:?}/dir"
    mkdir -p "$work/dir"
    (cd "$work/dir" && env -i PATH="$PATH" HOME=/nonexistent LANG=C LC_ALL=C TERM=dumb data="$data" \
        timeout -k 5 "${TIMEOUT:-120}" "$@" >"$work/out" 2>"$work/err" <"$data/table"; exit $?) 2>/dev/null
    status=$?
    # Where libraries lie, whether there is a vDSO and how processes are numbered is nobody's business.
    [ -z "${SORTED-}" ] || sort -o "$work/out" "$work/out"
    # (the emulator's word about a program's death is its own)
    { echo "exit status $status"; echo "-- stdout"; head -c 100000 "$work/out"; tail -c +100001 "$work/out" | md5sum; echo "-- stderr"; cat "$work/err"; } |
        sed -E 's/\(0x[0-9a-f]{12,16}\)/(ADDRESS)/; /linux-vdso/d; /^mseal-emu: .* dies of SIG/d; s/^(bash: line [0-9]+:) +[0-9]+ /\1 PID /' >"$work/$label"
    { echo "-- files"
      (cd "$work/dir" && find . -type f ! -name '*.pyc' -exec md5sum {} + | sort -k 2); } >>"$work/$label"
}

compare()  # EMULATORS NAME COMMAND...
{
    list=$1 name="program: $2"
    shift 2
    if ! have "$1"; then
        skip "$name" "no $1 here"
        return
    fi
    observe native "$@"
    if [ "$status" = 124 ]; then
        skip "$name" 'it does not end natively'
        return
    fi
    for e in $list; do
        # (root may declare memory broken, which few hosts of tests allow)
        observe emulated "${e#*=}" --no-memory-failure --rw "$work/dir" -- "$@"
        if cmp -s "$work/native" "$work/emulated"; then
            pass "$name on ${e%%=*}"
        else
            diff "$work/native" "$work/emulated" | cut -c 1-160 >"$work/diff"
            fail "$name on ${e%%=*}" "$work/diff"
        fi
    done
}
prog()
{
    [ -z "${ONLY-}" ] || case $1 in *$ONLY*) ;; *) return ;; esac
    compare "$emus" "$@"
}
# Directories are read in the order of their filesystem natively, by name in the emulator.
sorted()
{
    SORTED=1
    prog "$@"
    SORTED=
}
slow()
{
    [ -z "${ONLY-}" ] || case $1 in *$ONLY*) ;; *) return ;; esac
    compare "$first" "$@"
}

if [ -z "$emus" ]; then
    skip "real programs" "no mseal-emu was built"
    exit 0
fi

# Material to work on, the same each time.
seq 1 20000 >"$data/numbers"
awk 'BEGIN { for (i = 1; i <= 3000; i++) printf "%d %s %s\n", i * 7919 % 3001, substr("abcdefghijklmnopqrstuvwxyz", i % 20 + 1, 5), i % 13 ? "yes" : "no" }' >"$data/table"
mkdir -p "$data/tree/a/b" "$data/tree/c"
for f in one a/two a/b/three c/four; do echo "this is $f" >"$data/tree/$f"; done
ln -s one "$data/tree/link"
find "$data/tree" "$data/numbers" "$data/table" -exec touch -h -d '2024-02-03 04:05:06 UTC' {} +

for list in tests/programs/*.sh; do
    . "$list"
done
scratch_end
exit 0
