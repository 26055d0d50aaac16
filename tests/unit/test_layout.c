/*
 * test_layout.c - where mappings go: the rules one by one, and the same random requests put to the host
 * kernel.
 *
 * The comparison runs in a child without address randomisation, so that the kernel's mmap_base is known. It
 * is left out on kernels older than 6.18, which place large mappings differently.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "mm.h"
#include "run_suite.h"

#define PAGE MM_PAGE_SIZE
#define MIB  (UINT64_C(1) << 20)
#define BASE (MM_TASK_SIZE - 128 * MIB) /* mmap_base with 8 MiB of stack and no randomisation */

static struct mm_system sys = {.mmap_min_addr = 65536, .stack_guard_gap = 256 * PAGE};
static struct mm mm;

static void setup(void)
{
    memset(&mm, 0, sizeof(mm));
    mm.sys = &sys;
    mm.layout.mmap_base = BASE;
    vma_tree_init(&mm.vmas, 0, MM_TASK_SIZE);
}

static void teardown(void)
{
    vma_tree_destroy(&mm.vmas);
}

static void occupy(uint64_t start, uint64_t len, uint64_t vm_flags)
{
    struct vma v = {.start = start, .end = start + len, .flags = vm_flags};

    if (vma_tree_splice(&mm.vmas, v.start, v.end, &v, 1))
        abort(); /* no ck_assert: also used outside of a test */
}

static int64_t ask(uint64_t addr, uint64_t len, uint64_t flags)
{
    return mm_get_unmapped_area(&mm, NULL, addr, len, 0, MAP_PRIVATE | MAP_ANONYMOUS | flags);
}

START_TEST(fixed)
{
    ck_assert_int_eq(ask(0x10000, PAGE, MAP_FIXED), 0x10000);
    ck_assert_int_eq(ask(0xf000, PAGE, MAP_FIXED), -EPERM);
    ck_assert_int_eq(ask(0x10001, PAGE, MAP_FIXED), -EINVAL);
    ck_assert_int_eq(ask(MM_TASK_SIZE, PAGE, MAP_FIXED), -ENOMEM);
    ck_assert_int_eq(ask(MM_TASK_SIZE + 1, PAGE, MAP_FIXED), -ENOMEM); /* too high comes before unaligned */
    ck_assert_int_eq(ask(MM_TASK_SIZE - PAGE, PAGE, MAP_FIXED), MM_TASK_SIZE - PAGE);
    ck_assert_int_eq(ask(0, MM_TASK_SIZE + PAGE, MAP_FIXED), -ENOMEM);
    mm.cap_sys_rawio = true;
    ck_assert_int_eq(ask(0, PAGE, MAP_FIXED), 0);
}
END_TEST

START_TEST(hints)
{
    occupy(0x100000, 16 * PAGE, 0);
    occupy(0x40000000, 16 * PAGE, VM_GROWSDOWN);
    ck_assert_int_eq(ask(0x200000, PAGE, 0), 0x200000);
    ck_assert_int_eq(ask(0x200fff, PAGE, 0), 0x200000);               /* rounded down */
    ck_assert_int_eq(ask(0x100000, PAGE, 0), (int64_t)(BASE - PAGE)); /* taken */
    ck_assert_int_eq(ask(0xff000, 2 * PAGE, 0), (int64_t)(BASE - 2 * PAGE));
    ck_assert_int_eq(ask(MM_TASK_SIZE - PAGE, PAGE, 0),
                     (int64_t)(MM_TASK_SIZE - PAGE)); /* above mmap_base is fine */
    ck_assert_int_eq(ask(MM_TASK_SIZE - PAGE, 2 * PAGE, 0), (int64_t)(BASE - 2 * PAGE));
    ck_assert_int_eq(ask(0x40000000 - 257 * PAGE, PAGE, 0), 0x40000000 - 257 * PAGE);
    ck_assert_int_eq(ask(0x40000000 - 256 * PAGE, PAGE, 0),
                     (int64_t)(BASE - PAGE)); /* the stack's guard gap */
}
END_TEST

