/*
 * tty.h - terminals as the file system and processes see them: the host's (fs/stream.c) and pseudoterminals.
 */
#ifndef SYSCALLS_TTY_TTY_H
#define SYSCALLS_TTY_TTY_H

#include "../fs/fs_calls.h"

#define TTY_AUX_MAJOR 5
#define PTS_MAJOR     136

/* What job control knows of a terminal. */
struct tty {
    uint64_t dev;      /* st_rdev */
    int session, pgrp; /* whose controlling terminal it is, who is in the foreground; 0: nobody */
};

/* ---- jobctl.c ---- */
/* May t read (SIGTTIN) or change (SIGTTOU) a terminal now? 0, -EIO, or -ERESTARTSYS with the signal sent. */
int tty_check_change(struct task *t, const struct tty *tty, int signo);
/* Signal a process group (0: nobody). from NULL: the kernel sends it. */
void tty_signal_pgrp(struct kernel *k, int pgid, int signo, const struct task *from);
/* t opened tty: a session leader without a terminal gets it, if nobody else has. */
void tty_opened(struct task *t, struct tty *tty, const struct file *f, unsigned flags);
/* t's session gets tty. */
void tty_take(struct task *t, struct tty *tty);
/* Nobody is at the other end any more: the session loses it and its leader hears of it. */
void tty_hangup(struct kernel *k, struct tty *tty);
/* TIOCSCTTY, TIOCNOTTY, TIOCGPGRP, TIOCSPGRP, TIOCGSID; own: not through a pseudoterminal's master. 1: another request. */
int64_t tty_jobctl_ioctl(struct task *t, struct tty *tty, const struct file *f, unsigned cmd, uint64_t arg,
                         bool own);

/* ---- devpts.c ---- */
int devpts_mount(struct vfs *v, struct dentry *dev); /* on dev's pts; 0 or negative errno */
/* The node of a terminal, borrowed; NULL: no memory. t NULL: belongs to the machine's user. */
struct dentry *devpts_add(struct vfs *v, const struct task *t, unsigned index);
void devpts_remove(struct dentry *node);

/* ---- pty.c ---- */
int64_t ptmx_open(struct task *t, struct file *f);
/* flags are open(2)'s, for O_NOCTTY. */
int64_t pts_open(struct task *t, struct file *f, unsigned index, unsigned flags);
int64_t pts_open_tty(struct task *t, struct file *f, struct tty *tty,
                     unsigned flags); /* of a pseudoterminal, by /dev/tty */

#endif
