/*
 * view.c - `mseal-emu view`: a recording as one page for a browser, which needs nothing else.
 *
 * The page itself is view.html; the recording takes the place of its RUN mark, as JavaScript data.
 */
#include "cmd.h"
#include "emu/options.h"
#include "emu/output_create.h"
#include "recording.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <mseal-emu/mm.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

__asm__(".pushsection .rodata\n"
        "view_page: .incbin \"emu/cmd/view.html\"\n"
        "view_page_end: .byte 0\n"
        ".popsection\n");
extern const char view_page[], view_page_end[];
#define MARK "/*RUN*/"

/* "</" would end the script. Beyond ASCII it is UTF-8, or as good as the file's name is. */
static void put_string(FILE *out, const char *s, size_t len)
{
    fputc('"', out);
    for (size_t i = 0; i < len; i++) {
        uint8_t c = (uint8_t)s[i];

        if (c == '"' || c == '\\')
            fprintf(out, "\\%c", c);
        else if (c < ' ' || c == 127 || c == '<')
            fprintf(out, "\\u%04x", c);
        else
            fputc(c, out);
    }
    fputc('"', out);
}

/* One step of the page, put together from the records of one event. */
struct step {
    FILE *out;
    bool any; /* a step was begun and waits for its end: why, and whether it sealed */
    bool sealed;
    char *changes; /* of the areas that came before the call */
    size_t len;
    FILE *pending;
    bool has_changes;
    uint64_t nr; /* of the changes */
    char who[512];
};

static void end_step(struct step *s, struct piece why)
{
    if (!s->any)
        return;
    fputc(',', s->out);
    put_string(s->out, why.s, why.len);
    fprintf(s->out, ",%d]", s->sealed);
    s->any = false;
}

static void begin_step(struct step *s, uint64_t nr, int tid, const char *text)
{
    end_step(s, (struct piece){"", 0});
    fprintf(s->out, ",\n[%" PRIu64 ",%d,", nr, tid);
    put_string(s->out, text, strlen(text));
    fputs(",[", s->out);
    if (s->has_changes) {
        long len = ftell(s->pending);

        fflush(s->pending);
        fwrite(s->changes, 1, len > 0 ? (size_t)len : 0, s->out);
    }
    fputs("],", s->out);
    put_string(s->out, s->who, strlen(s->who));
    rewind(s->pending);
    s->has_changes = false;
    *s->who = '\0';
    s->any = true;
}

