/*
 * uffd_wait.c - who waits for a page that userfaultfd(2) watches (handle_userfault() of fs/userfaultfd.c).
 *
 * A task whose own access meets such a page sleeps without a system call, and makes the access again when
 * woken. A system call whose accesses meet some is over but for them (mm/userfault_call.c): the task sleeps in
 * it until the pages are there, then its bytes go where they belong; or, where it needed bytes itself, it is
 * made again. The same for what it did to watched areas: it sleeps until its messages are read (uffd_event.c).
 */
#include "uffd.h"

#include <stdlib.h>

/* ---- waiting ---- */

static void forget(struct fault_wait *w)
{
    wake_up(&w->wq);
    list_del(&w->node);
    free(w);
}

void uffd_forget_strays(struct uffd *u)
{
    list_for_each_safe (n, tmp, &u->faults) {
        struct fault_wait *w = container_of(n, struct fault_wait, node);

        if (list_empty(&w->wq.waiters))
            forget(w);
    }
}

void uffd_wake_range(struct uffd *u, uint64_t start, uint64_t len)
{
    list_for_each_safe (n, tmp, &u->faults) {
        struct fault_wait *w = container_of(n, struct fault_wait, node);

        if (w->addr - start < len)
            forget(w);
    }
}

static struct uffd *uffd_of(const struct kernel *k, const struct mm *mm, uint16_t id)
{
    list_for_each (n, &k->uffds) {
        struct uffd *u = container_of(n, struct uffd, node);

        if (u->mm == mm && u->id == id)
            return u;
    }
    return NULL;
}

struct uffd *uffd_find(const struct task *t, uint16_t id)
{
    return uffd_of(t->k, t->mm, id);
}

/* t goes to sleep for f. False: out of memory. */
static bool sleep_for(struct task *t, struct uffd *u, const struct mm_fault *f)
{
    struct fault_wait *w = calloc(1, sizeof(*w));

    if (!w)
        return false;
    uffd_forget_strays(u);
    w->tid = t->tid;
    w->addr = u->features & FEATURE_EXACT ? f->addr : f->addr & MM_PAGE_MASK;
    w->flags = f->userfault;
    waitq_init(&w->wq);
    list_add_tail(&u->faults, &w->node);
    u->changes++;
    task_wait_add(t, &w->wq);
    t->wait_what = "a page from userfaultfd";
    t->state = TASK_SLEEPING;
    wake_up(&u->readers);
    return true;
}

bool userfault_wait(struct task *t, const struct mm_fault *f)
{
    struct uffd *u = uffd_find(t, f->uffd);

    if (u && u->features & FEATURE_SIGBUS)
        return false;
    if (!u || signal_pending(t))
        return true; /* nobody watches any more, or the handler runs first: the access is made again */
    return sleep_for(t, u, f);
}

/* ---- system calls ---- */

/* In a system call only a fatal signal takes t away. False: t need not or cannot sleep. */
static bool sleep_in_call(struct task *t, const struct mm *mm, const struct mm_fault *f)
{
    struct uffd *u = uffd_of(t->k, mm, f->uffd);

    if (!u || fatal_signal_pending(t) || !sleep_for(t, u, f))
        return false;
    t->wait_killable = true;
    t->deadline = 0;
    return true;
}

bool userfault_waits_for(struct task *t, struct mm *mm, uint64_t addr, uint64_t len, unsigned access)
{
    struct mm_fault f;

    return mm != t->mm && mm_uffd_missing(mm, addr, len, access, &f) && sleep_in_call(t, mm, &f);
}

static void drop(struct mm_uffd_copy *copies)
{
    for (struct mm_uffd_copy *next; copies; copies = next) {
        next = copies->next;
        free(copies);
    }
}

struct uffd_call *uffd_call_of(struct task *t)
{
    if (!t->uffd_call) {
        t->uffd_call = calloc(1, sizeof(*t->uffd_call));
        if (t->uffd_call)
            list_init(&t->uffd_call->events);
    }
    return t->uffd_call;
}

void userfault_call_free(struct task *t)
{
    struct uffd_call *uc = t->uffd_call;

    if (!uc)
        return;
    t->uffd_call = NULL;
    drop(uc->copies);
    while (!list_empty(&uc->events))
        uffd_withdraw(list_first(&uc->events, struct uffd_event, mine));
    free(uc);
}

