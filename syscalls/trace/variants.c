/*
 * variants.c - calls whose arguments depend on a command: fcntl, futex, ptrace ... A row says which
 * types the remaining arguments have for one command (NULL: none is shown) and the result (decimal if it says nothing); the
 * last one of each table is for all others.
 */
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/futex.h>
#include <linux/io_uring.h>
#include <linux/kcmp.h>
#include <linux/mount.h>
#include <linux/reboot.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/msg.h>
#include <sys/ptrace.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>

#include "print.h"

#define OTHERWISE VARIANT_OTHERWISE
#define IPC_64    0x100 /* says nothing here: all structures are */

/* the third argument, and what the result means */
static const struct variant fcntl_variants[] = {
    {F_DUPFD, "long", "fd"},
    {F_DUPFD_CLOEXEC, "long", "fd"},
    {F_GETFD, NULL, "getfd"},
    {F_SETFD, "f:fd_flags"},
    {F_GETFL, NULL, "getfl"},
    {F_SETFL, "f:open"},
    {F_GETLK, "o:flock"},
    {F_SETLK, "i:flock"},
    {F_SETLKW, "i:flock"},
    {F_OFD_GETLK, "o:flock"},
    {F_OFD_SETLK, "i:flock"},
    {F_OFD_SETLKW, "i:flock"},
    {F_SETOWN, "int"},
    {F_GETOWN, NULL},
    {F_GETSIG, NULL, "sig"},
    {F_SETSIG, "sig"},
    {F_GETPIPE_SZ, NULL},
    {F_SETPIPE_SZ, "long"},
    {F_ADD_SEALS, "F:seals"},
    {F_GET_SEALS, NULL, "seals"},
    {F_GETLEASE, NULL, "hexname:lock_type"},
    {F_SETLEASE, "X:lock_type"},
    {F_SETOWN_EX, "i:owner"},
    {F_GETOWN_EX, "o:owner"},
    {F_NOTIFY, "F:notify"},
    {1027 /* F_DUPFD_QUERY */, "fd"},
    {OTHERWISE, "hex"},
};
/* the new address: with MREMAP_MAYMOVE and MREMAP_FIXED, MREMAP_DONTUNMAP or both */
static const struct variant mremap_variants[] = {
    {1 | 2, "ptr"},
    {1 | 4, "ptr"},
    {1 | 2 | 4, "ptr"},
    {OTHERWISE, NULL},
};
static const struct variant futex_variants[] = {
    {FUTEX_WAIT, "uint,i:timespec"},
    {FUTEX_WAKE, "uint"},
    {FUTEX_REQUEUE, "uint,uint,ptr"},
    {FUTEX_CMP_REQUEUE, "uint,uint,ptr,uint"},
    {FUTEX_WAKE_OP, "uint,uint,ptr,n:wake_op"},
    {FUTEX_LOCK_PI, "-,i:timespec"},
    {FUTEX_LOCK_PI2, "-,i:timespec"},
    {FUTEX_FD, "uint"},
    {FUTEX_UNLOCK_PI, NULL},
    {FUTEX_TRYLOCK_PI, NULL},
    {FUTEX_WAIT_BITSET, "uint,i:timespec,-,x:bitset"},
    {FUTEX_WAKE_BITSET, "uint,-,-,x:bitset"},
    {FUTEX_WAIT_REQUEUE_PI, "uint,i:timespec,ptr"},
    {FUTEX_CMP_REQUEUE_PI, "uint,uint,ptr,uint"},
    {OTHERWISE, "uint,hex,ptr,hex"},
};
static const struct variant fsconfig_variants[] = {
    {FSCONFIG_SET_FLAG, "str,ptr,int"},
    {FSCONFIG_SET_STRING, "str,str,int"},
    {FSCONFIG_SET_BINARY, "str,i:mount_blob,int"},
    {FSCONFIG_SET_PATH, "str,path,dirfd"},
    {FSCONFIG_SET_PATH_EMPTY, "str,path,dirfd"},
    {FSCONFIG_SET_FD, "str,ptr,fd"},
    {OTHERWISE, "ptr,ptr,int"},
};
static const struct variant landlock_variants[] = {
    {1, "i:landlock_path,uhex"}, /* LANDLOCK_RULE_PATH_BENEATH */
    {2, "i:landlock_port,uhex"}, /* LANDLOCK_RULE_NET_PORT */
    {OTHERWISE, "ptr,uhex"},
};
/* who, where, what */
static const struct variant ptrace_variants[] = {
    {PTRACE_TRACEME, NULL},
    {PTRACE_ATTACH, "pid"},
    {PTRACE_INTERRUPT, "pid"},
    {PTRACE_KILL, "pid"},
    {PTRACE_LISTEN, "pid"},
    {PTRACE_PEEKTEXT, "pid,ptr,optrp"},
    {PTRACE_PEEKDATA, "pid,ptr,optrp"},
    {PTRACE_PEEKUSER, "pid,n:user_offset,optrp"},
    {PTRACE_POKEUSER, "pid,n:user_offset,ptr"},
    {PTRACE_CONT, "pid,ptr,sig"},
    {PTRACE_DETACH, "pid,ptr,sig"},
    {PTRACE_SYSCALL, "pid,ptr,sig"},
    {PTRACE_SINGLESTEP, "pid,ptr,sig"},
    {PTRACE_SINGLEBLOCK, "pid,ptr,sig"},
    {PTRACE_SYSEMU, "pid,ptr,sig"},
    {PTRACE_SYSEMU_SINGLESTEP, "pid,ptr,sig"},
    {PTRACE_SEIZE, "pid,ptr,f:ptrace_o"},
    {PTRACE_SETOPTIONS, "pid,ptr,f:ptrace_o"},
    {21 /* PTRACE_OLDSETOPTIONS */, "pid,ptr,f:ptrace_o"},
    {PTRACE_SECCOMP_GET_FILTER, "pid,ulong,o:got_filter"},
    {PTRACE_SECCOMP_GET_METADATA, "pid,ulong,io:seccomp_metadata"},
    {PTRACE_GETREGS, "pid,-,o:user_regs"},
    {PTRACE_SETREGS, "pid,-,i:user_regs"},
    {PTRACE_GETFPREGS, "pid,-,o:user_fpregs"},
    {PTRACE_SETFPREGS, "pid,-,i:user_fpregs"},
    {PTRACE_GETREGSET, "pid,x:regset,o:got_regset"},
    {PTRACE_SETREGSET, "pid,x:regset,io:regset"},
    {PTRACE_GETSIGINFO, "pid,ptr,o:siginfo"},
    {PTRACE_SETSIGINFO, "pid,ptr,i:siginfo"},
    {PTRACE_PEEKSIGINFO, "pid,i:peeksiginfo,o:siginfos"},
    {PTRACE_GETSIGMASK, "pid,ulong,osigset@2"},
    {PTRACE_SETSIGMASK, "pid,ulong,sigset@2"},
    {PTRACE_GETEVENTMSG, "pid,ptr,oulongp"},
    {PTRACE_GET_SYSCALL_INFO, "pid,ulong,o:syscall_info"},
    {OTHERWISE, "pid,ptr,ptr"},
};
static const struct variant shmctl_variants[] = {
    {IPC_STAT, "o:shmid"},    {SHM_STAT, "o:shmid"},      {SHM_STAT_ANY, "o:shmid"},
    {IPC_SET, "i:shmid_set"}, {IPC_INFO, "o:shm_limits"}, {SHM_INFO, "o:shm_usage"},
    {OTHERWISE, "ptr"},
};
static const struct variant semctl_variants[] = {
    {IPC_STAT, "o:semid"},   {SEM_STAT, "o:semid"},   {SEM_STAT_ANY, "o:semid"}, {IPC_SET, "i:semid_set"},
    {IPC_INFO, "o:seminfo"}, {SEM_INFO, "o:seminfo"}, {OTHERWISE, "ptr"},
};
static const struct variant msgctl_variants[] = {
    {IPC_STAT, "o:msqid"},   {MSG_STAT, "o:msqid"},   {MSG_STAT_ANY, "o:msqid"}, {IPC_SET, "i:msqid_set"},
    {IPC_INFO, "o:msginfo"}, {MSG_INFO, "o:msginfo"}, {OTHERWISE, "ptr"},
};
static const struct variant kcmp_variants[] = {
    {KCMP_FILE, "int,int"}, {KCMP_VM, NULL}, {KCMP_FILES, NULL},   {KCMP_FS, NULL},
    {KCMP_SIGHAND, NULL},   {KCMP_IO, NULL}, {KCMP_SYSVSEM, NULL}, {KCMP_EPOLL_TFD, "int,i:kcmp_slot"},
    {OTHERWISE, "hex,hex"},
};
static const struct variant epoll_ctl_variants[] = {
    {EPOLL_CTL_DEL, "fd,ptr"},
    {OTHERWISE, "fd,i:epoll_event"},
};
/* a processor, if the flags say so */
static const struct variant membarrier_variants[] = {
    {1, "int"},
    {OTHERWISE, NULL},
};
static const struct variant seccomp_variants[] = {
    {SECCOMP_SET_MODE_FILTER, "f:seccomp_filter,i:seccomp_prog"},
    {SECCOMP_GET_ACTION_AVAIL, "uhex,i:seccomp_action"},
    {SECCOMP_GET_NOTIF_SIZES, "uhex,o:seccomp_sizes"},
    {OTHERWISE, "uhex,ptr"},
};
/* the buffer, its length */
static const struct variant syslog_variants[] = {
    {0, NULL},          {1, NULL},          {2, "out@ret,int"},
    {3, "out@ret,int"}, {4, "out@ret,int"}, {5, NULL},
    {6, NULL},          {7, NULL},          {8, "ptr,n:loglevel"},
    {9, NULL},          {10, NULL},         {OTHERWISE, "ptr,int"},
};
/* a text, for who may read it before the machine starts again */
static const struct variant reboot_variants[] = {
    {LINUX_REBOOT_CMD_RESTART2, "str"},
    {OTHERWISE, NULL},
};
static const struct variant mknod_variants[] = {
    {S_IFCHR, "dev"},
    {S_IFBLK, "dev"},
    {OTHERWISE, NULL},
};
static const struct variant uring_register_variants[] = {
    {IORING_REGISTER_BUFFERS, "riov@3"},
    {IORING_REGISTER_FILES, "i:uring_fd@3"},
    {IORING_REGISTER_EVENTFD, "i:uring_fd@3"},
    {IORING_REGISTER_EVENTFD_ASYNC, "i:uring_fd@3"},
    {IORING_REGISTER_FILES_UPDATE, "i:uring_files_update"},
    {IORING_REGISTER_PROBE, "o:uring_probe"},
    {IORING_REGISTER_RESTRICTIONS, "i:uring_restriction@3"},
    {IORING_REGISTER_FILES2, "i:uring_rsrc"},
    {IORING_REGISTER_BUFFERS2, "i:uring_rsrc"},
    {IORING_REGISTER_FILES_UPDATE2, "i:uring_rsrc_update"},
    {IORING_REGISTER_BUFFERS_UPDATE, "i:uring_rsrc_update"},
    {IORING_REGISTER_PBUF_RING, "i:uring_buf_ring"},
    {IORING_UNREGISTER_PBUF_RING, "i:uring_buf_ring"},
    {OTHERWISE, "ptr"},
};

