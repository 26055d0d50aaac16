/*
 * diff_become.c - from a process in the right namespaces to the native program: descriptors, limits,
 * personality, execve.
 */
#include "diff.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <unistd.h>

#include "syscalls/process.h"

/* As main.c finds it in the emulator, so that AT_EXECFN says the same. */
const char *native_find_program(const char *name, char *out)
{
    const char *path = getenv("PATH");

    if (strchr(name, '/'))
        return name;
    for (const char *p = path ? path : "/bin:/usr/bin";; p++) {
        int n = (int)strcspn(p, ":");

        if (snprintf(out, PATH_MAX, "%.*s%s%s", n, p, n ? "/" : "", name) < PATH_MAX && !access(out, X_OK))
            return out;
        p += n;
        if (!*p)
            return name;
    }
}

/* As in the emulator. */
static void set_limits(void)
{
    struct kernel k = {0};
    struct process p = {.k = &k};

    rlimits_init(&p);
    for (int i = 0; i < RLIM_NLIMITS; i++) {
        struct rlimit l = {p.rlim[i].cur, p.rlim[i].max}, old;

        if (!setrlimit(i, &l) || getrlimit(i, &old))
            continue;
        l.rlim_cur =
            l.rlim_cur < old.rlim_max ? l.rlim_cur : old.rlim_max; /* not privileged: what is possible */
        l.rlim_max = l.rlim_max < old.rlim_max ? l.rlim_max : old.rlim_max;
        setrlimit(i, &l);
    }
}

void diff_default_signals(void)
{
    for (int sig = 1; sig < NSIG; sig++)
        signal(sig, SIG_DFL);
}

void native_become(void *arg)
{
    const struct diff_become *b = arg;
    char path[PATH_MAX];
    int in;

    snprintf(path, sizeof(path), "/proc/self/fd/%d", b->run->stdin_fd);
    in = open(path, O_RDONLY | O_CLOEXEC);
    if (in < 0 || dup2(in, 0) < 0 || dup2(b->out, 1) < 0 || dup2(b->err, 2) < 0)
        _exit(125);
    personality(b->run->same_layout ? ADDR_NO_RANDOMIZE : 0);
    diff_default_signals();
    set_limits();
    execv(native_find_program(b->run->argv[0], path), b->run->argv);
    fprintf(stderr, "%s: %s\n", b->run->argv[0], strerror(errno));
    _exit(errno == ENOENT ? 127 : 126);
}
