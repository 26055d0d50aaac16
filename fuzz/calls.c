/*
 * calls.c - the calls the fuzzer makes: one row each, and how their arguments are made up.
 *
 * Addresses come from the edges of live VMAs and their neighbours, lengths from pages and edges, flags from
 * what the call knows; a few of each are nonsense. No successful call may reach outside the arena: the host's
 * side lives there.
 */
#include "fuzz.h"
#include "model_calls.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/syscall.h>

#include "mm/mm.h"
#include "mm/uapi.h"

#define N(a)       (sizeof(a) / sizeof((a)[0]))
#define PICK(r, a) ((a)[rng_below((r), N(a))])

/* ---- places ---- */

static uint64_t arena_end(const struct fuzz_gen *g)
{
    return ARENA + g->pages * MM_PAGE_SIZE;
}

static uint64_t any_page(struct fuzz_gen *g)
{
    return ARENA + rng_below(g->r, g->pages) * MM_PAGE_SIZE;
}

/* A page of the arena, mostly at or beside an edge of a VMA. */
static uint64_t gen_page(struct fuzz_gen *g)
{
    uint64_t edge[2 * ARENA_PAGES], addr;
    const struct vma *v;
    struct vma_iter it;
    unsigned n = 0;

    if (one_in(g->r, 4))
        return any_page(g);
    vma_iter_init(&it, &model_mm(g->m)->vmas, ARENA);
    while ((v = vma_iter_next(&it)) && v->start < arena_end(g) && n + 2 <= N(edge)) {
        edge[n++] = v->start;
        edge[n++] = v->end;
    }
    if (!n)
        return any_page(g);
    addr = edge[rng_below(g->r, n)] + (rng_below(g->r, 4) - 1) * MM_PAGE_SIZE;
    return addr < ARENA || addr >= arena_end(g) ? any_page(g) : addr;
}

/* gen_page(), or now and then something that must be refused or rounded. */
static uint64_t gen_addr(struct fuzz_gen *g)
{
    static const uint64_t odd[] = {UINT64_MAX & MM_PAGE_MASK, UINT64_C(0xffff800000000000), MM_TASK_SIZE,
                                   UINT64_C(1) << 62};
    uint64_t addr = gen_page(g);

    if (one_in(g->r, 60))
        return addr + 1 + rng_below(g->r, 4095);
    if (one_in(g->r, 200))
        return PICK(g->r, odd);
    return addr;
}

/* A length from addr that stays within the arena, or one that no call can take. */
static uint64_t gen_len(struct fuzz_gen *g, uint64_t addr)
{
    uint64_t room = addr >= ARENA && addr < arena_end(g) ? arena_end(g) - addr : MM_PAGE_SIZE, len;

    if (one_in(g->r, 80))
        return 0;
    if (one_in(g->r, 150))
        return UINT64_MAX - rng_below(g->r, 5000);
    if (one_in(g->r, 8)) {
        len = gen_page(g) - addr;
        if (len > room)
            len = room;
    } else {
        len = (1 + rng_below(g->r, one_in(g->r, 4) ? 16 : 5)) * MM_PAGE_SIZE;
    }
    if (one_in(g->r, 40))
        len -= rng_below(g->r, MM_PAGE_SIZE);
    return len > room ? room : len ? len : MM_PAGE_SIZE;
}

uint64_t fuzz_gen_prot(struct fuzz_gen *g)
{
    static const uint64_t prots[] = {PROT_NONE,
                                     PROT_READ,
                                     PROT_READ,
                                     PROT_READ | PROT_WRITE,
                                     PROT_READ | PROT_WRITE,
                                     PROT_READ | PROT_WRITE,
                                     PROT_READ | PROT_EXEC,
                                     PROT_READ | PROT_WRITE | PROT_EXEC,
                                     PROT_WRITE,
                                     PROT_EXEC};
    uint64_t prot = PICK(g->r, prots);

    if (g->habits.any && one_in(g->r, 2))
        return g->habits.prot;
    if (one_in(g->r, 100))
        prot |= PROT_SEM;
    if (one_in(g->r, 150))
        prot |= UINT64_C(1) << (4 + rng_below(g->r, 20));
    return prot;
}