static void add_changes(struct step *s, const struct recording *r)
{
    if (s->has_changes && s->nr != r->nr)
        begin_step(s, s->nr, 0, "(the program's start, a fault, or a call on its way)");
    if (!s->has_changes)
        s->sealed = false;
    fprintf(s->pending, "%s[%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",[", s->has_changes ? "," : "", r->mm,
            r->start >> MM_PAGE_SHIFT, r->end >> MM_PAGE_SHIFT);
    for (size_t i = 0; i < r->nr_areas; i++) {
        const struct area *a = &r->area[i];
        unsigned bits = (a->flags & VM_READ ? 1 : 0) | (a->flags & VM_WRITE ? 2 : 0) |
                        (a->flags & VM_EXEC ? 4 : 0) | (a->flags & VM_MAYSHARE ? 8 : 0) | (a->seal ? 16 : 0);

        fprintf(s->pending, "%s[%" PRIu64 ",%" PRIu64 ",%u,%zu,%" PRIu64 ",%" PRIu64 "]", i ? "," : "",
                a->start >> MM_PAGE_SHIFT, a->end >> MM_PAGE_SHIFT, bits, recording_string_number(a->name),
                a->birth, a->sealed_at);
        s->sealed |= a->seal && a->sealed_at == r->nr;
    }
    fputs("]]", s->pending);
    s->has_changes = true;
    s->nr = r->nr;
}

static bool put_run(FILE *out, struct recording *r)
{
    struct step s = {.out = out};
    char text[512];

    s.pending = open_memstream(&s.changes, &s.len);
    if (!s.pending)
        return false;
    fputs("{design:", out);
    put_string(out, r->design, strlen(r->design));
    fputs(",program:", out);
    put_string(out, r->program, strlen(r->program));
    fputs(",steps:[[0,0,\"start\",[],\"\",\"\",0]", out);
    while (recording_next(r)) {
        bool sealed = s.sealed && s.has_changes;

        switch (r->tag) {
        case RECORD_AREAS:
            if (s.any) /* the step before is over: its seal is told with it */
                end_step(&s, (struct piece){"", 0});
            add_changes(&s, r);
            break;
        case RECORD_WHO:
            snprintf(s.who, sizeof(s.who), "%s", r->name);
            break;
        case RECORD_CALL:
            if (s.has_changes && s.nr != r->nr)
                begin_step(&s, s.nr, r->tid, "(the program's start, a fault, or a call on its way)");
            end_step(&s, (struct piece){"", 0});
            recording_call_text(r, text, sizeof(text));
            begin_step(&s, r->nr, r->tid, text);
            s.sealed = sealed;
            break;
        case RECORD_NOTE:
            snprintf(text, sizeof(text), "--- %.*s", (int)(r->text.len > 480 ? 480 : r->text.len), r->text.s);
            end_step(&s, (struct piece){"", 0});
            begin_step(&s, r->nr, r->tid, text);
            s.sealed = false;
            break;
        case RECORD_WHY:
            end_step(&s, r->text);
            break;
        }
    }
    end_step(&s, (struct piece){"", 0});
    fputs("],\nnames:[\"\"", out);
    for (size_t i = 0; i < r->nr_strings; i++) {
        fputc(',', out);
        put_string(out, r->string[i].s, strlen(r->string[i].s));
    }
    fputs("]}", out);
    fclose(s.pending);
    free(s.changes);
    return !r->broken;
}

static bool is_file(FILE *f, const char *name)
{
    struct stat a, b;

    return !fstat(fileno(f), &a) && !stat(name, &b) && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static const char usage[] =
    "Usage: mseal-emu view RECORDING -o|--output PAGE.html\n"
    "Make a page for a browser of a run recorded with mseal-emu --record RECORDING: the address space "
    "over time, with a\n"
    "slider, the trace beside it, and why calls were refused. PAGE.html#N opens at event N, #refused "
    "at the first refusal.\n";

int cmd_view(int argc, char **argv)
{
    static const struct option longs[] = {{"output", 1, 0, 'o'}, {"help", 0, 0, 'h'}, {0}};
    const char *name, *output = NULL, *mark = strstr(view_page, MARK);
    struct recording r;
    FILE *in, *out;
    int c, err = EXIT_FAILED;

    optind = 0;
    while ((c = getopt_long(argc, argv, "o:h", longs, NULL)) != -1) {
        if (c == 'h')
            return cmd_usage(usage, true);
        if (c != 'o')
            return EXIT_USAGE;
        output = optarg;
    }
    if (optind + 1 != argc || !output)
        return cmd_usage(usage, false);
    name = argv[optind];
    in = fopen(name, "re");
    if (!in) {
        fprintf(stderr, "mseal-emu view: %s: %s\n", name, strerror(errno));
        return EXIT_FAILED;
    }
    if (!recording_open(&r, in, name, "view"))
        goto out;
    if (is_file(in, output)) {
        fprintf(stderr, "mseal-emu view: %s: is the recording, which is not written over\n", output);
        goto out;
    }
    err = output_create("view -o", output, "we", &out);
    if (err)
        goto out;
    err = EXIT_FAILED;
    fwrite(view_page, 1, (size_t)(mark - view_page), out);
    if (!put_run(out, &r))
        fprintf(stderr, "mseal-emu view: %s: broken at byte %zu: %s\n", name, r.at,
                r.broken ? r.broken : "out of memory");
    else
        err = 0;
    fwrite(mark + strlen(MARK), 1, (size_t)(view_page_end - mark) - strlen(MARK), out);
    if (ferror(out) | fclose(out)) {
        fprintf(stderr, "mseal-emu view: %s: %s\n", output, strerror(errno));
        err = EXIT_FAILED;
    }
out:
    recording_close(&r);
    fclose(in);
    return err;
}
