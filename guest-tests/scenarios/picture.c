/* picture.c - looking at pages: protection, VMA borders and seals from /proc/self/smaps, contents by touching. */
#define _GNU_SOURCE
#include "scenario.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static sigjmp_buf on_fault;
static volatile int fault_signal;

static void caught(int sig)
{
    fault_signal = sig;
    siglongjmp(on_fault, 1);
}

/* First byte of a page as a letter of the picture. */
static char content(const volatile char *p)
{
    struct sigaction act = {.sa_handler = caught}, segv, bus;
    char c;
    sigaction(SIGSEGV, &act, &segv);
    sigaction(SIGBUS, &act, &bus);
    if (sigsetjmp(on_fault, 1))
        c = fault_signal == SIGBUS ? 'B' : '!';
    else
        c = *p ? *p : '0';
    sigaction(SIGSEGV, &segv, NULL);
    sigaction(SIGBUS, &bus, NULL);
    return c;
}

static char letter(const char *perms)
{
    bool r = perms[0] == 'r', w = perms[1] == 'w', x = perms[2] == 'x';
    if (w)
        return x ? 'W' : 'w';
    if (r)
        return x ? 'e' : 'r';
    return x ? 'x' : 'n';
}

struct look {
    uintptr_t start, end;
    char perms[8];
    bool sealed;
};

/* The whole of smaps, read without stdio: malloc would move the heap that scenarios about brk(2) look at. */
static char smaps[1 << 22];

static char *read_smaps(void)
{
    int fd = open("/proc/self/smaps", O_RDONLY);
    size_t n = 0;
    ssize_t r;
    if (fd < 0)
        broken("/proc/self/smaps");
    while (n < sizeof smaps - 1 && (r = read(fd, smaps + n, sizeof smaps - 1 - n)) > 0)
        n += (size_t)r;
    close(fd);
    smaps[n] = 0;
    return smaps;
}

static char *next_line(char **at)
{
    char *line = *at, *end = strchr(line, '\n');
    if (!*line || !end)
        return NULL;
    *end = 0;
    *at = end + 1;
    return line;
}

/* Next VMA that meets [lo, hi), with its flags. */
static bool next_vma(char **text, uintptr_t lo, uintptr_t hi, struct look *v)
{
    bool found = false;
    for (char *line; (line = next_line(text));) {
        uintptr_t start, end;
        char perms[8];
        if (sscanf(line, "%lx-%lx %7s", &start, &end, perms) == 3) {
            found = end > lo && start < hi;
            *v = (struct look){start, end, "", false};
            strcpy(v->perms, perms);
        } else if (found && !strncmp(line, "VmFlags:", 8)) {
            v->sealed = strstr(line, " sl") != NULL;
            return true;
        }
    }
    return false;
}

void show(const void *p, size_t pages)
{
    uintptr_t at = (uintptr_t)p, end = at + pages * PG;
    char *text = read_smaps();
    struct look v;
    bool first = true, in_gap = false;
    say("[");
    while (at < end) {
        bool more = next_vma(&text, at, end, &v);
        uintptr_t upto = more && v.start < end ? v.start : end;
        for (; at < upto; at += PG, first = false, in_gap = true)
            printf("%s.", in_gap || first ? "" : "|");
        if (!more)
            break;
        for (bool border = !first; at < v.end && at < end; at += PG, border = first = in_gap = false) {
            char perm = letter(v.perms);
            printf("%s%c%c%s", border ? "|" : "", perm,
                   perm == 'n' || perm == 'x' ? '-' : content((char *)at), v.sealed ? "s" : "");
        }
    }
    printf("]");
}
