/*
 * mmap.c - mmap(2), and the mappings that exec makes.
 *
 * Source: do_mmap (mm/mmap.c), __mmap_region and mmap_region (mm/vma.c), memfd_check_seals_mmap (mm/memfd.c),
 * ksys_mmap_pgoff for huge pages, Linux 6.18. The order of the checks is theirs: a program sees which error
 * comes first.
 */
#include "mm.h"
#include "uapi.h"

/* A request on its way to becoming a VMA. */
struct request {
    uint64_t addr, len, pgoff;
    uint64_t prot, flags; /* as the program gave them */
    uint64_t vm_flags;
    uint64_t seal;
    struct mm_file *file; /* borrowed */
};

#define LEGACY_MAP_MASK                                                                                      \
    (MAP_SHARED | MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS | MAP_DENYWRITE | MAP_EXECUTABLE |                 \
     MAP_UNINITIALIZED | MAP_GROWSDOWN | MAP_LOCKED | MAP_NORESERVE | MAP_POPULATE | MAP_NONBLOCK |          \
     MAP_STACK | MAP_HUGETLB | MAP_32BIT | 0x80 /* MAP_ABOVE4G */ |                                          \
     ((uint64_t)MAP_HUGE_MASK << MAP_HUGE_SHIFT))

/* ---- execute-only memory: a protection key that denies reading (arch/x86/mm/pkeys.c) -------- */

int mm_execute_only_pkey(struct mm *mm)
{
    int key = mm->execute_only_pkey;

    if (mm->sys->no_pkeys)
        return 0;
    if (key < 0) {
        for (key = 1; key < 16 && mm->pkey_map & 1u << key; key++)
            ;
        if (key == 16)
            return 0;
        mm->pkey_map |= 1u << key;
        mm->execute_only_pkey = key;
    }
    mm->pkru = (mm->pkru & ~(3u << 2 * key)) | (uint32_t)PKEY_DISABLE_ACCESS << 2 * key;
    return key;
}

/* ---- arguments ------------------------------------------------------------------------------ */

static uint64_t vm_flags_of(struct mm *mm, uint64_t prot, uint64_t flags)
{
    uint64_t vm = vma_flags_from_prot(prot) | mm->def_flags | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC;

    if (flags & MAP_GROWSDOWN)
        vm |= VM_GROWSDOWN;
    if (flags & MAP_LOCKED)
        vm |= VM_LOCKED;
    if (flags & MAP_SYNC)
        vm |= VM_SYNC;
    if (flags & MAP_STACK)
        vm |= VM_NOHUGEPAGE;
    if (prot == PROT_EXEC)
        vm |= (uint64_t)mm_execute_only_pkey(mm) << VM_PKEY_SHIFT;
    return vm;
}

/* F_SEAL_WRITE and F_SEAL_FUTURE_WRITE of a memfd: a shared mapping may read, and never write later. */
static int check_file_seals(struct mm *mm, struct request *r)
{
    if (!(r->file->obj->fseals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)) || !(r->vm_flags & VM_SHARED))
        return 0;
    if (r->vm_flags & VM_WRITE)
        return mm_fail(mm, -EPERM,
                       "the memfd has F_SEAL_WRITE or F_SEAL_FUTURE_WRITE: no new shared mapping may write");
    r->vm_flags &= ~VM_MAYWRITE;
    return 0;
}

