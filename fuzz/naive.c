/*
 * naive.c - the naive model's process: its start, its calls, fork(2).
 */
#include "naive.h"

#include <errno.h>
#include <linux/falloc.h>
#include <string.h>
#include <sys/syscall.h>

void naive_start(struct naive *w, const struct fuzz_world *world, const char *design)
{
    memset(w, 0, sizeof(*w));
    w->world = world;
    w->mseal = strcmp(design, "none") != 0;
    w->n = fuzz_arena_pages(world);
    w->start_brk = w->brk = fuzz_brk_base(world);
    w->obj[0].size = w->obj[1].size = MEMFD_PAGES * MM_PAGE_SIZE;
}

/* The child's VMAs of what was one set of private pages are sets of their own, tied to the parent's. */
static void inherit_area(struct naive *w, unsigned from, unsigned to)
{
    uint32_t family = 0;

    if (w->page[from].family && !(w->page[from].flags & VM_WIPEONFORK))
        family = ++w->next_family | FAMILY_FORKED;
    for (unsigned i = from; i < to; i++) {
        struct naive_page *p = &w->page[i];

        p->flags &= ~(VM_LOCKED | VM_LOCKONFAULT);
        p->family = family;
        p->shared = p->has == HAS_OWN;
        if (p->flags & VM_WIPEONFORK)
            naive_drop(p);
    }
}

/* fork(2) as seen by the child. */
static void naive_fork(struct naive *w)
{
    for (unsigned i = 0; i < w->n; i++) {
        const struct naive_page *p = &w->page[i];

        if (p->flags & VM_SHARED && p->flags & VM_MAYWRITE)
            naive_object(w, p)->parents_write++;
    }
    for (unsigned i = naive_next(w, 0), end; i < w->n; i = naive_next(w, end)) {
        end = naive_end(w, i);
        if (w->page[i].flags & VM_DONTCOPY)
            naive_clear(w, i, end);
        else
            inherit_area(w, i, end);
    }
    w->def_flags = 0;
    w->leak = 0;
    w->forks++;
}

static int64_t run_syscall(struct naive *w, int nr, const uint64_t a[6])
{
    switch (nr) {
    case SYS_mmap:
        return naive_mmap(w, a);
    case SYS_munmap:
        return naive_munmap(w, a[0], a[1]);
    case SYS_mprotect:
        return naive_mprotect(w, a[0], a[1], a[2]);
    case SYS_mremap:
        return naive_mremap(w, a);
    case SYS_madvise:
        return naive_madvise(w, a[0], a[1], (int)a[2]);
    case 462:
        return naive_mseal(w, a[0], a[1], a[2]);
    case SYS_brk:
        return naive_brk(w, a[0]);
    case SYS_mlock:
        return naive_mlock(w, a[0], a[1], 0);
    case SYS_mlock2:
        return naive_mlock(w, a[0], a[1], (int)a[2]);
    case SYS_munlock:
        return naive_munlock(w, a[0], a[1]);
    case SYS_mlockall:
        return naive_mlockall(w, (int)a[0]);
    case SYS_munlockall:
        return naive_munlockall(w);
    case SYS_msync:
        return naive_msync(w, a[0], a[1], (int)a[2]);
    case SYS_remap_file_pages:
        return naive_remap_file_pages(w, a);
    case SYS_mbind:
        return naive_mbind(w, a);
    case SYS_ftruncate:
        return naive_ftruncate(w, (int)a[0], a[1]);
    case SYS_fallocate:
        return naive_fallocate(w, (int)a[0], a[2], a[3]);
    case SYS_fcntl:
        return naive_add_seals(w, (int)a[0], (unsigned)a[2]);
    default:
        return -ENOSYS;
    }
}

static int64_t read_page(struct naive *w, uint64_t addr)
{
    const struct naive_page *p = &w->page[(addr - ARENA) >> MM_PAGE_SHIFT];
    int64_t ret = naive_access(w, addr, MM_READ);
    const struct naive_object *o;

    if (ret)
        return ret;
    o = naive_object(w, p);
    return (p->has == HAS_OWN ? p->word : p->has == HAS_ZERO || !o ? 0 : o->word[p->pgoff]) & 0x7fffffff;
}

static int64_t write_page(struct naive *w, uint64_t addr, int32_t word)
{
    struct naive_page *p = &w->page[(addr - ARENA) >> MM_PAGE_SHIFT];
    int64_t ret = naive_access(w, addr, MM_WRITE);

    if (ret)
        return ret;
    if (p->has == HAS_OWN)
        p->word = word;
    else
        naive_object(w, p)->word[p->pgoff] = word;
    return 0;
}

int64_t naive_run(struct naive *w, const struct fuzz_op *op)
{
    const struct fuzz_call *c = &fuzz_calls[op->call];
    const uint64_t *a = op->a;

    switch (c->kind) {
    case CALL_READ:
        return read_page(w, a[0]);
    case CALL_WRITE:
        return write_page(w, a[0], (int32_t)a[1]);
    case CALL_EXEC:
        return naive_access(w, a[0], MM_EXEC);
    case CALL_MINCORE:
        return naive_mincore(w, a[0], a[1]);
    case CALL_PREAD:
        return naive_pread(w, (int)a[0], a[1]);
    case CALL_PWRITE:
        return naive_pwrite(w, (int)a[0], a[1], (int32_t)a[2]);
    case CALL_FORK_LOOK:
    case CALL_FORK_STAY:
        naive_fork(w);
        return 0;
    default:
        return run_syscall(w, c->nr, a);
    }
}
