/*
 * worlds_calls.c - the alphabet of the small worlds, and the situations in which the searches begin.
 */
#include "worlds.h"

#include <fcntl.h>
#include <linux/falloc.h>
#include <string.h>
#include <sys/mman.h>

#include "mm/uapi.h"

#define P(n)     (ARENA + (n)*MM_PAGE_SIZE)
#define PAGES(n) ((n)*MM_PAGE_SIZE)
#define RW       (PROT_READ | PROT_WRITE)
#define ANON     (MAP_PRIVATE | MAP_ANONYMOUS)
#define NOFD     ((uint64_t)-1)
#define MOVE     (MREMAP_MAYMOVE | MREMAP_FIXED)
#define KEEP     (MREMAP_MAYMOVE | MREMAP_DONTUNMAP)
#define OLD      0x2001
#define NEW      0x1002

/* By name; turned into operations at first use. */
static const struct {
    const char *call;
    uint64_t a[6];
} letters[] = {
    {"mmap", {P(0), PAGES(4), RW, ANON | MAP_FIXED, NOFD}},
    {"mmap", {P(1), PAGES(1), RW, ANON | MAP_FIXED, NOFD}},
    {"mmap", {P(1), PAGES(2), PROT_READ, ANON | MAP_FIXED, NOFD}},
    {"mmap", {P(2), PAGES(1), PROT_NONE, ANON | MAP_FIXED, NOFD}},
    {"mmap", {P(3), PAGES(1), RW, ANON | MAP_FIXED | MAP_GROWSDOWN, NOFD}},
    {"mmap", {P(1), PAGES(1), RW, ANON | MAP_FIXED_NOREPLACE, NOFD}},
    {"mmap", {0, PAGES(1), RW, ANON, NOFD}},
    {"mmap", {P(2), PAGES(2), RW, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, NOFD}},
    {"mmap", {P(0), PAGES(2), RW, MAP_SHARED | MAP_FIXED, FD_MEMFD0, 0}},
    {"mmap", {P(1), PAGES(1), RW, MAP_PRIVATE | MAP_FIXED, FD_MEMFD0, PAGES(1)}},
    {"mmap", {P(2), PAGES(2), PROT_READ, MAP_PRIVATE | MAP_FIXED, FD_MEMFD0, PAGES(2)}},
    {"munmap", {P(1), PAGES(1)}},
    {"munmap", {P(0), PAGES(4)}},
    {"munmap", {P(2), PAGES(2)}},
    {"munmap", {P(0), PAGES(1)}},
    {"mprotect", {P(1), PAGES(1), PROT_READ}},
    {"mprotect", {P(1), PAGES(1), RW}},
    {"mprotect", {P(0), PAGES(4), PROT_READ}},
    {"mprotect", {P(0), PAGES(4), RW}},
    {"mprotect", {P(1), PAGES(2), PROT_NONE}},
    {"mprotect", {P(0), PAGES(2), PROT_READ | PROT_EXEC}},
    {"mprotect", {P(2), PAGES(2), RW | PROT_EXEC}},
    {"mremap", {P(1), PAGES(1), PAGES(1), MOVE, P(3)}},
    {"mremap", {P(3), PAGES(1), PAGES(1), MOVE, P(1)}},
    {"mremap", {P(0), PAGES(2), PAGES(2), MOVE, P(2)}},
    {"mremap", {P(2), PAGES(2), PAGES(2), MOVE, P(0)}},
    {"mremap", {P(1), PAGES(1), PAGES(1), KEEP, 0}},
    {"mremap", {P(1), PAGES(1), PAGES(1), MOVE | MREMAP_DONTUNMAP, P(3)}},
    {"mremap", {P(0), PAGES(1), PAGES(2), 0, 0}},
    {"mremap", {P(1), PAGES(1), PAGES(2), MREMAP_MAYMOVE, 0}},
    {"mremap", {P(0), PAGES(2), PAGES(1), 0, 0}},
    {"mremap", {P(0), PAGES(4), PAGES(4), 0, 0}},
    {"mremap", {P(1), 0, PAGES(1), MOVE, P(3)}},
    {"madvise", {P(1), PAGES(1), MADV_DONTNEED}},
    {"madvise", {P(0), PAGES(4), MADV_DONTNEED}},
    {"madvise", {P(1), PAGES(1), MADV_FREE}},
    {"madvise", {P(0), PAGES(4), MADV_PAGEOUT}},
    {"madvise", {P(1), PAGES(1), MADV_REMOVE}},
    {"madvise", {P(1), PAGES(1), 24 /* MADV_DONTNEED_LOCKED */}},
    {"madvise", {P(1), PAGES(1), MADV_DONTFORK}},
    {"madvise", {P(1), PAGES(1), MADV_WIPEONFORK}},
    {"madvise", {P(0), PAGES(4), MADV_KEEPONFORK}},
    {"madvise", {P(1), PAGES(1), 102 /* MADV_GUARD_INSTALL */}},
    {"madvise", {P(0), PAGES(4), 103 /* MADV_GUARD_REMOVE */}},
    {"madvise", {P(1), PAGES(1), MADV_POPULATE_WRITE}},
    {"madvise", {P(0), PAGES(2), MADV_SEQUENTIAL}},
    {"mseal", {P(1), PAGES(1), 0}},
    {"mseal", {P(0), PAGES(4), 0}},
    {"mseal", {P(0), PAGES(2), 0}},
    {"mseal", {P(2), PAGES(1), 0}},
    {"mlock", {P(1), PAGES(1)}},
    {"mlock2", {P(2), PAGES(2), 1}},
    {"munlock", {P(0), PAGES(4)}},
    {"mlockall", {MCL_FUTURE}},
    {"msync", {P(0), PAGES(4), MS_SYNC | MS_INVALIDATE}},
    {"mincore", {P(0), PAGES(4)}},
    {"remap_file_pages", {P(1), PAGES(1), 0, 3, 0}},
    {"mbind", {P(1), PAGES(1), 4 /* MPOL_LOCAL */, 0, 0, 0}},
    {"read_page", {P(1)}},
    {"read_page", {P(2)}},
    {"write_page", {P(1), NEW}},
    {"write_page", {P(2), NEW}},
    {"exec_page", {P(1) + 2048}},
    {"ftruncate", {FD_MEMFD0, PAGES(1)}},
    {"ftruncate", {FD_MEMFD0, PAGES(8)}},
    {"pwrite", {FD_MEMFD0, PAGES(1), NEW}},
    {"fallocate", {FD_MEMFD0, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, PAGES(1), PAGES(1)}},
    {"fcntl", {FD_MEMFD0, F_ADD_SEALS, F_SEAL_WRITE}},
    {"fork_look", {0}},
    {"fork_stay", {0}},
};
#define NLETTERS (sizeof(letters) / sizeof(letters[0]))