static uint64_t gen_fd(struct fuzz_gen *g)
{
    static const int fds[] = {FD_MEMFD0, FD_MEMFD0, FD_MEMFD0, FD_MEMFD1, FD_MEMFD1, FD_MEMFD0_RO};

    return (uint64_t)PICK(g->r, fds);
}

/* ---- argument lists ---- */

static void gen_mmap(struct fuzz_gen *g, uint64_t a[6])
{
    static const uint64_t extra[] = {MAP_GROWSDOWN, MAP_NORESERVE, MAP_POPULATE,  MAP_LOCKED, MAP_STACK,
                                     MAP_32BIT,     MAP_NONBLOCK,  MAP_DENYWRITE, MAP_SYNC,   MAP_HUGETLB};
    unsigned kind = g->habits.any && one_in(g->r, 2) ? g->habits.mapping : rng_below(g->r, 100);

    if (kind == 97 && fuzz_listed(g->without, "droppable"))
        kind = 0;
    a[0] = gen_addr(g);
    a[1] = gen_len(g, a[0]);
    a[2] = fuzz_gen_prot(g);
    a[4] = (uint64_t)-1;
    if (kind < 50) {
        a[3] = MAP_PRIVATE | MAP_ANONYMOUS;
    } else if (kind < 60) {
        a[3] = MAP_SHARED | MAP_ANONYMOUS;
    } else if (kind < 95) {
        static const uint64_t ways[] = {MAP_SHARED, MAP_SHARED, MAP_PRIVATE, MAP_PRIVATE,
                                        MAP_SHARED_VALIDATE};

        a[3] = PICK(g->r, ways);
        a[4] = gen_fd(g);
        a[5] = rng_below(g->r, MEMFD_PAGES + 2) * MM_PAGE_SIZE;
    } else if (kind < 97) {
        a[3] = one_in(g->r, 2) ? MAP_SHARED : MAP_PRIVATE;
        a[4] = g->no_devices ? gen_fd(g) : FD_ZERO;
    } else if (kind < 98) {
        a[3] = MAP_DROPPABLE | MAP_ANONYMOUS;
    } else {
        a[3] = rng_below(g->r, 32);
        a[4] = one_in(g->r, 2) ? FD_BAD : gen_fd(g);
        a[5] = rng_next(g->r) >> rng_below(g->r, 64);
    }
    if (!one_in(g->r, 5))
        a[3] |= MAP_FIXED;
    else if (one_in(g->r, 4))
        a[3] |= MAP_FIXED_NOREPLACE;
    else if (one_in(g->r, 4))
        a[0] = 0;
    if (one_in(g->r, 8))
        a[3] |= PICK(g->r, extra);
    if (a[3] & MAP_HUGETLB && !(a[0] & ((1 << 21) - 1))) /* would take 2 MiB, more than the arena has */
        a[0] += MM_PAGE_SIZE;
    if (one_in(g->r, 100))
        a[5] += UINT64_C(1) << (10 + rng_below(g->r, 54));
}

void fuzz_gen_range(struct fuzz_gen *g, uint64_t a[6])
{
    a[0] = gen_addr(g);
    a[1] = gen_len(g, a[0]);
}

static void gen_mprotect(struct fuzz_gen *g, uint64_t a[6])
{
    fuzz_gen_range(g, a);
    a[2] = fuzz_gen_prot(g);
    if (one_in(g->r, 40))
        a[2] |= one_in(g->r, 2) ? PROT_GROWSDOWN : PROT_GROWSUP;
}

