/*
 * worlds_report.c - `mseal-emu fuzz --worlds`: the holes of a design as text and C programs, or of all as
 * docs/holes.md.
 */
#include "worlds.h"

#include <string.h>

static void print_calls(FILE *out, const struct fuzz_seq *seq, const char *between)
{
    for (unsigned i = 0; i < seq->n; i++) {
        if (i)
            fputs(between, out);
        if (worlds_is_seal(&seq->op[i]))
            fprintf(out, "seal(P(%u), %u pages)", (unsigned)((seq->op[i].a[0] - ARENA) >> MM_PAGE_SHIFT),
                    (unsigned)(seq->op[i].a[1] >> MM_PAGE_SHIFT));
        else
            fuzz_print_op(out, &seq->op[i]);
    }
}

static void print_program(FILE *out, const char *design, const struct hole *h)
{
    char comment[512];

    snprintf(comment, sizeof(comment), "The last call breaks a promise under the design %s:\n * %s.", design,
             worlds_rule_text(h->rule));
    fuzz_emit_c(out, &h->seq, comment);
}

static int save_program(const char *dir, const char *design, const struct hole *h, unsigned i)
{
    char path[4096];
    FILE *f;

    snprintf(path, sizeof(path), "%s/%s-%02u.c", dir, design, i + 1);
    f = fopen(path, "w");
    if (!f) {
        perror(path);
        return 125;
    }
    print_program(f, design, h);
    fclose(f);
    return 0;
}

static void print_holes(const char *design, unsigned depth, const struct worlds_result *r)
{
    printf("%s: %llu calls from %llu states, %u holes\n", design, (unsigned long long)r->calls,
           (unsigned long long)r->states, r->nholes);
    for (unsigned i = 0; i < r->nholes; i++) {
        printf("%u. %s:\n     ", i + 1, worlds_rule_text(r->hole[i].rule));
        print_calls(stdout, &r->hole[i].seq, "\n     ");
        printf("\n");
    }
    if (r->nholes) {
        printf("\nThe shortest as a C program:\n\n");
        print_program(stdout, design, &r->hole[0]);
    } else {
        printf("no sequence of %u calls breaks a rule\n", depth);
    }
}

static void print_section(const char *design, const struct worlds_result *r)
{
    const struct mseal_design *d = mseal_design_find(design);

    printf("\n## %s\n\n%s.\n", design, d->title);
    if (!r->nholes)
        printf("\nNo rule is broken.\n");
    for (unsigned rule = 0; worlds_rule(rule); rule++) {
        bool head = false;

        for (unsigned i = 0; i < r->nholes; i++) {
            if (r->hole[i].rule != rule)
                continue;
            if (!head)
                printf("\n%s:\n\n", worlds_rule_text(rule));
            head = true;
            printf("- `");
            print_calls(stdout, &r->hole[i].seq, "; ");
            printf("`\n");
        }
    }
}

static int print_document(unsigned depth)
{
    static struct worlds_result r;
    unsigned opening = 0, n;
    const struct fuzz_op *op;
    const char *name;

    worlds_alphabet(&n);
    printf("# The holes of each design\n\n"
           "Made by `make holes`: do not edit. In a world of four pages P(0) ... P(3) every sequence of up "
           "to %u calls from an\n"
           "alphabet of %u was run under each design, from each of these openings:\n\n",
           depth, n);
    for (; worlds_opening(opening, &op, &name), name; opening++)
        printf("- %s\n", name);
    printf("\nEach line below is a shortest sequence whose last call breaks a rule, one for each rule and "
           "call. `seal` is the\n"
           "design's own strongest seal; `mmap(0x50000000 ...)` appears as `P(0)`. A rule that a design "
           "never meant to hold is\n"
           "listed like the others. `mseal-emu fuzz --worlds --design NAME --save DIR` writes them as C "
           "programs.\n");
    for (unsigned i = 0; mseal_design_at(i); i++) {
        int err = worlds_explore(mseal_design_at(i)->name, depth, 0, false, &r);

        if (err)
            return err;
        print_section(mseal_design_at(i)->name, &r);
    }
    return 0;
}

int worlds_main(const char *design, unsigned depth, unsigned with, bool quiet, const char *save_dir)
{
    static struct worlds_result r;
    int err;

    if (!design)
        return print_document(depth);
    /* The naive model and the host know these only. */
    if (!strcmp(design, "linux-6.18") || !strcmp(design, "none"))
        with |= WORLDS_PAIR;
    err = worlds_explore(design, depth, with, !quiet, &r);
    for (unsigned i = 0; i < r.nholes && save_dir && !err; i++)
        err = save_program(save_dir, design, &r.hole[i], i);
    if (err)
        return err;
    print_holes(design, depth, &r);
    if (with & WORLDS_HOST)
        printf("%llu sequences on the host's kernel\n", (unsigned long long)r.sequences_on_host);
    return r.differed;
}
