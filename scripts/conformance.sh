#!/bin/sh
# conformance.sh - the same static programs on real kernels and in the emulator with the matching design.
#
#   B=build scripts/conformance.sh KERNEL...       make conformance KERNEL='uml-6.12 6.18'
#
# Kernels are what ../shared/oracle/kernel-oracle knows (ORACLE= another place). Three things are compared: each fact of guest-tests,
# each scenario, and random memory calls (the fuzzer itself as a static program, with the design as the model). Results are
# kept in $B/conformance/; docs/conformance.md is made of all that are there.
cd "$(dirname "$0")/.." || exit 1
B=${B:-build}
oracle=${ORACLE:-../shared/oracle/kernel-oracle}
[ -x "$oracle" ] || oracle=/work/shared/oracle/kernel-oracle
if [ ! -x "$oracle" ]; then
    echo "conformance: skipped: there is no ../shared/oracle/kernel-oracle to run kernels with"
    exit 0
fi
out=$B/conformance
ops=${FUZZ_OPS:-5000}
mkdir -p "$out/programs"

# The release decides: what a kernel's seals do and the flags of smaps it does not show.
design_of()
{
    case $1 in
    [1-5].* | 6.[0-9].*) echo none ;;
    6.10.*) echo linux-6.10 ;;
    6.11.*) echo linux-6.11 ;;
    6.1[2-5].*) echo linux-6.12 ;;
    6.16.*) echo linux-6.16 ;;
    6.1[789].* | 7.0.*) echo linux-6.18 ;;
    *) echo linux-7.1 ;;
    esac
}

facts()  # FILE: "name<TAB>outcome", one a line, of TAP
{
    sed -n 's/^\(ok\|not ok\) \([0-9]*\) - \(.*\)$/\2 \3	\1/p' "$1" | sed 's/	.*# SKIP.*$/	skip/'
}

# compare GOT WANTED: the lines of WANTED that GOT has otherwise, and two numbers: same, different
compare()
{
    awk -F '\t' -v differ="$3" 'NR == FNR { a[$1] = $2; next }
        !($1 in a) { next }
        a[$1] == $2 { same++; next }
        { n++; printf "| %s | %s | %s |\n", $1, a[$1], $2 >>differ }
        END { print same + 0, n + 0 }' "$1" "$2"
}

build_programs()
{
    rm -f "$out"/programs/*
    for p in "$B"/guest-tests/*; do
        [ -f "$p" ] && [ -x "$p" ] && cp "$p" "$out/programs/"
    done
    cp "$B/guest-tests/scenarios/scenarios" "$out/scenarios"
    cp "$B/mseal-fuzz-static" "$out/fuzz"
}

run_kernel()  # KERNEL
{
    k=$1
    dir=$out/$k
    rm -rf "$dir" && mkdir -p "$dir/got" "$dir/ours"
    if ! "$oracle" --timeout 60 --out "$dir/got" --batch "$k" "$out/programs" >"$dir/batch.json" 2>"$dir/log"; then
        echo "conformance: $k: $(tail -n 1 "$dir/log")"
    fi
    release=$(sed -n 's/.*"release": *"\([^"]*\)".*/\1/p' "$dir/batch.json" | head -n 1)
    [ -n "$release" ] || { echo "conformance: $k did not start"; rm -rf "$dir"; return; }
    design=$(design_of "$release")
    for p in "$out"/programs/*; do
        name=${p##*/}
        "$B/mseal-emu" --design "$design" "$p" >"$dir/ours/$name" 2>/dev/null
        facts "$dir/got/$name.stdout" | sed "s/^/$name /" >>"$dir/got.tsv"
        facts "$dir/ours/$name" | sed "s/^/$name /" >>"$dir/ours.tsv"
    done
    : >"$dir/facts.differ"
    guest=$(compare "$dir/got.tsv" "$dir/ours.tsv" "$dir/facts.differ")
    "$oracle" --timeout 120 "$k" "$out/scenarios" --all 2>/dev/null | sed 's/: /	/' >"$dir/got-scenarios.tsv"
    "$B/mseal-emu" --design "$design" "$out/scenarios" --all 2>/dev/null | sed 's/: /	/' >"$dir/our-scenarios.tsv"
    : >"$dir/scenarios.differ"
    scenarios=$(compare "$dir/got-scenarios.tsv" "$dir/our-scenarios.tsv" "$dir/scenarios.differ")
    # `gu` came to smaps within 6.18.
    "$oracle" --timeout 300 "$k" "$out/fuzz" --quiet --design "$design" --ops "$ops" --seed 1 --ignore gu >"$dir/fuzz" 2>"$dir/fuzz.log"
    case $? in
    0) calls="$ops calls, no difference" ;;
    1) calls="differs" ;;
    *) calls="not run: $(grep -v '^kernel-oracle' "$dir/fuzz.log" | head -n 1 | sed 's/.*fuzz: //')" ;;
    esac
    printf '| %s | %s | %s | %s same, %s differ | %s same, %s differ | %s |\n' "$k" "$release" "$design" ${guest} ${scenarios} "$calls" >"$dir/row"
    cat "$dir/row"
}

document()
{
    echo "# Conformance with real kernels"
    echo
    echo "Made by \`make conformance\`, $(date -u +%Y-%m-%d): do not edit. The facts are those of guest-tests/, the scenarios those of"
    echo "guest-tests/scenarios, random calls those of \`mseal-emu fuzz\`; each ran on the kernel and in the emulator with the design"
    echo "that stands for the kernel. The emulator's memory management around the design is Linux 6.18's, which is what most"
    echo "differences of older and newer kernels come from."
    echo
    echo "| kernel | release | our design | facts | scenarios | random calls |"
    echo "| --- | --- | --- | --- | --- | --- |"
    cat "$out"/*/row
    for row in "$out"/*/row; do
        dir=${row%/row}
        [ -s "$dir/facts.differ" ] || [ -s "$dir/scenarios.differ" ] || grep -q . "$dir/fuzz" || continue
        printf '\n## %s\n' "${dir##*/}"
        if [ -s "$dir/facts.differ" ] || [ -s "$dir/scenarios.differ" ]; then
            printf '\n| fact or scenario | kernel | emulator |\n| --- | --- | --- |\n'
            cat "$dir/facts.differ" "$dir/scenarios.differ"
        fi
        if grep -q . "$dir/fuzz"; then
            printf '\nThe first difference in random calls, shrunk:\n\n```\n'
            sed '/^$/d' "$dir/fuzz"
            printf '```\n'
        fi
    done
}

build_programs
for k in "$@"; do
    run_kernel "$k"
done
if ls "$out"/*/row >/dev/null 2>&1; then
    document >"$out/conformance.md" && cp "$out/conformance.md" docs/conformance.md
fi
