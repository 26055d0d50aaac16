/*
 * shm.c - System V shared memory: shmget(2), shmat(2), shmdt(2). shmctl(2) is in shm_ctl.c.
 *
 * A segment is a shmem object with a key, an owner and a mode. Every shmat makes an open file of its own (so attaches never
 * merge), and every VMA that shows one counts as an attach. Identifiers are index + 32768 * sequence number, given out as
 * Linux does, so that a program sees the same numbers. Follows ipc/shm.c and ipc/util.c of Linux 6.18.
 */
#include "shm.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/stat.h>

#ifndef SHM_HUGE_SHIFT
#define SHM_HUGE_SHIFT 26
#define SHM_HUGE_MASK  63
#endif

#define SHMEM_DEV       1
#define IPCMNI_IDX_MASK ((1 << IPCMNI_SHIFT) - 1)
#define IPCMNI_SEQ_MAX  (INT32_MAX >> IPCMNI_SHIFT)
#define IPC_MIN_CYCLE   64 /* indices are reused only after this many */

struct shm_file {
    struct mm_file mf;
    struct shm_segment *seg;
};

/* ---- segments and files ---------------------------------------------------------------------------------- */

static void segment_put(struct shm_segment *seg)
{
    if (--seg->refs)
        return;
    vm_object_put(seg->obj);
    free(seg);
}

/* shm_destroy(): out of the table; the bytes live on while somebody shows them. */
void shm_remove(struct shm_segment *seg)
{
    struct shm_ns *ns = seg->sys->shm;

    if (seg->gone)
        return;
    seg->gone = true;
    if (seg->mode & SHM_LOCKED)
        ns->locked_pages -= shm_pages(seg);
    ns->total_pages -= shm_pages(seg);
    ns->segments[seg->id & IPCMNI_IDX_MASK] = NULL;
    ns->in_use--;
    segment_put(seg);
}

static size_t shm_file_path(const struct mm_file *f, char *buf, size_t size)
{
    int n = snprintf(buf, size, "/SYSV%08x (deleted)", (unsigned)((const struct shm_file *)f)->seg->name_key);

    return n < 0 || !size ? 0 : (size_t)n < size ? (size_t)n : size - 1;
}

static void shm_file_release(struct mm_file *f)
{
    struct shm_segment *seg = ((struct shm_file *)f)->seg;

    vm_object_put(f->obj);
    free(f);
    seg->dtime = shm_now(seg->sys);
    if (!--seg->files && (seg->mode & SHM_DEST))
        shm_remove(seg);
    segment_put(seg);
}

static struct mm_file *shm_file_create(struct shm_segment *seg, bool writable)
{
    struct shm_file *sf = calloc(1, sizeof(*sf));

    if (!sf)
        return NULL;
    seg->refs++;
    seg->files++;
    sf->seg = seg;
    sf->mf = (struct mm_file){.obj = vm_object_get(seg->obj),
                              .refs = 1,
                              .readable = true,
                              .writable = writable,
                              .dev = seg->obj->kind == OBJ_HUGETLB ? MM_HUGETLB_DEV : SHMEM_DEV,
                              .ino = (uint64_t)seg->id,
                              .path = shm_file_path,
                              .release = shm_file_release};
    return &sf->mf;
}

bool mm_file_is_shm(const struct mm_file *f)
{
    return f && f->release == shm_file_release;
}

static struct shm_segment *segment_of(const struct vma *v)
{
    return mm_file_is_shm(v->file) ? ((struct shm_file *)v->file)->seg : NULL;
}

uint64_t shm_count_attaches(const struct shm_segment *seg)
{
    uint64_t n = 0;

    if (!seg->files)
        return 0;
    for (struct mm *mm = seg->sys->mms; mm; mm = mm->next) {
        struct vma_iter it;
        const struct vma *v;

        vma_iter_init(&it, &mm->vmas, 0);
        while ((v = vma_iter_next(&it)))
            n += segment_of(v) == seg;
    }
    return n;
}

bool mm_shm_ends_with(struct mm *mm, const struct mm_file *file, uint64_t start, uint64_t end)
{
    const struct shm_segment *seg = mm_file_is_shm(file) ? ((const struct shm_file *)file)->seg : NULL;
    uint64_t within = 0;

    if (!seg || !(seg->mode & SHM_DEST))
        return false;
    for (const struct vma *v = vma_tree_find(&mm->vmas, start); v && v->start < end;
         v = vma_tree_next(&mm->vmas, v))
        within += segment_of(v) == seg && v->start >= start && v->end <= end;
    return within == shm_count_attaches(seg);
}

