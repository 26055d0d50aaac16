/* xlat_mm.c - constants of the memory calls. */
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/userfaultfd.h>
#include <linux/mempolicy.h>
#include <linux/membarrier.h>
#include <sys/shm.h>
#include "mm/uapi.h"
#include "xlat.h"

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8U
#define MFD_EXEC        0x10U
#endif
#ifndef MPOL_PREFERRED_MANY
#define MPOL_PREFERRED_MANY 5
#endif
#define MPOL_WEIGHTED_INTERLEAVE_ 6

static const struct xlat prot[] = {{"PROT_NONE", 0, ~0ull}, X(PROT_READ),      X(PROT_WRITE),   X(PROT_EXEC),
                                   {"PROT_SEM", 8, 0},      X(PROT_GROWSDOWN), X(PROT_GROWSUP), XEND};
static const struct xlat mmap_flags[] = {{"MAP_FILE", 0, 15},      XM(MAP_SHARED, 15),
                                         XM(MAP_PRIVATE, 15),      XM(MAP_SHARED_VALIDATE, 15),
                                         XM(MAP_DROPPABLE, 15),    X(MAP_FIXED),
                                         X(MAP_ANONYMOUS),         X(MAP_32BIT),
                                         {"MAP_ABOVE4G", 0x80, 0}, X(MAP_NORESERVE),
                                         X(MAP_POPULATE),          X(MAP_NONBLOCK),
                                         X(MAP_GROWSDOWN),         X(MAP_DENYWRITE),
                                         X(MAP_EXECUTABLE),        X(MAP_LOCKED),
                                         X(MAP_UNINITIALIZED),     X(MAP_STACK),
                                         X(MAP_HUGETLB),           X(MAP_SYNC),
                                         X(MAP_FIXED_NOREPLACE),   XEND};
static const struct xlat mremap_flags[] = {
    X(MREMAP_MAYMOVE), X(MREMAP_FIXED), {"MREMAP_DONTUNMAP", 4, 0}, XEND};
static const struct xlat msync_flags[] = {X(MS_SYNC), X(MS_ASYNC), X(MS_INVALIDATE), XEND};
static const struct xlat advice[] = {
    X(MADV_NORMAL),      X(MADV_RANDOM),        X(MADV_SEQUENTIAL),     X(MADV_WILLNEED),
    X(MADV_DONTNEED),    X(MADV_FREE),          X(MADV_REMOVE),         X(MADV_DONTFORK),
    X(MADV_DOFORK),      X(MADV_HWPOISON),      X(MADV_SOFT_OFFLINE),   X(MADV_MERGEABLE),
    X(MADV_UNMERGEABLE), X(MADV_HUGEPAGE),      X(MADV_NOHUGEPAGE),     X(MADV_DONTDUMP),
    X(MADV_DODUMP),      X(MADV_WIPEONFORK),    X(MADV_KEEPONFORK),     X(MADV_COLD),
    X(MADV_PAGEOUT),     X(MADV_POPULATE_READ), X(MADV_POPULATE_WRITE), X(MADV_DONTNEED_LOCKED),
    X(MADV_COLLAPSE),    X(MADV_GUARD_INSTALL), X(MADV_GUARD_REMOVE),   XEND};
static const struct xlat mlockall_flags[] = {X(MCL_CURRENT), X(MCL_FUTURE), X(MCL_ONFAULT), XEND};
static const struct xlat mlock2_flags[] = {X(MLOCK_ONFAULT), XEND};
static const struct xlat pkey_access[] = {
    X(PKEY_DISABLE_ACCESS), X(PKEY_DISABLE_WRITE), {"PKEY_DISABLE_EXECUTE", 4, 0}, XEND};
static const struct xlat memfd_flags[] = {X(MFD_CLOEXEC),     X(MFD_ALLOW_SEALING), X(MFD_HUGETLB),
                                          X(MFD_NOEXEC_SEAL), X(MFD_EXEC),          XEND};
#define MPOL_MODE (~UINT64_C(0xe000)) /* all but the flags */
static const struct xlat mpol_modes[] = {XM(MPOL_DEFAULT, MPOL_MODE),
                                         XM(MPOL_PREFERRED, MPOL_MODE),
                                         XM(MPOL_BIND, MPOL_MODE),
                                         XM(MPOL_INTERLEAVE, MPOL_MODE),
                                         XM(MPOL_LOCAL, MPOL_MODE),
                                         XM(MPOL_PREFERRED_MANY, MPOL_MODE),
                                         {"MPOL_WEIGHTED_INTERLEAVE", MPOL_WEIGHTED_INTERLEAVE_, MPOL_MODE},
                                         X(MPOL_F_STATIC_NODES),
                                         X(MPOL_F_RELATIVE_NODES),
                                         {"MPOL_F_NUMA_BALANCING", 1 << 13, 0},
                                         XEND};