START_TEST(down_then_up)
{
    occupy(65536, BASE - 65536 - 4 * PAGE, 0);
    ck_assert_int_eq(ask(0, 2 * PAGE, 0), (int64_t)(BASE - 2 * PAGE));
    ck_assert_int_eq(ask(0, 4 * PAGE, 0), (int64_t)(BASE - 4 * PAGE));
    ck_assert_int_eq(ask(0, 5 * PAGE, 0), (int64_t)(BASE - 4 * PAGE)); /* bottom-up, past mmap_base */
    ck_assert_int_eq(ask(0, 129 * MIB, 0), -ENOMEM);
    mm.layout.bottom_up = true;
    ck_assert_int_eq(ask(0, PAGE, 0), (int64_t)(BASE - 4 * PAGE));
}
END_TEST

START_TEST(low_addresses)
{
    ck_assert_int_eq(ask(0, PAGE, MAP_32BIT), 0x40000000);
    ck_assert_int_eq(ask(0, 2 * MIB, MAP_32BIT), 0x40200000);
    ck_assert_int_eq(ask(0, 1024 * MIB + PAGE, MAP_32BIT), -ENOMEM);
    ck_assert_int_eq(ask(0x20000000, PAGE, MAP_32BIT), 0x20000000);
    ck_assert_int_eq(ask(0x80000000, PAGE, MAP_32BIT), 0x40000000);
    occupy(0x40000000, 1024 * MIB, 0);
    ck_assert_int_eq(ask(0, PAGE, MAP_32BIT), -ENOMEM);
}
END_TEST

START_TEST(huge_pages)
{
    struct vm_object object = {.kind = OBJ_FILE};
    struct mm_file file = {.obj = &object};

    occupy(BASE - PAGE, PAGE, 0);
    ck_assert_int_eq(ask(0, 2 * MIB, 0) % (2 * MIB), 0);
    ck_assert_int_eq(ask(0, 2 * MIB + PAGE, 0), (int64_t)(BASE - 2 * MIB - 2 * PAGE));
    ck_assert_int_eq(mm_get_unmapped_area(&mm, &file, 0, 4 * MIB, 3, MAP_SHARED) % (2 * MIB), 3 * PAGE);
    object.kind = OBJ_SHMEM;
    ck_assert_int_eq(mm_get_unmapped_area(&mm, &file, 0, 4 * MIB, 3, MAP_SHARED), BASE - 4 * MIB - PAGE);
}
END_TEST

/* --- the host kernel ----------------------------------------------------------------------------- */

static uint64_t rng_state = 42;

static uint64_t rnd(uint64_t below)
{
    rng_state ^= rng_state << 13;
    rng_state ^= rng_state >> 7;
    rng_state ^= rng_state << 17;
    return rng_state % below;
}

/* The host's areas, as far as mappings can be placed among them. */
static void copy_host_maps(void)
{
    static char text[1 << 20];
    size_t len = 0;
    ssize_t n;
    int fd = open("/proc/self/maps", O_RDONLY);

    while ((n = read(fd, text + len, sizeof(text) - 1 - len)) > 0)
        len += n;
    close(fd);
    text[len] = 0;
    vma_tree_splice(&mm.vmas, 0, MM_TASK_SIZE, NULL, 0);
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        uint64_t start, end;

        if (sscanf(line, "%" SCNx64 "-%" SCNx64, &start, &end) == 2 && end <= MM_TASK_SIZE)
            occupy(start, end - start, strstr(line, "[stack]") ? VM_GROWSDOWN : 0);
    }
}

enum { NR_KINDS = 4 };

