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
    unsigned slaves;              /* open files of the slave */
    struct list_head slave_files; /* of pty_file */
    bool master, master_hung;     /* its file is open; and hung up */
    bool locked, closed;          /* TIOCSPTLCK; the slave was open and is no more */
    bool packet, exclusive;       /* TIOCPKT, TIOCEXCL */
    bool null_slave, null_master; /* TIOCSETD of N_NULL: nothing is read or written */
    bool told_full; /* a write of the slave had no room for all: O_ASYNC wants to hear of some */
    struct list_head slave_fasync, master_fasync;
    uint8_t status; /* TIOCPKT_* that the master has not been told */
    struct winsize size;
    struct ldisc ldisc;
    uint8_t typed[PTY_FLIP], shown[PTY_SHOWN]; /* rings by the counts */
    size_t typed_head, typed_tail, shown_head, shown_tail;
    struct waitq master_wait, slave_wait;
    uint64_t changes;      /* for edge-triggered epoll */
    struct dentry *dentry; /* /dev/pts/N, with a reference */
};

/* An open file of either side, as its file.priv. */
struct pty_file {
    struct pty *pty;
    struct file *file;
    struct list_head node; /* pty.slave_files */
};

static inline struct pty *pty_of(const struct file *f)
{
    return ((const struct pty_file *)f->priv)->pty;
}
/* Let the line discipline have what was typed, as far as it has room. */
void pty_pump(struct pty *p);
/* Something changed on both sides: who waits looks again. */
void pty_wake(struct pty *p);
/* Packet mode: tell the master, in place of what is in `instead`. */
void pty_status(struct pty *p, uint8_t instead, uint8_t what);
void pty_flush_shown(struct pty *p); /* what a program wrote and the terminal has not received */

void pts_release(struct file *f);
void ptmx_release(struct file *f);
uint64_t pty_changes(struct file *f);

/* ---- pty_hangup.c ---- */
void pty_hangup_slave(struct pty *p); /* every file of the slave, and the session */
/* TIOCVHANGUP of the side that f is of. 0 or -EPERM. */
int64_t pty_vhangup(struct task *t, struct file *f, bool master);

/* ---- pty_ioctl.c ---- */
int64_t ptmx_ioctl(struct task *t, struct file *f, unsigned cmd, uint64_t arg);
int64_t pts_ioctl(struct task *t, struct file *f, unsigned cmd, uint64_t arg);

#endif