static const struct xlat mbind_flags[] = {X(MPOL_MF_STRICT), X(MPOL_MF_MOVE), X(MPOL_MF_MOVE_ALL), XEND};
#define MOVE_ONLY 1 /* rows of mbind_flags, which move_pages does without */
static const struct xlat get_mempolicy_flags[] = {X(MPOL_F_NODE), X(MPOL_F_ADDR), X(MPOL_F_MEMS_ALLOWED),
                                                  XEND};
static const struct xlat shmget_flags[] = {X(IPC_CREAT), X(IPC_EXCL), X(SHM_HUGETLB), X(SHM_NORESERVE), XEND};
static const struct xlat shmat_flags[] = {X(SHM_RDONLY), X(SHM_RND), X(SHM_REMAP), X(SHM_EXEC), XEND};
static const struct xlat membarrier_flags[] = {{"MEMBARRIER_CMD_FLAG_CPU", 1, 0}, XEND};
#define MEMBARRIER_QUERY 1 /* rows before those with bits */
static const struct xlat membarrier_cmds[] = {{"MEMBARRIER_CMD_QUERY", 0, 0},
                                              {"MEMBARRIER_CMD_GLOBAL", 1, 0},
                                              {"MEMBARRIER_CMD_GLOBAL_EXPEDITED", 2, 0},
                                              {"MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED", 4, 0},
                                              {"MEMBARRIER_CMD_PRIVATE_EXPEDITED", 8, 0},
                                              {"MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED", 16, 0},
                                              {"MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE", 32, 0},
                                              {"MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE", 64, 0},
                                              {"MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ", 128, 0},
                                              {"MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ", 256, 0},
                                              {"MEMBARRIER_CMD_GET_REGISTRATIONS", 512, 0},
                                              XEND};

/* Headers of older kernels lack the last ones. */
static const struct xlat uffd_features[] = {{"UFFD_FEATURE_PAGEFAULT_FLAG_WP", 1 << 0, 0},
                                            {"UFFD_FEATURE_EVENT_FORK", 1 << 1, 0},
                                            {"UFFD_FEATURE_EVENT_REMAP", 1 << 2, 0},
                                            {"UFFD_FEATURE_EVENT_REMOVE", 1 << 3, 0},
                                            {"UFFD_FEATURE_MISSING_HUGETLBFS", 1 << 4, 0},
                                            {"UFFD_FEATURE_MISSING_SHMEM", 1 << 5, 0},
                                            {"UFFD_FEATURE_EVENT_UNMAP", 1 << 6, 0},
                                            {"UFFD_FEATURE_SIGBUS", 1 << 7, 0},
                                            {"UFFD_FEATURE_THREAD_ID", 1 << 8, 0},
                                            {"UFFD_FEATURE_MINOR_HUGETLBFS", 1 << 9, 0},
                                            {"UFFD_FEATURE_MINOR_SHMEM", 1 << 10, 0},
                                            {"UFFD_FEATURE_EXACT_ADDRESS", 1 << 11, 0},
                                            {"UFFD_FEATURE_WP_HUGETLBFS_SHMEM", 1 << 12, 0},
                                            {"UFFD_FEATURE_WP_UNPOPULATED", 1 << 13, 0},
                                            {"UFFD_FEATURE_POISON", 1 << 14, 0},
                                            {"UFFD_FEATURE_WP_ASYNC", 1 << 15, 0},
                                            {"UFFD_FEATURE_MOVE", 1 << 16, 0},
                                            XEND};
/* Bits by the numbers of the requests. */
#define REQUEST(name, nr)                                                                                    \
    {                                                                                                        \
        "1<<_UFFDIO_" name, UINT64_C(1) << (nr), 0                                                           \
    }
static const struct xlat uffd_ioctls[] = {REQUEST("REGISTER", 0), REQUEST("UNREGISTER", 1),
                                          REQUEST("API", 0x3f), XEND};
