/*
 * points.c - breakpoints and watchpoints (Z and z packets).
 *
 * A breakpoint of either kind changes nothing in the guest's memory: the processor asks before it runs the
 * instruction (cpu_break_at()). So breakpoints are as good in sealed, shared and read-only code, the program
 * cannot see them, and they stay where the address is when something else is mapped there.
 *
 * A watchpoint takes its page's read or write permission out of what the processor may cache. The access is
 * then refused with RIP at the instruction; run.c runs that one alone with the page open, and watch_hit()
 * says what came of it:
 *
 *     page of the watchpoint:  fetch ok | read refused if Z3, Z4 | write refused
 *     refused -> open the page -> one instruction -> close -> bytes changed? (Z2)
 *                                                             met by the access? (Z3, Z4)
 *
 * Memory need not be there yet: what it has at the end of a call or before an access counts as seen.
 *
 * What the kernel writes on the program's behalf (read(2) into a watched buffer) is found by comparing after
 * each call.
 */
#include "priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool is_watch(const struct point *p)
{
    return p->type >= WATCH_WRITE;
}

static bool peek(const struct inferior *inf, uint64_t addr, void *buf, uint64_t len)
{
    struct mm *mm = NULL;

    list_for_each (n, &inf->p->threads) {
        struct task *t = container_of(n, struct task, thread_node);

        if (t->mm)
            mm = t->mm;
    }
    return mm && mm_access_remote(mm, addr, buf, len, false, true) == (int64_t)len;
}

static struct point *find(const struct inferior *inf, enum point_type type, uint64_t addr, uint64_t len)
{
    list_for_each (n, &inf->points) {
        struct point *p = container_of(n, struct point, node);

        if (p->type == type && p->addr == addr && (!is_watch(p) || p->len == len))
            return p;
    }
    return NULL;
}

static void point_free(struct gdb *g, struct point *p)
{
    if (is_watch(p))
        g->m->mm = NULL; /* other permissions: flush */
    list_del(&p->node);
    free(p->old);
    free(p);
}

/* 0 or negative errno. */
static int point_add(struct gdb *g, struct inferior *inf, enum point_type type, uint64_t addr, uint64_t len)
{
    struct point *p = calloc(1, sizeof(*p));
    uint8_t byte;
    int err = -ENOMEM;

    if (!p)
        return -ENOMEM;
    p->type = type;
    p->addr = addr;
    p->len = len;
    list_init(&p->node);
    if (is_watch(p)) {
        p->old = malloc(len);
        if (!p->old)
            goto fail;
    }
    p->known = peek(inf, addr, is_watch(p) ? p->old : &byte, is_watch(p) ? len : 1);
    if (!is_watch(p) && (err = p->known ? cpu_break_at(g->m->cpu, addr) : -EFAULT))
        goto fail;
    if (is_watch(p))
        g->m->mm = NULL;
    list_add_tail(&inf->points, &p->node);
    return 0;
fail:
    point_free(g, p);
    return err;
}

void points_clear(struct gdb *g, struct inferior *inf)
{
    while (!list_empty(&inf->points))
        point_free(g, list_first(&inf->points, struct point, node));
}

/* A child has its parent's, as if they were in its memory and registers. */
void points_copy(struct gdb *g, struct inferior *to, const struct inferior *from)
{
    list_for_each (n, &from->points) {
        const struct point *p = container_of(n, struct point, node);

        if (!is_watch(p))
            point_add(g, to, p->type, p->addr, p->len);
    }
}

/* TYPE,ADDR,KIND of the current process */
static bool parse(struct gdb *g, const char *s, struct inferior **inf, enum point_type *type, uint64_t *addr,
                  uint64_t *len)
{
    struct task *t = general_task(g);
    uint64_t v;

    if (!take_hex(&s, &v) || v > WATCH_ACCESS || !take_char(&s, ',') || !take_hex(&s, addr) ||
        !take_char(&s, ',') || !take_hex(&s, len))
        return false;
    *type = (enum point_type)v;
    *inf = t ? inferior_of(g, t) : NULL;
    return *inf != NULL;
}

void packet_insert_point(struct gdb *g, const char *args)
{
    struct inferior *inf;
    enum point_type type;
    uint64_t addr, len;
    int err;

    if (!parse(g, args, &inf, &type, &addr, &len) || (type >= WATCH_WRITE && (!len || len > WATCH_MAX))) {
        reply_error(g, EINVAL);
        return;
    }
    err = find(inf, type, addr, len) ? 0 : point_add(g, inf, type, addr, len);
    if (err)
        reply_error(g, err);
    else
        reply_ok(g);
}

/* Removing what is not there is fine: gdb does so around fork and exec. */
void packet_remove_point(struct gdb *g, const char *args)
{
    struct inferior *inf;
    enum point_type type;
    uint64_t addr, len;
    struct point *p;

    if (parse(g, args, &inf, &type, &addr, &len) && (p = find(inf, type, addr, len)))
        point_free(g, p);
    reply_ok(g);
}

const struct point *point_at(const struct gdb *g, const struct task *t, uint64_t addr)
{
    const struct inferior *inf = inferior_of(g, t);
    const struct point *p = inf ? find(inf, POINT_SOFT, addr, 0) : NULL;

    return p ? p : inf ? find(inf, POINT_HARD, addr, 0) : NULL;
}

bool gdb_breakpoint(const struct gdb *g, const struct task *t, uint64_t addr)
{
    return point_at(g, t, addr) != NULL;
}

unsigned gdb_watched(const struct gdb *g, const struct task *t, uint64_t page)
{
    const struct inferior *inf = inferior_of(g, t);
    unsigned refuse = 0;

    if (!inf || t == g->open)
        return 0;
    page &= MM_PAGE_MASK;
    list_for_each (n, &inf->points) {
        const struct point *p = container_of(n, struct point, node);

        if (is_watch(p) && p->addr < page + MM_PAGE_SIZE && page < p->addr + p->len)
            refuse |= p->type == WATCH_WRITE ? MM_WRITE : MM_READ | MM_WRITE;
    }
    return refuse;
}

static bool met(const struct gdb *g, const struct point *p)
{
    return g->watch.addr < p->addr + p->len && p->addr < g->watch.addr + g->watch.size;
}

void watch_learn(const struct gdb *g, const struct task *t)
{
    const struct inferior *inf = inferior_of(g, t);

    if (!inf)
        return;
    list_for_each (n, &inf->points) {
        struct point *p = container_of(n, struct point, node);

        if (is_watch(p) && !p->known)
            p->known = peek(inf, p->addr, p->old, p->len);
    }
}

const struct point *watch_hit(struct gdb *g, const struct task *t, bool access)
{
    const struct inferior *inf = inferior_of(g, t);
    const struct point *hit = NULL;

    if (!inf)
        return NULL;
    list_for_each (n, &inf->points) {
        struct point *p = container_of(n, struct point, node);
        uint8_t now[WATCH_MAX];
        bool changed;

        if (!is_watch(p) || !peek(inf, p->addr, now, p->len))
            continue;
        changed = p->known && memcmp(now, p->old, p->len) != 0;
        memcpy(p->old, now, p->len);
        p->known = true;
        if (hit)
            continue;
        if (p->type == WATCH_READ ? access && g->watch.access == MM_READ && met(g, p)
                                  : changed || (p->type == WATCH_ACCESS && access && met(g, p)))
            hit = p;
    }
    return hit;
}
