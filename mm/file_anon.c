/*
 * file_anon.c - open files that mm makes for itself: shared anonymous memory and SysV segments live on a tmpfs that
 * nobody can see, and show in /proc/PID/maps as deleted files of device 00:01.
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

struct mm_file *mm_file_create_shmem(struct mm_system *sys, const char *name, uint64_t size)
{
    struct file_anon *fa = calloc(1, sizeof(*fa) + strlen(name) + 1);

    if (!fa)
        return NULL;
    fa->mf.obj = vm_object_create(sys, OBJ_SHMEM, size, NULL, NULL);
    if (!fa->mf.obj) {
        free(fa);
        return NULL;
    }
    strcpy(fa->name, name);
    fa->mf.refs = 1;
    fa->mf.readable = fa->mf.writable = true;
    fa->mf.dev = SHMEM_DEV;
    fa->mf.ino = sys->next_anon_ino++;
    fa->mf.path = file_anon_path;
    fa->mf.release = file_anon_release;
    return &fa->mf;
}
