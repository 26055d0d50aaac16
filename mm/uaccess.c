/*
 * uaccess.c - how the kernel looks at guest memory: page by page, with the guest's own permissions and its
 * PKRU, so that a copy fails exactly where an instruction of the guest would (copy_from_user, copy_to_user).
 */
#include "mm.h"

#include <string.h>

static uint64_t page_rest(uint64_t addr)
{
    return MM_PAGE_SIZE - (addr & ~MM_PAGE_MASK);
}

void *mm_user_ptr(struct mm *mm, uint64_t addr, uint64_t *len, unsigned access)
{
    pfn_t pfn = mm_fault_frame(mm, addr, access);

    if (pfn == PFN_NONE)
        return NULL;
    if (*len > page_rest(addr))
        *len = page_rest(addr);
    if (access & MM_WRITE)
        frame_written(&mm->sys->phys, pfn);
    return (char *)frame_ptr(&mm->sys->phys, pfn) + (addr & ~MM_PAGE_MASK);
}

/* access_ok(): false lets even the bytes below the end of user space alone. */
static bool range_ok(uint64_t addr, uint64_t len)
{
    return len <= MM_TASK_SIZE && addr <= MM_TASK_SIZE - len;
}

uint64_t mm_copy_in_partial(struct mm *mm, void *dst, uint64_t src, uint64_t len)
{
    uint64_t done = 0, n;
    const void *p;

    if (!range_ok(src, len))
        return 0;
    for (; done < len; done += n) {
        n = len - done;
        p = mm_user_ptr(mm, src + done, &n, MM_READ);
        if (!p)
            break;
        memcpy((char *)dst + done, p, n);
    }
    return done;
}

uint64_t mm_copy_out_partial(struct mm *mm, uint64_t dst, const void *src, uint64_t len)
{
    uint64_t done = 0, n;
    void *p;

    if (!range_ok(dst, len))
        return 0;
    for (; done < len; done += n) {
        n = len - done < page_rest(dst + done) ? len - done : page_rest(dst + done);
        if (mm->uffd.keeps && mm_uffd_keep(mm, dst + done, (const char *)src + done, n))
            continue;
        p = mm_user_ptr(mm, dst + done, &n, MM_WRITE);
        if (!p)
            break;
        memcpy(p, (const char *)src + done, n);
    }
    return done;
}

static int cannot_read(struct mm *mm, uint64_t addr)
{
    return mm_fail_at(mm, -EFAULT, MM_ABOUT_COPY_IN, addr,
                      "an argument is to be read where that is not possible");
}

int mm_copy_in(struct mm *mm, void *dst, uint64_t src, uint64_t len)
{
    uint64_t done = mm_copy_in_partial(mm, dst, src, len);

    return done == len ? 0 : cannot_read(mm, src + done);
}

int mm_copy_out(struct mm *mm, uint64_t dst, const void *src, uint64_t len)
{
    uint64_t done = mm_copy_out_partial(mm, dst, src, len);

    return done == len ? 0
                       : mm_fail_at(mm, -EFAULT, MM_ABOUT_COPY_OUT, dst + done,
                                    "a result is to be written where that is not possible");
}

int64_t mm_copy_str(struct mm *mm, char *dst, uint64_t src, uint64_t size)
{
    uint64_t done = 0, n;

    for (; done < size; done += n) {
        const char *p, *nul;

        n = size - done;
        p = mm_user_ptr(mm, src + done, &n, MM_READ);
        if (!p)
            return cannot_read(mm, src + done);
        nul = memchr(p, 0, n);
        memcpy(dst + done, p, nul ? (size_t)(nul - p) + 1 : n);
        if (nul)
            return (int64_t)(done + (uint64_t)(nul - p));
    }
    return -ENAMETOOLONG;
}

/* --- another process' memory ------------------------------------------------------------------ */

/* check_vma_flags() of Linux' mm/gup.c */
static bool remote_allowed(const struct vma *v, bool write, bool force)
{
    if (v->flags & (VM_IO | VM_PFNMAP))
        return false;
    if (write &&
        !(v->flags & VM_WRITE)) /* a forced write makes a private copy, so there must be one to make */
        return force && (v->flags & (VM_SHARED | VM_MAYWRITE)) == VM_MAYWRITE;
    if (!write && !(v->flags & VM_READ))
        return force && v->flags & VM_MAYREAD;
    return true;
}

