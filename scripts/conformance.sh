#!/bin/sh
# conformance.sh - the same static programs on real kernels and in the emulator with the matching design.
#
#   B=build scripts/conformance.sh KERNEL...       make conformance KERNEL='uml-6.12 6.18'
#   B=build scripts/conformance.sh --judge         compare again what the kernels said before
#
# Kernels are what ../shared/oracle/kernel-oracle knows (ORACLE= another place). Three things are compared: each fact of guest-tests,
# each scenario, and random memory calls (the fuzzer itself as a static program, with the design as the model), after a case for each
# exclusion that the kernel needs. What differs for a known reason is listed in guest-tests/kernels.tsv; anything else, and a row there
# that no longer differs, is an error (status 1).
# Results are kept in $B/conformance/; docs/conformance.md is made of all that are there.
cd "$(dirname "$0")/.." || exit 1
B=${B:-build}
oracle=${ORACLE:-../shared/oracle/kernel-oracle}
[ -x "$oracle" ] || oracle=/work/shared/oracle/kernel-oracle
if [ ! -x "$oracle" ] && [ "$1" != --judge ]; then
    echo "conformance: skipped: there is no ../shared/oracle/kernel-oracle to run kernels with"
    exit 0
fi
out=$B/conformance
ops=${FUZZ_OPS:-5000}
exclusions=guest-tests/kernels.tsv
failed=0

# The release decides what a kernel's seals do.
design_of()
{
    case $1 in
    [1-5].* | 6.[0-9].*) echo none ;;
    6.10.*) echo linux-6.10 ;;
    6.11.*) echo linux-6.11 ;;
    6.1[2-5].*) echo linux-6.12 ;;
    6.16.*) echo linux-6.16 ;;
    6.17.* | 6.18.[0-9][!0-9]* | 6.18.1[0-5][!0-9]*) echo linux-6.17 ;;
    6.1[89].* | 7.0.*) echo linux-6.18 ;;
    *) echo linux-7.1 ;;
    esac
}

# Why no kernel is asked the facts of a program, or of any: "program: reason" of each.
not_asked()  # [PROGRAM]
{
    awk -F '\t' -v program="$1" '$1 == "-" && (program == "" || $2 == program) { print $2 ": " $3 }' "$exclusions"
}

build_programs()
{
    mkdir -p "$out/programs"
    rm -f "$out"/programs/*
    for p in "$B"/guest-tests/*; do
        [ -f "$p" ] && [ -x "$p" ] && [ -z "$(not_asked "${p##*/}")" ] && cp "$p" "$out/programs/"
    done
    cp "$B/guest-tests/scenarios/scenarios" "$out/scenarios"
    cp "$B/mseal-fuzz-static" "$out/fuzz"
    # runs before them: programs expect a network and terminals
    ${CC:-gcc} -O2 -static -o "$out/setup" scripts/conformance_setup.c
}

# Why a kernel's random calls need not agree, or can't be made; empty: they must.
random_reason()  # KERNEL
{
    awk -F '\t' -v kernel="$1" '$2 == "random calls" && index("," $1 ",", "," kernel ",") { print $3 }' "$exclusions"
}

# "NAME<TAB>reason" of the fuzzer's exclusions (its --exclude) that the kernel needs.
random_exclusions()  # KERNEL
{
    awk -F '\t' -v kernel="$1" 'sub(/^random calls: /, "", $2) && index("," $1 ",", "," kernel ",") { print $2 "\t" $3 }' "$exclusions"
}

# What the fuzzer's random calls leave out on the kernel (its --without), with commas between.
random_without()  # KERNEL
{
    awk -F '\t' -v kernel="$1" 'sub(/^no random calls: /, "", $2) && index("," $1 ",", "," kernel ",") { print $2 }' "$exclusions"
}