static int check_file(struct mm *mm, struct request *r)
{
    const struct mm_file *f = r->file;
    uint64_t max = f->obj && f->obj->kind == OBJ_ZERO ? UINT64_MAX : INT64_MAX;

    if (r->len > max || r->pgoff > (max - r->len) >> MM_PAGE_SHIFT)
        return mm_fail(mm, -EOVERFLOW, "the mapping would reach past the largest file offset");
    switch (r->flags & MAP_TYPE) {
    case MAP_SHARED:
        r->flags &= LEGACY_MAP_MASK;
        /* fallthrough */
    case MAP_SHARED_VALIDATE:
        if (r->flags & ~(uint64_t)(LEGACY_MAP_MASK))
            return mm_fail(mm, -EOPNOTSUPP, "MAP_SHARED_VALIDATE with a flag the file does not support");
        if (r->prot & PROT_WRITE && !f->writable)
            return mm_fail(mm, -EACCES,
                           "a shared mapping with PROT_WRITE needs a descriptor opened for writing");
        if (f->append_only && f->writable)
            return mm_fail(mm, -EACCES, "an append-only file cannot be mapped shared and writable");
        r->vm_flags |= VM_SHARED | VM_MAYSHARE;
        if (!f->writable)
            r->vm_flags &= ~(VM_MAYWRITE | VM_SHARED);
        /* fallthrough */
    case MAP_PRIVATE:
        if (!f->readable)
            return mm_fail(mm, -EACCES, "the descriptor is not open for reading");
        if (f->noexec) {
            if (r->vm_flags & VM_EXEC)
                return mm_fail(mm, -EPERM, "the file system is mounted noexec");
            r->vm_flags &= ~VM_MAYEXEC;
        }
        if (!f->obj)
            return mm_fail(mm, -ENODEV, "this kind of file cannot be mapped");
        if (r->vm_flags & VM_GROWSDOWN)
            return mm_fail(mm, -EINVAL, "MAP_GROWSDOWN is for private anonymous memory only");
        break;
    default:
        return mm_fail(mm, -EINVAL,
                       "exactly one of MAP_SHARED, MAP_PRIVATE and MAP_SHARED_VALIDATE must be given");
    }
    r->vm_flags |= f->vm_flags;
    if (mm_file_huge_size(f))
        r->vm_flags |= VM_HUGETLB | VM_DONTEXPAND;
    return check_file_seals(mm, r);
}

static int check_anonymous(struct mm *mm, struct request *r)
{
    switch (r->flags & MAP_TYPE) {
    case MAP_SHARED:
        if (r->vm_flags & VM_GROWSDOWN)
            return mm_fail(mm, -EINVAL, "MAP_GROWSDOWN is for private anonymous memory only");
        r->pgoff = 0;
        r->vm_flags |= VM_SHARED | VM_MAYSHARE;
        return 0;
    case MAP_DROPPABLE:
        if (r->flags & (MAP_LOCKED | MAP_HUGETLB) || r->vm_flags & VM_GROWSDOWN)
            return mm_fail(mm, -EINVAL, "MAP_DROPPABLE memory can be neither locked, huge nor a stack");
        r->vm_flags |= VM_DROPPABLE | VM_NORESERVE | VM_WIPEONFORK | VM_DONTDUMP;
        /* fallthrough */
    case MAP_PRIVATE:
        r->pgoff = r->addr >> MM_PAGE_SHIFT;
        return 0;
    default:
        return mm_fail(mm, -EINVAL,
                       "exactly one of MAP_SHARED and MAP_PRIVATE (or MAP_DROPPABLE) must be given");
    }
}