void mm_shm_destroy(struct mm_system *sys)
{
    for (int i = 0; sys->shm && i < SHMMNI; i++) {
        if (sys->shm->segments[i])
            shm_remove(sys->shm->segments[i]);
    }
    free(sys->shm);
    sys->shm = NULL;
}

void mm_shm_show(struct mm_system *sys, FILE *out)
{
    fputs(
        "       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  cgid      atime      "
        "dtime      ctime                   rss                  swap\n",
        out);
    for (int i = 0; sys->shm && i < SHMMNI; i++) {
        const struct shm_segment *s = sys->shm->segments[i];

        if (s)
            fprintf(out, "%10d %10d  %4o %21lu %5u %5u  %5lu %5u %5u %5u %5u %10lu %10lu %10lu %21lu %21lu\n",
                    s->key, s->id, s->mode, (unsigned long)s->size, (unsigned)s->cpid, (unsigned)s->lpid,
                    (unsigned long)shm_count_attaches(s), s->uid, s->gid, s->cuid, s->cgid,
                    (unsigned long)s->atime, (unsigned long)s->dtime, (unsigned long)s->ctime,
                    (unsigned long)s->obj->nr_pages * MM_PAGE_SIZE, 0ul);
    }
}

/* ---- finding and permission (ipc/util.c) --------------------------------------------------------------------- */

static struct shm_ns *shm_namespace(struct mm_system *sys)
{
    if (!sys->shm) {
        sys->shm = calloc(1, sizeof(*sys->shm));
        if (sys->shm)
            sys->shm->last_idx = -1;
    }
    return sys->shm;
}

struct shm_segment *shm_at(struct mm *mm, int id)
{
    struct shm_ns *ns = mm->sys->shm;
    int idx = id & IPCMNI_IDX_MASK;
    struct shm_segment *seg = ns && idx < SHMMNI ? ns->segments[idx] : NULL;

    if (seg && (seg->mode & SHM_DEST) && !shm_count_attaches(seg)) {
        shm_remove(seg);
        seg = NULL;
    }
    return seg;
}

int shm_find(struct mm *mm, int id, struct shm_segment **seg)
{
    *seg = shm_at(mm, id);
    if (!*seg)
        return mm_fail(mm, -EINVAL, "there is no segment of this number");
    return (*seg)->id == id ? 0 : mm_fail(mm, -EINVAL, "the segment of this number is gone");
}

bool shm_is_owner(const struct mm *mm, const struct shm_segment *seg)
{
    return mm->owner_uid == seg->cuid || mm->owner_uid == seg->uid;
}

bool shm_may_access(const struct mm *mm, const struct shm_segment *seg, unsigned flag)
{
    unsigned wanted = flag >> 6 | flag >> 3 | flag, granted = seg->mode;

    if (shm_is_owner(mm, seg))
        granted >>= 6;
    else if (mm->owner_gid == seg->cgid || mm->owner_gid == seg->gid)
        granted >>= 3;
    return !(wanted & ~granted & 7) || mm->cap_sys_admin;
}

/* ---- shmget ---------------------------------------------------------------------------------------------------- */

/* ipc_idr_alloc(): indices go round, so that an old identifier is not soon a new one. */
static int new_id(struct shm_ns *ns)
{
    int limit = ns->in_use * 3 / 2 > IPC_MIN_CYCLE ? ns->in_use * 3 / 2 : IPC_MIN_CYCLE, idx;

    limit = limit < SHMMNI ? limit : SHMMNI;
    for (idx = ns->next_idx; idx < limit && ns->segments[idx]; idx++)
        ;
    if (idx >= limit) {
        for (idx = 0; idx < limit && ns->segments[idx]; idx++)
            ;
    }
    if (idx >= limit)
        return -ENOSPC;
    if (idx <= ns->last_idx)
        ns->seq = ns->seq + 1 >= IPCMNI_SEQ_MAX ? 0 : ns->seq + 1;
    ns->last_idx = idx;
    ns->next_idx = idx + 1;
    return ns->seq << IPCMNI_SHIFT | idx;
}

