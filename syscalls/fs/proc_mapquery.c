/*
 * proc_mapquery.c - PROCMAP_QUERY, the ioctl of /proc/PID/maps: one area, found by address and kind (fs/proc/task_mmu.c).
 */
#include "../handlers.h"
#include "procfs.h"

#include <elf.h>
#include <sys/ioctl.h>

/* Newer than the headers of some supported systems: <linux/fs.h> of 6.11. */
enum {
    VMA_READABLE = 1,
    VMA_WRITABLE = 2,
    VMA_EXECUTABLE = 4,
    VMA_SHARED = 8,
    OR_NEXT = 16,
    FILE_BACKED = 32
};
#define VMA_FLAGS   (VMA_READABLE | VMA_WRITABLE | VMA_EXECUTABLE | VMA_SHARED)
#define VALID_FLAGS (VMA_FLAGS | OR_NEXT | FILE_BACKED)
struct query {
    uint64_t size, query_flags, query_addr;
    uint64_t vma_start, vma_end, vma_flags, vma_page_size, vma_offset, inode;
    uint32_t dev_major, dev_minor, vma_name_size, build_id_size;
    uint64_t vma_name_addr, build_id_addr;
};
#define QUERY _IOWR('f', 17, struct query)

/* ---- the build-id: a note of the file (lib/buildid.c) ---- */

#define BUILD_ID_MAX 20

static bool read_at(const struct vma *v, uint64_t at, void *buf, uint64_t len)
{
    return vm_object_read(v->file->obj, at, buf, len) == (int64_t)len;
}

/* Notes in [at, end): the size of the one wanted, 0: it is not there. */
static unsigned find_note(const struct vma *v, uint64_t at, uint64_t end, uint8_t id[BUILD_ID_MAX])
{
    Elf64_Nhdr n;
    char name[4];

    while (at + sizeof(n) <= end && read_at(v, at, &n, sizeof(n))) {
        uint64_t desc = at + sizeof(n) + ((n.n_namesz + UINT64_C(3)) & ~UINT64_C(3));

        if (n.n_type == NT_GNU_BUILD_ID && n.n_namesz == sizeof(name) && n.n_descsz &&
            n.n_descsz <= BUILD_ID_MAX && read_at(v, at + sizeof(n), name, sizeof(name)) &&
            !memcmp(name, "GNU", sizeof(name)))
            return desc + n.n_descsz <= end && read_at(v, desc, id, n.n_descsz) ? n.n_descsz : 0;
        at = desc + ((n.n_descsz + UINT64_C(3)) & ~UINT64_C(3));
    }
    return 0;
}

static unsigned build_id(const struct vma *v, uint8_t id[BUILD_ID_MAX])
{
    Elf64_Ehdr e;
    Elf64_Phdr p;
    unsigned size = 0;

    if (!v->file || !v->file->obj || v->file->obj->kind != OBJ_FILE || !read_at(v, 0, &e, sizeof(e)) ||
        memcmp(e.e_ident, ELFMAG, SELFMAG) || e.e_ident[EI_CLASS] != ELFCLASS64)
        return 0;
    for (unsigned i = 0; !size && i < e.e_phnum && read_at(v, e.e_phoff + i * sizeof(p), &p, sizeof(p)); i++)
        if (p.p_type == PT_NOTE)
            size = find_note(v, p.p_offset, p.p_offset + p.p_filesz, id);
    return size;
}

/* ---- the area ---- */

static uint64_t flags_of(const struct vma *v)
{
    return (v->flags & VM_READ ? VMA_READABLE : 0) | (v->flags & VM_WRITE ? VMA_WRITABLE : 0) |
           (v->flags & VM_EXEC ? VMA_EXECUTABLE : 0) | (v->flags & VM_MAYSHARE ? VMA_SHARED : 0);
}

static bool has_file(const struct vma *v)
{
    return v->file && !vma_is_special(v);
}

/* query_matching_vma(); NULL: there is none. */
static const struct vma *find(struct mm *mm, uint64_t addr, unsigned flags)
{
    const struct vma *v = mm_find_vma(mm, addr);

    for (; v; v = flags & OR_NEXT ? mm_find_vma(mm, v->end) : NULL) {
        if (flags & FILE_BACKED && !has_file(v))
            continue;
        if (flags & ~flags_of(v) & VMA_FLAGS)
            continue;
        if (flags & OR_NEXT || v->start <= addr)
            return v;
    }
    return NULL;
}

static int64_t query(struct task *t, struct mm *mm, uint64_t arg)
{
    char name[PATH_MAX];
    uint8_t id[BUILD_ID_MAX];
    const struct vma *v;
    struct query q;
    uint64_t usize;
    int err;

    if (mm_copy_in(t->mm, &usize, arg, sizeof(usize)))
        return -EFAULT;
    err = copy_struct_in(t, &q, sizeof(q), arg, usize, offsetof(struct query, vma_start));
    if (err)
        return err;
    if (q.query_flags & ~(uint64_t)VALID_FLAGS || !q.vma_name_size != !q.vma_name_addr ||
        !q.build_id_size != !q.build_id_addr)
        return -EINVAL;
    v = find(mm, q.query_addr, (unsigned)q.query_flags);
    if (!v)
        return -ENOENT;
    q.vma_start = v->start;
    q.vma_end = v->end;
    q.vma_flags = flags_of(v);
    q.vma_page_size = has_file(v) ? v->file->obj->page_size : MM_PAGE_SIZE;
    q.vma_offset = has_file(v) ? v->pgoff << MM_PAGE_SHIFT : 0;
    q.inode = has_file(v) ? v->file->ino : 0;
    q.dev_major = has_file(v) ? (uint32_t)(v->file->dev >> 20) : 0;
    q.dev_minor = has_file(v) ? v->file->dev & 0xfffff : 0;
    if (q.build_id_size) {
        unsigned size = build_id(v, id);

        if (q.build_id_size < size)
            return -ENAMETOOLONG;
        q.build_id_size = size;
    }
    if (q.vma_name_size) {
        size_t len = mm_vma_name(mm, v, name, sizeof(name));

        if (len && q.vma_name_size < len + 1)
            return -ENAMETOOLONG;
        q.vma_name_size = len ? (uint32_t)len + 1 : 0;
    }
    if (mm_copy_out(t->mm, q.vma_name_addr, name, q.vma_name_size) ||
        mm_copy_out(t->mm, q.build_id_addr, id, q.build_id_size) ||
        mm_copy_out(t->mm, arg, &q, usize < sizeof(q) ? usize : sizeof(q)))
        return -EFAULT;
    return 0;
}

int64_t proc_maps_ioctl(struct task *t, const struct proc_ref *ref, unsigned cmd, uint64_t arg)
{
    if (cmd != QUERY)
        return -ENOTTY;
    return ref->task->mm ? query(t, ref->task->mm, arg) : -ESRCH;
}
