/*
 * seccomp.h - secure computing: filters that see each system call before it is made (kernel/seccomp.c of 6.18).
 *
 * A filter never goes from a task; later ones are put before it, and a child has all of its parent's. So filters make a tree,
 * each task holds one and with it the way to the root:
 *
 *     task a --> filter 3 --+--> filter 1 --> NULL
 *     task b --> filter 2 --+
 *
 * seccomp.c is the calls, seccomp_filter.c the tree, seccomp_call.c what becomes of a call, seccomp_notify.c supervisors,
 * seccomp_dump.c what tracers read.
 */
#ifndef SYSCALLS_PROC_SECCOMP_H
#define SYSCALLS_PROC_SECCOMP_H

#include <linux/filter.h>
#include <linux/seccomp.h>

#include "../process.h"

#define SECCOMP_MODE_DEAD 3 /* a call was made that kills: no other will be */

/* Of headers newer than some we are built with. */
#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif
#ifndef SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP (1UL << 0)
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS      SECCOMP_IOW(4, __u64)
#endif

struct seccomp_listener;

struct seccomp_filter {
    struct seccomp_filter *prev;       /* asked too, after this one; NULL: none */
    unsigned refs;                     /* tasks, later filters, its listener */
    unsigned users;                    /* of these, all but the listener: who is still asked */
    uint64_t event;                    /* of the call that installed it */
    bool wait_killable;                /* SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV */
    struct seccomp_listener *listener; /* NULL: SECCOMP_RET_USER_NOTIF is ENOSYS */
    bool log;                          /* SECCOMP_FILTER_FLAG_LOG */
    unsigned len, translated_len;
    struct sock_filter insn[];
};

/* ---- seccomp_filter.c ---- */
/* A program of t's, checked, in no tree yet. 0, -EINVAL, -EFAULT, -EACCES or -ENOMEM. */
int seccomp_filter_read(struct task *t, uint64_t ufprog, struct seccomp_filter **out);
/* f becomes t's newest, which holds it from now on; sync: of all threads. 0, -ENOMEM, or a thread that has another: its number. */
int64_t seccomp_filter_attach(struct task *t, struct seccomp_filter *f, bool sync);
struct seccomp_filter *seccomp_filter_get(struct seccomp_filter *f);
void seccomp_filter_put(struct seccomp_filter *f);     /* its listener goes */
void seccomp_filter_release(struct seccomp_filter *f); /* a task that used it goes; NULL: nothing */

/* ---- seccomp.c ---- */
int64_t seccomp_set_mode(struct task *t, unsigned mode, uint64_t uargs); /* PR_SET_SECCOMP */
void seccomp_fork(const struct task *t, struct task *c);
/* t's call will not go on. */
void seccomp_call_free(struct task *t);
/* t is over. */
void seccomp_exit(struct task *t);

/* Does t die of this signal whatever handlers and tracers say? */
static inline bool seccomp_kills(const struct task *t, int signo)
{
    return t->seccomp.mode == SECCOMP_MODE_DEAD && signo == SIGSYS;
}

/* ---- seccomp_call.c ---- */
/* Is t's call (t->sysno) to be made? True: not, *ret is its result, or it waits (SYS_BLOCK). */
bool seccomp_stands_before(struct task *t, int64_t *ret);
/* The same once t goes on after it waited; sysno and args may be others now. */
bool seccomp_still_stands_before(struct task *t, int64_t *ret);
/* What a filter said of t's call in one sentence, "" if it was made. */
size_t seccomp_tell(const struct task *t, char *buf, size_t size);

/* ---- seccomp_dump.c ---- */
int64_t seccomp_get_filter(struct task *t, const struct task *c, uint64_t nth,
                           uint64_t to); /* PTRACE_SECCOMP_GET_FILTER */
int64_t seccomp_get_metadata(struct task *t, const struct task *c, uint64_t size,
                             uint64_t data); /* ..._GET_METADATA */

/* ---- seccomp_notify.c ---- */
/* A listener of f as a descriptor of t; -EMFILE ... */
int seccomp_listener_create(struct task *t, struct seccomp_filter *f);
/* The supervisor of f is asked about t's call. True: *ret is its result, or it waits (SYS_BLOCK). */
bool seccomp_notify(struct task *t, struct seccomp_filter *f, const struct seccomp_data *sd, int64_t *ret);
/* Once t goes on. */
bool seccomp_notified(struct task *t, int64_t *ret);
/* No task uses f any more: its supervisor hears of it. */
void seccomp_listener_unused(struct seccomp_listener *l);
/* t asks for no answer any more. */
void seccomp_notice_free(struct task *t);

#endif
