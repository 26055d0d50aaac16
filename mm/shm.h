/* shm.h - segments of System V shared memory, for the files that carry out their calls: shm.c, shm_ctl.c. */
#ifndef MM_SHM_H
#define MM_SHM_H

#include "mm.h"

#define IPCMNI_SHIFT 15
#define RWXUGO       0777u
#define SHMMNI       4096
#define SHMMAX       (UINT64_MAX - (UINT64_C(1) << 24))
#define SHMALL       (UINT64_MAX - (UINT64_C(1) << 24))

struct shm_segment {
    struct mm_system *sys;
    struct vm_object *obj;
    unsigned refs;  /* the table's and one per file */
    unsigned files; /* open files that show it */
    bool gone;      /* no longer in the table */
    int id, key, name_key;
    unsigned mode; /* permissions, SHM_DEST, SHM_LOCKED */
    unsigned uid, gid, cuid, cgid;
    int cpid, lpid;
    uint64_t size, atime, dtime, ctime;
};

struct shm_ns {
    struct shm_segment *segments[SHMMNI]; /* by index */
    int in_use, next_idx, last_idx, seq;
    uint64_t total_pages, locked_pages;
};

static inline uint64_t shm_pages(const struct shm_segment *seg)
{
    return MM_PAGE_ALIGN(seg->size) >> MM_PAGE_SHIFT;
}
/* shm_nattch: VMAs of all address spaces. Counted when asked for, since no VMA tells when it is split or dropped. */
uint64_t shm_count_attaches(const struct shm_segment *seg);
/* By the index within id, whatever its sequence number; NULL: none. A segment that waited for its last attach to go, goes here. */
struct shm_segment *shm_at(struct mm *mm, int id);
/* The segment of this identifier. 0 or -EINVAL. */
int shm_find(struct mm *mm, int id, struct shm_segment **seg);
/* Out of the table: the segment lives on while it is attached. */
void shm_remove(struct shm_segment *seg);
/* Seconds since the epoch, for the times of a segment. */
static inline uint64_t shm_now(const struct mm_system *sys)
{
    return sys->clock ? sys->clock(sys) : 0;
}
bool shm_is_owner(const struct mm *mm, const struct shm_segment *seg);
/* ipcperms(): flag has the wanted bits at any of the three places. */
bool shm_may_access(const struct mm *mm, const struct shm_segment *seg, unsigned flag);
#define SHM_NO_RIGHTS "the segment's mode does not let this user"

#endif
