/* main.c - run one scenario by its id, list them, or run all, each in a process of its own. */
#define _GNU_SOURCE
#include "scenario.h"

#include <string.h>

static const struct scenario *const tables[] = {
    protect_scenarios, unmap_scenarios, overwrite_scenarios, remap_scenarios, discard_scenarios,
    write_scenarios,   life_scenarios,  merge_scenarios,     rare_scenarios,  argument_scenarios,
};

static const struct scenario *next(size_t *table, size_t *row)
{
    for (; *table < sizeof tables / sizeof *tables; (*table)++, *row = 0)
        if (tables[*table][*row].id)
            return &tables[*table][(*row)++];
    return NULL;
}

static void run(void *arg)
{
    const struct scenario *s = arg;
    s->run();
    putchar('\n');
}

int main(int argc, char **argv)
{
    static char buffer[8192];
    size_t table = 0, row = 0;
    const struct scenario *s;
    setvbuf(stdout, buffer, _IOFBF, sizeof buffer); /* no malloc: see picture.c */
    bool list = argc == 2 && !strcmp(argv[1], "--list"), all = argc == 2 && !strcmp(argv[1], "--all");
    if (argc != 2) {
        fprintf(stderr, "usage: scenarios ID | --list | --all\n");
        return 2;
    }
    if (!strcmp(argv[1], "--after-exec")) { /* L05's second half */
        extern void after_exec(void);
        after_exec();
        return 0;
    }
    while ((s = next(&table, &row))) {
        if (list) {
            printf("%s\t%s\n", s->id, s->what);
        } else if (all) {
            printf("%s: ", s->id);
            in_child(run, (void *)s);
        } else if (!strcmp(argv[1], s->id)) {
            run((void *)s);
            return 0;
        }
    }
    if (list || all)
        return 0;
    fprintf(stderr, "scenarios: no scenario %s\n", argv[1]);
    return 2;
}
