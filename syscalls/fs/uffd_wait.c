/*
 * uffd_wait.c - who waits for a page that userfaultfd(2) watches (handle_userfault() of fs/userfaultfd.c).
 *
 * A task whose own access meets such a page sleeps without a system call, and makes the access again when
 * woken. A system call whose accesses meet some is over but for them (mm/userfault_copy.c): the task sleeps in
 * it until the pages are there, then its bytes go where they belong; or, where it needed bytes itself, it is
 * made again.
 */
#include "uffd.h"

#include <stdlib.h>

/* What a task's system call still has to do; task.uffd_call. */
struct uffd_call {
    struct mm_uffd_copy *copies; /* bytes that still have to go to the guest */
    int64_t result;              /* once they are there */
    bool over;                   /* the call is: only they are missing */
    bool again, retrying;        /* it is made again, with this task.retrying */
};

/* ---- waiting ---- */

static void forget(struct fault_wait *w)
{
    wake_up(&w->wq);
    list_del(&w->node);
    free(w);
}

void uffd_forget_strays(struct uffd *u)
{
    list_for_each_safe(n, tmp, &u->faults)
    {
        struct fault_wait *w = container_of(n, struct fault_wait, node);

        if (list_empty(&w->wq.waiters))
            forget(w);
    }
}

void uffd_wake_range(struct uffd *u, uint64_t start, uint64_t len)
{
    list_for_each_safe(n, tmp, &u->faults)
    {
        struct fault_wait *w = container_of(n, struct fault_wait, node);

        if (w->addr - start < len)
            forget(w);
    }
}

static struct uffd *find(struct kernel *k, uint16_t id)
{
    list_for_each (n, &k->uffds)
        if (container_of(n, struct uffd, node)->id == id)
            return container_of(n, struct uffd, node);
    return NULL;
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
    struct uffd *u = find(t->k, f->uffd);

    if (u && u->features & FEATURE_SIGBUS)
        return false;
    if (!u || signal_pending(t))
        return true; /* nobody watches any more, or the handler runs first: the access is made again */
    return sleep_for(t, u, f);
}

/* ---- system calls ---- */

/* In a system call only a fatal signal takes t away. False: t need not or cannot sleep. */
static bool sleep_in_call(struct task *t, const struct mm_fault *f)
{
    struct uffd *u = find(t->k, f->uffd);

    if (!u || fatal_signal_pending(t) || !sleep_for(t, u, f))
        return false;
    t->wait_killable = true;
    t->deadline = 0;
    return true;
}

static void drop(struct mm_uffd_copy *copies)
{
    for (struct mm_uffd_copy *next; copies; copies = next) {
        next = copies->next;
        free(copies);
    }
}

void userfault_call_free(struct task *t)
{
    if (!t->uffd_call)
        return;
    drop(t->uffd_call->copies);
    free(t->uffd_call);
    t->uffd_call = NULL;
}

/* The bytes that the call left: its result once they are all there, or SYS_BLOCK. */
static int64_t put_copies(struct task *t)
{
    struct uffd_call *uc = t->uffd_call;
    struct mm_fault f;
    int64_t ret;

    while (uc->copies) {
        struct mm_uffd_copy *c = uc->copies;

        if (mm_uffd_missing(t->mm, c->addr, c->len, MM_WRITE, &f) && sleep_in_call(t, &f))
            return SYS_BLOCK;
        if (mm_copy_out(t->mm, c->addr, c->bytes, c->len))
            uc->result = -EFAULT;
        uc->copies = c->next;
        free(c);
    }
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

/* t's record, made at the first need; NULL: no memory. */
static struct uffd_call *record(struct task *t)
{
    if (!t->uffd_call)
        t->uffd_call = calloc(1, sizeof(*t->uffd_call));
    return t->uffd_call;
}

/* What call() made of it: t's system call may have to wait before its result stands. */
static int64_t call_made(struct task *t, int64_t ret, struct mm_uffd_copy *copies, const struct mm_fault *met,
                         bool retrying)
{
    struct uffd_call *uc;

    if (!copies && !(met->reason && ret == -EFAULT) && !t->uffd_call)
        return ret;
    uc = record(t);
    if (!uc) {
        drop(copies);
        return ret;
    }
    if (met->reason && ret == -EFAULT && sleep_in_call(t, met)) {
        uc->again = true;
        uc->retrying = retrying;
        drop(copies); /* made again, it copies again */
        return SYS_BLOCK;
    }
    append(uc, copies);
    if (ret == SYS_BLOCK)
        return ret;
    uc->over = true;
    uc->result = ret;
    return put_copies(t);
}

int64_t userfault_call(struct task *t, uint64_t nr, int64_t (*call)(struct task *t, uint64_t nr))
{
    struct uffd_call *uc = t->uffd_call;
    struct mm_uffd_copy *copies;
    struct mm *mm = t->mm;
    struct mm_fault met;
    int64_t ret;
    bool retrying;

    if (!mm)
        return call(t, nr);
    if (uc && uc->over)
        return put_copies(t);
    if (uc && uc->again) {
        t->retrying = uc->retrying;
        uc->again = false;
    }
    retrying = t->retrying;
    mm_get(mm); /* execve leaves it */
    mm_uffd_begin(mm);
    ret = call(t, nr);
    copies = mm_uffd_end(mm, &met);
    if (t->mm == mm)
        ret = call_made(t, ret, copies, &met, retrying);
    else
        drop(copies);
    mm_put(mm);
    return ret;
}