/* Runs in a child without randomisation; exits 0 if every answer was the same. */
static int compare_with_host(void)
{
    struct vm_object object[NR_KINDS] = {{0}, {.kind = OBJ_FILE}, {.kind = OBJ_SHMEM}, {.kind = OBJ_ZERO}};
    struct mm_file file[NR_KINDS];
    int fd[NR_KINDS];

    /* malloc must not map anything behind the model's back: the arena's chunks come first, and from the heap
     */
    setup();
    for (int i = 0; i < 3000; i++)
        occupy(65536 + 2 * i * PAGE, PAGE, 0);
    for (int i = 0; i < NR_KINDS; i++)
        file[i] = (struct mm_file){.obj = &object[i], .refs = 1};
    fd[0] = -1;
    fd[1] = open("/proc/self/exe",
                 O_RDONLY); /* on a file system that asks for huge page alignment: ext4, xfs, btrfs */
    fd[2] = memfd_create("layout", 0);
    fd[3] = open("/dev/zero", O_RDONLY);
    mm.cap_sys_rawio = true;
    sys.mmap_min_addr = PAGE;
    copy_host_maps();
    for (unsigned i = 0; i < 3000; i++) {
        static const uint64_t lengths[] = {PAGE,    3 * PAGE,       MIB,        2 * MIB,
                                           4 * MIB, 4 * MIB + PAGE, 1024 * MIB, UINT64_C(1) << 44};
        uint64_t len = lengths[rnd(8)], pgoff = rnd(2) ? 0 : rnd(1024), hint = 0,
                 flags = rnd(2) ? MAP_PRIVATE : MAP_SHARED;
        unsigned kind = rnd(NR_KINDS);
        int64_t ours, theirs;

        switch (rnd(5)) {
        case 0: /* near something that exists */
            hint = BASE - rnd(64 * MIB) / PAGE * PAGE;
            break;
        case 1:
            hint = 2 * PAGE + rnd(MM_TASK_SIZE + 10 * PAGE);
            break;
        case 2: /* near the stack */
            hint = MM_TASK_SIZE - rnd(600) * PAGE;
            break;
        }
        if (!rnd(6))
            flags |= MAP_32BIT;
        if (!kind)
            flags |= MAP_ANONYMOUS | MAP_NORESERVE;
        ours = mm_get_unmapped_area(&mm, kind ? &file[kind] : NULL, hint & MM_PAGE_MASK, len, pgoff, flags);
        theirs = (int64_t)mmap((void *)hint, len, PROT_READ, flags, fd[kind], pgoff * PAGE);
        if (theirs == -1)
            theirs = -errno;
        if (ours != theirs && theirs != -EACCES) {
            fprintf(stderr,
                    "request %u: kind %u hint %#" PRIx64 " len %#" PRIx64 " pgoff %#" PRIx64
                    " flags %#" PRIx64 ": host %#" PRIx64 ", here %#" PRIx64 "\n",
                    i, kind, hint, len, pgoff, flags, theirs, ours);
            return 1;
        }
        if (theirs > 0) {
            occupy(theirs, len, 0);
            if (rnd(3)) { /* punch holes, so that room is found in many places */
                uint64_t hole = theirs + rnd(len) / PAGE * PAGE, left = theirs + len - hole,
                         take = (1 + rnd(left / PAGE)) * PAGE;

                if (munmap((void *)hole, take))
                    return 1;
                vma_tree_splice(&mm.vmas, theirs, theirs + len, NULL, 0);
                if (hole > (uint64_t)theirs)
                    occupy(theirs, hole - theirs, 0);
                if (take < left)
                    occupy(hole + take, left - take, 0);
            }
        }
    }
    return 0;
}

#ifndef __SANITIZE_ADDRESS__ /* which puts its own mappings where ours would go */
START_TEST(like_the_host)
{
    struct utsname uts;
    int major, minor;

    ck_assert_int_eq(uname(&uts), 0);
    if (sscanf(uts.release, "%d.%d", &major, &minor) != 2 || major * 1000 + minor < 6018)
        return;
    ck_assert_int_eq(system("exec /proc/$PPID/exe host"), 0);
}
END_TEST
#endif

int main(int argc, char **argv)
{
    TCase *rules, *host;

    if (argc > 1 && !strcmp(argv[1], "host")) {
        struct rlimit stack = {8 * MIB, RLIM_INFINITY};

        personality(ADDR_NO_RANDOMIZE);
        if (!getenv("MALLOC_MMAP_MAX_")) { /* again, without randomisation and with a malloc that stays in its
                                              heap */
            setenv("MALLOC_MMAP_MAX_", "0", 1);
            setrlimit(RLIMIT_STACK, &stack);
            execv("/proc/self/exe", argv);
            return 1;
        }
        return compare_with_host();
    }
    rules = tcase_create("rules");
    host = tcase_create("host");
    tcase_add_checked_fixture(rules, setup, teardown);
    tcase_add_test(rules, fixed);
    tcase_add_test(rules, hints);
    tcase_add_test(rules, down_then_up);
    tcase_add_test(rules, low_addresses);
    tcase_add_test(rules, huge_pages);
#ifndef __SANITIZE_ADDRESS__
    tcase_add_test(host, like_the_host);
#endif
    return run_suite("layout", rules, host, NULL);
}
