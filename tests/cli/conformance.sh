# conformance.sh - what scripts/conformance.awk makes of a kernel's answers and ours, and the form of the list of exclusions.
conf=$work/conformance
mkdir -p "$conf"

# compare KIND: the numbers, with the files of $conf
compare()
{
    rm -f "$conf"/report.*
    awk -f scripts/conformance.awk -v kernel=6.12 -v kind="$1" -v report="$conf/report" \
        "$conf/exclusions" "$conf/kernel" "$conf/ours"
}

# told WANT LABEL
told()
{
    if [ "$got" = "$1" ]; then pass "cli: conformance: $2 ($label)"; else echo "want $1, got $got" >"$conf/why"; fail "cli: conformance: $2 ($label)" "$conf/why"; fi
}

printf '# comment\n6.1,6.12\tp excused\tolder\n6.16\tp differs\tanother kernel\n6.12\trandom calls: x\tnot a fact\n' >"$conf/exclusions"
printf 'p same\tok\np excused\tnot ok\np differs\tnot ok\np skips\tskipped: no\nq gone\tok\n' >"$conf/kernel"
printf 'p same\tok\np excused\tok\np differs\tok\np skips\tok\np after the skip\tok\n' >"$conf/ours"
got=$(compare fact)
told "1 1 2 2" "same, excluded, skipped, different"
got=$(grep -c '| p differs | not ok | ok |\|| q gone | ok | (nothing) |' "$conf/report.differ")
told 2 "what differs is named, a fact that one side lacks too"
printf 'p same\tok\np excused\tok\n' >"$conf/kernel"
printf 'p same\tok\np excused\tok\n' >"$conf/ours"
got="$(compare fact) $(cat "$conf/report.differ")"
told "2 0 0 1 | p excused | no longer differs | take the exclusion out |" "an exclusion that no longer differs is a difference"
printf '6.12\tD18\tolder\n' >"$conf/exclusions"
printf 'D18\tok\nU09\tskipped: none\n' >"$conf/kernel"
printf 'D18\tEPERM\nU09\tok\n' >"$conf/ours"
got=$(compare scenario)
told "0 1 1 0" "scenarios"
printf '6.12\tq comes to its end\tit takes the kernel down\n' >"$conf/exclusions"
printf 'p same\tok\nq comes to its end\tnot ok\n' >"$conf/kernel"
printf 'p same\tok\nq fact\tok\nq comes to its end\tok\n' >"$conf/ours"
got=$(compare fact)
told "1 1 1 0" "a program that did not come to its end could not be asked the rest"
printf '# none\n' >"$conf/exclusions"
got=$(compare fact)
told "1 0 1 1" "which is a difference itself"

# each row of the list: kernels, what, reason; random calls name an exclusion that the fuzzer has and a case that shows it
got=$(awk -F '\t' '!/^#/ && (NF != 3 || $3 == "")' guest-tests/kernels.tsv)
told "" "every exclusion has a reason"
names=$(sed -n 's/^[^#	]*	random calls: \([^	]*\)	.*/\1/p' guest-tests/kernels.tsv | sort -u)
got=$(ls fuzz/kernels | sed 's/\.case$//')
told "$names" "every exclusion from random calls has a case"
for name in $names; do
    got=$("$program" fuzz --pair --quiet --ops 1 --exclude "$name" 2>&1)
    told "$name: no call differs so; take the exclusion out" "exclusion $name, which does not show here"
done
got=$("$program" fuzz --exclude nonsense 2>&1; echo $?)
told "mseal-emu fuzz: there is no exclusion nonsense
2" "no such exclusion"
