/*
 * proc_prctl.c - prctl: the auxiliary vector, memory that may be searched for equal pages, the hash of futexes, and
 * what of all that fork and execve pass on.
 */
#include "probe.h"
#include <linux/auxvec.h>
#include <linux/prctl.h>
#include <pthread.h>
#include <sys/auxv.h>

#define GET_AUXV         0x41555856
#define SET_MEMORY_MERGE 67
#define GET_MEMORY_MERGE 68
#define FUTEX_HASH       78
#define SET_SLOTS        1
#define GET_SLOTS        2
#define SET_MDWE         65
#define GET_MDWE         66
#define VECTOR           448 /* bytes of mm_struct.saved_auxv */

static long opt(long option, unsigned long a, unsigned long b, unsigned long c, unsigned long d)
{
    return syscall(SYS_prctl, option, a, b, c, d);
}

/* What PR_SET_MM_MAP sets, as it is now. */
static struct prctl_mm_map layout_now(void)
{
    struct prctl_mm_map m = {.exe_fd = -1};
    const char *s = strrchr(proc_read("/proc/self/stat"), ')') + 2;
    unsigned long v[50] = {0};

    for (int i = 0; i < 50 && s; i++) {
        v[i] = strtoul(s, NULL, 10);
        s = strchr(s, ' ');
        s = s ? s + 1 : NULL;
    }
    m.start_code = v[23];
    m.end_code = v[24];
    m.start_stack = v[25];
    m.start_data = v[42];
    m.end_data = v[43];
    m.start_brk = v[44];
    m.brk = (uintptr_t)sbrk(0);
    m.arg_start = v[45];
    m.arg_end = v[46];
    m.env_start = v[47];
    m.env_end = v[48];
    return m;
}

static size_t size_of_proc_auxv(void)
{
    static char got[4096];
    int fd = must(open("/proc/self/auxv", O_RDONLY));
    ssize_t n = must(read(fd, got, sizeof(got)));

    close(fd);
    return n;
}

static void vectors(void)
{
    static uint64_t got[100], mine[100];
    struct prctl_mm_map m = layout_now();
    size_t i = 0, own = size_of_proc_auxv();

    if (!since(6, 4)) {
        told_skip("the auxiliary vector", "PR_GET_AUXV came with Linux 6.4");
        return;
    }
    memset(got, 0xff, sizeof(got));
    is_num(opt(GET_AUXV, (uintptr_t)got, sizeof(got), 0, 0), VECTOR,
           "PR_GET_AUXV gives the size of the vector");
    is_true(got[VECTOR / 8] == UINT64_MAX && !got[VECTOR / 8 - 1], "and no more than that");
    while (i < VECTOR / 8 && got[i] != AT_ENTRY)
        i += 2;
    is_true(i < VECTOR / 8 && got[i + 1] == getauxval(AT_ENTRY), "it is what the program got");
    is_num(opt(GET_AUXV, (uintptr_t)mine, 10, 0, 0), VECTOR, "as many bytes as there is room for");
    is_true(mine[0] == got[0] && mine[1] == (got[1] & 0xffff) && !mine[2], "come");
    is_num(opt(GET_AUXV, 0, 0, 0, 0), VECTOR, "or none");
    is_err(opt(GET_AUXV, 1, 8, 0, 0), "EFAULT", "to no memory");
    is_err(opt(GET_AUXV, (uintptr_t)mine, 8, 1, 0), "EINVAL", "an argument too many");
    is_err(opt(GET_AUXV, (uintptr_t)mine, 8, 0, 1), "EINVAL", "another");

    for (i = 0; i < 100; i++)
        mine[i] = 1000 + i;
    m.auxv = (void *)mine;
    m.auxv_size = VECTOR + 1;
    is_err(opt(PR_SET_MM, PR_SET_MM_MAP, (uintptr_t)&m, sizeof(m), 0), "EINVAL",
           "PR_SET_MM_MAP: a vector that is too long");
    m.auxv_size = 20;
    is_ok(opt(PR_SET_MM, PR_SET_MM_MAP, (uintptr_t)&m, sizeof(m), 0), "a short one");
    must(opt(GET_AUXV, (uintptr_t)got, sizeof(got), 0, 0));
    is_true(got[0] == 1000 && got[1] == 1001 && got[2] == 1002 && !got[3] && !got[4],
            "is it, with zeroes behind");
    is_num(size_of_proc_auxv(), 48, "/proc/self/auxv ends with the first pair of no type");
    m.auxv_size = VECTOR;
    is_ok(opt(PR_SET_MM, PR_SET_MM_MAP, (uintptr_t)&m, sizeof(m), 0), "one of the full length");
    must(opt(GET_AUXV, (uintptr_t)got, sizeof(got), 0, 0));
    is_true(got[53] == 1053 && !got[54] && !got[55], "loses its last pair");
    is_num(size_of_proc_auxv(), VECTOR, "and /proc/self/auxv has all of it");
    m.auxv = NULL;
    is_err(opt(PR_SET_MM, PR_SET_MM_MAP, (uintptr_t)&m, sizeof(m), 0), "EINVAL", "a vector at no address");
    m.auxv = (void *)1;
    is_err(opt(PR_SET_MM, PR_SET_MM_MAP, (uintptr_t)&m, sizeof(m), 0), "EFAULT", "in no memory");
    is_true(getauxval(AT_PAGESZ) == PG && own != VECTOR, "the one on the stack is another");
}

