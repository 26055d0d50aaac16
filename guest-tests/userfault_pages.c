/*
 * userfault_pages.c - userfaultfd: calls that make pages present, and those that look at the memory of another
 * process, wait for a watched page, too.
 */
#include "userfault.h"
#include <sys/uio.h>

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ  22
#define MADV_POPULATE_WRITE 23
#endif
#ifndef MADV_DONTNEED_LOCKED
#define MADV_DONTNEED_LOCKED 24
#endif

static bool asked_in_order(const char *p, int n)
{
    bool ok = faults == n;

    for (int i = 0; i < n; i++)
        ok &= where[i] == (uintptr_t)p + i * PG;
    return ok;
}

static void locks(void)
{
    char *p = watched(3);

    is_ok(mlock(p, 3 * PG), "mlock of three missing pages");
    is_true(asked_in_order(p, 3), "asks for each");
    is_true(flags[0] == UFFD_PAGEFAULT_FLAG_WRITE, "for a write");
    is_true(p[0] == 'P' && p[2 * PG] == 'P' && faults == 3, "which are there then");
    is_true(has_flag(p, "lo"), "and locked");
    p = watched_as(2, PROT_READ);
    is_ok(mlock(p, 2 * PG), "of memory that can only be read");
    is_true(asked_in_order(p, 2) && !flags[0], "for a read");
    p = watched(2);
    is_ok(mlock2(p, 2 * PG, MLOCK_ONFAULT), "mlock2 with MLOCK_ONFAULT");
    is_num(faults, 0, "asks for none");
    p = watched(4);
    must(munmap(p + 2 * PG, PG));
    is_err(mlock(p, 4 * PG), "ENOMEM", "a hole behind the second");
    is_num(faults, 0, "is seen before the first is asked for");
}

static void more_pages(void)
{
    char *p = watched(3), *q;

    is_ok(madvise(p, 3 * PG, MADV_POPULATE_READ), "MADV_POPULATE_READ");
    is_true(asked_in_order(p, 3) && !flags[0], "asks for each, for a read");
    is_true(p[PG] == 'P' && faults == 3, "and it is there");
    p = watched(3);
    is_ok(madvise(p + PG, 2 * PG, MADV_POPULATE_WRITE), "MADV_POPULATE_WRITE");
    is_true(asked_in_order(p + PG, 2) && flags[0] == UFFD_PAGEFAULT_FLAG_WRITE, "for a write");
    p = watched(4);
    must(munmap(p + 2 * PG, PG));
    is_err(madvise(p, 4 * PG, MADV_POPULATE_READ), "ENOMEM", "a hole behind the second");
    is_num(faults, 2, "is seen when it comes to it");

    p = watched(2);
    is_ok(mprotect(p, 2 * PG, PROT_READ), "mprotect of unlocked memory");
    is_num(faults, 0, "asks for none");
    p = watched_as(2, PROT_READ);
    must(mlock2(p, 2 * PG, MLOCK_ONFAULT));
    must(munlock(p, 2 * PG));
    is_ok(mprotect(p, 2 * PG, RW), "to writable memory");
    is_num(faults, 0, "nor does it");
    p = watched(2);
    must(mlock(p, 2 * PG));
    faults = 0;
    q = mremap(p, 2 * PG, 4 * PG, MREMAP_MAYMOVE);
    is_true(q != MAP_FAILED && faults == 0, "mremap lets locked memory grow where nobody watches");
    is_true(q[PG] == 'P', "its pages with it");
    p = watched(4);
    must(munmap(p + 2 * PG, 2 * PG));
    must(mlock(p, 2 * PG));
    faults = 0;
    is_true(mremap(p, 2 * PG, 4 * PG, 0) == p, "mremap lets it grow in place");
    is_true(asked_in_order(p + 2 * PG, 2), "and asks for what is new");
    p = watched_as(2, PROT_READ);
    must(mlock(p, 2 * PG));
    must(madvise(p + PG, PG, MADV_DONTNEED_LOCKED));
    faults = 0;
    is_ok(mprotect(p, 2 * PG, RW), "mprotect makes locked memory writable");
    is_num(faults, 0, "and does not wait for what is missing");
}

static void protected(bool supported)
{
    char *q = pages(3, RW);
    struct uffdio_register r = {.range = {(uintptr_t)q, 3 * PG}, .mode = UFFDIO_REGISTER_MODE_WP};
    struct uffdio_writeprotect wp = {.range = {(uintptr_t)q, 3 * PG}, .mode = UFFDIO_WRITEPROTECT_MODE_WP};

    if (!supported) {
        told_skip("protected pages", "this kernel write-protects no page for userfaultfd");
        return;
    }
    fill(q, 3, 'a');
    must(ioctl(fd, UFFDIO_REGISTER, &r));
    must(ioctl(fd, UFFDIO_WRITEPROTECT, &wp));
    faults = 0;
    is_ok(madvise(q, PG, MADV_POPULATE_READ), "a protected page is there for reading");
    is_num(faults, 0, "already");
    is_ok(madvise(q, PG, MADV_POPULATE_WRITE), "for writing");
    is_true(faults == 1 && flags[0] == (UFFD_PAGEFAULT_FLAG_WP | UFFD_PAGEFAULT_FLAG_WRITE),
            "it is asked for");
    is_ok(mlock(q + PG, 2 * PG), "mlock of two");
    is_true(faults == 3 && where[1] == (uintptr_t)q + PG, "asks for both");
    is_true(q[PG] == 'b' && q[2 * PG] == 'c', "which have what they had");
}

