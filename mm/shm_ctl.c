/* shm_ctl.c - shmctl(2): what there is of segments, their owners and modes, removing and locking them (ipc/shm.c of Linux 6.18). */
#include "shm.h"

#include <string.h>
#include <sys/shm.h>
#include <sys/stat.h>

static int max_index(const struct shm_ns *ns)
{
    for (int i = SHMMNI - 1; ns && i >= 0; i--) {
        if (ns->segments[i])
            return i;
    }
    return 0;
}

static int64_t shmctl_ipc_info(struct mm *mm, uint64_t buf)
{
    struct shminfo info = {
        .shmmax = SHMMAX, .shmmin = 1, .shmmni = SHMMNI, .shmseg = SHMMNI, .shmall = SHMALL};

    return mm_copy_out(mm, buf, &info, sizeof(info)) ? -EFAULT : max_index(mm->sys->shm);
}

static int64_t shmctl_shm_info(struct mm *mm, uint64_t buf)
{
    const struct shm_ns *ns = mm->sys->shm;
    struct shm_info info;

    memset(&info, 0, sizeof(info));
    if (ns) {
        info.used_ids = ns->in_use;
        info.shm_tot = ns->total_pages;
        for (int i = 0; i < SHMMNI; i++)
            info.shm_rss += ns->segments[i] ? ns->segments[i]->obj->nr_pages : 0;
    }
    return mm_copy_out(mm, buf, &info, sizeof(info)) ? -EFAULT : max_index(ns);
}

static int64_t shmctl_stat(struct mm *mm, int id, int cmd, uint64_t buf)
{
    struct shm_segment *seg;
    struct shmid_ds ds;
    int err = 0;

    if (cmd == IPC_STAT) {
        err = shm_find(mm, id, &seg);
    } else { /* the argument is an index */
        seg = shm_at(mm, id);
        err = seg ? 0 : mm_fail(mm, -EINVAL, "there is no segment of this index");
    }
    if (err)
        return err;
    if (cmd != SHM_STAT_ANY && !shm_may_access(mm, seg, S_IRUSR | S_IRGRP | S_IROTH))
        return mm_fail(mm, -EACCES, SHM_NO_RIGHTS);
    memset(&ds, 0, sizeof(ds));
    ds.shm_perm.__key = seg->key;
    ds.shm_perm.uid = seg->uid;
    ds.shm_perm.gid = seg->gid;
    ds.shm_perm.cuid = seg->cuid;
    ds.shm_perm.cgid = seg->cgid;
    ds.shm_perm.mode = (unsigned short)seg->mode;
    ds.shm_perm.__seq = (unsigned short)(seg->id >> IPCMNI_SHIFT);
    ds.shm_segsz = seg->size;
    ds.shm_atime = (time_t)seg->atime;
    ds.shm_dtime = (time_t)seg->dtime;
    ds.shm_ctime = (time_t)seg->ctime;
    ds.shm_cpid = seg->cpid;
    ds.shm_lpid = seg->lpid;
    ds.shm_nattch = shm_count_attaches(seg);
    if (mm_copy_out(mm, buf, &ds, sizeof(ds)))
        return -EFAULT;
    return cmd == IPC_STAT ? 0 : seg->id;
}

static int64_t shmctl_set(struct mm *mm, int id, int cmd, uint64_t buf)
{
    struct shm_segment *seg;
    struct shmid_ds ds;
    int err;

    if (cmd == IPC_SET && mm_copy_in(mm, &ds, buf, sizeof(ds)))
        return -EFAULT;
    err = shm_find(mm, id, &seg);
    if (err)
        return err;
    if (!shm_is_owner(mm, seg) && !mm->cap_sys_admin)
        return -EPERM;
    if (cmd == IPC_SET) {
        if (ds.shm_perm.uid == UINT32_MAX || ds.shm_perm.gid == UINT32_MAX)
            return mm_fail(mm, -EINVAL, "no such owner or group");
        seg->uid = ds.shm_perm.uid;
        seg->gid = ds.shm_perm.gid;
        seg->mode = (seg->mode & ~RWXUGO) | (ds.shm_perm.mode & RWXUGO);
        seg->ctime = shm_now(mm->sys);
    } else if (shm_count_attaches(seg)) {
        seg->mode |= SHM_DEST; /* goes with the last attach; nobody finds it by its key any more */
        seg->key = IPC_PRIVATE;
    } else {
        shm_remove(seg);
    }
    return 0;
}

static int64_t shmctl_lock(struct mm *mm, int id, bool lock)
{
    struct shm_segment *seg;
    struct shm_ns *ns;
    int err = shm_find(mm, id, &seg);

    if (err)
        return err;
    ns = mm->sys->shm;
    if (!mm->cap_ipc_lock) {
        if (!shm_is_owner(mm, seg))
            return -EPERM;
        if (lock && !mm->rlim[MM_RLIMIT_MEMLOCK])
            return -EPERM;
    }
    if (lock == !!(seg->mode & SHM_LOCKED) || seg->obj->kind == OBJ_HUGETLB) /* those never leave memory */
        return 0;
    if (lock) {
        if (ns->locked_pages + shm_pages(seg) > mm->rlim[MM_RLIMIT_MEMLOCK] >> MM_PAGE_SHIFT &&
            !mm->cap_ipc_lock)
            return mm_fail_at(mm, -ENOMEM, MM_ABOUT_MEMLOCK, seg->size,
                              "RLIMIT_MEMLOCK bounds locked segments");
        ns->locked_pages += shm_pages(seg);
    } else {
        ns->locked_pages -= shm_pages(seg);
    }
    seg->mode ^= SHM_LOCKED;
    return 0;
}

int64_t mm_shmctl(struct mm *mm, int id, int cmd, uint64_t buf)
{
    if (cmd < 0 || id < 0)
        return mm_fail(mm, -EINVAL, "a negative number");
    switch (cmd) {
    case IPC_INFO:
        return shmctl_ipc_info(mm, buf);
    case SHM_INFO:
        return shmctl_shm_info(mm, buf);
    case SHM_STAT:
    case SHM_STAT_ANY:
    case IPC_STAT:
        return shmctl_stat(mm, id, cmd, buf);
    case IPC_SET:
    case IPC_RMID:
        return shmctl_set(mm, id, cmd, buf);
    case SHM_LOCK:
    case SHM_UNLOCK:
        return shmctl_lock(mm, id, cmd == SHM_LOCK);
    default:
        return mm_fail(mm, -EINVAL, "unknown command");
    }
}