static const struct xlat uffd_range_ioctls[] = {
    REQUEST("WAKE", 2),         REQUEST("COPY", 3),     REQUEST("ZEROPAGE", 4), REQUEST("MOVE", 5),
    REQUEST("WRITEPROTECT", 6), REQUEST("CONTINUE", 7), REQUEST("POISON", 8),   XEND};
static const struct xlat uffd_register[] = {X(UFFDIO_REGISTER_MODE_MISSING), X(UFFDIO_REGISTER_MODE_WP),
                                            X(UFFDIO_REGISTER_MODE_MINOR), XEND};
static const struct xlat uffd_copy[] = {X(UFFDIO_COPY_MODE_DONTWAKE), X(UFFDIO_COPY_MODE_WP), XEND};
static const struct xlat uffd_zero[] = {X(UFFDIO_ZEROPAGE_MODE_DONTWAKE), XEND};
static const struct xlat uffd_continue[] = {X(UFFDIO_CONTINUE_MODE_DONTWAKE), XEND};
static const struct xlat uffd_poison[] = {{"UFFDIO_POISON_MODE_DONTWAKE", 1, 0}, XEND};
static const struct xlat uffd_protect[] = {X(UFFDIO_WRITEPROTECT_MODE_WP),
                                           X(UFFDIO_WRITEPROTECT_MODE_DONTWAKE), XEND};
static const struct xlat userfaultfd_flags[] = {X(UFFD_USER_MODE_ONLY), X(O_NONBLOCK), X(O_CLOEXEC), XEND};
static const struct xlat iocb_commands[] = {
    X(IOCB_CMD_PREAD), X(IOCB_CMD_PWRITE), {"IOCB_CMD_PREADX", 4, 0}, X(IOCB_CMD_FSYNC),   X(IOCB_CMD_FDSYNC),
    X(IOCB_CMD_POLL),  X(IOCB_CMD_NOOP),   X(IOCB_CMD_PREADV),        X(IOCB_CMD_PWRITEV), XEND};

const struct xlat_table xlat_mm[] = {
    {"prot", prot, "PROT_???"},
    {"mmap", mmap_flags, "MAP_???", false, 15, "MAP_HUGE_SHIFT"},
    {"mremap", mremap_flags, "MREMAP_???"},
    {"msync", msync_flags, "MS_???"},
    {"uffd_features", uffd_features, "UFFD_FEATURE_???"},
    {"uffd_ioctls", uffd_ioctls, "_UFFDIO_???"},
    {"uffd_register", uffd_register, "UFFDIO_REGISTER_MODE_???"},
    {"uffd_copy", uffd_copy, "UFFDIO_COPY_???"},
    {"uffd_range_ioctls", uffd_range_ioctls, "UFFDIO_???"},
    {"uffd_zero", uffd_zero, "UFFDIO_ZEROPAGE_???"},
    {"uffd_continue", uffd_continue, "UFFDIO_CONTINUE_MODE_???"},
    {"uffd_poison", uffd_poison, "UFFDIO_POISON_MODE_???"},
    {"uffd_protect", uffd_protect, "UFFDIO_WRITEPROTECT_MODE_WP???"},
    {"userfaultfd", userfaultfd_flags, "UFFD_???"},
    {"iocb_cmd", iocb_commands, "IOCB_CMD_???"},
    {"madvise", advice, "MADV_???"},
    {"membarrier_flags", membarrier_flags, "MEMBARRIER_CMD_FLAG_???"},
    {"membarrier_there", membarrier_cmds + MEMBARRIER_QUERY, "MEMBARRIER_CMD_???"},
    {"mlockall", mlockall_flags, "MCL_???"},
    {"mlock2", mlock2_flags, "MLOCK_???"},
    {"pkey", pkey_access, "PKEY_???"},
    {"memfd", memfd_flags, "MFD_???", false, 0, "MFD_HUGE_SHIFT"},
    {"mpol", mpol_modes, "MPOL_???"},
    {"mbind", mbind_flags, "MPOL_???"},
    {"move_pages", mbind_flags + MOVE_ONLY, "MPOL_???"},
    {"get_mempolicy", get_mempolicy_flags, "MPOL_???"},
    {"shmget", shmget_flags, 0, true, 0, "SHM_HUGE_SHIFT"},
    {"shmat", shmat_flags, "SHM_???"},
    {"membarrier", membarrier_cmds, "MEMBARRIER_CMD_???"},
    {0, 0, 0}};
