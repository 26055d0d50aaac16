/*
 * vma_calls.c - mmap(2) and its family: from registers to mm's operations.
 */
#include <errno.h>
#include <sys/mman.h>
#include <sys/personality.h>

#include <mseal-emu/design.h>

#include "../file.h"
#include "../handlers.h"

#define PROT_OF(t, prot)                                                                                     \
    ((prot) | (((prot)&PROT_READ) && ((t)->personality & READ_IMPLIES_EXEC) ? PROT_EXEC : 0))

/* Execute-only memory changes the rights of its key in the PKRU of the task that asks for it. */
static int64_t with_rights(struct task *t, int64_t ret)
{
    t->k->ops->set_pkru(t, mm_pkru(t->mm));
    return ret;
}

/* mmap(2), arch/x86/kernel/sys_x86_64.c and ksys_mmap_pgoff(): the offset before the descriptor, that before all else. */
int64_t sys_mmap(struct task *t, const uint64_t a[6])
{
    uint64_t prot = a[2], flags = a[3], off = a[5];
    struct file *f = NULL;

    if (off & ~MM_PAGE_MASK)
        return mm_fail(t->mm, -EINVAL, "the offset is not a multiple of the page size");
    if (!(flags & MAP_ANONYMOUS)) {
        f = fd_file(t, arg_int(a[4]));
        if (!f)
            return -EBADF;
        if (f->ops && f->ops->may_mmap) {
            int err = f->ops->may_mmap(f, a[0], off);

            if (err)
                return mm_fail(t->mm, err, "the file does not map like this");
        }
    }
    if (!f || !f->mf.noexec)
        prot = PROT_OF(t, prot);
    return with_rights(t, mm_mmap(t->mm, a[0], a[1], prot, flags, f ? &f->mf : NULL, off));
}

int64_t sys_munmap(struct task *t, const uint64_t a[6])
{
    return mm_munmap(t->mm, a[0], a[1]);
}

int64_t sys_mprotect(struct task *t, const uint64_t a[6])
{
    return with_rights(t, mm_mprotect(t->mm, a[0], a[1], PROT_OF(t, a[2]), -1));
}

int64_t sys_pkey_mprotect(struct task *t, const uint64_t a[6])
{
    return with_rights(t, mm_mprotect(t->mm, a[0], a[1], PROT_OF(t, a[2]), arg_int(a[3])));
}

int64_t sys_mremap(struct task *t, const uint64_t a[6])
{
    return mm_mremap(t->mm, a[0], a[1], a[2], a[3], a[4]);
}

int64_t sys_brk(struct task *t, const uint64_t a[6])
{
    return mm_brk(t->mm, a[0]);
}

int64_t sys_remap_file_pages(struct task *t, const uint64_t a[6])
{
    return mm_remap_file_pages(t->mm, a[0], a[1], a[2], a[3], a[4]);
}

int64_t sys_mlock(struct task *t, const uint64_t a[6])
{
    return mm_mlock(t->mm, a[0], a[1], 0);
}

int64_t sys_mlock2(struct task *t, const uint64_t a[6])
{
    return mm_mlock(t->mm, a[0], a[1], arg_int(a[2]));
}

int64_t sys_munlock(struct task *t, const uint64_t a[6])
{
    return mm_munlock(t->mm, a[0], a[1]);
}

int64_t sys_mlockall(struct task *t, const uint64_t a[6])
{
    return mm_mlockall(t->mm, arg_int(a[0]));
}

int64_t sys_munlockall(struct task *t, const uint64_t a[6])
{
    return mm_munlockall(t->mm);
}

int64_t sys_msync(struct task *t, const uint64_t a[6])
{
    return mm_msync(t->mm, a[0], a[1], arg_int(a[2]));
}

int64_t sys_mincore(struct task *t, const uint64_t a[6])
{
    return mm_mincore(t->mm, a[0], a[1], a[2]);
}

/* pkey_alloc(2): the new key's rights go into the caller's PKRU, the other keys' stay. */
int64_t sys_pkey_alloc(struct task *t, const uint64_t a[6])
{
    int64_t key = mm_pkey_alloc(t->mm, arg_uint(a[0]), a[1]);
    uint32_t pkru;

    if (key < 0)
        return key;
    pkru = (mm_pkru(t->mm) & ~(3u << (2 * key))) | (uint32_t)a[1] << (2 * key);
    mm_set_pkru(t->mm, pkru);
    t->k->ops->set_pkru(t, pkru);
    return key;
}

int64_t sys_pkey_free(struct task *t, const uint64_t a[6])
{
    return mm_pkey_free(t->mm, arg_int(a[0]));
}