static void gen_mremap(struct fuzz_gen *g, uint64_t a[6])
{
    static const uint64_t flags[] = {0,
                                     0,
                                     MREMAP_MAYMOVE,
                                     MREMAP_MAYMOVE,
                                     MREMAP_MAYMOVE | MREMAP_FIXED,
                                     MREMAP_MAYMOVE | MREMAP_FIXED,
                                     MREMAP_MAYMOVE | MREMAP_DONTUNMAP,
                                     MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP,
                                     MREMAP_FIXED,
                                     MREMAP_DONTUNMAP,
                                     8};

    fuzz_gen_range(g, a);
    if (one_in(g->r, 20))
        a[1] = 0;
    a[4] = gen_addr(g);
    a[2] = one_in(g->r, 3) ? a[1] : gen_len(g, a[4]);
    if (a[4] >= ARENA && a[4] < arena_end(g) && a[2] > arena_end(g) - a[4] && a[2] < MM_TASK_SIZE)
        a[2] = arena_end(g) - a[4];
    a[3] = PICK(g->r, flags);
}

static void gen_madvise(struct fuzz_gen *g, uint64_t a[6])
{
    static const int advices[] = {MADV_NORMAL,
                                  MADV_RANDOM,
                                  MADV_SEQUENTIAL,
                                  MADV_WILLNEED,
                                  MADV_DONTNEED,
                                  MADV_DONTNEED,
                                  MADV_FREE,
                                  MADV_REMOVE,
                                  MADV_DONTFORK,
                                  MADV_DOFORK,
                                  MADV_MERGEABLE,
                                  MADV_UNMERGEABLE,
                                  MADV_HUGEPAGE,
                                  MADV_NOHUGEPAGE,
                                  MADV_DONTDUMP,
                                  MADV_DODUMP,
                                  MADV_WIPEONFORK,
                                  MADV_KEEPONFORK,
                                  MADV_COLD,
                                  MADV_PAGEOUT,
                                  MADV_POPULATE_READ,
                                  MADV_POPULATE_WRITE,
                                  24 /* DONTNEED_LOCKED */,
                                  25 /* COLLAPSE */,
                                  MADV_GUARD_INSTALL,
                                  MADV_GUARD_INSTALL,
                                  MADV_GUARD_REMOVE};

    fuzz_gen_range(g, a);
    a[2] = (uint64_t)(one_in(g->r, 100) ? (int)rng_below(g->r, 120) - 5 : PICK(g->r, advices));
    if (a[2] == 100 || a[2] == 101) /* MADV_HWPOISON, MADV_SOFT_OFFLINE: would take memory from the machine */
        a[2] = 99;
    if ((a[2] == MADV_GUARD_INSTALL || a[2] == MADV_GUARD_REMOVE) && fuzz_listed(g->without, "guards"))
        a[2] = MADV_DONTNEED;
}

static void gen_mseal(struct fuzz_gen *g, uint64_t a[6])
{
    fuzz_gen_range(g, a);
    a[2] = one_in(g->r, 50);
}

static void gen_brk(struct fuzz_gen *g, uint64_t a[6])
{
    a[0] = ARENA + (g->pages * 3 / 4 + rng_below(g->r, g->pages / 4 + 1)) * MM_PAGE_SIZE -
           (one_in(g->r, 4) ? rng_below(g->r, 5000) : 0);
}

static void gen_mlock2(struct fuzz_gen *g, uint64_t a[6])
{
    fuzz_gen_range(g, a);
    a[2] = one_in(g->r, 30) ? rng_below(g->r, 4) : rng_below(g->r, 2);
}

static void gen_mlockall(struct fuzz_gen *g, uint64_t a[6])
{
    static const uint64_t flags[] = {0, MCL_FUTURE, MCL_FUTURE, MCL_FUTURE | MCL_ONFAULT, MCL_ONFAULT, 8};

    a[0] = PICK(g->r, flags); /* MCL_CURRENT would reach outside the arena */
}

