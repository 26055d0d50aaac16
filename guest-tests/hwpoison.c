/*
 * hwpoison.c - MADV_HWPOISON and MADV_SOFT_OFFLINE. A real kernel loses the page for good, so that the facts
 * are stated only where the environment says that the machine is there for it: HWPOISON=1.
 */
#include "probe.h"

#define HWPOISON     100
#define SOFT_OFFLINE 101

static siginfo_t told;
static int times;

static void on_sigbus(int sig, siginfo_t *si, void *uc)
{
    (void)sig;
    (void)uc;
    told = *si;
    times++;
}

static long poison(char *p, size_t n)
{
    struct sigaction sa = {.sa_sigaction = on_sigbus, .sa_flags = SA_SIGINFO};
    sigaction(SIGBUS, &sa, NULL);
    times = 0;
    return madvise(p, n * PG, HWPOISON);
}

/* How a read ends: fine, lost (BUS_MCEERR_AR here, with the page as what is lost), or as other faults do. */
static const char *look(char *p)
{
    const char *how = try_access(p, 'r');
    bool lost = fault_info.si_code == BUS_MCEERR_AR && fault_info.si_addr_lsb == 12;
    return !strcmp(how, "SIGBUS ?") && lost ? "lost" : how;
}

static char *filled(size_t n, int prot)
{
    char *p = pages(n, RW);
    fill(p, n, 'x');
    must(mprotect(p, n * PG, prot));
    return p;
}

static void private_memory(void)
{
    char *p = filled(2, RW), *q = arena(1);
    is_ok(poison(p, 1), "a page is poisoned");
    is_num(times, 1, "and SIGBUS says so at once");
    is_true(told.si_code == BUS_MCEERR_AR && told.si_addr == p && told.si_addr_lsb == 12,
            "BUS_MCEERR_AR with its address");
    is_str(look(p), "lost", "it cannot be read any more");
    is_str(look(p + 1), "lost", "anywhere");
    is_str(look(p + PG), "fine", "its neighbour can");
    is_str(picture(p, 2), "ww", "which is the same area");
    is_err(poison(p, 1), "EFAULT", "once more it is EFAULT");
    is_err(write(-1, p, 1), "EBADF", "a system call that does not look at it does not mind");
    int fd[2];
    must(pipe(fd));
    is_err(write(fd[1], p, 1), "EFAULT", "one that does gets EFAULT");
    is_err(madvise(p, PG, MADV_POPULATE_READ), "EHWPOISON", "MADV_POPULATE_READ is EHWPOISON");
    is_err(mlock(p, PG), "ENOMEM", "mlock is ENOMEM");
    must(munlock(p, PG));
    is_ok(mprotect(p, PG, PROT_NONE), "mprotect works");
    is_str(try_access(p, 'r'), "SEGV_ACCERR", "and is looked at first");
    must(mprotect(p, PG, RW));
    is_true(mremap(p, PG, PG, MREMAP_MAYMOVE | MREMAP_FIXED, q) == q, "mremap takes it along");
    is_str(look(q), "lost", "as it is");
    is_ok(madvise(q, PG, MADV_DONTNEED), "MADV_DONTNEED");
    is_num(*q, 0, "makes it usable again");
    p = filled(2, RW);
    is_ok(poison(p, 2), "two pages at once");
    is_num(times, 1, "are one signal");
    is_true(told.si_addr == p, "for the first");
    is_str(look(p + PG), "lost", "the other is lost as well");
    is_ok(madvise(p, 2 * PG, MADV_FREE), "MADV_FREE");
    is_str(look(p), "fine", "gives new pages, too");
}

static int child_reads(char *p)
{
    return !strcmp(look(p), "lost") ? 0 : 1;
}
static int child_poisons(char *p)
{
    return poison(p, 1) || times != 1;
}
static int blocked(char *p)
{
    sigset_t bus;
    sigemptyset(&bus);
    sigaddset(&bus, SIGBUS);
    sigprocmask(SIG_BLOCK, &bus, NULL);
    poison(p, 1);
    return 0;
}

static void processes(void)
{
    char *p = filled(1, RW);
    is_num(in_child(child_poisons, p), 0, "a child poisons what it shares with its parent");
    is_str(look(p), "lost", "who has lost it");
    is_num(in_child(child_reads, p), 0, "and the next child, too");
    is_num(in_child(blocked, filled(1, RW)), 1000 + SIGBUS, "SIGBUS cannot be blocked");
}

static void other_memory(void)
{
    char *p = filled(1, PROT_READ), byte;
    is_ok(poison(p, 1), "read-only memory can be poisoned");
    is_err(poison(filled(1, PROT_NONE), 1), "EFAULT", "inaccessible memory cannot");
    p = filled(3, RW);
    must(munmap(p + PG, PG));
    is_err(poison(p, 3), "EFAULT", "a hole is EFAULT");
    is_str(look(p), "lost", "what came before is done");
    is_str(look(p + 2 * PG), "fine", "what comes after is not");
    int fd = must(memfd_create("hwpoison", 0));
    must(ftruncate(fd, 2 * PG));
    p = must(mmap(NULL, 2 * PG, RW, MAP_SHARED, fd, 0));
    fill(p, 2, 'x');
    is_ok(poison(p, 1), "shared memory");
    is_num(times, 1, "is told the same way");
    is_str(look(p), "lost", "and lost");
    is_str(look(must(mmap(NULL, PG, PROT_READ, MAP_PRIVATE, fd, 0))), "lost", "for each mapping");
    is_err(pread(fd, &byte, 1, 0), "EIO", "read is EIO");
    is_num(pread(fd, &byte, 1, PG), 1, "but for its neighbour");
    must(munmap(p, 2 * PG));
    is_str(look(must(mmap(NULL, PG, RW, MAP_SHARED, fd, 0))), "lost", "for later ones as well");
    p = filled(1, PROT_READ);
    if (sys_mseal(p, PG, 0) && errno == ENOSYS) {
        told_skip("a seal is no help", "no mseal");
        told_skip("against it", "no mseal");
    } else {
        is_ok(poison(p, 1), "a seal is no help");
        is_str(look(p), "lost", "against it");
    }
    p = filled(1, RW);
    is_ok(madvise(p, PG, SOFT_OFFLINE), "MADV_SOFT_OFFLINE");
    is_num(*p, 'x', "changes nothing to be seen");
}

static void arguments(void)
{
    char *p = filled(1, RW);
    is_err(madvise(p + 1, PG, HWPOISON), "EINVAL", "an unaligned address");
    is_ok(madvise(p, 0, HWPOISON), "nothing");
    is_err(madvise((void *)PG, PG, HWPOISON), "EFAULT", "no mapping at all");
    must(setuid(1000));
    is_err(madvise(p, PG, HWPOISON), "EPERM", "it takes a privilege");
    is_err(madvise(p, PG, SOFT_OFFLINE), "EPERM", "to go offline, too");
    is_err(madvise((void *)PG, PG, HWPOISON), "EPERM", "before the range is looked at");
    is_err(madvise(p + 1, PG, HWPOISON), "EINVAL", "but not the arguments");
}

int main(void)
{
    static char page[PG] __attribute__((aligned(4096)));
    const char *why = !getenv("HWPOISON")          ? "it would cost the machine memory"
                      : getuid()                   ? "only root may"
                      : madvise(page, 0, HWPOISON) ? "a kernel without CONFIG_MEMORY_FAILURE"
                                                   : NULL;
    if (why) {
        told_skip("memory can be declared broken", why);
        return done();
    }
    private_memory();
    processes();
    other_memory();
    arguments();
    return done();
}
