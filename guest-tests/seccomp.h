/* seccomp.h - what the programs about seccomp(2) share: filters made of a few lines, and children that try something. */
#ifndef GUEST_SECCOMP_H
#define GUEST_SECCOMP_H

#include "probe.h"
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>

#define OFFSET(field)       offsetof(struct seccomp_data, field)
#define LOAD(field)         BPF_STMT(BPF_LD | BPF_W | BPF_ABS, OFFSET(field))
#define RETURN(value)       BPF_STMT(BPF_RET | BPF_K, (value))
#define UNLESS(value, skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), 0, (skip))
#define ON_CALL(nr, value)  LOAD(nr), UNLESS(nr, 1), RETURN(value)
#define ALLOW               RETURN(SECCOMP_RET_ALLOW)
#define PROGRAM(...)                                                                                         \
    (&(struct sock_fprog){                                                                                   \
        sizeof((struct sock_filter[]){__VA_ARGS__}) / sizeof(struct sock_filter),                            \
        (struct sock_filter[]){__VA_ARGS__},                                                                 \
    })
/* The verdict for one call; all others are allowed. */
#define VERDICT(call, value)                                                                                 \
    PROGRAM(LOAD(nr), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (call), 0, 1), RETURN(value), ALLOW)

static inline long seccomp(unsigned op, unsigned flags, const void *args)
{
    return syscall(SYS_seccomp, op, flags, args);
}

static inline long filter(unsigned flags, const struct sock_fprog *program)
{
    return seccomp(SECCOMP_SET_MODE_FILTER, flags, program);
}

static inline void no_new_privs(void)
{
    must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
}

/* A number out of /proc/self/status. */
static inline long status_number(const char *key)
{
    const char *s = strstr(proc_read("/proc/self/status"), key);

    return s ? atol(s + strlen(key) + 1) : -1;
}

/* How a child that runs fn ends: its status, or 1000 + the signal. */
static inline int child_of(int (*fn)(void))
{
    int status;

    fflush(stdout);
    pid_t pid = must(fork());
    if (!pid)
        _exit(fn());
    must(waitpid(pid, &status, 0));
    return WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : WEXITSTATUS(status);
}

#endif
