/*
 * pty.h - the inside of a pseudoterminal (drivers/tty/pty.c): a master, any number of files of its slave, and between them
 * the slave's line discipline.
 *
 *      master: write -> typed[] -> ldisc -> slave: read
 *      master: read  <- shown[] <- ldisc <- slave: write
 */
#ifndef SYSCALLS_TTY_PTY_H
#define SYSCALLS_TTY_PTY_H

#include <sys/ioctl.h>

#include "ldisc.h"
#include "tty.h"

#define PTY_FLIP  8192u           /* bytes on their way, each direction */
#define PTY_READ  (LDISC_BUF - 1) /* bytes that the master could read at once; a flush leaves them */
#define PTY_SHOWN (PTY_READ + PTY_FLIP)

struct pty {
    struct tty tty; /* the slave's; first: a struct tty that is no pty is the host's */
    struct kernel *k;
    struct list_head node; /* vfs.ptys */
    unsigned index;
    unsigned slaves;        /* open files of the slave */
    bool master;            /* its file is open; else every file of the slave is hung up */
    bool locked, closed;    /* TIOCSPTLCK; the slave was open and is no more */
    bool packet, exclusive; /* TIOCPKT, TIOCEXCL */
    uint8_t status;         /* TIOCPKT_* that the master has not been told */
    struct winsize size;
    struct ldisc ldisc;
    uint8_t typed[PTY_FLIP], shown[PTY_SHOWN]; /* rings by the counts */
    size_t typed_head, typed_tail, shown_head, shown_tail;
    struct waitq master_wait, slave_wait;
    uint64_t changes;      /* for edge-triggered epoll */
    struct dentry *dentry; /* /dev/pts/N, with a reference */
};

static inline struct pty *pty_of(const struct file *f)
{
    return f->priv;
}
/* Let the line discipline have what was typed, as far as it has room. */
void pty_pump(struct pty *p);
/* Something changed on both sides: who waits looks again. */
void pty_wake(struct pty *p);
/* Packet mode: tell the master, in place of what is in `instead`. */
void pty_status(struct pty *p, uint8_t instead, uint8_t what);
void pty_flush_shown(struct pty *p); /* what a program wrote and the terminal has not received */

int64_t ptmx_ioctl(struct task *t, struct file *f, unsigned cmd, uint64_t arg);
int64_t pts_ioctl(struct task *t, struct file *f, unsigned cmd, uint64_t arg);

#endif
