/*
 * attacker.c - the demonstration: a program protects a table of function pointers, and an attacker who can make it do
 * system calls tries every way there is to change it.
 *
 * It seals with mseal(2), or under the emulator with the call that stands for whatever the design in force offers. It knows nothing
 * else of designs: run it under several with --design and compare.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <unistd.h>

#define PG 4096ul
enum { MSEAL = 462, EMU_SEAL = 4096 /* MSEAL_EMU_SEAL of <mseal-emu/design.h> */ };

static char *table; /* one page, read-only: every byte is 'T' (trusted) */
/* what the table is loaded from, if anything: every byte is 'F', relocations make it 'T' */
static int file = -1;

static int seal(void)
{
    return syscall(EMU_SEAL, table, PG, 0) && syscall(MSEAL, table, PG, 0) ? -1 : 0;
}

static void set_up(void)
{
    /* In the middle of a reservation of its own, so that nothing else moves in when it goes. */
    char *p = mmap(NULL, 3 * PG, PROT_NONE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    table = mmap(p + PG, PG, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED | (file < 0 ? MAP_ANONYMOUS : 0),
                 file, 0);
    memset(table, 'T', PG);
    mprotect(table, PG, PROT_READ);
}

/* Each attack returns 0 or -1 with errno, as its decisive system call did. */
static int make_writable(void)
{
    return mprotect(table, PG, PROT_READ | PROT_WRITE) ? -1 : (memset(table, 'A', PG), 0);
}
static int map_over(void)
{
    char *p = mmap(table, PG, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    return p == MAP_FAILED ? -1 : (memset(table, 'A', PG), 0);
}
static int unmap_and_map(void)
{
    return munmap(table, PG) ? -1 : map_over();
}
static int move_away(void)
{
    char *to = mmap(NULL, PG, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return mremap(table, PG, PG, MREMAP_MAYMOVE | MREMAP_FIXED, to) == MAP_FAILED ? -1 : map_over();
}
static int move_onto(void)
{
    char *evil = mmap(NULL, PG, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(evil, 'A', PG);
    return mremap(evil, PG, PG, MREMAP_MAYMOVE | MREMAP_FIXED, table) == MAP_FAILED ? -1 : 0;
}
static int drop_contents(void)
{
    return madvise(table, PG, MADV_DONTNEED);
}
static int undo_relocations(void)
{
    return madvise(table, PG, MADV_DONTNEED);
}
static int start_before_it(void)
{
    /* An unsealed page of the program lies before the table: is that one opened although the call fails? */
    mmap(table - PG, PG, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    mprotect(table - PG, 2 * PG, PROT_READ | PROT_WRITE);
    int err = errno, fd = open("/dev/zero", O_RDONLY);
    int r = read(fd, table - PG, 1) == 1 ? 0 : -1; /* EFAULT if it is still read-only */
    errno = err;
    return r;
}
static int wipe_in_child(void)
{
    return madvise(table, PG, MADV_WIPEONFORK);
}
static int write_by_kernel(void)
{
    int fd = open("/proc/self/mem", O_RDWR);
    char evil[16];
    memset(evil, 'A', sizeof evil);
    return fd < 0 || pwrite(fd, evil, sizeof evil, (off_t)(unsigned long)table) < 0 ? -1 : 0;
}

static const struct attack {
    const char *name;
    int (*run)(void);
} attacks[] = {
    {"mprotect it writable", make_writable},
    {"mmap other memory over it", map_over},
    {"munmap it, then mmap anew", unmap_and_map},
    {"mremap it away, then mmap anew", move_away},
    {"mremap other memory onto it", move_onto},
    {"madvise(DONTNEED) its contents away", drop_contents},
    {"madvise(WIPEONFORK), then fork", wipe_in_child},
    {"loaded from a file: undo relocations", undo_relocations},
    {"mprotect, starting a page before it", start_before_it},
    {"write through /proc/self/mem", write_by_kernel},
};

/* In a child: set up, seal, attack, look. */
static void attack(const struct attack *a)
{
    if (a->run == undo_relocations) {
        char bytes[PG];
        memset(bytes, 'F', PG);
        file = memfd_create("library", 0);
        if (write(file, bytes, PG) != (ssize_t)PG)
            _exit(1);
    }
    set_up();
    seal();
    errno = 0;
    int r = a->run();
    int err = errno;
    char seen = table[0];
    if (!r && a->run == wipe_in_child) {
        int status = 0;
        pid_t pid = fork();
        if (pid == 0)
            _exit(table[0]);
        waitpid(pid, &status, 0);
        seen = (char)WEXITSTATUS(status);
    }
    printf("    %-38s ", a->name);
    if (r)
        printf("stopped: %s\n", strerror(err));
    else if (seen == 'T')
        printf("PARTLY: the table is as it was, but the page before it was opened\n");
    else
        printf("SUCCEEDED: the table now holds %s\n", seen == 'A'   ? "the attacker's bytes"
                                                      : seen == 'F' ? "the file's bytes"
                                                                    : "zeroes");
    fflush(stdout);
}

int main(void)
{
    set_up();
    printf("  a read-only table, %s\n", seal() ? "not sealed: the system has no call for it" : "sealed");
    fflush(stdout);
    for (size_t i = 0; i < sizeof attacks / sizeof *attacks; i++) {
        int status = 0;
        pid_t pid = fork();
        if (pid == 0) {
            attack(&attacks[i]);
            _exit(0);
        }
        waitpid(pid, &status, 0);
        if (WIFSIGNALED(status))
            printf("    %-38s stopped: the program dies of %s\n", attacks[i].name,
                   strsignal(WTERMSIG(status)));
        fflush(stdout);
    }
    return 0;
}