ask_kernel()  # KERNEL
{
    k=$1
    dir=$out/$k
    rm -rf "$dir" && mkdir -p "$dir/got"
    date -u +%Y-%m-%d >"$dir/date"
    "$oracle" --timeout 100 --env HWPOISON=1 --out "$dir/got" --batch "$k" "$out/setup" "$out/programs" >"$dir/batch.json" 2>"$dir/log" ||
        echo "conformance: $k: $(tail -n 1 "$dir/log")"
    # A program that takes the kernel down loses those after it: these are asked once more.
    lost=$(sed -n 's/.*"program":"\([^"]*\)","status":"lost".*/\1/p' "$dir/batch.json" | sed 1d)
    [ -z "$lost" ] || "$oracle" --timeout 100 --env HWPOISON=1 --out "$dir/got" --batch "$k" "$out/setup" \
        $(echo "$lost" | sed "s,^,$out/programs/,") >>"$dir/batch.json" 2>>"$dir/log"
    "$oracle" --timeout 120 --env HWPOISON=1 "$k" "$out/scenarios" --all >"$dir/scenarios" 2>>"$dir/log"
    ask_random "$k"
}

# `gu` came to smaps within 6.18.
ask_random()  # KERNEL
{
    dir=$out/$1
    design=$(design_of "$(release_of "$dir")")
    names=$(random_exclusions "$1" | cut -f 1)
    without=$(random_without "$1")
    "$oracle" --timeout 600 $(echo "$names" | sed -n 's,..*,--file fuzz/kernels/&.case,p') "$1" "$out/fuzz" --quiet \
        --design "$design" --ops "$ops" --seed 1 --ignore gu ${without:+--without "$without"} \
        $(echo "$names" | sed -n 's/..*/--exclude & &.case/p') >"$dir/fuzz" 2>"$dir/fuzz.log"
    echo $? >"$dir/fuzz.status"
}

release_of()  # DIRECTORY
{
    sed -n 's/.*"release": *"\([^"]*\)".*/\1/p' "$1/batch.json" | head -n 1
}

# "program fact<TAB>outcome", one a line, of what a program printed; a fact told a second time is "fact (2)". Without a plan at the
# end the program did not get that far.
facts()  # PROGRAM, its output on standard input
{
    awk -v program="$1" '
        match($0, /^(ok|not ok|skip) [0-9]+ - /) {
            outcome = substr($0, 1, index($0, " ") - 1)
            if (outcome == "not")
                outcome = "not ok"
            name = substr($0, RLENGTH + 1)
            if (outcome == "skip" && match(name, / \([^()]*\)$/)) {
                outcome = "skipped: " substr(name, RSTART + 2, RLENGTH - 3)
                name = substr(name, 1, RSTART - 1)
            }
            if (++seen[name] > 1)
                name = name " (" seen[name] ")"
            print program " " name "\t" outcome
        }
        /^1\.\./ { complete = 1 }
        END { print program " comes to its end\t" (complete ? "ok" : "not ok") }'
}

judge()  # KERNEL
{
    k=$1
    dir=$out/$k
    release=$(release_of "$dir")
    design=$(design_of "$release")
    rm -f "$dir"/*.tsv "$dir"/facts.* "$dir"/scenarios.*
    built=$(sed -n 's/^D27: EINVAL.*/--no-memory-failure/p' "$dir/scenarios") # as the kernel was
    for p in "$out"/programs/*; do
        name=${p##*/}
        facts "$name" <"$dir/got/$name.stdout" >>"$dir/got.tsv"
        "$B/mseal-emu" --vdso $built --design "$design" -E HWPOISON=1 -E "PROBE_RELEASE=$release" "$p" 2>/dev/null | facts "$name" >>"$dir/ours.tsv"
    done
    sed 's/: /	/' "$dir/scenarios" >"$dir/got-scenarios.tsv"
    "$B/mseal-emu" --vdso --as-root $built --design "$design" "$out/scenarios" --all 2>/dev/null | sed 's/: /	/' >"$dir/our-scenarios.tsv"
    facts=$(awk -f scripts/conformance.awk -v kernel="$k" -v kind=fact -v report="$dir/facts" \
        "$exclusions" "$dir/got.tsv" "$dir/ours.tsv")
    scenarios=$(awk -f scripts/conformance.awk -v kernel="$k" -v kind=scenario -v report="$dir/scenarios" \
        "$exclusions" "$dir/got-scenarios.tsv" "$dir/our-scenarios.tsv")
    reason=$(random_reason "$k")
    known=$(random_exclusions "$k" | wc -l)
    case $(cat "$dir/fuzz.status"):$reason in
    0:) calls="$ops calls, $known kinds of difference excluded, no other" ;;
    0:*) calls="DIFFERENT: they can be made, take the exclusion out" ;;
    1:) calls="DIFFERENT" ;;
    1:*) calls="excluded" ;;
    *:) calls="DIFFERENT: $(tail -n 1 "$dir/fuzz.log" | sed 's/.*fuzz: //')" ;;
    *) calls="skipped" ;;
    esac
    printf '| %s | %s | %s | %s same, %s excluded, %s skipped, %s different |' "$k" "$release" "$design" $facts >"$dir/row"
    printf ' %s same, %s excluded, %s skipped, %s different | %s |\n' $scenarios "$calls" >>"$dir/row"
    cat "$dir/row"
    case "$facts,$scenarios,$calls" in
    *" 0,"*" 0,"[!D]*) ;;
    *) failed=1 ;;
    esac
}

