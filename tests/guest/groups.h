/*
 * groups.h - of programs made of groups of calls: how each is made, the table of the groups, and running the one that the
 * command line names.
 */
#ifndef TESTS_GUEST_GROUPS_H
#define TESTS_GUEST_GROUPS_H

#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CALL(name, ...) syscall(SYS_##name, ##__VA_ARGS__)
#define NOWHERE         ((void *)16)
/* Of newer headers. */
#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif
#ifndef SYS_futex_wake
#define SYS_futex_wake    454
#define SYS_futex_wait    455
#define SYS_futex_requeue 456
#endif
#ifndef SYS_setxattrat
#define SYS_setxattrat    463
#define SYS_getxattrat    464
#define SYS_listxattrat   465
#define SYS_removexattrat 466
#endif

struct group_of_calls {
    const char *name;
    void (*run)(void);
};

/* The exit status of a program whose groups are these, which end with name NULL. */
static int run_group(const struct group_of_calls *groups, int argc, char **argv)
{
    for (const struct group_of_calls *g = groups; argc == 2 && g->name; g++)
        if (!strcmp(argv[1], g->name)) {
            g->run();
            return 0;
        }
    fprintf(stderr, "%s: needs the name of a group\n", argv[0]);
    return 2;
}

#endif
