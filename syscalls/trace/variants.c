/*
 * variants.c - calls whose arguments depend on a command: fcntl, ioctl, futex, prctl ... A row says which
 * types the remaining arguments have for one command; VARIANT_OTHERWISE is for all others.
 */
#include <asm/prctl.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/io_uring.h>
#include <linux/prctl.h>
#include <linux/userfaultfd.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/msg.h>
#include <sys/ptrace.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>

#include "print.h"

#ifndef FUTEX_LOCK_PI2
#define FUTEX_LOCK_PI2 13
#endif
#ifndef SHM_STAT_ANY
#define SHM_STAT_ANY 15
#endif
#ifndef SEM_STAT_ANY
#define SEM_STAT_ANY 20
#endif
#ifndef MSG_STAT_ANY
#define MSG_STAT_ANY 13
#endif
#define OTHERWISE VARIANT_OTHERWISE
/* Of newer kernels' headers. */
#define UFFDIO_MOVE_   0xc028aa05u
#define UFFDIO_POISON_ 0xc020aa08u
const struct variant variants[] = {
    /* fcntl: the third argument, and what the result means */
    {"fcntl", F_DUPFD, "int", 0, "fd"},
    {"fcntl", F_DUPFD_CLOEXEC, "int", 0, "fd"},
    {"fcntl", F_GETFD, NULL, 0, "fdflags"},
    {"fcntl", F_SETFD, "f:fd_flags", 0, 0},
    {"fcntl", F_GETFL, NULL, 0, "flags"},
    {"fcntl", F_SETFL, "f:open", 0, 0},
    {"fcntl", F_GETLK, "o:flock", 0, 0},
    {"fcntl", F_SETLK, "i:flock", 0, 0},
    {"fcntl", F_SETLKW, "i:flock", 0, 0},
    {"fcntl", F_OFD_GETLK, "o:flock", 0, 0},
    {"fcntl", F_OFD_SETLK, "i:flock", 0, 0},
    {"fcntl", F_OFD_SETLKW, "i:flock", 0, 0},
    {"fcntl", F_SETOWN, "int", 0, 0},
    {"fcntl", F_GETOWN, NULL, 0, 0},
    {"fcntl", F_GETSIG, NULL, 0, 0},
    {"fcntl", F_SETSIG, "sig", 0, 0},
    {"fcntl", F_GETPIPE_SZ, NULL, 0, 0},
    {"fcntl", F_SETPIPE_SZ, "int", 0, 0},
    {"fcntl", F_ADD_SEALS, "f:seals", 0, 0},
    {"fcntl", F_GET_SEALS, NULL, 0, "seals"},
    {"fcntl", F_GETLEASE, NULL, 0, 0},
    {"fcntl", OTHERWISE, "hex", 0, 0},
    /* ioctl */
    {"ioctl", TCGETS, "o:termios", 0, 0},
    {"ioctl", TCSETS, "i:termios", 0, 0},
    {"ioctl", TCSETSW, "i:termios", 0, 0},
    {"ioctl", TCSETSF, "i:termios", 0, 0},
    {"ioctl", TIOCGWINSZ, "o:winsize", 0, 0},
    {"ioctl", TIOCSWINSZ, "i:winsize", 0, 0},
    {"ioctl", TIOCGPGRP, "ointp", 0, 0},
    {"ioctl", TIOCSPGRP, "intp", 0, 0},
    {"ioctl", TIOCGSID, "ointp", 0, 0},
    {"ioctl", FIONREAD, "ointp", 0, 0},
    {"ioctl", FIONBIO, "intp", 0, 0},
    {"ioctl", FIOASYNC, "intp", 0, 0},
    {"ioctl", FIOCLEX, NULL, 0, 0},
    {"ioctl", FIONCLEX, NULL, 0, 0},
    {"ioctl", TIOCGPTN, "ointp", 0, 0},
    {"ioctl", TIOCSPTLCK, "intp", 0, 0},
    {"ioctl", UFFDIO_API, "io:uffd_api", 0, 0},
    {"ioctl", UFFDIO_REGISTER, "o:uffd_register", 0, 0},
    {"ioctl", UFFDIO_UNREGISTER, "o:uffd_range", 0, 0},
    {"ioctl", UFFDIO_WAKE, "o:uffd_range", 0, 0},
    {"ioctl", UFFDIO_COPY, "o:uffd_copy", 0, 0},
    {"ioctl", UFFDIO_MOVE_, "o:uffd_copy", 0, 0},
    {"ioctl", UFFDIO_ZEROPAGE, "o:uffd_fill", 0, 0},
    {"ioctl", UFFDIO_CONTINUE, "o:uffd_fill", 0, 0},
    {"ioctl", UFFDIO_POISON_, "o:uffd_fill", 0, 0},
    {"ioctl", UFFDIO_WRITEPROTECT, "o:uffd_protect", 0, 0},
    {"ioctl", OTHERWISE, "hex", 0, 0},
    /* mremap's new address: MREMAP_MAYMOVE and one of the others, or both */
    {"mremap", 1 | 2, "ptr", 0, 0},
    {"mremap", 1 | 4, "ptr", 0, 0},
    {"mremap", 1 | 2 | 4, "ptr", 0, 0},
    {"mremap", OTHERWISE, NULL, 0, 0},
    /* futex */
    {"futex", FUTEX_WAIT, "uint,i:timespec", 0, 0},
    {"futex", FUTEX_WAKE, "uint", 0, 0},
    {"futex", FUTEX_REQUEUE, "uint,uint,ptr", 0, 0},
    {"futex", FUTEX_CMP_REQUEUE, "uint,uint,ptr,uint", 0, 0},
    {"futex", FUTEX_WAKE_OP, "uint,uint,ptr,n:wake_op", 0, 0},
    {"futex", FUTEX_LOCK_PI, "-,i:timespec", 0, 0},
    {"futex", FUTEX_LOCK_PI2, "-,i:timespec", 0, 0},
    {"futex", FUTEX_FD, "uint", 0, 0},
    {"futex", FUTEX_UNLOCK_PI, NULL, 0, 0},
    {"futex", FUTEX_TRYLOCK_PI, NULL, 0, 0},
    {"futex", FUTEX_WAIT_BITSET, "uint,i:timespec,-,x:bitset", 0, 0},
    {"futex", FUTEX_WAKE_BITSET, "uint,-,-,x:bitset", 0, 0},
    {"futex", FUTEX_WAIT_REQUEUE_PI, "uint,i:timespec,ptr", 0, 0},
    {"futex", FUTEX_CMP_REQUEUE_PI, "uint,uint,ptr,uint", 0, 0},
    {"futex", OTHERWISE, "uint,hex,ptr,hex", 0, 0},
    /* prctl */
    {"prctl", PR_SET_NAME, "str", 0, 0},
    {"prctl", PR_GET_NAME, "opath", 0, 0},
    {"prctl", PR_SET_PDEATHSIG, "sig", 0, 0},
    {"prctl", PR_GET_PDEATHSIG, "ointp", 0, 0},
    {"prctl", PR_SET_DUMPABLE, "x:dumpable", 0, 0},
    {"prctl", PR_GET_DUMPABLE, NULL, 0, 0},
    {"prctl", PR_SET_NO_NEW_PRIVS, "ulong,hex,hex,hex", 0, 0},
    {"prctl", PR_GET_NO_NEW_PRIVS, "hex,hex,hex,hex", 0, 0},
    {"prctl", PR_CAPBSET_READ, "x:cap", 0, 0},
    {"prctl", PR_CAPBSET_DROP, "x:cap", 0, 0},
    {"prctl", PR_SET_VMA, "x:vma_op,ptr,size,str", 0, 0},
    {"prctl", PR_SET_CHILD_SUBREAPER, "ulong", 0, 0},
    {"prctl", PR_GET_CHILD_SUBREAPER, "ointp", 0, 0},
    {"prctl", PR_GET_KEEPCAPS, NULL, 0, 0},
    {"prctl", PR_SET_KEEPCAPS, "ulong", 0, 0},
    {"prctl", PR_SET_TIMERSLACK, "long", 0, 0},
    {"prctl", PR_GET_TIMERSLACK, NULL, 0, 0},
    {"prctl", PR_GET_SECCOMP, NULL, 0, 0},
    {"prctl", PR_GET_SECUREBITS, NULL, 0, 0},
    {"prctl", 65, "f:mdwe,ulong,ulong,ulong", 0, 0},
    {"prctl", 66, "ulong,ulong,ulong,ulong", 0, "hex"},
    {"prctl", OTHERWISE, "hex,hex,hex,hex", 0, 0},
    {"arch_prctl", ARCH_GET_FS, "oulongp", 0, 0},
    {"arch_prctl", ARCH_GET_GS, "oulongp", 0, 0},
    {"arch_prctl", ARCH_GET_CPUID, NULL, 0, 0},
    {"arch_prctl", OTHERWISE, "hex", 0, 0},
    /* ptrace: who, where, what */
    {"ptrace", PTRACE_TRACEME, NULL, 0, 0},
    {"ptrace", PTRACE_ATTACH, "pid", 0, 0},
    {"ptrace", PTRACE_INTERRUPT, "pid", 0, 0},
    {"ptrace", PTRACE_KILL, "pid", 0, 0},
    {"ptrace", PTRACE_LISTEN, "pid", 0, 0},
    {"ptrace", PTRACE_PEEKTEXT, "pid,ptr,optrp", 0, 0},
    {"ptrace", PTRACE_PEEKDATA, "pid,ptr,optrp", 0, 0},
    {"ptrace", PTRACE_PEEKUSER, "pid,n:user_offset,optrp", 0, 0},
    {"ptrace", PTRACE_POKEUSER, "pid,n:user_offset,ptr", 0, 0},
    {"ptrace", PTRACE_CONT, "pid,ptr,sig", 0, 0},
    {"ptrace", PTRACE_DETACH, "pid,ptr,sig", 0, 0},
    {"ptrace", PTRACE_SYSCALL, "pid,ptr,sig", 0, 0},
    {"ptrace", PTRACE_SINGLESTEP, "pid,ptr,sig", 0, 0},
    {"ptrace", PTRACE_SINGLEBLOCK, "pid,ptr,sig", 0, 0},
    {"ptrace", PTRACE_SYSEMU, "pid,ptr,sig", 0, 0},
    {"ptrace", PTRACE_SYSEMU_SINGLESTEP, "pid,ptr,sig", 0, 0},
    {"ptrace", PTRACE_SEIZE, "pid,ptr,f:ptrace_o", 0, 0},
    {"ptrace", PTRACE_SETOPTIONS, "pid,ptr,f:ptrace_o", 0, 0},
    {"ptrace", PTRACE_GETREGS, "pid,-,o:user_regs", 0, 0},
    {"ptrace", PTRACE_SETREGS, "pid,-,i:user_regs", 0, 0},
    {"ptrace", PTRACE_GETFPREGS, "pid,-,o:user_fpregs", 0, 0},
    {"ptrace", PTRACE_SETFPREGS, "pid,-,i:user_fpregs", 0, 0},
    {"ptrace", PTRACE_GETREGSET, "pid,x:regset,o:got_regset", 0, 0},
    {"ptrace", PTRACE_SETREGSET, "pid,x:regset,io:regset", 0, 0},
    {"ptrace", PTRACE_GETSIGINFO, "pid,ptr,o:siginfo", 0, 0},
    {"ptrace", PTRACE_SETSIGINFO, "pid,ptr,i:siginfo", 0, 0},
    {"ptrace", PTRACE_PEEKSIGINFO, "pid,i:peeksiginfo,o:siginfo@ret", 0, 0},
    {"ptrace", PTRACE_GETSIGMASK, "pid,ulong,osigset@2", 0, 0},
    {"ptrace", PTRACE_SETSIGMASK, "pid,ulong,sigset@2", 0, 0},
    {"ptrace", PTRACE_GETEVENTMSG, "pid,ptr,oulongp", 0, 0},
    {"ptrace", PTRACE_GET_SYSCALL_INFO, "pid,ulong,o:syscall_info", 0, 0},
    {"ptrace", OTHERWISE, "pid,ptr,ptr", 0, 0},
    /* shmctl */
    {"shmctl", IPC_STAT, "o:shmid", 0, 0},
    {"shmctl", SHM_STAT, "o:shmid", 0, 0},
    {"shmctl", SHM_STAT_ANY, "o:shmid", 0, 0},
    {"shmctl", IPC_SET, "i:shmid_set", 0, 0},
    {"shmctl", IPC_INFO, "o:shm_limits", 0, 0},
    {"shmctl", SHM_INFO, "o:shm_usage", 0, 0},
    {"shmctl", OTHERWISE, "ptr", 0, 0},
    {"semctl", IPC_STAT, "o:semid", 0, 0},
    {"semctl", SEM_STAT, "o:semid", 0, 0},
    {"semctl", SEM_STAT_ANY, "o:semid", 0, 0},
    {"semctl", IPC_SET, "i:semid_set", 0, 0},
    {"semctl", IPC_INFO, "o:seminfo", 0, 0},
    {"semctl", SEM_INFO, "o:seminfo", 0, 0},
    {"semctl", OTHERWISE, "ptr", 0, 0},
    {"msgctl", IPC_STAT, "o:msqid", 0, 0},
    {"msgctl", MSG_STAT, "o:msqid", 0, 0},
    {"msgctl", MSG_STAT_ANY, "o:msqid", 0, 0},
    {"msgctl", IPC_SET, "i:msqid_set", 0, 0},
    {"msgctl", IPC_INFO, "o:msginfo", 0, 0},
    {"msgctl", MSG_INFO, "o:msginfo", 0, 0},
    {"msgctl", OTHERWISE, "ptr", 0, 0},
    {"kcmp", 0, "uint,uint", 0, 0},
    {"kcmp", OTHERWISE, NULL, 0, 0},
    {"mknod", S_IFCHR, "dev", 0, 0},
    {"mknod", S_IFBLK, "dev", 0, 0},
    {"mknod", OTHERWISE, NULL, 0, 0},
    /* io_uring_register */
    {"uring_register", IORING_REGISTER_BUFFERS, "riov@3", 0, 0},
    {"uring_register", IORING_REGISTER_FILES, "i:uring_fd@3", 0, 0},
    {"uring_register", IORING_REGISTER_EVENTFD, "i:uring_fd@3", 0, 0},
    {"uring_register", IORING_REGISTER_EVENTFD_ASYNC, "i:uring_fd@3", 0, 0},
    {"uring_register", IORING_REGISTER_FILES_UPDATE, "i:uring_files_update", 0, 0},
    {"uring_register", IORING_REGISTER_PROBE, "o:uring_probe", 0, 0},
    {"uring_register", IORING_REGISTER_RESTRICTIONS, "i:uring_restriction@3", 0, 0},
    {"uring_register", IORING_REGISTER_FILES2, "i:uring_rsrc", 0, 0},
    {"uring_register", IORING_REGISTER_BUFFERS2, "i:uring_rsrc", 0, 0},
    {"uring_register", IORING_REGISTER_FILES_UPDATE2, "i:uring_rsrc_update", 0, 0},
    {"uring_register", IORING_REGISTER_BUFFERS_UPDATE, "i:uring_rsrc_update", 0, 0},
    {"uring_register", OTHERWISE, "ptr", 0, 0},
    {NULL, 0, NULL, NULL, NULL},
};

const struct variant *variant_find(const char *name, uint64_t value)
{
    const struct variant *fallback = NULL;

    if (!strcmp(name, "futex"))
        value = value == VARIANT_OTHERWISE ? value : value & FUTEX_CMD_MASK;
    if (!strcmp(name, "mknod"))
        value = value == VARIANT_OTHERWISE ? value : value & S_IFMT;
    for (const struct variant *v = variants; v->name; v++) {
        if (strcmp(v->name, name))
            continue;
        if (v->value == value)
            return v;
        if (v->value == VARIANT_OTHERWISE)
            fallback = v;
    }
    return fallback;
}

int variant_most_args(const char *name)
{
    int most = 1;

    for (const struct variant *v = variants; v->name; v++) {
        int n = 1;

        for (const char *p = v->type; p && *p && !strcmp(v->name, name); p++)
            n += *p == ',';
        if (n > most)
            most = n;
    }
    return most;
}