/* mask: of the argument before, what decides; 0: all of it. */
const struct variant_set variant_sets[] = {
    {"fcntl", fcntl_variants, 0},
    {"mremap", mremap_variants, 1 | 2 | 4},
    {"futex", futex_variants, 127},
    {"fsconfig", fsconfig_variants, 0},
    {"landlock_rule", landlock_variants, 0},
    {"ptrace", ptrace_variants, 0},
    {"shmctl", shmctl_variants, ~(uint64_t)IPC_64},
    {"semctl", semctl_variants, ~(uint64_t)IPC_64},
    {"msgctl", msgctl_variants, ~(uint64_t)IPC_64},
    {"kcmp", kcmp_variants, 0},
    {"epoll_ctl", epoll_ctl_variants, 0},
    {"membarrier", membarrier_variants, 1},
    {"seccomp", seccomp_variants, 0},
    {"syslog", syslog_variants, 0},
    {"mknod", mknod_variants, S_IFMT},
    {"reboot", reboot_variants, 0},
    {"uring_register", uring_register_variants, 0x7fffffff},
    {NULL, NULL, 0},
};

const struct variant_set *variant_set_find(const char *name)
{
    static const struct variant_set *const all[] = {variant_sets, variant_sets_ioctl, variant_sets_prctl,
                                                    variant_sets_quota, variant_sets_keys};

    for (unsigned i = 0; i < sizeof(all) / sizeof(*all); i++)
        for (const struct variant_set *set = all[i]; set->name; set++)
            if (!strcmp(set->name, name))
                return set;
    return NULL;
}

const struct variant *variant_find(const struct variant_set *set, uint64_t value)
{
    const struct variant *v = set->v;

    if (set->mask)
        value &= set->mask;
    while (v->value != value && v->value != VARIANT_OTHERWISE)
        v++;
    return v;
}

int variant_most_args(const struct variant_set *set)
{
    int most = 1;

    for (const struct variant *v = set->v;; v++) {
        int n = 1;

        for (const char *p = v->type; p && *p; p++)
            n += *p == ',';
        most = n > most ? n : most;
        if (v->value == VARIANT_OTHERWISE)
            return most;
    }
}