/* What holds the bytes of a segment: shmem_kernel_file_setup() or hugetlb_file_setup(). 0 or negative errno. */
static int segment_object(struct mm *mm, uint64_t size, int flags, struct vm_object **obj)
{
    uint64_t huge = mm_huge_page_size((unsigned)flags >> SHM_HUGE_SHIFT & SHM_HUGE_MASK);

    if (!(flags & SHM_HUGETLB)) {
        if (size > INT64_MAX)
            return mm_fail(mm, -EINVAL, "the size is larger than any file can be");
        if (!(flags & SHM_NORESERVE) && mm->sys->overcommit != 1 &&
            MM_PAGE_ALIGN(size) >> MM_PAGE_SHIFT > mm->sys->phys.nframes)
            return mm_fail_at(mm, -ENOMEM, MM_ABOUT_COMMIT, size, "the machine could never hold the segment");
        *obj = vm_object_create(mm->sys, OBJ_SHMEM, size, NULL, NULL);
    } else {
        if (!huge)
            return mm_fail(mm, -EINVAL, "huge pages are 2 MiB or 1 GiB");
        if (!mm->cap_ipc_lock && mm->owner_gid) /* vm.hugetlb_shm_group is 0 */
            return mm_fail(mm, -EPERM, "SHM_HUGETLB needs CAP_IPC_LOCK or the group of vm.hugetlb_shm_group");
        if (!(flags & SHM_NORESERVE))
            return mm_fail(mm, -ENOMEM, "no huge pages are reserved");
        *obj = mm_hugetlb_object(mm->sys, (size + huge - 1) & ~(huge - 1), huge);
    }
    return *obj ? 0 : mm_fail_memory(mm);
}

static int64_t segment_create(struct mm *mm, struct shm_ns *ns, int key, uint64_t size, int flags)
{
    uint64_t pages = MM_PAGE_ALIGN(size) >> MM_PAGE_SHIFT;
    struct shm_segment *seg;
    struct vm_object *obj;
    int id, err;

    if (size < 1 || size > SHMMAX)
        return mm_fail(mm, -EINVAL, "the size of a new segment is 0 or larger than SHMMAX");
    if (pages << MM_PAGE_SHIFT < size)
        return -ENOSPC;
    if (ns->total_pages + pages < ns->total_pages || ns->total_pages + pages > SHMALL)
        return -ENOSPC;
    err = segment_object(mm, size, flags, &obj);
    if (err)
        return err;
    id = ns->in_use < SHMMNI ? new_id(ns) : -ENOSPC;
    seg = id < 0 ? NULL : calloc(1, sizeof(*seg));
    if (!seg) {
        vm_object_put(obj);
        return id < 0 ? id : -ENOMEM;
    }
    seg->obj = obj;
    seg->sys = mm->sys;
    seg->refs = 1;
    seg->id = id;
    seg->key = seg->name_key = key;
    seg->mode = (unsigned)flags & RWXUGO;
    seg->uid = seg->cuid = mm->owner_uid;
    seg->gid = seg->cgid = mm->owner_gid;
    seg->cpid = mm->owner_pid;
    seg->size = size;
    seg->ctime = shm_now(mm->sys);
    ns->segments[id & IPCMNI_IDX_MASK] = seg;
    ns->in_use++;
    ns->total_pages += pages;
    return id;
}

int64_t mm_shmget(struct mm *mm, int key, uint64_t size, int flags)
{
    struct shm_ns *ns = shm_namespace(mm->sys);

    if (!ns)
        return -ENOMEM;
    for (int i = 0; key != IPC_PRIVATE && i < SHMMNI; i++) {
        struct shm_segment *seg = ns->segments[i];

        if (!seg || seg->key != key)
            continue;
        if ((flags & IPC_CREAT) && (flags & IPC_EXCL))
            return mm_fail(mm, -EEXIST, "IPC_EXCL: there is a segment with this key");
        if (seg->size < size)
            return mm_fail(mm, -EINVAL, "the segment with this key is smaller");
        return shm_may_access(mm, seg, (unsigned)flags & RWXUGO) ? seg->id
                                                                 : mm_fail(mm, -EACCES, SHM_NO_RIGHTS);
    }
    if (key != IPC_PRIVATE && !(flags & IPC_CREAT))
        return -ENOENT;
    return segment_create(mm, ns, key, size, flags);
}

