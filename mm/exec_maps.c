/*
 * exec_maps.c - what exec maps besides the program: its stack, and the vDSO with the pages before it.
 *
 * Source: setup_arg_pages (fs/exec.c), map_vdso (arch/x86/entry/vdso/vma.c), _install_special_mapping
 * (mm/mmap.c), Linux 6.18:
 *
 *     |  [vvar]  |  [vvar_vclock]  |  [vdso]  |  dynamic linker ...
 *       4 pages        2 pages       the image
 *
 * Nobody reads [vvar] here, since the vDSO asks the kernel. What there is of it is zeroes, the rest SIGBUS:
 * the pages of time namespaces and of processors' own clocks, which natively depend on the machine.
 */
#include "mm.h"

#include <stdlib.h>
#include <string.h>

static int insert_exec(struct mm *mm, struct vma *v)
{
    const struct vma *n = vma_tree_find(&mm->vmas, v->start);
    int err;

    if ((v->start | v->end) & ~MM_PAGE_MASK || v->start >= v->end || v->end > MM_TASK_SIZE)
        return -EINVAL;
    if (n && n->start < v->end)
        return -ENOMEM;
    v->birth = mm->event;
    err = vma_tree_splice(&mm->vmas, v->start, v->end, v, 1);
    if (err)
        return err;
    vma_account(mm, v, (int64_t)vma_pages(v));
    mm_assert_valid(mm);
    return 0;
}

static void special_release(struct mm_file *f)
{
    vm_object_put(f->obj);
    free(f);
}

int64_t mm_map_special(struct mm *mm, uint64_t addr, uint64_t len, uint64_t vm_flags, struct vm_object *obj,
                       uint32_t kind)
{
    struct vma v = {.start = addr, .end = addr + MM_PAGE_ALIGN(len), .flags = vm_flags, .kind = kind};
    struct mm_file *f = calloc(1, sizeof(*f));
    int err;

    if (!f)
        return -ENOMEM;
    f->obj = vm_object_get(obj);
    f->refs = 1;
    f->readable = true;
    f->release = special_release;
    v.file = f;
    err = insert_exec(mm, &v);
    mm_file_put(f);
    return err ? err : (int64_t)addr;
}

int64_t mm_map_stack(struct mm *mm, uint64_t top, uint64_t size, bool exec)
{
    struct vma v = {.start = top - MM_PAGE_ALIGN(size), .end = top};
    int err;

    v.pgoff = v.start >> MM_PAGE_SHIFT;
    v.flags = VM_READ | VM_WRITE | (exec ? VM_EXEC : 0) | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC |
              VM_GROWSDOWN | VM_ACCOUNT | VM_STACK_REGISTERED;
    err = mm_charge(mm, vma_pages(&v));
    if (err)
        return err;
    err = insert_exec(mm, &v);
    if (err) {
        mm_uncharge(mm, vma_pages(&v));
        return err;
    }
    mm->layout.stack_top = top;
    return 0;
}

/* ---- the vDSO ------------------------------------------------------------------------------- */

#define VVAR_FLAGS (VM_READ | VM_MAYREAD | VM_IO | VM_PFNMAP | VM_DONTDUMP | VM_DONTEXPAND)
#define VDSO_FLAGS                                                                                           \
    (VM_READ | VM_EXEC | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC | VM_DONTEXPAND) /* gdb writes */

/* In address order; the image comes last. */
static const struct {
    uint16_t kind;
    uint64_t pages; /* 0: what the image needs */
    uint64_t flags;
    uint64_t present; /* a bit for each page that can be read */
} specials[MM_NR_SPECIALS] = {
    {VMA_VVAR, 4, VVAR_FLAGS, 0x5}, /* the clock's and the random numbers' */
    {VMA_VVAR_VCLOCK, 2, VVAR_FLAGS, 0},
    {VMA_VDSO, 0, VDSO_FLAGS, 0},
};

int mm_vdso_create(struct mm_system *sys, const void *image, uint64_t size)
{
    struct vm_object *obj;
    int err = 0;

    for (unsigned i = 0; i < MM_NR_SPECIALS; i++) {
        uint64_t pages = specials[i].pages;

        obj = vm_object_create(sys, OBJ_SPECIAL, pages ? pages << MM_PAGE_SHIFT : MM_PAGE_ALIGN(size), NULL,
                               NULL);
        if (!obj)
            return -ENOMEM;
        sys->special[i] = obj;
        for (uint64_t at = 0; !err && at < pages; at++)
            if (specials[i].present >> at & 1)
                vm_object_page(obj, at, true, &err);
        if (err)
            return err;
    }
    for (uint64_t at = 0; at < size;
         at += MM_PAGE_SIZE) { /* not by a write: the pages are as clean as Linux's */
        pfn_t pfn = vm_object_page(obj, at >> MM_PAGE_SHIFT, true, &err);

        if (err)
            return err;
        memcpy(frame_ptr(&sys->phys, pfn), (const char *)image + at,
               size - at < MM_PAGE_SIZE ? size - at : MM_PAGE_SIZE);
    }
    return 0;
}

void mm_vdso_destroy(struct mm_system *sys)
{
    for (unsigned i = 0; i < MM_NR_SPECIALS; i++)
        vm_object_put(sys->special[i]);
}

int64_t mm_map_vdso(struct mm *mm)
{
    struct vm_object *const *obj = mm->sys->special;
    uint64_t len = 0;
    int64_t at;

    for (unsigned i = 0; i < MM_NR_SPECIALS; i++)
        len += obj[i]->size;
    at = mm_get_unmapped_area(mm, NULL, 0, len, 0, 0);
    for (unsigned i = 0; at >= 0 && i < MM_NR_SPECIALS; i++) {
        uint64_t start = (uint64_t)at;

        at = mm_map_special(mm, start, obj[i]->size, specials[i].flags, obj[i], specials[i].kind);
        if (at >= 0 && specials[i].kind != VMA_VDSO)
            at += (int64_t)obj[i]->size;
    }
    return at;
}