static void gen_nothing(struct fuzz_gen *g, uint64_t a[6])
{
}

static void gen_msync(struct fuzz_gen *g, uint64_t a[6])
{
    fuzz_gen_range(g, a);
    a[2] = rng_below(g->r, one_in(g->r, 20) ? 16 : 8);
}

static void gen_remap(struct fuzz_gen *g, uint64_t a[6])
{
    fuzz_gen_range(g, a);
    a[2] = one_in(g->r, 30) ? PROT_READ : 0;
    a[3] = rng_below(g->r, MEMFD_PAGES + 2);
    a[4] = one_in(g->r, 4) ? MAP_NONBLOCK : 0;
}

static void gen_read(struct fuzz_gen *g, uint64_t a[6])
{
    a[0] = gen_page(g);
}

static void gen_write(struct fuzz_gen *g, uint64_t a[6])
{
    a[0] = gen_page(g);
    a[1] = 0x1000 + g->step;
}

static void gen_exec(struct fuzz_gen *g, uint64_t a[6])
{
    a[0] = gen_page(g) + 2048; /* calls write only to the start of a page */
}

static void gen_ftruncate(struct fuzz_gen *g, uint64_t a[6])
{
    a[0] = gen_fd(g);
    a[1] = rng_below(g->r, MEMFD_PAGES + 4) * MM_PAGE_SIZE + (one_in(g->r, 3) ? rng_below(g->r, 4096) : 0);
}

static void gen_pread(struct fuzz_gen *g, uint64_t a[6])
{
    a[0] = gen_fd(g);
    a[1] = rng_below(g->r, MEMFD_PAGES + 1) * MM_PAGE_SIZE;
}

static void gen_pwrite(struct fuzz_gen *g, uint64_t a[6])
{
    gen_pread(g, a);
    a[2] = 0x2000 + g->step;
}

static void gen_punch(struct fuzz_gen *g, uint64_t a[6])
{
    a[0] = gen_fd(g);
    a[1] = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
    a[2] = rng_below(g->r, MEMFD_PAGES) * MM_PAGE_SIZE + (one_in(g->r, 4) ? rng_below(g->r, 4096) : 0);
    a[3] = 1 + rng_below(g->r, 3 * MM_PAGE_SIZE);
}

static void gen_add_seals(struct fuzz_gen *g, uint64_t a[6])
{
    a[0] = gen_fd(g);
    a[1] = F_ADD_SEALS;
    a[2] = one_in(g->r, 4) ? rng_below(g->r, 32) : 1u << rng_below(g->r, 5);
}

static void gen_mbind(struct fuzz_gen *g, uint64_t a[6])
{
    fuzz_gen_range(g, a);
    a[2] = one_in(g->r, 2) ? 0 : 4; /* MPOL_DEFAULT, MPOL_LOCAL: no mask to point to */
    a[5] = one_in(g->r, 8) ? rng_below(g->r, 8) : 0;
}

/* The first few segments of a namespace have the identifiers 0, 1, 2 ... */
static uint64_t gen_shmid(struct fuzz_gen *g)
{
    return one_in(g->r, 30) ? 32768 : rng_below(g->r, 3);
}

static void gen_shmget(struct fuzz_gen *g, uint64_t a[6])
{
    a[0] = rng_below(g->r, 3); /* 0 is IPC_PRIVATE */
    a[1] = 1 + rng_below(g->r, 6 * MM_PAGE_SIZE);
    a[2] = IPC_CREAT | 0600 | (one_in(g->r, 6) ? IPC_EXCL : 0);
    if (one_in(g->r, 10))
        a[2] &= ~(uint64_t)IPC_CREAT;
    if (one_in(g->r, 20))
        a[1] = 0;
}