/* ---- shmat, shmdt ------------------------------------------------------------------------------------------------ */

int64_t mm_shmat(struct mm *mm, int id, uint64_t addr, int shmflg)
{
    uint64_t prot = PROT_READ, flags = MAP_SHARED;
    unsigned access = S_IRUSR | S_IRGRP | S_IROTH;
    struct shm_segment *seg;
    struct mm_file *file;
    uint64_t size;
    int64_t ret;

    if (id < 0)
        return mm_fail(mm, -EINVAL, "a negative number");
    if (addr) {
        if (addr & ~MM_PAGE_MASK) {
            if (!(shmflg & SHM_RND))
                return mm_fail(mm, -EINVAL,
                               "the address is not a multiple of the page size (and SHM_RND not given)");
            addr &= MM_PAGE_MASK;
            if (!addr && (shmflg & SHM_REMAP))
                return mm_fail(mm, -EINVAL, "SHM_REMAP needs an address");
        }
        flags |= MAP_FIXED;
    } else if (shmflg & SHM_REMAP) {
        return mm_fail(mm, -EINVAL, "SHM_REMAP needs an address");
    }
    if (!(shmflg & SHM_RDONLY)) {
        prot |= PROT_WRITE;
        access |= S_IWUSR | S_IWGRP | S_IWOTH;
    }
    if (shmflg & SHM_EXEC) {
        prot |= PROT_EXEC;
        access |= S_IXUSR | S_IXGRP | S_IXOTH;
    }
    ret = shm_find(mm, id, &seg);
    if (ret < 0)
        return ret;
    if (!shm_may_access(mm, seg, access))
        return mm_fail(mm, -EACCES, SHM_NO_RIGHTS);
    size = seg->obj->size;
    if (addr && !(shmflg & SHM_REMAP)) {
        const struct vma *v = vma_tree_find(&mm->vmas, addr);

        if (addr + size < addr)
            return mm_fail(mm, -EINVAL, "the segment does not fit above the address");
        if (v && v->start < addr + size)
            return mm_fail_at(mm, -EINVAL, MM_ABOUT_VMA, v->start, "without SHM_REMAP nothing is replaced");
    }
    file = shm_file_create(seg, !(shmflg & SHM_RDONLY));
    if (!file)
        return -ENOMEM;
    ret = mm_do_mmap(mm, addr, size, prot, flags, file, 0, DOOR_SHMAT);
    if (ret >= 0) {
        seg->atime = shm_now(mm->sys);
        seg->lpid = mm->owner_pid;
    }
    mm_file_put(file);
    return ret;
}

/*
 * The first VMA of a segment that lies where it would have been attached says which segment and how far to look; all its
 * fragments there go. A refusal to unmap one is not an error.
 *
 *      addr                                   addr + size
 *      | seg page 0,1 | other | seg page 3 |  |
 *      '--- gone ---'          '-- gone --'
 */
int64_t mm_shmdt(struct mm *mm, uint64_t addr)
{
    const struct vma *at = vma_tree_find(&mm->vmas, addr);
    struct mm_file *file = NULL;
    uint64_t size = UINT64_MAX;

    if (addr & ~MM_PAGE_MASK)
        return mm_fail(mm, -EINVAL, "the address is not a multiple of the page size");
    while (at && (!file || at->end - addr <= size)) {
        struct vma v = *at;
        struct shm_segment *seg = segment_of(&v);

        if (seg && (v.start - addr) >> MM_PAGE_SHIFT == v.pgoff && (!file || v.file == file)) {
            if (!file) {
                file = mm_file_get(v.file);
                size = MM_PAGE_ALIGN(seg->obj->size);
            }
            if (mm_unmap_range(mm, v.start, v.end, CHANGE_UNMAP, DOOR_SHMDT, false) == 0) {
                seg->lpid = mm->owner_pid;
                seg->dtime = shm_now(mm->sys);
            }
        }
        at = vma_tree_find(&mm->vmas, v.end);
    }
    mm_assert_valid(mm);
    if (!file)
        return mm_fail(mm, -EINVAL, "no segment is attached at the address");
    mm_file_put(file);
    return 0;
}
