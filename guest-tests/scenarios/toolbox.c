/* toolbox.c - what scenarios are made of: areas of known contents, sealing, calls with plain results. */
#define _GNU_SOURCE
#include "scenario.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define NR_MSEAL_EMU_SEAL 4096 /* include/mseal-emu/design.h; ENOSYS on a real kernel */
#define NR_MSEAL          462

void say(const char *fmt, ...)
{
    static bool begun;
    va_list ap;
    va_start(ap, fmt);
    if (begun)
        putchar(' ');
    begun = true;
    vprintf(fmt, ap);
    va_end(ap);
}

const char *error_name(int err)
{
    static const struct {
        int err;
        const char *name;
    } names[] = {{EPERM, "EPERM"},   {ENOENT, "ENOENT"}, {EIO, "EIO"},
                 {EBADF, "EBADF"},   {EAGAIN, "EAGAIN"}, {ENOMEM, "ENOMEM"},
                 {EACCES, "EACCES"}, {EFAULT, "EFAULT"}, {EBUSY, "EBUSY"},
                 {EEXIST, "EEXIST"}, {ENODEV, "ENODEV"}, {EINVAL, "EINVAL"},
                 {ENOSYS, "ENOSYS"}, {ENXIO, "ENXIO"},   {EOPNOTSUPP, "EOPNOTSUPP"}};
    static char other[16];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].err == err)
            return names[i].name;
    snprintf(other, sizeof other, "E%d", err);
    return other;
}

const char *result(long r)
{
    return r == -1 ? error_name(errno) : "ok";
}

void skip(const char *why)
{
    printf("skipped: %s\n", why);
    fflush(stdout);
    _exit(77);
}

void broken(const char *what)
{
    printf("set-up failed: %s: %s\n", what, error_name(errno));
    fflush(stdout);
    _exit(99);
}

long seal_only(void *p, size_t len, enum keep what)
{
    long r = syscall(NR_MSEAL_EMU_SEAL, p, len, (unsigned long)what);
    return r == -1 && errno == ENOSYS ? syscall(NR_MSEAL, p, len, 0ul) : r;
}

long seal(void *p, size_t len)
{
    return seal_only(p, len, KEEP_ALL);
}

void seal_pages(void *p, size_t pages)
{
    seal(p, pages * PG);
}

void fill(void *p, size_t pages, char c)
{
    memset(p, c, pages * PG);
}

void *map_at(void *p, size_t pages, int prot, int flags, int fd)
{
    void *q = mmap(p, pages * PG, prot, flags | MAP_FIXED, fd, 0);
    if (q == MAP_FAILED)
        broken("mmap");
    return q;
}

char *room(size_t pages, int prot)
{
    /* Shared memory of no access on both sides: it merges with nothing. */
    char *p = mmap(NULL, (pages + 2) * PG, PROT_NONE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        broken("mmap");
    return map_at(p + PG, pages, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1);
}

size_t vdso_pages(char **start)
{
    unsigned long from, to;
    char line[256];
    size_t pages = 0;
    FILE *maps = fopen("/proc/self/maps", "r");
    while (maps && fgets(line, sizeof line, maps))
        if (strstr(line, "[vdso]") && sscanf(line, "%lx-%lx", &from, &to) == 2) {
            *start = (char *)from;
            pages = (to - from) / PG;
        }
    if (maps)
        fclose(maps);
    return pages;
}

static void reprotect(char *p, size_t pages, int prot)
{
    if (prot != RW && mprotect(p, pages * PG, prot))
        broken("mprotect");
}

char *area(size_t pages, int prot)
{
    char *p = room(pages, RW);
    fill(p, pages, 'x');
    reprotect(p, pages, prot);
    return p;
}

char *area_like(const char *pattern, int prot)
{
    size_t pages = strlen(pattern);
    char *p = area(pages, prot);
    for (size_t i = 0; i < pages; i++)
        if (pattern[i] == '.')
            munmap(p + i * PG, PG);
        else if (pattern[i] == 'S')
            seal(p + i * PG, PG);
    return p;
}

int file_of_f(size_t pages)
{
    char page[PG];
    int fd = memfd_create("f", 0);
    fill(page, 1, 'f');
    for (size_t i = 0; i < pages; i++)
        if (write(fd, page, PG) != (ssize_t)PG)
            broken("write");
    return fd;
}

char *file_area(size_t pages, int prot, int share, int *fd)
{
    int f = file_of_f(pages);
    char *p = map_at(room(pages, RW), pages, RW, share, f);
    reprotect(p, pages, prot);
    if (fd)
        *fd = f;
    else
        close(f);
    return p;
}

char *shared_area(size_t pages, int prot)
{
    char *p = map_at(room(pages, RW), pages, RW, MAP_SHARED | MAP_ANONYMOUS, -1);
    fill(p, pages, 'x');
    reprotect(p, pages, prot);
    return p;
}

long do_mremap(void *p, size_t old_pages, size_t new_pages, int flags, void *to)
{
    return syscall(SYS_mremap, p, old_pages * PG, new_pages * PG, (unsigned long)flags, to);
}

long do_madvise(void *p, size_t pages, int advice)
{
    return syscall(SYS_madvise, p, pages * PG, advice);
}

int in_child(void (*fn)(void *), void *arg)
{
    int status;
    fflush(stdout);
    pid_t pid = fork();
    if (pid < 0)
        broken("fork");
    if (pid == 0) {
        fn(arg);
        fflush(stdout);
        _exit(0);
    }
    if (waitpid(pid, &status, 0) != pid)
        broken("waitpid");
    return status;
}