static void own_memory(void)
{
    char *p = watched(3), got[PG + 10];
    struct iovec local = {got, sizeof(got)}, remote = {p + PG - 5, sizeof(got)};
    int mem = must(open("/proc/self/mem", O_RDWR));

    is_num(process_vm_readv(getpid(), &local, 1, &remote, 1, 0), PG + 10,
           "process_vm_readv from three missing pages");
    is_true(asked_in_order(p, 3) && !flags[0], "asks for each, for a read");
    is_true(got[0] == 'P' && got[PG + 9] == 'P', "and has what was brought");
    p = watched(2);
    memset(got, 'x', sizeof(got));
    local.iov_len = remote.iov_len = 6;
    remote.iov_base = p + PG - 3;
    is_num(process_vm_writev(getpid(), &local, 1, &remote, 1, 0), 6, "process_vm_writev into two");
    is_true(asked_in_order(p, 2) && flags[0] == UFFD_PAGEFAULT_FLAG_WRITE, "for a write");
    is_true(!memcmp(p + PG - 4, "PxxxxxxP", 8), "between what was brought");
    p = watched(2);
    local.iov_base = p + PG - 3;
    remote.iov_base = got;
    is_num(process_vm_readv(getpid(), &local, 1, &remote, 1, 0), 6, "into two missing pages of the caller's");
    is_true(faults == 2 && !memcmp(p + PG - 4, "PxxxxxxP", 8), "which come");
    p = watched(3);
    local.iov_base = p + PG - 3;
    remote.iov_base = got;
    is_num(process_vm_writev(getpid(), &local, 1, &remote, 1, 0), 6, "and from them");
    is_true(faults == 2 && !memcmp(got, "PPPPPP", 6), "which come, too");

    p = watched(2);
    is_err(pread(mem, got, 6, (uintptr_t)p), "EIO", "/proc/self/mem waits for no page");
    is_err(pwrite(mem, got, 6, (uintptr_t)p), "EIO", "neither to write");
    is_num(faults, 0, "and asks for none");
    p[0] = 'w';
    is_num(pread(mem, got, 6, (uintptr_t)p + PG - 3), 3, "what is before it is read");
    close(mem);
}

/* A child whose memory the parent reads: the child's own threads bring it. */
static void other_memory(void)
{
    int up[2], down[2];
    char c = 0, got[8] = "";
    void *at[2];
    pid_t pid;

    must(pipe(up));
    must(pipe(down));
    pid = must(fork());
    if (!pid) {
        uint64_t features;
        char *p[2];

        must(start_bringing(&features) ? 0 : -1);
        p[0] = watched(2);
        p[1] = watched(2);
        must(write(up[1], p, sizeof(p)));
        must(read(down[0], &c, 1));
        _exit(faults * 10 + !memcmp(p[1] + PG - 4, "PooooooP", 8));
    }
    must(read(up[0], at, sizeof(at)));
    struct iovec local = {got, 6}, remote = {(char *)at[0] + PG - 3, 6};
    is_num(process_vm_readv(pid, &local, 1, &remote, 1, 0), 6,
           "process_vm_readv from a child's missing pages");
    is_true(!memcmp(got, "PPPPPP", 6), "has what the child brought");
    memset(got, 'o', 6);
    remote.iov_base = (char *)at[1] + PG - 3;
    is_num(process_vm_writev(pid, &local, 1, &remote, 1, 0), 6, "process_vm_writev into them");
    must(write(down[1], &c, 1));
    int st;
    must(waitpid(pid, &st, 0));
    is_num(WIFEXITED(st) ? WEXITSTATUS(st) : -1, 41, "four pages were asked for, and have it");
}

/* Who watches only what the program itself touches (or answers with SIGBUS) is not asked. */
static void not_asked(uint64_t features, int open_flags, const char *fact)
{
    struct uffdio_api api = {.api = UFFD_API, .features = features};
    int own = must(syscall(SYS_userfaultfd, O_CLOEXEC | open_flags));
    char *q = pages(2, RW), got[4];
    struct uffdio_register r = {.range = {(uintptr_t)q, 2 * PG}, .mode = UFFDIO_REGISTER_MODE_MISSING};
    struct iovec local = {got, 4}, remote = {q, 4};

    must(ioctl(own, UFFDIO_API, &api));
    must(ioctl(own, UFFDIO_REGISTER, &r));
    is_err(madvise(q, PG, MADV_POPULATE_READ), "EFAULT", fact);
    is_err(mlock(q, PG), "ENOMEM", "nor does mlock");
    is_true(has_flag(q, "lo"), "the area is locked nonetheless");
    is_err(process_vm_readv(getpid(), &local, 1, &remote, 1, 0), "EFAULT", "nor process_vm_readv");
    close(own);
}

int main(void)
{
    uint64_t features;

    if (!start_bringing(&features)) {
        told_skip("calls that make pages present wait", "userfaultfd needs CAP_SYS_PTRACE");
        return done();
    }
    locks();
    more_pages();
    protected(features & UFFD_FEATURE_PAGEFAULT_FLAG_WP);
    own_memory();
    other_memory();
    not_asked(UFFD_FEATURE_SIGBUS, 0, "UFFD_FEATURE_SIGBUS: MADV_POPULATE_READ does not wait");
    not_asked(0, UFFD_USER_MODE_ONLY, "UFFD_USER_MODE_ONLY: MADV_POPULATE_READ does not wait");
    stop_bringing();
    return done();
}
