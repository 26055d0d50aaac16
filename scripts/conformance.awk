# conformance.awk - what a kernel answered (first file) beside what the emulator did (second file), given the exclusions.
#
#   awk -f conformance.awk -v kernel=6.12 -v kind=fact -v report=FILE EXCLUSIONS KERNEL.tsv EMULATOR.tsv
#
# The tables have "what<TAB>outcome" in each line; an outcome that begins with "skip" was not asked, and a fact that one side does not
# have counts as skipped if the same program told there that it skips some, or did not come to its end there, which is a fact itself.
# Standard output: four numbers - same, excluded, skipped, different. Rows of markdown tables go to report.differ, report.excluded and
# report.skipped; facts that a kernel's program does not tell are one row.

function row(file, a, b, c) { printf "| %s | %s | %s |\n", a, b, c >>(report "." file) }

function program(what) { return kind == "fact" ? substr(what, 1, index(what, " ") - 1) : what }

function listed(kernels,    n, k, i)
{
    n = split(kernels, k, ",")
    for (i = 1; i <= n; i++)
        if (k[i] == kernel)
            return 1
    return 0
}

function judge(what, host, ours)
{
    if (host ~ /^skip/ || ours ~ /^skip/) {
        skipped++
        if (host == NOT_TOLD)
            untold[program(what)]++
        else
            row("skipped", what, host ~ /^skip/ ? host : "", ours ~ /^skip/ ? ours : "")
    } else if (host == ours) {
        same++
    } else if (what in reason) {
        excluded++
        used[what] = 1
        row("excluded", what, host, ours " | " reason[what])
    } else {
        differ++
        row("differ", what, host, ours)
    }
}

function absent(what, skips) { return program(what) in skips ? NOT_TOLD : "(nothing)" }

function skips(what, outcome) { return outcome ~ /^skip/ || (what ~ / comes to its end$/ && outcome == "not ok") }

BEGIN { FS = "\t"; NOT_TOLD = "skip (not told there)" }
FNR == 1 { file++ }
file == 1 && !/^#/ && $2 !~ /^(no )?random calls/ && listed($1) && ((kind == "fact") == ($2 ~ / /)) { reason[$2] = $3 }
file == 2 { host[$1] = $2; if (skips($1, $2)) host_skips[program($1)] = 1 }
file == 3 { ours[$1] = $2; order[++n] = $1; if (skips($1, $2)) our_skips[program($1)] = 1 }
END {
    for (i = 1; i <= n; i++)
        judge(order[i], order[i] in host ? host[order[i]] : absent(order[i], host_skips), ours[order[i]])
    for (what in host)
        if (!(what in ours))
            judge(what, host[what], absent(what, our_skips))
    for (what in reason)
        if (!(what in used)) {
            differ++
            row("differ", what, "no longer differs", "take the exclusion out")
        }
    for (i = 1; i <= n; i++)
        if (program(order[i]) in untold) {
            row("skipped", program(order[i]) ": " untold[program(order[i])] " facts", NOT_TOLD, "")
            delete untold[program(order[i])]
        }
    print same + 0, excluded + 0, skipped + 0, differ + 0
}