static void gen_shmat(struct fuzz_gen *g, uint64_t a[6])
{
    static const uint64_t flags[] = {0, 0, 0, SHM_RDONLY, SHM_REMAP, SHM_EXEC, SHM_RND, SHM_RND | SHM_REMAP};

    a[0] = gen_shmid(g);
    a[1] = one_in(g->r, 4) ? 0 : gen_addr(g);
    a[2] = PICK(g->r, flags);
    if (a[1] > arena_end(g) - 7 * MM_PAGE_SIZE &&
        a[1] < arena_end(g)) /* a segment is not cut at the arena's end */
        a[1] -= 7 * MM_PAGE_SIZE;
}

static void gen_shmdt(struct fuzz_gen *g, uint64_t a[6])
{
    a[0] = gen_addr(g);
}

static void gen_shmctl(struct fuzz_gen *g, uint64_t a[6])
{
    static const uint64_t cmds[] = {IPC_RMID, SHM_LOCK, SHM_UNLOCK};

    a[0] = gen_shmid(g);
    /* Without the capability SHM_LOCK counts what all processes of the user have locked: not ours to know. */
    a[1] = g->cap_ipc_lock ? PICK(g->r, cmds) : (uint64_t)IPC_RMID;
}

static void gen_shmstat(struct fuzz_gen *g, uint64_t a[6])
{
    a[0] = gen_shmid(g);
}

/* ---- the table ---- */

const struct fuzz_call fuzz_calls[] = {
    {"mmap", CALL_SYSCALL, SYS_mmap, 160, 6, gen_mmap, model_mmap},
    {"munmap", CALL_SYSCALL, SYS_munmap, 50, 2, fuzz_gen_range, model_munmap},
    {"mprotect", CALL_SYSCALL, SYS_mprotect, 90, 3, gen_mprotect, model_mprotect},
    {"mremap", CALL_SYSCALL, SYS_mremap, 90, 5, gen_mremap, model_mremap},
    {"madvise", CALL_SYSCALL, SYS_madvise, 110, 3, gen_madvise, model_madvise},
    {"mseal", CALL_SYSCALL, 462, 12, 3, gen_mseal, model_mseal},
    {"brk", CALL_SYSCALL, SYS_brk, 20, 1, gen_brk, model_brk},
    {"mlock", CALL_SYSCALL, SYS_mlock, 20, 2, fuzz_gen_range, model_mlock},
    {"mlock2", CALL_SYSCALL, SYS_mlock2, 15, 3, gen_mlock2, model_mlock2},
    {"munlock", CALL_SYSCALL, SYS_munlock, 15, 2, fuzz_gen_range, model_munlock},
    {"mlockall", CALL_SYSCALL, SYS_mlockall, 2, 1, gen_mlockall, model_mlockall},
    {"munlockall", CALL_SYSCALL, SYS_munlockall, 3, 0, gen_nothing, model_munlockall},
    {"msync", CALL_SYSCALL, SYS_msync, 8, 3, gen_msync, model_msync},
    {"mincore", CALL_MINCORE, SYS_mincore, 15, 2, fuzz_gen_range, model_mincore},
    {"remap_file_pages", CALL_SYSCALL, SYS_remap_file_pages, 15, 5, gen_remap, model_remap},
    {"mbind", CALL_SYSCALL, SYS_mbind, 8, 6, gen_mbind, model_mbind},
    {"read_page", CALL_READ, 0, 60, 1, gen_read, NULL},
    {"write_page", CALL_WRITE, 0, 80, 2, gen_write, NULL},
    {"exec_page", CALL_EXEC, 0, 15, 1, gen_exec, NULL},
    {"ftruncate", CALL_SYSCALL, SYS_ftruncate, 15, 2, gen_ftruncate, model_ftruncate},
    {"pread", CALL_PREAD, 0, 15, 2, gen_pread, model_pread},
    {"pwrite", CALL_PWRITE, 0, 15, 3, gen_pwrite, model_pwrite},
    {"fallocate", CALL_SYSCALL, SYS_fallocate, 6, 4, gen_punch, model_punch},
    {"fcntl", CALL_SYSCALL, SYS_fcntl, 3, 3, gen_add_seals, model_add_seals},
    {"shmget", CALL_SYSCALL, SYS_shmget, 40, 3, gen_shmget, model_shmget, NEEDS_SHM},
    {"shmat", CALL_SYSCALL, SYS_shmat, 90, 3, gen_shmat, model_shmat, NEEDS_SHM},
    {"shmdt", CALL_SYSCALL, SYS_shmdt, 40, 1, gen_shmdt, model_shmdt, NEEDS_SHM},
    {"shmctl", CALL_SYSCALL, SYS_shmctl, 15, 3, gen_shmctl, model_shmctl, NEEDS_SHM},
    {"shmstat", CALL_SHMSTAT, SYS_shmctl, 20, 1, gen_shmstat, model_shmstat, NEEDS_SHM},
    {"pkey_alloc", CALL_SYSCALL, SYS_pkey_alloc, 8, 2, fuzz_gen_pkey_alloc, fuzz_model_pkey_alloc,
     NEEDS_KERNEL},
    {"pkey_free", CALL_SYSCALL, SYS_pkey_free, 4, 1, fuzz_gen_pkey_free, fuzz_model_pkey_free, NEEDS_KERNEL},
    {"pkey_mprotect", CALL_SYSCALL, SYS_pkey_mprotect, 20, 4, fuzz_gen_pkey_mprotect,
     fuzz_model_pkey_mprotect, NEEDS_KERNEL},
    {"pkey_rights", CALL_RIGHTS, 0, 15, 2, fuzz_gen_rights, NULL, NEEDS_PKEYS},
    {"fork_look", CALL_FORK_LOOK, 0, 5, 0, gen_nothing, NULL},
    {"fork_stay", CALL_FORK_STAY, 0, 5, 0, gen_nothing, NULL},
};
const unsigned fuzz_ncalls = N(fuzz_calls);