/* A forced write is a change the design may forbid. */
static bool poke_allowed(struct mm *mm, const struct vma *v, uint64_t addr, uint64_t len)
{
    struct mm_change c = {
        .kind = CHANGE_POKE,
        .door = DOOR_REMOTE,
        .start = addr,
        .end = addr + len,
        .direct = true,
        .old_flags = v->flags,
        .new_flags = v->flags,
        .pkru = mm->pkru,
    };

    return !mm_ask_range_at(mm, &c, v) && !mm_ask_vma(mm, &c, v);
}

int64_t mm_access_remote(struct mm *mm, uint64_t addr, void *buf, uint64_t len, bool write, bool force)
{
    struct physmem *pm = &mm->sys->phys;
    uint64_t done = 0, n;

    for (; done < len; done += n) {
        enum mm_fault_reason reason;
        const struct vma *found;
        uint64_t at = addr + done;
        unsigned what;
        struct vma v;
        char *page;
        pte_t e;

        n = len - done < page_rest(at) ? len - done : page_rest(at);
        found = at < MM_TASK_SIZE ? mm_fault_vma(mm, at, &reason) : NULL;
        if (!found)
            break;
        v = *found;
        if (!remote_allowed(&v, write, force) || (write && !poke_allowed(mm, &v, at, n)))
            break;
        if (v.uffd && mm_userfault(mm, &v, at, write, &what))
            break; /* who looks at another's memory so does not wait for userfaultfd */
        if (mm_fault_page(mm, &v, at, write, &e))
            break;
        page = (char *)frame_ptr(pm, pte_pfn(e)) + (at & ~MM_PAGE_MASK);
        if (write) {
            memcpy(page, (char *)buf + done, n);
            frame_written(pm, pte_pfn(e));
        } else {
            memcpy((char *)buf + done, page, n);
        }
    }
    return done || !len ? (int64_t)done : -EIO;
}

struct each_page {
    int (*fn)(void *ctx, uint64_t addr);
    void *ctx;
};

static int page_of_table(void *ctx, uint64_t addr, pte_t e)
{
    const struct each_page *p = ctx;

    return p->fn(p->ctx, addr);
}

int mm_each_page(struct mm *mm, uint64_t start, uint64_t end, int (*fn)(void *ctx, uint64_t addr), void *ctx)
{
    struct each_page p = {fn, ctx};

    return pt_walk(&mm->pt, start, end, page_of_table, &p);
}

/* --- futexes ---------------------------------------------------------------------------------- */

/*
 * get_futex_key(). The word is 4-byte aligned, so the low bits of the offset keep the three kinds apart, as
 * FUT_OFF_* do in Linux: a private wait and a shared wake never meet, even on the same private page.
 */
#define KEY_MM    2u
#define KEY_INODE 1u

bool mm_key_is_private(const struct mm_key *key)
{
    return !(key->offset & (KEY_MM | KEY_INODE));
}

int mm_futex_key(struct mm *mm, uint64_t addr, bool private_, struct mm_key *key)
{
    struct vm_object *obj;
    const struct vma *v;
    pte_t e;

    key->owner = mm;
    key->offset = addr;
    if (!range_ok(addr, 4))
        return -EFAULT;
    if (private_)
        return 0;
    /* Private pages are copied first, so that the key does not change under the waiter. */
    if (mm_fault_frame(mm, addr, MM_WRITE) == PFN_NONE && mm_fault_frame(mm, addr, MM_READ) == PFN_NONE)
        return -EFAULT;
    v = vma_tree_find(&mm->vmas, addr);
    obj = vma_object(v);
    e = pt_get(&mm->pt, addr);
    key->offset |= KEY_MM;
    if (obj && obj->kind != OBJ_ZERO && !(e & PTE_ANON)) {
        key->owner = obj;
        key->offset = (vma_index(v, addr) << MM_PAGE_SHIFT) + (addr & ~MM_PAGE_MASK) + KEY_INODE;
    }
    return 0;
}