static int merged_in_child(char *p)
{
    return opt(GET_MEMORY_MERGE, 0, 0, 0, 0) == 1 && has_flag(p, "mg");
}

static void merging(void)
{
    char *p = pages(2, RW), *shared, *heap, *q;

    if (opt(SET_MEMORY_MERGE, 0, 0, 0, 0)) {
        told_skip("memory that is searched for equal pages",
                  "this kernel has no CONFIG_KSM, or is older than 6.4");
        return;
    }
    shared = map_at(arena(1), 1, RW, SHARED);
    is_num(opt(GET_MEMORY_MERGE, 0, 0, 0, 0), 0, "PR_GET_MEMORY_MERGE: no, at first");
    is_err(opt(SET_MEMORY_MERGE, 1, 1, 0, 0), "EINVAL", "PR_SET_MEMORY_MERGE with an argument too many");
    is_err(opt(GET_MEMORY_MERGE, 1, 0, 0, 0), "EINVAL", "PR_GET_MEMORY_MERGE with one");
    is_ok(opt(SET_MEMORY_MERGE, 7, 0, 0, 0), "PR_SET_MEMORY_MERGE");
    is_num(opt(GET_MEMORY_MERGE, 0, 0, 0, 0), 1, "is seen");
    is_true(has_flag(p, "mg"), "in private memory");
    is_true(!has_flag(shared, "mg"), "not in shared");
    is_true(has_flag((void *)(uintptr_t)merging, "mg"), "in the program");
    is_true(has_flag(&p, "mg"), "on its stack");
    q = pages(1, PROT_READ);
    is_true(has_flag(q, "mg"), "in new memory");
    heap = must(sbrk(3 * PG));
    is_true(has_flag(heap + 2 * PG, "mg"), "in a heap that grows");
    is_num(in_child(merged_in_child, p), 1, "in a child");
    is_ok(madvise(p, PG, MADV_UNMERGEABLE), "MADV_UNMERGEABLE");
    is_true(!has_flag(p, "mg") && has_flag(p + PG, "mg"), "excepts a page");
    q = pages(1, RW);
    must(madvise(q, PG, MADV_MERGEABLE));
    is_ok(opt(SET_MEMORY_MERGE, 0, 0, 0, 0), "PR_SET_MEMORY_MERGE, off");
    is_true(!has_flag(p + PG, "mg") && !has_flag(heap, "mg"), "none is searched any more");
    is_true(!has_flag(q, "mg"), "not even what MADV_MERGEABLE asked for");
}

static void *waits(void *arg)
{
    return arg;
}