/* True: t sleeps until what it told was read. */
static bool has_to_be_read(struct task *t)
{
    return !list_empty(&t->uffd_call->events) &&
           task_block_killable(t, NULL, "a userfaultfd to be read") == SYS_BLOCK;
}

/* True: t sleeps until a page is there that its call was to make present. */
static bool pages_are_missing(struct task *t)
{
    struct uffd_call *uc = t->uffd_call;
    struct mm_fault f;
    int err;

    if (!uc->populate.end)
        return false;
    err = mm_uffd_populate(t->mm, &uc->populate, &f);
    if (err)
        uc->result = err;
    if (uc->populate.end && sleep_in_call(t, t->mm, &f))
        return true;
    uc->populate.end = 0; /* all there, or a fatal signal */
    return false;
}

/* What the call left to be done: its result once that is, or SYS_BLOCK. */
static int64_t finish(struct task *t)
{
    struct uffd_call *uc = t->uffd_call;
    struct mm_fault f;
    int64_t ret;

    while (uc->copies) {
        struct mm_uffd_copy *c = uc->copies;

        if (mm_uffd_missing(t->mm, c->addr, c->len, MM_WRITE, &f) && sleep_in_call(t, t->mm, &f))
            return SYS_BLOCK;
        if (mm_copy_out(t->mm, c->addr, c->bytes, c->len))
            uc->result = -EFAULT;
        uc->copies = c->next;
        free(c);
    }
    if (pages_are_missing(t) || has_to_be_read(t))
        return SYS_BLOCK;
    ret = uc->result;
    userfault_call_free(t);
    return ret;
}

static void append(struct uffd_call *uc, struct mm_uffd_copy *copies)
{
    struct mm_uffd_copy **last = &uc->copies;

    while (*last)
        last = &(*last)->next;
    *last = copies;
}

/* Tells of what was done to areas. The last to be told of before it is done: its end, else 0. */
static uint64_t tell_all(struct task *t, struct mm_uffd_event *events)
{
    uint64_t removing = 0;

    for (struct mm_uffd_event *next; events; events = next) {
        next = events->next;
        if (events->kind == MM_UFFD_REMOVING)
            removing = events->end;
        if (t)
            uffd_tell(t, events);
        free(events);
    }
    return removing;
}

/* What call() made of it: t's system call may have to wait before its result stands. */
static int64_t call_made(struct task *t, int64_t ret, struct mm_uffd_left *left, bool retrying)
{
    uint64_t removing = tell_all(t, left->events);
    bool met = left->met.reason && ret == -EFAULT;
    struct uffd_call *uc;

    if (!left->copies && !left->populate.end && !met && !removing && !t->uffd_call)
        return ret;
    uc = uffd_call_of(t);
    if (!uc) {
        drop(left->copies);
        return ret;
    }
    if (removing || (met && sleep_in_call(t, t->mm, &left->met))) {
        uc->again = true;
        uc->retrying = retrying;
        uc->told = removing;
        drop(left->copies); /* made again, it copies again */
        if (!removing || has_to_be_read(t))
            return SYS_BLOCK;
        return ret; /* a fatal signal */
    }
    append(uc, left->copies);
    uc->populate = left->populate;
    if (ret == SYS_BLOCK)
        return ret;
    uc->over = true;
    uc->result = ret;
    return finish(t);
}

int64_t userfault_call(struct task *t, uint64_t nr, int64_t (*call)(struct task *t, uint64_t nr))
{
    struct uffd_call *uc = t->uffd_call;
    struct mm_uffd_left left;
    struct mm *mm = t->mm;
    uint64_t told = 0;
    int64_t ret;
    bool retrying;

    if (!mm)
        return call(t, nr);
    if (uc && uc->over)
        return finish(t);
    if (uc && uc->again) {
        if (has_to_be_read(t))
            return SYS_BLOCK;
        t->retrying = uc->retrying;
        told = uc->told;
        uc->again = false;
    }
    retrying = t->retrying;
    mm_get(mm); /* execve leaves it */
    mm_uffd_begin(mm, told);
    ret = call(t, nr);
    mm_uffd_end(mm, &left);
    if (t->mm == mm) {
        ret = call_made(t, ret, &left, retrying);
    } else {
        drop(left.copies);
        tell_all(NULL, left.events);
    }
    mm_put(mm);
    return ret;
}
