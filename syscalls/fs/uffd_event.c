/*
 * uffd_event.c - what happens to watched areas and is told to who reads their userfaultfd (struct
 * userfaultfd_wait_queue of events, fs/userfaultfd.c): fork, mremap, madvise that drops pages, munmap.
 *
 * The task that did it goes on when the message has been read. Until then nobody fills pages: the areas may
 * not be what the reader thinks (mmap_changing).
 */
#include "uffd.h"

#include <stdlib.h>

/* Takes ev out of both lists; its task goes on when that was the last. */
static void settle(struct uffd_event *ev)
{
    list_del(&ev->node);
    list_del(&ev->mine);
    task_wake(ev->task);
    free(ev);
}

void uffd_withdraw(struct uffd_event *ev)
{
    if (ev->child)
        uffd_destroy(ev->child);
    settle(ev);
}

static struct uffd_event *queue(struct task *t, struct uffd *u, unsigned event)
{
    struct uffd_call *uc = uffd_call_of(t);
    struct uffd_event *ev = uc ? calloc(1, sizeof(*ev)) : NULL;

    if (!ev)
        return NULL;
    ev->task = t;
    ev->msg.event = (uint8_t)event;
    list_add_tail(&u->events, &ev->node);
    list_add_tail(&uc->events, &ev->mine);
    u->changes++;
    wake_up(&u->readers);
    return ev;
}

void userfault_forked(struct task *t, struct task *c)
{
    list_for_each_safe (n, tmp, &t->k->uffds) {
        struct uffd *u = container_of(n, struct uffd, node), *child;
        struct uffd_event *ev;

        if (u->mm != t->mm || !mm_uffd_is_watched(c->mm, u->id))
            continue;
        child = uffd_create(t->k, c->mm, u->id, u->open_flags);
        ev = child ? queue(t, u, UFFD_EVENT_FORK) : NULL;
        if (ev) {
            child->features = u->features;
            ev->child = child;
        } else if (child) {
            uffd_destroy(child);
        } else {
            mm_uffd_release(c->mm, u->id);
        }
    }
}

void uffd_tell(struct task *t, const struct mm_uffd_event *e)
{
    static const struct {
        unsigned event;
        uint64_t feature;
    } table[] = {
        [MM_UFFD_UNMAPPED] = {UFFD_EVENT_UNMAP, UFFD_FEATURE_EVENT_UNMAP},
        [MM_UFFD_MOVED] = {UFFD_EVENT_REMAP, UFFD_FEATURE_EVENT_REMAP},
        [MM_UFFD_REMOVING] = {UFFD_EVENT_REMOVE, UFFD_FEATURE_EVENT_REMOVE},
    };
    struct uffd *u = uffd_find(t, e->id);
    struct uffd_event *ev;

    if (!u || !(u->features & table[e->kind].feature))
        return;
    ev = queue(t, u, table[e->kind].event);
    if (!ev)
        return;
    if (e->kind == MM_UFFD_MOVED) {
        ev->msg.arg.remap.from = e->start;
        ev->msg.arg.remap.to = e->to;
        ev->msg.arg.remap.len = e->end - e->start;
    } else {
        ev->msg.arg.remove.start = e->start;
        ev->msg.arg.remove.end = e->end;
    }
}

int uffd_take_event(struct task *t, struct uffd *u, struct uffd_msg *msg)
{
    struct uffd_event *ev = list_first(&u->events, struct uffd_event, node);
    int fd;

    if (ev->child) { /* its descriptor is the reader's */
        fd = uffd_install(t, ev->child);
        if (fd < 0)
            return fd;
        ev->child = NULL;
        ev->msg.arg.fork.ufd = (uint32_t)fd;
    }
    *msg = ev->msg;
    settle(ev);
    return 0;
}
