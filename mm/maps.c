/*
 * maps.c - an address space as text, byte for byte as /proc/PID/maps shows it (fs/proc/task_mmu.c,
 * Linux 6.18).
 *
 * The [vsyscall] line is missing: this kernel has none (CONFIG_LEGACY_VSYSCALL_NONE).
 */
#include "mm.h"
#include "names.h"

#include <inttypes.h>

#define NAME_COLUMN 73 /* 25 + 6 * sizeof(void *), seq_setwidth() in show_vma_header_prefix() */
#define PATH_SIZE   4096

/* A string that grows to the end of its buffer and no further. */
struct text {
    char *buf;
    size_t len, size;
};

static void put_char(struct text *t, char c)
{
    if (t->len + 1 < t->size)
        t->buf[t->len++] = c;
}

static void put(struct text *t, const char *s)
{
    while (*s)
        put_char(t, *s++);
}

/* mangle_path(): what would break the line is written in octal. */
static void put_path(struct text *t, const char *path, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (path[i] == '\n')
            put(t, "\\012");
        else
            put_char(t, path[i]);
    }
}

bool mm_vma_is_heap(const struct mm *mm, const struct vma *v)
{
    return !v->file && v->start < mm->layout.brk && v->end > mm->layout.start_brk;
}

bool mm_vma_is_stack(const struct mm *mm, const struct vma *v)
{
    return !v->file && v->start <= mm->layout.start_stack && v->end >= mm->layout.start_stack;
}

bool mm_vma_is_named(const struct mm *mm, const struct vma *v)
{
    return v->file || v->anon_name || mm_vma_is_heap(mm, v) || mm_vma_is_stack(mm, v);
}

/* The file's path, or what stands for it in brackets. False: the VMA has no name. (get_vma_name()) */
static bool put_name(struct mm *mm, const struct vma *v, struct text *t)
{
    const char *anon_name = mm_names_text(mm->names, v->anon_name);
    char path[PATH_SIZE];

    if (vma_is_special(v)) {
        put(t, v->kind == VMA_VDSO ? "[vdso]" : v->kind == VMA_VVAR ? "[vvar]" : "[vvar_vclock]");
    } else if (v->file && !anon_name) {
        put_path(t, path, v->file->path ? v->file->path(v->file, path, sizeof(path)) : 0);
    } else if (mm_vma_is_heap(mm, v)) {
        put(t, "[heap]");
    } else if (mm_vma_is_stack(mm, v)) {
        put(t, "[stack]");
    } else if (anon_name) {
        put(t, v->file ? "[anon_shmem:" : "[anon:");
        put(t, anon_name);
        put_char(t, ']');
    } else {
        return false;
    }
    return true;
}

size_t mm_vma_name(struct mm *mm, const struct vma *v, char *buf, size_t size)
{
    struct text t = {buf, 0, size};

    if (!size)
        return 0;
    put_name(mm, v, &t);
    buf[t.len] = '\0';
    return t.len;
}

size_t mm_maps_line(struct mm *mm, const struct vma *v, char *buf, size_t size)
{
    bool file = vma_has_file(v);
    uint64_t dev = file ? v->file->dev : 0;
    char name[PATH_SIZE + 128];
    struct text line = {buf, 0, size}, t = {name, 0, sizeof(name)};
    char head[128];

    if (!size)
        return 0;
    snprintf(head, sizeof(head), "%08" PRIx64 "-%08" PRIx64 " %c%c%c%c %08" PRIx64 " %02x:%02x %" PRIu64 " ",
             v->start, v->end, v->flags & VM_READ ? 'r' : '-', v->flags & VM_WRITE ? 'w' : '-',
             v->flags & VM_EXEC ? 'x' : '-', v->flags & VM_MAYSHARE ? 's' : 'p',
             file ? v->pgoff << MM_PAGE_SHIFT : 0, (unsigned)(dev >> 20), (unsigned)(dev & 0xfffff),
             file ? v->file->ino : 0);
    put(&line, head);
    if (put_name(mm, v, &t)) {
        while (line.len < NAME_COLUMN - 1 && line.len + 1 < size)
            put_char(&line, ' ');
        put_char(&line, ' ');
        for (size_t i = 0; i < t.len; i++)
            put_char(&line, name[i]);
    }
    put_char(&line, '\n');
    buf[line.len] = '\0';
    return line.len;
}

void mm_print_maps(struct mm *mm, FILE *out)
{
    char line[2 * PATH_SIZE];
    struct vma_iter it;
    const struct vma *v;

    vma_iter_init(&it, &mm->vmas, 0);
    while ((v = vma_iter_next(&it)))
        fwrite(line, 1, mm_maps_line(mm, v, line, sizeof(line)), out);
}

/* In the order of Linux' bits, which is the order they are printed in (show_smap_vma_flags()). */
static const struct {
    uint64_t flag;
    char letters[4];
} vmflags[] = {
    {VM_READ, "rd "},       {VM_WRITE, "wr "},        {VM_EXEC, "ex "},       {VM_SHARED, "sh "},
    {VM_MAYREAD, "mr "},    {VM_MAYWRITE, "mw "},     {VM_MAYEXEC, "me "},    {VM_MAYSHARE, "ms "},
    {VM_GROWSDOWN, "gd "},  {VM_UFFD_MISSING, "um "}, {VM_PFNMAP, "pf "},     {VM_MAYBE_GUARD, "gu "},
    {VM_UFFD_WP, "uw "},    {VM_LOCKED, "lo "},       {VM_IO, "io "},         {VM_SEQ_READ, "sr "},
    {VM_RAND_READ, "rr "},  {VM_DONTCOPY, "dc "},     {VM_DONTEXPAND, "de "}, {VM_LOCKONFAULT, "lf "},
    {VM_ACCOUNT, "ac "},    {VM_NORESERVE, "nr "},    {VM_HUGETLB, "ht "},    {VM_SYNC, "sf "},
    {VM_WIPEONFORK, "wf "}, {VM_DONTDUMP, "dd "},     {VM_SOFTDIRTY, "sd "},  {VM_MIXEDMAP, "mm "},
    {VM_HUGEPAGE, "hg "},   {VM_NOHUGEPAGE, "nh "},   {VM_MERGEABLE, "mg "},  {VM_UFFD_MINOR, "ui "},
    {VM_DROPPABLE, "dp "},
};

size_t mm_vmflags_text(struct mm *mm, const struct vma *v, char *buf, size_t size)
{
    const char *seal = v->seal && mm->design->vmflags ? mm->design->vmflags(v->seal) : NULL;
    struct text t = {buf, 0, size};

    if (!size)
        return 0;
    for (size_t i = 0; i < sizeof(vmflags) / sizeof(vmflags[0]); i++)
        if (v->flags & vmflags[i].flag)
            put(&t, vmflags[i].letters);
    if (seal) /* VM_SEALED is the highest bit */
        put(&t, seal);
    buf[t.len] = '\0';
    return t.len;
}