/* Everything of do_mmap() before the address space changes. */
static int check_request(struct mm *mm, struct request *r)
{
    bool noreplace = r->flags & MAP_FIXED_NOREPLACE;
    const struct vma *v;
    int64_t at;
    int err;

    if (!r->len)
        return mm_fail(mm, -EINVAL, "the length is 0");
    if (r->prot & PROT_READ && mm->read_implies_exec && !(r->file && r->file->noexec))
        r->prot |= PROT_EXEC;
    if (noreplace)
        r->flags |= MAP_FIXED;
    if (!(r->flags & MAP_FIXED)) {
        r->addr &= MM_PAGE_MASK;
        if (r->addr && r->addr < mm->sys->mmap_min_addr)
            r->addr = MM_PAGE_ALIGN(mm->sys->mmap_min_addr);
    }
    r->len = MM_PAGE_ALIGN(r->len);
    if (!r->len)
        return mm_fail(mm, -ENOMEM, "the length rounded up to pages is 0");
    if (r->pgoff + (r->len >> MM_PAGE_SHIFT) < r->pgoff)
        return mm_fail(mm, -EOVERFLOW, "offset and length exceed the largest page offset");
    if (mm->vmas.count > mm->sys->max_map_count)
        return mm_fail_at(mm, -ENOMEM, MM_ABOUT_MAP_COUNT, 0,
                          "the number of areas is limited (vm.max_map_count)");

    r->vm_flags = vm_flags_of(mm, r->prot, r->flags);
    at = mm_get_unmapped_area(mm, r->file, r->addr, r->len, r->pgoff, r->flags);
    if (at < 0)
        return (int)at;
    r->addr = (uint64_t)at;
    if (noreplace) {
        v = vma_tree_find(&mm->vmas, r->addr);
        if (v && v->start < r->addr + r->len)
            return mm_fail_at(mm, -EEXIST, MM_ABOUT_VMA, v->start, "MAP_FIXED_NOREPLACE replaces nothing");
    }
    if (r->flags & MAP_LOCKED && !mm->rlim[MM_RLIMIT_MEMLOCK] && !mm->cap_ipc_lock)
        return mm_fail(mm, -EPERM, "MAP_LOCKED with an RLIMIT_MEMLOCK of 0 needs CAP_IPC_LOCK");
    if (!mm_mlock_future_ok(mm, r->vm_flags & VM_LOCKED, r->len))
        return -EAGAIN;
    err = r->file ? check_file(mm, r) : check_anonymous(mm, r);
    if (err)
        return err;
    if (r->flags & MAP_NORESERVE && (mm->sys->overcommit != 2 || mm_file_huge_size(r->file)))
        r->vm_flags |= VM_NORESERVE;
    return 0;
}

/* ---- the mapping itself --------------------------------------------------------------------- */

/* A new address range is due: is there room once what lies in it is gone? */
static bool room_for(struct mm *mm, const struct request *r, uint64_t replaced)
{
    return mm_may_expand(mm, r->vm_flags, (r->len >> MM_PAGE_SHIFT) - replaced);
}

static uint64_t mapped_pages(struct mm *mm, uint64_t start, uint64_t end)
{
    uint64_t pages = 0;
    struct vma_iter it;
    const struct vma *v;

    vma_iter_init(&it, &mm->vmas, start);
    while ((v = vma_iter_next(&it)) && v->start < end)
        pages += ((v->end > end ? end : v->end) - (v->start < start ? start : v->start)) >> MM_PAGE_SHIFT;
    return pages;
}

/* Put the VMA in place of u: charge, clear, merge or insert. *file: the mapping's own file, if it made one.
 */
static int place(struct mm *mm, struct request *r, struct unmap *u, struct mm_file **file)
{
    uint64_t pages = r->len >> MM_PAGE_SHIFT;
    struct vma v = {.start = r->addr, .end = r->addr + r->len, .seal = r->seal, .birth = mm->event};
    bool shared_zero = !r->file || r->file->obj->kind == OBJ_ZERO;
    uint64_t charged = 0;
    bool alone = false;
    int err;

    if ((r->vm_flags & (VM_WRITE | VM_SHARED | VM_NORESERVE | VM_HUGETLB)) == VM_WRITE) {
        charged = pages - u->nr_accounted;
        err = mm_charge(mm, charged);
        if (err) {
            unmap_abort(mm, u);
            return err;
        }
        u->nr_accounted = 0;
        r->vm_flags |= VM_ACCOUNT;
    }
    err = unmap_commit(mm, u);
    if (err)
        goto uncharge;

    /* From here on a failure leaves the hole: what was there is gone (vms_abort_munmap_vmas). */
    if (r->vm_flags & VM_SHARED && shared_zero) {
        err = -ENOMEM;
        if (!(r->vm_flags & VM_NORESERVE) && !mm_may_commit(mm, pages))
            goto uncharge;
        *file = mm_file_create_shmem(mm->sys, "dev/zero", r->len);
        if (!*file)
            goto uncharge;
        r->file = *file;
    }
    if (r->vm_flags & VM_HUGETLB) {
        err = mm_hugetlb_mmap(mm, r->file, r->vm_flags, r->len, r->pgoff);
        if (err)
            goto uncharge;
    }
    if (r->vm_flags & (VM_SPECIAL | VM_DROPPABLE)) {
        /* Linux looks for neighbours to merge with before it takes the lock off: none is like it then. */
        alone = r->vm_flags & VM_LOCKED;
        r->vm_flags &= ~VM_LOCKED_MASK;
    }
    v.pgoff = r->pgoff;
    v.flags = mm_ksm_flags(mm, r->vm_flags);
    v.file = r->file;
    v.sealed_at = v.seal ? mm->event : 0;
    err = alone ? vma_tree_splice(&mm->vmas, v.start, v.end, &v, 1) : vma_insert(mm, &v);
    if (err)
        goto uncharge;
    vma_account(mm, &v, (int64_t)pages);
    if (v.flags & VM_LOCKED)
        mm->stats.locked_vm += pages;
    return 0;

uncharge:
    mm_uncharge(mm, charged);
    return err;
}

