/* output_check.c - options of tracing that do not go together, or do nothing: what strace says of them, mostly in its words. */
#include "output.h"

#include <string.h>

/* Was this word of -e given? As `-e WORD=`, `-e WORDs=` or an option of its own. */
static bool has_word(const struct options *o, const char *word)
{
    size_t len = strlen(word);

    for (const char **e = o->events; e && *e; e++)
        if (!strncmp(*e, word, len) && strchr(*e, '=') && strspn(*e + len, "s") == strcspn(*e + len, "="))
            return true;
    return false;
}

static bool has_quiet(const struct options *o)
{
    return has_word(o, "quiet") || has_word(o, "silent") || has_word(o, "silence") || has_word(o, "q");
}

int output_check(const struct options *o)
{
    bool table = o->summary || o->summary_too, separately = o->separately || o->follow > 1;
    bool command = o->output && output_is_command(o->output);
    bool table_only = o->summary && !o->json && !o->record;
    const struct {
        bool given, wrong;
        const char *text;
    } rules[] = {
        {o->stamps && o->stamp_style, true, "-t and --timestamps cannot be provided simultaneously"},
        {o->hex && o->hex_style, true, "-x and --strings-in-hex cannot be provided simultaneously"},
        {o->fds && has_word(o, "decode-fd"), true, "-y and --decode-fds cannot be provided simultaneously"},
        {o->quiet && has_quiet(o), true, "-q and --quiet cannot be provided simultaneously"},
        {o->follow && o->follow_long, true, "-f and --follow-forks cannot be provided simultaneously"},
        {o->follow > 1 && o->separately, true,
         "-ff and --output-separately cannot be provided simultaneously"},
        {separately && table, true,
         "-c/--summary-only or -C/--summary and -ff/--output-separately are mutually exclusive"},
        {separately && command, true, "piping the output and -ff/--output-separately are mutually exclusive"},
        {command && !o->output[1], true, "-o: there is no command behind the sign"},
        {o->wall && !table, true, "-w/--summary-wall-clock needs -c/--summary-only or -C/--summary"},
        {o->columns && !table, true, "-U/--summary-columns needs -c/--summary-only or -C/--summary"},
        {!o->limit, true, "--syscall-limit: there is no run of no calls"},
        {!o->frames, true, "--stack-trace-frame-limit: there is no backtrace of no frames"},
        {o->sort && !table, false,
         "-S/--summary-sort-by has no effect without -c/--summary-only or -C/--summary"},
        {o->ip && table_only, false, "-i/--instruction-pointer has no effect with -c/--summary-only"},
        {o->backtrace && table_only, false, "-k/--stack-trace has no effect with -c/--summary-only"},
        {o->number && table_only, false, "-n/--syscall-number has no effect with -c/--summary-only"},
        {o->relative && table_only, false, "-r/--relative-timestamps has no effect with -c/--summary-only"},
        {(o->stamps || o->stamp_style) && table_only, false,
         "-t/--timestamps has no effect with -c/--summary-only"},
        {o->spent && table_only, false, "-T/--syscall-times has no effect with -c/--summary-only"},
        {o->fds && table_only, false, "-y/--decode-fds has no effect with -c/--summary-only"},
        {o->separately && !o->follow && !o->follow_long && !o->output, false,
         "--output-separately has no effect without -o/--output"},
        {o->append && !o->output, false, "-A/--output-append-mode has no effect without -o/--output"},
        {o->frames != UINT64_MAX && !o->backtrace, false,
         "--stack-trace-frame-limit has no effect without -k/--stack-trace"},
        {o->only.times > 1, false,
         "only the last of -z/--successful-only and -Z/--failed-only takes effect (see -e status=)"},
    };

    for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
        if (!rules[i].given)
            continue;
        fprintf(stderr, "mseal-emu: %s\n", rules[i].text);
        if (rules[i].wrong)
            return EXIT_USAGE;
    }
    return 0;
}
