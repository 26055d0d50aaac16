/*
 * file_anon.c - open files that mm makes for itself: shared anonymous memory lives on a tmpfs that nobody can see, huge pages
 * on such a hugetlbfs, and both show in /proc/PID/maps as deleted files.
 */
#include "mm.h"

#include <stdlib.h>
#include <string.h>

#define SHMEM_DEV 1 /* 00:01, the kernel's own tmpfs mount */

struct file_anon {
    struct mm_file mf;
    char name[];
};

static size_t file_anon_path(const struct mm_file *f, char *buf, size_t size)
{
    const struct file_anon *fa = (const struct file_anon *)f;
    int n = snprintf(buf, size, "/%s (deleted)", fa->name);

    return n < 0 || !size ? 0 : (size_t)n < size ? (size_t)n : size - 1;
}

bool mm_file_is_anon_shmem(const struct mm_file *f)
{
    return f && f->path == file_anon_path && strcmp(((const struct file_anon *)f)->name, "dev/zero") == 0;
}

static void file_anon_release(struct mm_file *f)
{
    vm_object_put(f->obj);
    free(f);
}

/* Takes the reference on obj; NULL: there is no memory, nor if obj is NULL. */
static struct mm_file *file_anon_create(struct mm_system *sys, const char *name, uint64_t dev,
                                        struct vm_object *obj)
{
    struct file_anon *fa = obj ? calloc(1, sizeof(*fa) + strlen(name) + 1) : NULL;

    if (!fa) {
        vm_object_put(obj);
        return NULL;
    }
    strcpy(fa->name, name);
    fa->mf.obj = obj;
    fa->mf.refs = 1;
    fa->mf.readable = fa->mf.writable = true;
    fa->mf.dev = dev;
    fa->mf.ino = sys->next_anon_ino++;
    fa->mf.path = file_anon_path;
    fa->mf.release = file_anon_release;
    return &fa->mf;
}

struct mm_file *mm_file_create_shmem(struct mm_system *sys, const char *name, uint64_t size)
{
    return file_anon_create(sys, name, SHMEM_DEV, vm_object_create(sys, OBJ_SHMEM, size, NULL, NULL));
}

struct mm_file *mm_file_create_hugetlb(struct mm_system *sys, uint64_t size, uint64_t page_size)
{
    return file_anon_create(sys, "anon_hugepage", MM_HUGETLB_DEV, mm_hugetlb_object(sys, size, page_size));
}