static int chosen(char *arg)
{
    pthread_t th;

    if (opt(FUTEX_HASH, SET_SLOTS, 8, 0, 0) || opt(FUTEX_HASH, GET_SLOTS, 0, 0, 0) != 8)
        return 0;
    must(pthread_create(&th, NULL, waits, NULL));
    pthread_join(th, NULL);
    return opt(FUTEX_HASH, GET_SLOTS, 0, 0, 0);
}

static int none(char *arg)
{
    pthread_t th;

    if (opt(FUTEX_HASH, SET_SLOTS, 0, 0, 0))
        return 100;
    must(pthread_create(&th, NULL, waits, NULL));
    pthread_join(th, NULL);
    if (opt(FUTEX_HASH, GET_SLOTS, 0, 0, 0) || !opt(FUTEX_HASH, SET_SLOTS, 16, 0, 0) || errno != EBUSY)
        return 101;
    return opt(FUTEX_HASH, SET_SLOTS, 3, 0, 0) && errno == EINVAL ? 1 : 102;
}

static int given_to_child(char *arg)
{
    must(opt(FUTEX_HASH, SET_SLOTS, 64, 0, 0));
    pid_t pid = must(fork());
    int st;

    if (!pid)
        _exit(opt(FUTEX_HASH, GET_SLOTS, 0, 0, 0));
    must(waitpid(pid, &st, 0));
    return st;
}

static void futexes(void)
{
    pthread_t th;

    if (opt(FUTEX_HASH, GET_SLOTS, 0, 0, 0)) {
        told_skip("a hash of its own for futexes",
                  "PR_FUTEX_HASH came with Linux 6.16, CONFIG_FUTEX_PRIVATE_HASH");
        return;
    }
    is_num(opt(FUTEX_HASH, GET_SLOTS, 5, 6, 7), 0,
           "PR_FUTEX_HASH: no slots at first, and no other argument is looked at");
    is_err(opt(FUTEX_HASH, 0, 0, 0, 0), "EINVAL", "an operation that is none");
    is_err(opt(FUTEX_HASH, 3, 0, 0, 0), "EINVAL", "nor this");
    is_err(opt(FUTEX_HASH, SET_SLOTS, 1, 0, 0), "EINVAL", "one slot");
    is_err(opt(FUTEX_HASH, SET_SLOTS, 6, 0, 0), "EINVAL", "six");
    is_err(opt(FUTEX_HASH, SET_SLOTS, 16, 2, 0), "EINVAL", "a flag");
    is_err(opt(FUTEX_HASH, SET_SLOTS, 1ul << 30, 0, 0), "ENOMEM", "too many");
    is_num(in_child(chosen, NULL), 8, "those that were chosen stay when there is a thread");
    is_num(in_child(none, NULL), 1, "none stays none for ever");
    is_num(in_child(given_to_child, NULL), 0, "a child begins without");
    must(pthread_create(&th, NULL, waits, NULL));
    pthread_join(th, NULL);
    is_true(opt(FUTEX_HASH, GET_SLOTS, 0, 0, 0) >= 16, "with a thread there are some");
}

/* The program again: what execve has passed on. */
static int again(void)
{
    static char mark[PG];

    return opt(GET_MDWE, 0, 0, 0, 0) == 1 && opt(PR_GET_THP_DISABLE, 0, 0, 0, 0) == 1 &&
                   opt(GET_MEMORY_MERGE, 0, 0, 0, 0) == 1 && has_flag(mark, "mg")
               ? 42
               : 1;
}

static int executes(char *arg)
{
    must(opt(SET_MDWE, 1, 0, 0, 0));
    must(opt(PR_SET_THP_DISABLE, 1, 0, 0, 0));
    must(opt(SET_MEMORY_MERGE, 1, 0, 0, 0));
    must(execl("/proc/self/exe", "proc_prctl", "again", NULL));
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return again();
    futexes();
    vectors();
    merging();
    if (opt(GET_MEMORY_MERGE, 0, 0, 0, 0))
        told_skip("execve passes it all on", "this kernel has no CONFIG_KSM, or is older than 6.4");
    else
        is_num(in_child(executes, NULL), 42, "execve passes it all on");
    return done();
}
