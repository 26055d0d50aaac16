/* limits.c - RLIMIT_AS, RLIMIT_STACK, the number of mappings, PR_SET_MDWE, and remap_file_pages, mempolicy, names. */
#include "probe.h"

static void set_limit(int which, rlim_t value)
{
    struct rlimit l;
    getrlimit(which, &l);
    l.rlim_cur = value;
    setrlimit(which, &l);
}

static int address_space(char *p)
{
    set_limit(RLIMIT_AS, (rlim_t)status_kb("VmSize") * 1024 + 10 * PG);
    if (mmap(NULL, 11 * PG, RW, ANON, -1, 0) != MAP_FAILED || errno != ENOMEM)
        return 1;
    if (mmap(NULL, 10 * PG, PROT_NONE, ANON, -1, 0) == MAP_FAILED)
        return 2;
    if (mmap(NULL, PG, RW, ANON, -1, 0) != MAP_FAILED)
        return 3;
    if (mmap(p, 4 * PG, RW, ANON | MAP_FIXED, -1, 0) != p) /* replaces as much as it adds */
        return 4;
    if (mremap(p, 4 * PG, 8 * PG, MREMAP_MAYMOVE) != MAP_FAILED || errno != ENOMEM)
        return 5;
    if (syscall(SYS_brk, sbrk(0) + 32 * PG) != (long)sbrk(0))
        return 6;
    return 0;
}

static int deep(int n)
{
    volatile char frame[PG];
    frame[0] = (char)n;
    return n ? deep(n - 1) + frame[0] : 0;
}

static int stack_limit(char *unused)
{
    (void)unused;
    set_limit(RLIMIT_STACK, 512 * 1024);
    fault_arm();
    if (sigsetjmp(fault_jmp, 1))
        return !strcmp(fault_text((void *)fault_info.si_addr), "SEGV_MAPERR") ? 0 : 2;
    deep(4000);
    return 1;
}

static int map_count(char *unused)
{
    (void)unused;
    int fd = open("/proc/sys/vm/max_map_count", O_RDONLY), max = 65530, n;
    char text[32] = {0};
    if (fd >= 0 && read(fd, text, sizeof text - 1) > 0)
        max = atoi(text);
    if (max > 70000)
        return 77;
    size_t want = (size_t)max * 2 + 100;
    char *p = mmap(NULL, want * PG, RW, ANON | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED)
        return 1;
    /* Every second page read-only: two more mappings each time. */
    for (n = 0; (size_t)n < want / 2 && mprotect(p + 2 * (size_t)n * PG + PG, PG, PROT_READ) == 0; n++)
        ;
    if (errno != ENOMEM)
        return 2;
    int rows = count_rows();
    if (rows < max - 2 || rows > max + 2)
        return 3;
    if (munmap(p + want * PG - PG - PG, PG) == 0 || errno != ENOMEM) /* needs a split */
        return 4;
    if (munmap(p, PG)) /* needs none */
        return 5;
    return munmap(p, want * PG) ? 6 : 0;
}

static int mdwe(char *p)
{
    if (prctl(65, 1, 0, 0, 0)) /* PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN */
        return errno == EINVAL ? 77 : 1;
    if (prctl(66, 0, 0, 0, 0) != 1)
        return 2;
    if (mmap(NULL, PG, PROT_READ | PROT_WRITE | PROT_EXEC, ANON, -1, 0) != MAP_FAILED || errno != EACCES)
        return 3;
    if (mprotect(p, PG, RX) == 0 || errno != EACCES)
        return 4;
    char *x = mmap(NULL, PG, RX, ANON, -1, 0);
    if (x == MAP_FAILED || mprotect(x, PG, RX) || mprotect(x, PG, PROT_READ))
        return 5;
    if (mprotect(x, PG, RX) == 0 || errno != EACCES)
        return 6;
    if (prctl(65, 0, 0, 0, 0) == 0 || errno != EPERM)
        return 7;
    return 0;
}

static void told(int r, const char *fact, const char *reason)
{
    if (r == 77)
        told_skip(fact, reason);
    else
        is_num(r, 0, fact);
}

static void fremap(void)
{
    int fd = must(memfd_create("r", 0));
    must(ftruncate(fd, (off_t)(4 * PG)));
    char *p = must(mmap(arena(4), 4 * PG, RW, MAP_SHARED | MAP_FIXED, fd, 0));
    fill(p, 4, 'a');
    is_ok(syscall(SYS_remap_file_pages, p, PG, 0, 3ul, 0), "remap_file_pages");
    is_num(p[0], 'd', "shows another page of the file");
    is_str(picture(p, 4), "w|www", "as a mapping of its own");
    is_err(syscall(SYS_remap_file_pages, p, PG, RW, 3ul, 0), "EINVAL", "its protection must be 0");
    is_err(syscall(SYS_remap_file_pages, pages(1, RW), PG, 0, 0ul, 0), "EINVAL", "private memory is EINVAL");
    is_err(syscall(SYS_remap_file_pages, p, 0, 0, 0ul, 0), "EINVAL", "length 0 is EINVAL");
}