# table FILE HEADING COLUMNS: the rows of one kind of report
table()
{
    [ -s "$1" ] || return
    printf '\n%s\n\n| %s |\n|%s\n' "$2" "$3" "$(echo "$3" | sed 's/[^|]*|/ --- |/g; s/[^|]*$/ --- |/')"
    cat "$1"
}

document()
{
    echo "# Conformance with real kernels"
    echo
    echo "Made by \`make conformance\`, $(date -u +%Y-%m-%d): do not edit. The facts are those of guest-tests/, the scenarios those of"
    echo "guest-tests/scenarios, random calls those of \`mseal-emu fuzz\`; each ran on the kernel and in the emulator with the design"
    echo "that stands for the kernel. The emulator's memory management around the design is Linux 6.18's. What differs from that on an older or"
    echo "newer kernel, or rests on how a kernel was built, is excluded by name and with its reason in guest-tests/kernels.tsv, and shown"
    echo "below; an exclusion that no longer differs is an error, and so is a difference without one. Skipped is what one of the two"
    echo "cannot be asked; it says why."
    echo
    not_asked | sed 's/\([^:]*\): \(.*\)/Not asked, `\1`: \2.\n/'
    echo "| kernel | release | our design | facts | scenarios | random calls |"
    echo "| --- | --- | --- | --- | --- | --- |"
    cat "$out"/*/row
    for row in "$out"/*/row; do
        dir=${row%/row}
        reason=$(random_reason "${dir##*/}")
        printf '\n## %s\n' "${dir##*/}"
        for kind in facts scenarios; do
            table "$dir/$kind.differ" "Different ($kind):" "what | kernel | emulator"
            table "$dir/$kind.excluded" "Excluded ($kind):" "what | kernel | emulator | reason"
            table "$dir/$kind.skipped" "Skipped ($kind):" "what | kernel | emulator"
        done
        [ -z "$reason" ] || printf '\nRandom calls: %s.\n' "$reason"
        random_exclusions "${dir##*/}" | sed 's/\(.*\)	\(.*\)/\nExcluded (random calls), `\1`: \2./'
        [ -z "$(random_without "${dir##*/}")" ] || printf '\nRandom calls without: %s.\n' "$(random_without "${dir##*/}")"
        if grep -q . "$dir/fuzz"; then
            printf '\nThe first difference in random calls, shrunk:\n\n```\n'
            sed '/^$/d' "$dir/fuzz"
            printf '```\n'
        fi
    done
}

if [ "$1" != --judge ]; then
    build_programs
    for k in "$@"; do
        ask_kernel "$k"
        [ -n "$(release_of "$out/$k")" ] || { echo "conformance: $k did not start"; rm -rf "${out:?}/$k"; failed=1; }
    done
    judged=$*
else
    judged=$(cd "$out" && ls -d */ | sed 's,/,,; /^programs$/d')
fi
for k in $judged; do
    [ ! -d "$out/$k" ] || judge "$k"
done
if ls "$out"/*/row >/dev/null 2>&1; then
    document >"$out/conformance.md" && cp "$out/conformance.md" docs/conformance.md
fi
exit $failed
