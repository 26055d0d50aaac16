/*
 * proc_map_files.c - /proc/PID/map_files: a link for each mapping of a file, named after its addresses (fs/proc/base.c,
 * Linux 6.18).
 */
#include "procfs.h"
#include "../process.h"
#include "fs_calls.h"

#include <ctype.h>
#include <linux/capability.h>
#include <stdlib.h>

/* dname_to_vma_addr(): "START-END" in hexadecimal without leading zeros. */
static bool parse_name(const char *name, uint64_t *start, uint64_t *end)
{
    char *at, again[64];

    if (!isxdigit((unsigned char)*name))
        return false;
    *start = strtoull(name, &at, 16);
    if (*at != '-' || !isxdigit((unsigned char)at[1]))
        return false;
    *end = strtoull(at + 1, &at, 16);
    snprintf(again, sizeof(again), "%lx-%lx", (unsigned long)*start, (unsigned long)*end);
    return !*at && !strcmp(name, again);
}

/* The mapping of a file that begins at ref's address. */
static const struct vma *mapping(const struct proc_ref *ref)
{
    const struct vma *v = ref->task->mm ? mm_find_vma(ref->task->mm, ref->addr) : NULL;

    return v && v->start == ref->addr && v->file ? v : NULL;
}

int proc_map_files_find(struct task *reader, struct task *about, const char *name, uint64_t *start)
{
    struct proc_ref ref = {.reader = reader, .task = about};
    const struct vma *v;
    uint64_t end;

    if (!ptrace_may_access(reader, about))
        return -EACCES;
    if (!parse_name(name, &ref.addr, &end))
        return -ENOENT;
    v = mapping(&ref);
    if (!v || v->end != end)
        return -ENOENT;
    *start = ref.addr;
    return 0;
}

unsigned proc_map_files_mode(const struct proc_ref *ref)
{
    const struct vma *v = mapping(ref);

    return v ? S_IFLNK | (v->file->readable ? 0400 : 0) | (v->file->writable ? 0200 : 0) : S_IFLNK;
}

int proc_map_files_list(struct task *reader, struct task *about, int (*add)(void *ctx, const char *name),
                        void *ctx)
{
    const struct vma *v;
    char name[64];
    int err = 0;

    if (!ptrace_may_access(reader, about))
        return -EACCES;
    for (v = about->mm ? mm_find_vma(about->mm, 0) : NULL; v && !err; v = mm_find_vma(about->mm, v->end))
        if (v->file) {
            snprintf(name, sizeof(name), "%lx-%lx", (unsigned long)v->start, (unsigned long)v->end);
            err = add(ctx, name);
        }
    return err;
}

static int64_t link_mapping(const struct proc_ref *ref, char *buf, size_t size)
{
    const struct vma *v = mapping(ref);

    return v ? (int64_t)v->file->path(v->file, buf, size) : -ENOENT;
}

static int follow_mapping(const struct proc_ref *ref, struct dentry **out)
{
    const struct vma *v = mapping(ref);
    struct file *f;

    if (!task_capable(ref->reader, CAP_CHECKPOINT_RESTORE) && !task_capable(ref->reader, CAP_SYS_ADMIN))
        return -EPERM;
    f = v ? file_of_mapping(v->file) : NULL;
    if (!f || !f->dentry)
        return -ENOENT; /* memory of its own: nothing leads there */
    *out = dentry_get(f->dentry);
    return 0;
}

const struct proc_row proc_map_files_row = {"", S_IFLNK | 0600, .link = link_mapping,
                                            .follow = follow_mapping, .ptrace = true};
