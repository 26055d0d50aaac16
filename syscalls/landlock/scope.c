/* scope.c - what landlock's layers permit but for files: ports, tracing, signals, abstract sockets (security/landlock/{net,task}.c). */
#include "landlock.h"

#include <errno.h>

int landlock_port(const struct task *t, unsigned access, uint16_t port)
{
    for (const struct landlock_layer *l = t->cred.landlock; l; l = l->parent) {
        unsigned granted = 0;

        if (!(l->net & access))
            continue;
        for (unsigned i = 0; i < l->nr_rules; i++)
            if (!l->rule[i].inode && l->rule[i].port == port)
                granted = l->rule[i].access;
        if (!(granted & access))
            return -EACCES;
    }
    return 0;
}

/* Is `of` the domain l or one that began in it? */
static bool is_within(const struct landlock_layer *of, const struct landlock_layer *l)
{
    while (of && of != l)
        of = of->parent;
    return of == l;
}

bool landlock_may_trace(const struct task *t, const struct task *target)
{
    return !t->cred.landlock || is_within(target->cred.landlock, t->cred.landlock);
}

bool landlock_reaches(const struct task *t, const struct landlock_layer *whose, unsigned scope)
{
    for (const struct landlock_layer *l = t->cred.landlock; l; l = l->parent)
        if (l->scope & scope && !is_within(whose, l))
            return false;
    return true;
}