bool fuzz_listed(const char *list, const char *name)
{
    size_t len = strlen(name);

    for (; list && *list; list += strcspn(list, ","), list += *list == ',') {
        if (strcspn(list, ",") == len && !memcmp(list, name, len))
            return true;
    }
    return false;
}

static unsigned weight_of(const struct fuzz_gen *g, unsigned call)
{
    unsigned has = (g->shm ? NEEDS_SHM : 0) | (g->kernel ? NEEDS_KERNEL : 0) | (g->pkeys ? NEEDS_PKEYS : 0);

    if (g->without && fuzz_listed(g->without, fuzz_calls[call].name))
        return 0;
    return fuzz_calls[call].needs & ~has ? 0 : fuzz_calls[call].weight;
}

void fuzz_take_habits(struct fuzz_gen *g)
{
    static const unsigned mappings[] = {0, 50, 60, 95, 97}; /* one of each kind that gen_mmap() has */

    g->habits.prot = fuzz_gen_prot(g);
    g->habits.mapping = PICK(g->r, mappings);
    do
        g->habits.call = rng_below(g->r, fuzz_ncalls);
    while (!weight_of(g, g->habits.call));
    g->habits.any = one_in(g->r, 3);
}

void fuzz_generate(struct fuzz_gen *g, struct fuzz_op *op)
{
    unsigned total = 0, at;

    memset(op, 0, sizeof(*op));
    if (g->habits.any && one_in(g->r, 6)) {
        op->call = g->habits.call;
        fuzz_calls[op->call].gen(g, op->a);
        return;
    }
    for (unsigned i = 0; i < fuzz_ncalls; i++)
        total += weight_of(g, i);
    at = rng_below(g->r, total);
    while (at >= weight_of(g, op->call))
        at -= weight_of(g, op->call++);
    fuzz_calls[op->call].gen(g, op->a);
}
