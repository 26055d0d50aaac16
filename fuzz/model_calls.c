/*
 * model_calls.c - the model's side of the system calls that the fuzzer makes (calls.c has their rows).
 */
#include "model_calls.h"

#include <errno.h>
#include <linux/falloc.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>

#include "mm/mm.h"

int64_t model_mmap(struct model *m, const uint64_t a[6])
{
    struct mm_file *file = NULL;

    if (a[5] & ~MM_PAGE_MASK)
        return -EINVAL;
    if (!(a[3] & MAP_ANONYMOUS)) {
        file = model_file(m, (int)a[4]);
        if (!file)
            return -EBADF;
        if (a[3] & MAP_HUGETLB)
            return -EINVAL;
    }
    return mm_mmap(model_mm(m), a[0], a[1], a[2], a[3], file, a[5]);
}

int64_t model_munmap(struct model *m, const uint64_t a[6])
{
    return mm_munmap(model_mm(m), a[0], a[1]);
}

int64_t model_mprotect(struct model *m, const uint64_t a[6])
{
    return mm_mprotect(model_mm(m), a[0], a[1], a[2], -1);
}

int64_t model_mremap(struct model *m, const uint64_t a[6])
{
    return mm_mremap(model_mm(m), a[0], a[1], a[2], a[3], a[4]);
}

int64_t model_madvise(struct model *m, const uint64_t a[6])
{
    return mm_madvise(model_mm(m), a[0], a[1], (int)a[2]);
}

int64_t model_mseal(struct model *m, const uint64_t a[6])
{
    return mm_design_syscall(model_mm(m), 462, a);
}

int64_t model_brk(struct model *m, const uint64_t a[6])
{
    return mm_brk(model_mm(m), a[0]);
}

int64_t model_mlock(struct model *m, const uint64_t a[6])
{
    return mm_mlock(model_mm(m), a[0], a[1], 0);
}

int64_t model_mlock2(struct model *m, const uint64_t a[6])
{
    return mm_mlock(model_mm(m), a[0], a[1], (int)a[2]);
}

int64_t model_munlock(struct model *m, const uint64_t a[6])
{
    return mm_munlock(model_mm(m), a[0], a[1]);
}

int64_t model_mlockall(struct model *m, const uint64_t a[6])
{
    return mm_mlockall(model_mm(m), (int)a[0]);
}

int64_t model_munlockall(struct model *m, const uint64_t a[6])
{
    return mm_munlockall(model_mm(m));
}

int64_t model_msync(struct model *m, const uint64_t a[6])
{
    return mm_msync(model_mm(m), a[0], a[1], (int)a[2]);
}

int64_t model_mincore(struct model *m, const uint64_t a[6])
{
    uint8_t vec[ARENA_PAGES] = {0};
    int64_t ret, bits = 0;

    if (mm_copy_out(model_mm(m), SCRATCH, vec, sizeof(vec)))
        return -ENOTRECOVERABLE;
    ret = mm_mincore(model_mm(m), a[0], a[1], SCRATCH);
    if (ret < 0 || mm_copy_in(model_mm(m), vec, SCRATCH, sizeof(vec)))
        return ret;
    for (unsigned i = 0; i < ARENA_PAGES - 1; i++)
        bits |= (int64_t)(vec[i] & 1) << i;
    return bits;
}

int64_t model_remap(struct model *m, const uint64_t a[6])
{
    return mm_remap_file_pages(model_mm(m), a[0], a[1], a[2], a[3], a[4]);
}

int64_t model_mbind(struct model *m, const uint64_t a[6])
{
    return mm_mbind(model_mm(m), a[0], a[1], (int)a[2], a[3], a[4], (unsigned)a[5]);
}

int64_t model_ftruncate(struct model *m, const uint64_t a[6])
{
    struct mm_file *f = model_file(m, (int)a[0]);

    return f->writable ? vm_object_truncate(f->obj, a[1]) : -EINVAL;
}

int64_t model_pread(struct model *m, const uint64_t a[6])
{
    int32_t word = 0;
    int64_t ret = vm_object_read(model_file(m, (int)a[0])->obj, a[1], &word, 4);

    return ret < 0 ? ret : ret << 32 | (word & 0x7fffffff);
}

int64_t model_pwrite(struct model *m, const uint64_t a[6])
{
    struct mm_file *f = model_file(m, (int)a[0]);
    int32_t word = (int32_t)a[2];

    return f->writable ? vm_object_write(f->obj, a[1], &word, 4) : -EBADF;
}

int64_t model_punch(struct model *m, const uint64_t a[6])
{
    struct mm_file *f = model_file(m, (int)a[0]);

    return f->writable ? vm_object_punch(f->obj, a[2], a[3]) : -EBADF;
}

int64_t model_add_seals(struct model *m, const uint64_t a[6])
{
    struct mm_file *f = model_file(m, (int)a[0]);

    return f->writable ? vm_object_add_seals(f->obj, (unsigned)a[2]) : -EPERM;
}

int64_t model_shmget(struct model *m, const uint64_t a[6])
{
    return mm_shmget(model_mm(m), (int)a[0], a[1], (int)a[2]);
}

int64_t model_shmat(struct model *m, const uint64_t a[6])
{
    return mm_shmat(model_mm(m), (int)a[0], a[1], (int)a[2]);
}

int64_t model_shmdt(struct model *m, const uint64_t a[6])
{
    return mm_shmdt(model_mm(m), a[0]);
}

int64_t model_shmctl(struct model *m, const uint64_t a[6])
{
    return mm_shmctl(model_mm(m), (int)a[0], (int)a[1], a[2]);
}

int64_t fuzz_pack_shmstat(const struct shmid_ds *ds)
{
    return (int64_t)(ds->shm_nattch << 48 | (uint64_t)(ds->shm_perm.mode & 0xffff) << 32 |
                     (ds->shm_segsz & 0xffffff) << 8 | (uint64_t)(ds->shm_perm.__key & 0xff));
}

int64_t model_shmstat(struct model *m, const uint64_t a[6])
{
    struct shmid_ds ds;
    int64_t ret = mm_shmctl(model_mm(m), (int)a[0], IPC_STAT, SCRATCH);

    if (ret < 0 || mm_copy_in(model_mm(m), &ds, SCRATCH, sizeof(ds)))
        return ret;
    return fuzz_pack_shmstat(&ds);
}
