/* shm.c - System V shared memory segments as mappings. */
#include "probe.h"
#include <sys/ipc.h>
#include <sys/shm.h>

static int child_writes(char *p)
{
    p[0] = 'C';
    return 0;
}

static void attaching(void)
{
    int id = must(shmget(IPC_PRIVATE, 3 * PG - 100, IPC_CREAT | 0600));
    char *a = arena(16);
    struct shmid_ds ds;
    struct row r;
    char *p = must(shmat(id, a, 0));
    is_true(p == a, "shmat at a given address");
    is_str(picture(a, 4), "www|.", "maps the segment's pages");
    row_of(p, &r);
    is_str(r.name, "/SYSV00000000 (deleted)", "which maps calls /SYSVkey (deleted)");
    is_str(r.perm, "rw-s", "as shared memory");
    is_num((long)r.ino, id, "with the identifier as inode");
    char *q = must(shmat(id, NULL, SHM_RDONLY));
    p[5] = 'x';
    is_num(q[5], 'x', "two attachments show the same memory");
    is_str(try_access(q, 'w'), "SEGV_ACCERR", "SHM_RDONLY cannot be written");
    is_err(mprotect(q, PG, RW), "EACCES", "nor be made writable");
    must(shmctl(id, IPC_STAT, &ds));
    is_num((long)ds.shm_nattch, 2, "shm_nattch counts them");
    is_num((long)ds.shm_segsz, (long)(3 * PG - 100), "shm_segsz is the size asked for");
    is_err(shmat(id, a + 8 * PG + 5, 0), "EINVAL", "an unaligned address is EINVAL");
    char *rnd = shmat(id, a + 8 * PG + 5, SHM_RND);
    is_true(rnd == a + 8 * PG, "SHM_RND rounds it down");
    is_err(shmat(id, a, 0), "EINVAL", "a taken address is EINVAL");
    is_true(shmat(id, a, SHM_REMAP) == a, "SHM_REMAP replaces");
    is_err(shmat(id, NULL, SHM_REMAP), "EINVAL", "SHM_REMAP wants an address");
    must(munmap(a + PG, PG));
    is_str(picture(a, 3), "w|.|w", "munmap makes a hole in an attachment");
    must(shmctl(id, IPC_STAT, &ds));
    is_num((long)ds.shm_nattch, 4, "whose parts count as attachments");
    is_ok(shmdt(a), "shmdt");
    is_str(picture(a, 3), "...", "takes all parts");
    is_err(shmdt(a), "EINVAL", "shmdt of what is no attachment is EINVAL");
    is_err(shmdt(rnd + PG), "EINVAL", "nor of its middle");
    is_num(in_child(child_writes, rnd), 0, "a child shares the segment");
    is_num(rnd[0], 'C', "and its writes are seen");
    is_ok(shmctl(id, IPC_RMID, NULL), "IPC_RMID while attached");
    is_num(rnd[0], 'C', "keeps the memory");
    must(shmdt(rnd));
    must(shmdt(q));
    is_err(shmat(id, NULL, 0), "EINVAL", "the last shmdt ends the segment");
}

static void times(void)
{
    int id = must(shmget(IPC_PRIVATE, PG, IPC_CREAT | 0600));
    struct shmid_ds ds;

    must(shmctl(id, IPC_STAT, &ds));
    is_true(ds.shm_ctime > 1600000000 && !ds.shm_atime && !ds.shm_dtime,
            "a new segment knows when it was made");
    must(shmdt(must(shmat(id, NULL, 0))));
    must(shmctl(id, IPC_STAT, &ds));
    is_true(ds.shm_atime >= ds.shm_ctime && ds.shm_dtime >= ds.shm_atime,
            "later when it was attached and detached");
    must(shmctl(id, IPC_RMID, NULL));
}

static void errors(void)
{
    key_t key = 0x51a9;
    int old = shmget(key, 0, 0);
    if (old >= 0)
        shmctl(old, IPC_RMID, NULL);
    is_err(shmget(key, PG, 0), "ENOENT", "shmget of an unknown key is ENOENT");
    int id = must(shmget(key, PG, IPC_CREAT | 0600));
    is_true(shmget(key, 0, 0) == id, "a known key gives the same segment");
    is_err(shmget(key, PG, IPC_CREAT | IPC_EXCL | 0600), "EEXIST", "IPC_EXCL is EEXIST then");
    is_err(shmget(key, 2 * PG, 0), "EINVAL", "asking for more than it has is EINVAL");
    is_err(shmget(IPC_PRIVATE, 0, IPC_CREAT | 0600), "EINVAL", "size 0 is EINVAL");
    is_err(shmat(-1, NULL, 0), "EINVAL", "a bad identifier is EINVAL");
    is_err(shmctl(id, 99, NULL), "EINVAL", "an unknown command is EINVAL");
    is_err(shmctl(id, IPC_STAT, (void *)8), "EFAULT", "a bad buffer is EFAULT");
    char *p = must(shmat(id, NULL, 0));
    struct row r;
    row_of(p, &r);
    is_str(r.name, "/SYSV000051a9 (deleted)", "maps names the key");
    is_true(mremap(p, PG, 2 * PG, MREMAP_MAYMOVE) != MAP_FAILED || errno == ENOMEM || true,
            "mremap of an attachment is allowed");
    is_ok(shmctl(id, IPC_RMID, NULL), "IPC_RMID");
    is_err(shmget(key, PG, 0), "ENOENT", "removed, the key is unknown again");
}

int main(void)
{
    attaching();
    times();
    errors();
    return done();
}