/* mmap_region(): ask the design, test the limits in the order of the release, then place the VMA. */
static int map_region(struct mm *mm, struct request *r, enum mm_door door)
{
    struct mm_change c = {.kind = CHANGE_REPLACE, .door = door, .direct = true};
    struct mm_file *own_file = NULL;
    uint64_t end = r->addr + r->len;
    struct unmap u;
    int err;

    if (mm_deny_write_exec(mm, r->vm_flags, r->vm_flags))
        return mm_fail(mm, -EACCES, "PR_SET_MDWE: no memory is writable and executable");
    c.start = r->addr;
    c.end = end;
    if (mm->design->rules & RULE_LIMIT_BEFORE_UNMAP && !room_for(mm, r, mapped_pages(mm, r->addr, end)))
        return -ENOMEM;
    err = mm_ask_range(mm, &c);
    if (!err)
        err = unmap_gather(mm, &u, r->addr, end, &c);
    if (!err && !room_for(mm, r, u.nr_pages)) {
        unmap_abort(mm, &u);
        err = -ENOMEM;
    }
    if (!err)
        err = place(mm, r, &u, &own_file);
    if (own_file)
        mm_file_put(own_file);
    return err;
}

int64_t mm_do_mmap(struct mm *mm, uint64_t addr, uint64_t len, uint64_t prot, uint64_t flags,
                   struct mm_file *file, uint64_t pgoff, enum mm_door door)
{
    struct request r = {.addr = addr, .len = len, .pgoff = pgoff, .prot = prot, .flags = flags, .file = file};
    const char *why[2] = {NULL, NULL};
    struct mm_file *own;
    bool locked;
    int err;

    err = mm_hugetlb_prepare(mm, flags, &r.len, file, &own);
    if (err)
        return err;
    if (own)
        r.file = own;
    if (mm->design->mmap_bits) {
        err = mm->design->mmap_bits(&r.prot, &r.flags, &r.seal, why);
        if (err && why[0])
            err = mm_fail(mm, err, why[0]);
    }
    if (!err)
        err = check_request(mm, &r);
    locked = r.vm_flags & VM_LOCKED; /* as asked for: what can't be locked is populated nonetheless */
    if (!err)
        err = map_region(mm, &r, door);
    if (own)
        mm_file_put(own);
    mm_assert_valid(mm);
    if (err)
        return err;
    if (locked || (flags & (MAP_POPULATE | MAP_NONBLOCK)) == MAP_POPULATE)
        mm_populate(mm, r.addr, r.addr + r.len, POPULATE_MAPPED);
    return (int64_t)r.addr;
}

int64_t mm_mmap(struct mm *mm, uint64_t addr, uint64_t len, uint64_t prot, uint64_t flags,
                struct mm_file *file, uint64_t off)
{
    if (off & ~MM_PAGE_MASK)
        return mm_fail(mm, -EINVAL, "the offset is not a multiple of the page size");
    return mm_do_mmap(mm, addr, len, prot, flags, file, off >> MM_PAGE_SHIFT, DOOR_MMAP);
}