static void policy(void)
{
    char *p = pages(4, RW);
    int mode = -1;
    unsigned long one = 1;
    if (syscall(SYS_get_mempolicy, &mode, NULL, 0, NULL, 0) && errno == ENOSYS) {
        told_skip("memory policies", "kernel without NUMA");
        return;
    }
    is_num(mode, MPOL_DEFAULT, "the default memory policy is MPOL_DEFAULT");
    is_ok(syscall(SYS_mbind, p + PG, PG, MPOL_BIND, &one, 2ul, 0), "mbind to node 0");
    is_str(picture(p, 4), "w|w|ww", "splits");
    is_ok(syscall(SYS_mbind, p + PG, PG, MPOL_DEFAULT, NULL, 0ul, 0), "mbind back to the default");
    is_str(picture(p, 4), "wwww", "merges");
    is_err(syscall(SYS_mbind, p, PG, 77, NULL, 0ul, 0), "EINVAL", "an unknown policy is EINVAL");
    is_err(syscall(SYS_mbind, p + 1, PG, MPOL_DEFAULT, NULL, 0ul, 0), "EINVAL",
           "an unaligned address is EINVAL");
    must(munmap(p + 2 * PG, PG));
    is_err(syscall(SYS_mbind, p, 4 * PG, MPOL_BIND, &one, 2ul, 0), "EFAULT", "mbind over a hole is EFAULT");
}

/* With MPOL_MF_STRICT a page that is on a node that was not asked for, and cannot be moved, is an error: the range shows it twice. */
static void moving(void)
{
    char *p = map_at(arena(4), 2, RW, SHARED);
    int mode = -1;

    fill(p, 2, 'a');
    if (syscall(SYS_mbind, p, 2 * PG, MPOL_LOCAL, NULL, 0ul, MPOL_MF_STRICT | MPOL_MF_MOVE_ALL)) {
        told_skip("MPOL_MF_MOVE_ALL", errno == EPERM ? "without CAP_SYS_NICE" : "kernel without NUMA");
        return;
    }
    must(mremap(p, 0, 2 * PG, MREMAP_MAYMOVE | MREMAP_FIXED, p + 2 * PG));
    is_ok(syscall(SYS_mbind, p, 4 * PG, MPOL_LOCAL, NULL, 0ul, MPOL_MF_STRICT | MPOL_MF_MOVE_ALL),
          "a page is moved that is mapped twice, but there once");
    fill(p, 4, 'a');
    is_err(syscall(SYS_mbind, p, 4 * PG, MPOL_DEFAULT, NULL, 0ul, MPOL_MF_STRICT | MPOL_MF_MOVE_ALL), "ok",
           "without a policy it is nowhere wrong");
    is_err(syscall(SYS_mbind, p, 4 * PG, MPOL_LOCAL, NULL, 0ul, MPOL_MF_STRICT | MPOL_MF_MOVE_ALL), "EIO",
           "that is there twice it cannot be");
    must(syscall(SYS_get_mempolicy, &mode, NULL, 0ul, p + PG, MPOL_F_ADDR));
    is_num(mode, MPOL_LOCAL, "the policy is set all the same");
    is_ok(syscall(SYS_mbind, p, 4 * PG, MPOL_LOCAL, NULL, 0ul, MPOL_MF_MOVE_ALL), "or let be");
    is_ok(syscall(SYS_mbind, p, 4 * PG, MPOL_LOCAL, NULL, 0ul, MPOL_MF_STRICT | MPOL_MF_MOVE),
          "MPOL_MF_MOVE leaves what is mapped twice");
}

static void naming(void)
{
    char *p = pages(2, RW);
    if (prctl(0x53564d41, 0, p, PG, "my name")) {
        told_skip("names of anonymous memory", "kernel without CONFIG_ANON_VMA_NAME");
        return;
    }
    struct row r;
    row_of(p, &r);
    is_str(r.name, "[anon:my name]", "PR_SET_VMA_ANON_NAME shows in maps");
    is_str(picture(p, 2), "w|w", "and keeps mappings apart");
    is_err(prctl(0x53564d41, 0, p, PG, "a[b"), "EINVAL", "brackets are EINVAL");
    is_ok(prctl(0x53564d41, 0, p, PG, NULL), "no name");
    is_str(picture(p, 2), "ww", "merges again");
}

int main(void)
{
    is_num(in_child(address_space, pages(4, RW)), 0,
           "RLIMIT_AS bounds mmap, mremap and brk, and minds what is replaced");
    is_num(in_child(stack_limit, NULL), 0, "RLIMIT_STACK ends a recursion with SEGV_MAPERR");
    told(in_child(map_count, NULL), "the number of mappings is bounded: a split beyond is ENOMEM",
         "max_map_count is raised here");
    told(in_child(mdwe, pages(1, RW)), "PR_SET_MDWE refuses to gain execution", "since Linux 6.3");
    struct row r;
    char here;
    is_true(row_of(&here, &r) && !strcmp(r.name, "[stack]"), "maps names the [stack]");
    is_true(has_flag(&here, "gd"), "which grows down");
    is_true(row_of((void *)(uintptr_t)main, &r) && !memcmp(r.perm, "r-xp", 4), "the program's text is r-xp");
    fremap();
    policy();
    moving();
    naming();
    return done();
}