/* Memory of each kind with something of one's own in page 1; what follows seals and attacks it. */
static const struct {
    const char *name;
    uint64_t flags, fd;
    bool write;
} openings[] = {
    {"nothing mapped", 0, 0, false},
    {"private anonymous memory, page 1 written", ANON | MAP_FIXED, NOFD, true},
    {"private mapping of a file, page 1 written", MAP_PRIVATE | MAP_FIXED, FD_MEMFD0, true},
    {"shared mapping of a file, page 1 written", MAP_SHARED | MAP_FIXED, FD_MEMFD0, true},
    {"shared anonymous memory, page 1 written", MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, NOFD, true},
};

static unsigned call_named(const char *name)
{
    unsigned i = 0;

    while (strcmp(fuzz_calls[i].name, name) != 0)
        i++;
    return i;
}

const struct fuzz_op *worlds_alphabet(unsigned *n)
{
    static struct fuzz_op op[NLETTERS];

    *n = NLETTERS;
    for (unsigned i = 0; i < NLETTERS; i++) {
        op[i].call = call_named(letters[i].call);
        memcpy(op[i].a, letters[i].a, sizeof(op[i].a));
    }
    return op;
}

unsigned worlds_opening(unsigned i, const struct fuzz_op **ops, const char **name)
{
    static struct fuzz_op op[2];

    *name = NULL;
    if (i >= sizeof(openings) / sizeof(openings[0]))
        return 0;
    *name = openings[i].name;
    *ops = op;
    op[0] = (struct fuzz_op){call_named("mmap"), {P(0), PAGES(4), RW, openings[i].flags, openings[i].fd, 0}};
    op[1] = (struct fuzz_op){call_named("write_page"), {P(1), OLD}};
    return openings[i].write ? 2 : 0;
}
