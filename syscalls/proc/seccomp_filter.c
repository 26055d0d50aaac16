/* seccomp_filter.c - programs of seccomp(2) and the tree they make (seccomp.h). */
#include "seccomp.h"
#include "bpf.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdlib.h>

#define LONGEST_PATH 32768 /* MAX_INSNS_PER_PATH: instructions on the way to the root */
#define PER_FILTER   4     /* what each filter behind the newest counts beside them */

/* struct sock_fprog as a 64-bit program has it. */
struct fprog {
    uint16_t len;
    uint64_t filter;
};

int seccomp_filter_read(struct task *t, uint64_t ufprog, struct seccomp_filter **out)
{
    struct seccomp_filter *f;
    struct fprog u;
    int err;

    if (mm_copy_in(t->mm, &u, ufprog, sizeof(u)))
        return -EFAULT;
    if (!u.len || u.len > BPF_MAXINSNS)
        return -EINVAL;
    if (!t->no_new_privs && !capable(t, CAP_SYS_ADMIN))
        return -EACCES;
    if (!u.filter)
        return -EINVAL;
    f = calloc(1, sizeof(*f) + u.len * sizeof(*f->insn));
    if (!f)
        return -ENOMEM;
    err = mm_copy_in(t->mm, f->insn, u.filter, u.len * sizeof(*f->insn))
              ? -EFAULT
              : bpf_check(f->insn, u.len, BPF_OF_CALLS);
    if (err) {
        free(f);
        return err;
    }
    f->refs = f->users = 1;
    f->event = t->event;
    f->len = u.len;
    f->translated_len = bpf_translated_len(f->insn, u.len);
    *out = f;
    return 0;
}

struct seccomp_filter *seccomp_filter_get(struct seccomp_filter *f)
{
    f->refs++;
    return f;
}

/* The references of a filter on the one behind it go last: whoever holds it may still look that way. */
void seccomp_filter_put(struct seccomp_filter *f)
{
    while (f && --f->refs == 0) {
        struct seccomp_filter *prev = f->prev;

        free(f);
        f = prev;
    }
}

void seccomp_filter_release(struct seccomp_filter *f)
{
    for (struct seccomp_filter *g = f; g && --g->users == 0; g = g->prev)
        if (g->listener)
            seccomp_listener_unused(g->listener);
    seccomp_filter_put(f);
}

static bool is_on_path(const struct seccomp_filter *ancestor, const struct seccomp_filter *f)
{
    while (f && f != ancestor)
        f = f->prev;
    return f == ancestor;
}

static bool is_other_thread(const struct task *o, const struct task *t)
{
    return o != t && o->state != TASK_ZOMBIE && o->state != TASK_DEAD;
}

/* A thread that cannot have t's filters in the place of its own, or 0. */
static int find_stranger(const struct task *t)
{
    list_for_each (n, &t->proc->threads) {
        const struct task *o = container_of(n, struct task, thread_node);

        if (!is_other_thread(o, t) || o->seccomp.mode == SECCOMP_MODE_DISABLED)
            continue;
        if (o->seccomp.mode != SECCOMP_MODE_FILTER || !is_on_path(o->seccomp.filter, t->seccomp.filter))
            return o->tid;
    }
    return 0;
}

static void take_over(struct task *o, const struct task *t)
{
    struct seccomp_filter *old = o->seccomp.filter;

    o->seccomp.filter = seccomp_filter_get(t->seccomp.filter);
    o->seccomp.filter->users++;
    o->seccomp.count = t->seccomp.count;
    o->seccomp.mode = SECCOMP_MODE_FILTER;
    o->no_new_privs |= t->no_new_privs;
    seccomp_filter_release(old);
}

int64_t seccomp_filter_attach(struct task *t, struct seccomp_filter *f, bool sync)
{
    uint64_t total = f->translated_len;
    int stranger;

    for (const struct seccomp_filter *g = t->seccomp.filter; g; g = g->prev)
        total += g->translated_len + PER_FILTER;
    if (total > LONGEST_PATH)
        return -ENOMEM;
    stranger = sync ? find_stranger(t) : 0;
    if (stranger)
        return stranger;
    f->prev = t->seccomp.filter; /* with the task's reference */
    t->seccomp.filter = f;
    t->seccomp.count++;
    if (!sync)
        return 0;
    list_for_each (n, &t->proc->threads) {
        struct task *o = container_of(n, struct task, thread_node);

        if (is_other_thread(o, t))
            take_over(o, t);
    }
    return 0;
}
