/*
 * fasync.h - being told by a signal that a file is ready: O_ASYNC, F_SETOWN, F_SETSIG (fs/fcntl.c).
 *
 * What can become ready (a pipe, a socket ...) keeps a list of the open files that asked, and calls fasync_tell().
 */
#ifndef SYSCALLS_FS_FASYNC_H
#define SYSCALLS_FS_FASYNC_H

#include "vfs.h"

/* O_ASYNC of f on or off, known to its owner as descriptor fd. 0, -ENOTTY (f never tells), -ENOMEM. */
int fasync_set(struct task *t, struct file *f, int fd, bool on);
void fasync_forget(struct file *f); /* f goes, or has O_ASYNC no more */
/* reason (POLL_IN ... POLL_HUP) has come: a signal to the owner of each file in list that could use it. Of POLL_PRI SIGURG
 * tells already, so only those are told who chose a signal with F_SETSIG. */
void fasync_tell(const struct list_head *list, int reason);
/* Of a reason that f's owner did not ask for by O_ASYNC; fd: what si_fd says. */
void fown_tell(struct file *f, int fd, int reason);
bool fown_tell_urgent(struct file *f); /* SIGURG to the owner; false: there is none */

/* F_SETOWN: process pid, group -pid, 0: nobody. 0, -EINVAL, -ESRCH. */
int fown_set(struct task *t, struct file *f, int who);
void fown_set_default(struct task *t, struct file *f); /* t's process, where nobody is the owner */
int fown_get(struct file *f);                          /* F_GETOWN */
/* F_SETOWN_EX and F_GETOWN_EX: struct f_owner_ex at uaddr. 0 or negative errno. */
int fown_set_ex(struct task *t, struct file *f, uint64_t uaddr);
int fown_get_ex(struct task *t, struct file *f, uint64_t uaddr);

#endif
