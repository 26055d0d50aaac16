/*
 * arguments.c GROUP - calls with arguments of every kind of one group, for tests/cli/strace.sh to compare
 * what strace says of them with what mseal-emu does. What the kernel answers is the same on every machine, or
 * the test leaves it out.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/futex.h>
#include <linux/mempolicy.h>
#include <linux/userfaultfd.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/ptrace.h>
#include <sys/sem.h>
#include <sys/sendfile.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <elf.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "groups.h"

/* ---- sockets ---- */

static void rights(int to, const int *fds, size_t n)
{
    char control[128] = {0}, data[] = "fd";
    struct iovec iov = {data, sizeof(data)};
    struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control};
    struct cmsghdr *c;

    m.msg_controllen = CMSG_SPACE(n * sizeof(int));
    c = CMSG_FIRSTHDR(&m);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(n * sizeof(int));
    memcpy(CMSG_DATA(c), fds, n * sizeof(int));
    sendmsg(to, &m, 0);
}

static void credentials(int to)
{
    struct ucred me = {getpid(), getuid(), getgid()};
    char control[CMSG_SPACE(sizeof(me))] = {0}, data[] = "cred";
    struct iovec iov = {data, sizeof(data)};
    struct msghdr m = {
        .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)};
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);

    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_CREDENTIALS;
    c->cmsg_len = CMSG_LEN(sizeof(me));
    memcpy(CMSG_DATA(c), &me, sizeof(me));
    sendmsg(to, &m, MSG_NOSIGNAL);
}

static ssize_t receive(int from, size_t control_len, int flags)
{
    char control[256], data[2][24];
    struct sockaddr_storage name;
    struct iovec iov[2] = {{data[0], 4}, {data[1], sizeof(data[1])}};
    struct msghdr m = {.msg_name = &name,
                       .msg_namelen = sizeof(name),
                       .msg_iov = iov,
                       .msg_iovlen = 2,
                       .msg_control = control_len ? control : NULL,
                       .msg_controllen = control_len};

    return recvmsg(from, &m, flags);
}

static void messages(void)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t in_len = sizeof(in);
    struct sockaddr_un un = {.sun_family = AF_UNIX, .sun_path = "/nonexistent/socket"};
    char first[] = "first ", second[] = "second, which is a longer text than strace shows by default",
         buf[3][32];
    struct iovec iov[3] = {{first, 6}, {second, sizeof(second) - 1}, {NULL, 0}};
    struct msghdr m = {.msg_iov = iov, .msg_iovlen = 3};
    struct mmsghdr mm[3] = {{{.msg_iov = iov, .msg_iovlen = 1}, 0},
                            {{.msg_iov = iov + 1, .msg_iovlen = 1, .msg_flags = MSG_TRUNC}, 0},
                            {{.msg_iov = NOWHERE, .msg_iovlen = 1}, 0}};
    struct iovec in_iov[3] = {{buf[0], 32}, {buf[1], 32}, {buf[2], 32}};
    struct mmsghdr got[3] = {{{.msg_iov = in_iov, .msg_iovlen = 1}, 0},
                             {{.msg_iov = in_iov + 1, .msg_iovlen = 1}, 0},
                             {{.msg_iov = in_iov + 2, .msg_iovlen = 1}, 0}};
    struct timespec zero = {0, 0};
    int pair[2], udp[2], fds[3] = {0, 1, 2}, yes = 1;

    socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
    sendmsg(pair[0], &m, MSG_DONTWAIT | MSG_EOR);
    receive(pair[1], 0, 0);
    rights(pair[0], fds, 1);
    receive(pair[1], 64, MSG_CMSG_CLOEXEC);
    rights(pair[0], fds, 3);
    receive(pair[1], 20, 0); /* less than it needs */
    rights(pair[0], (int[]){77}, 1);
    setsockopt(pair[1], SOL_SOCKET, SO_PASSCRED, &yes, sizeof(yes));
    credentials(pair[0]);
    receive(pair[1], 128, MSG_WAITALL);
    receive(pair[1], 128, MSG_DONTWAIT);
    sendmsg(pair[0], NULL, 0);
    sendmsg(pair[0], NOWHERE, 0);
    recvmsg(pair[0], NOWHERE, MSG_DONTWAIT);
    m.msg_iov = NULL;
    m.msg_iovlen = 0;
    sendmsg(pair[0], &m, 0);
    receive(pair[1], 0, 0);
    m.msg_name = &un;
    m.msg_namelen = sizeof(un);
    m.msg_iov = iov;
    m.msg_iovlen = 1;
    sendmsg(pair[0], &m, 0);
    m.msg_namelen = 0;
    m.msg_flags = MSG_OOB;
    m.msg_control = NOWHERE;
    m.msg_controllen = 24;
    sendmsg(pair[0], &m, 0);

    udp[0] = socket(AF_INET, SOCK_DGRAM, 0);
    udp[1] = socket(AF_INET, SOCK_DGRAM, 0);
    bind(udp[0], (struct sockaddr *)&in, sizeof(in));
    bind(udp[1], (struct sockaddr *)&in, sizeof(in));
    getsockname(udp[1], (struct sockaddr *)&in, &in_len);
    m = (struct msghdr){.msg_name = &in, .msg_namelen = sizeof(in), .msg_iov = iov, .msg_iovlen = 2};
    sendmsg(udp[0], &m, 0);
    receive(udp[1], 0, 0);
    connect(udp[0], (struct sockaddr *)&in, sizeof(in));
    sendmmsg(udp[0], mm, 2, 0);
    sendmmsg(udp[0], mm, 3, MSG_DONTWAIT);
    sendmmsg(udp[0], mm, 0, 0);
    sendmmsg(-1, mm, 2, 0);
    sendmmsg(udp[0], NOWHERE, 2, 0);
    recvmmsg(udp[1], got, 3, MSG_DONTWAIT, NULL);
    recvmmsg(udp[1], got, 1, MSG_WAITFORONE, &zero);
    recvmmsg(udp[1], got, 1, MSG_DONTWAIT, &zero);
    recvmmsg(udp[1], got, 1, MSG_DONTWAIT, NOWHERE);
}

/* ---- files ---- */

static void files(void)
{
    struct timespec t[2] = {{1000000000, 0}, {1234567890, 987654321}};
    struct timeval tv[2] = {{1000000000, 0}, {1234567890, 987654}};
    struct statfs s;
    off_t off = 2;
    int fd[2], in = open("/proc/self/exe", O_RDONLY), out;
    struct file_clone_range range = {in, 1, 2, 3};

    out = open("arguments.tmp", O_RDWR | O_CREAT | O_TRUNC, 0600);
    sendfile(out, in, NULL, 4);
    sendfile(out, in, &off, 4);
    sendfile(out, in, NOWHERE, 4);
    off = 1000000000;
    sendfile(out, in, &off, 4);
    sendfile(-1, in, &off, 4);
    utimensat(AT_FDCWD, "arguments.tmp", t, 0);
    utimensat(out, NULL, t, 0);
    t[0].tv_nsec = UTIME_NOW;
    t[1].tv_nsec = UTIME_OMIT;
    utimensat(AT_FDCWD, "arguments.tmp", t, AT_SYMLINK_NOFOLLOW);
    t[0].tv_nsec = -1;
    t[1].tv_sec = -1;
    utimensat(AT_FDCWD, "arguments.tmp", t, 0);
    t[0] = (struct timespec){0, 1};
    t[1] = (struct timespec){-5, 0};
    utimensat(AT_FDCWD, "arguments.tmp", t, 0);
    utimensat(AT_FDCWD, "arguments.tmp", NULL, 0);
    syscall(SYS_utimensat, AT_FDCWD, "arguments.tmp", NOWHERE, 0);
    syscall(SYS_utimes, "arguments.tmp", tv);
    syscall(SYS_futimesat, AT_FDCWD, "arguments.tmp", tv);
    syscall(SYS_utimes, "arguments.tmp", NULL);
    syscall(SYS_utime, "arguments.tmp", t);
    syscall(SYS_utime, "arguments.tmp", NULL);
    unlink("arguments.tmp");
    statfs("/proc/self", &s);
    statfs("/nonexistent", &s);
    fstatfs(out, NOWHERE);
    pipe(fd);
    fstatfs(fd[0], &s);
    ioctl(fd[0], FICLONE, in);
    ioctl(fd[0], FICLONE, -1);
    ioctl(fd[0], FICLONERANGE, &range);
    ioctl(fd[0], FICLONERANGE, NULL);
    ioctl(fd[0], FICLONERANGE, NOWHERE);
    ioctl(fd[0], 0x12345678, 0);
    ioctl(fd[0], 0xc0041234, &s);
    ioctl(fd[0], _IOR(0xee, 3, int), &s);
    ioctl(fd[0], _IO(0xee, 3), 7);
    ioctl(fd[0], _IOC(0, 0xff, 0xfe, 5), NULL);
    ioctl(fd[0], 5, NULL);
    ioctl(fd[0], 0, NULL);
}

/* ---- System V IPC ---- */

static void ipc(void)
{
    struct {
        long type;
        char text[16];
    } m = {3, "some text"};
    struct sembuf ops[3] = {{0, 1, 0}, {1, -1, IPC_NOWAIT | SEM_UNDO}, {0, 0, IPC_NOWAIT}};
    struct timespec soon = {0, 1000};
    unsigned short all[3] = {1, 2, 3};
    union semun_ {
        int val;
        void *buf;
    } arg;
    struct shmid_ds shm;
    struct semid_ds sem;
    struct msqid_ds msq;
    struct shminfo info;
    int id = shmget(IPC_PRIVATE, 12345, IPC_CREAT | 0600);

    shmget(0x1234567, 4096, 0);
    shmget(IPC_PRIVATE, 1, SHM_HUGETLB | (21 << 26) | 0644);
    shmctl(id, IPC_STAT, &shm);
    shm.shm_perm.mode = 0640;
    shmctl(id, IPC_SET, &shm);
    shmctl(id, SHM_LOCK, NULL);
    shmctl(-1, IPC_STAT, &shm);
    shmctl(id, IPC_STAT, NOWHERE);
    shmctl(id, IPC_SET, NOWHERE);
    shmctl(0, IPC_INFO, (void *)&info);
    shmctl(id, SHM_INFO, NOWHERE);
    shmctl(-1, SHM_STAT, &shm);
    shmctl(id, 99, &shm);
    shmctl(id, IPC_RMID, NULL);

    id = semget(IPC_PRIVATE, 3, IPC_CREAT | IPC_EXCL | 0600);
    arg.buf = all;
    semctl(id, 0, SETALL, arg);
    semctl(id, 0, GETALL, arg);
    semop(id, ops, 1);
    semop(id, ops, 3);
    semop(id, ops, 0);
    semop(id, NOWHERE, 2);
    semtimedop(id, ops + 2, 1, &soon);
    semtimedop(-1, ops, 1, NULL);
    arg.val = 7;
    semctl(id, 1, SETVAL, arg);
    semctl(id, 1, GETVAL, arg);
    semctl(id, 1, GETNCNT, 0);
    semctl(id, 1, GETZCNT, 0);
    arg.buf = &sem;
    semctl(id, 0, IPC_STAT, arg);
    sem.sem_perm.mode = 0640;
    semctl(id, 0, IPC_SET, arg);
    semctl(-1, 0, IPC_STAT, arg);
    arg.buf = NOWHERE;
    semctl(id, 0, IPC_STAT, arg);
    semctl(id, 0, GETALL, arg);
    semctl(id, 0, 99, arg);
    semctl(id, 0, IPC_RMID, 0);

    id = msgget(IPC_PRIVATE, 0600);
    msgsnd(id, &m, 9, 0);
    msgsnd(id, &m, 9, IPC_NOWAIT);
    msgrcv(id, &m, 16, 0, MSG_COPY | IPC_NOWAIT);
    msgrcv(id, &m, 16, 0, MSG_COPY);
    msgrcv(id, &m, 4, -5, MSG_NOERROR);
    msgrcv(id, &m, 16, 3, MSG_EXCEPT | IPC_NOWAIT);
    msgctl(id, IPC_STAT, &msq);
    msq.msg_perm.mode = 0640;
    msgctl(id, IPC_SET, &msq);
    msgctl(-1, IPC_STAT, &msq);
    msgctl(id, IPC_STAT, NOWHERE);
    msgctl(id, 99, &msq);
    msgctl(id, IPC_RMID, NULL);
}

/* ---- ptrace ---- */

static void signals_that_wait(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    sigaddset(&set, SIGRTMIN + 1);
    sigaddset(&set, SIGWINCH);
    sigprocmask(SIG_BLOCK, &set, NULL);
    raise(SIGUSR2);
    raise(SIGRTMIN + 1);
    kill(getpid(), SIGWINCH);
    for (int i = 0; i < 3; i++)
        sigqueue(getpid(), SIGRTMIN + 1, (union sigval){.sival_int = 0x1000 + i});
}

static void tracing(void)
{
    struct user_regs_struct regs;
    struct iovec iov = {&regs, sizeof(regs)};
    struct {
        uint64_t words[11];
    } call; /* struct ptrace_syscall_info */
    static unsigned char area[1024];
    unsigned long word = 0;
    struct __ptrace_peeksiginfo_args peek = {.nr = 10};
    siginfo_t info, infos[10];
    int status, pid = fork();

    if (!pid) {
        signals_that_wait();
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        syscall(1000); /* which is none */
        raise(SIGUSR1);
        _exit(0);
    }
    waitpid(pid, &status, 0);
    ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL);
    ptrace(PTRACE_SETOPTIONS, pid, 0, 0x40000000);
    syscall(SYS_ptrace, PTRACE_PEEKTEXT, pid, &word, &word);
    syscall(SYS_ptrace, PTRACE_PEEKDATA, pid, NOWHERE, &word);
    syscall(SYS_ptrace, PTRACE_PEEKUSER, pid, offsetof(struct user, regs.orig_rax), &word);
    syscall(SYS_ptrace, PTRACE_PEEKUSER, pid, offsetof(struct user, u_debugreg[7]), &word);
    syscall(SYS_ptrace, PTRACE_PEEKUSER, pid, 3, &word);
    ptrace(PTRACE_POKEDATA, pid, &word, 0x1234);
    ptrace(PTRACE_POKETEXT, pid, NOWHERE, 0x1234);
    ptrace(PTRACE_POKEUSER, pid, offsetof(struct user, regs.r12), 0x99);
    ptrace(PTRACE_GETREGS, pid, 0, &regs);
    ptrace(PTRACE_SETREGS, pid, 0, &regs);
    ptrace(PTRACE_GETFPREGS, pid, 0, NOWHERE);
    ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &iov);
    ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &iov);
    iov.iov_len = 24;
    ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &iov);
    iov.iov_len = 12;
    ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &iov);
    iov = (struct iovec){area, sizeof(area)};
    ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &iov);
    iov.iov_len = sizeof(area);
    ptrace(PTRACE_GETREGSET, pid, NT_FPREGSET, &iov);
    ptrace(PTRACE_GETFPREGS, pid, 0, area);
    ptrace(PTRACE_SETFPREGS, pid, 0, area);
    ptrace(PTRACE_GETREGSET, pid, 0x7777, &iov);
    ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, NOWHERE);
    ptrace(PTRACE_GETSIGINFO, pid, 0, &info);
    ptrace(PTRACE_SETSIGINFO, pid, 0, &info);
    ptrace(PTRACE_GETSIGINFO, pid, 0, NOWHERE);
    ptrace(PTRACE_GETSIGMASK, pid, 8, &word);
    ptrace(PTRACE_SETSIGMASK, pid, 8, &word);
    ptrace(PTRACE_PEEKSIGINFO, pid, &peek, infos);
    peek.off = 1;
    ptrace(PTRACE_PEEKSIGINFO, pid, &peek, infos);
    peek.off = 5;
    ptrace(PTRACE_PEEKSIGINFO, pid, &peek, infos);
    peek = (struct __ptrace_peeksiginfo_args){.flags = PTRACE_PEEKSIGINFO_SHARED, .nr = 2};
    ptrace(PTRACE_PEEKSIGINFO, pid, &peek, infos);
    ptrace(PTRACE_PEEKSIGINFO, pid, &peek, NOWHERE);
    peek = (struct __ptrace_peeksiginfo_args){.flags = 2, .nr = 1};
    ptrace(PTRACE_PEEKSIGINFO, pid, &peek, infos);
    peek = (struct __ptrace_peeksiginfo_args){.nr = -1};
    ptrace(PTRACE_PEEKSIGINFO, pid, &peek, infos);
    ptrace(PTRACE_PEEKSIGINFO, pid, NOWHERE, infos);
    ptrace(PTRACE_GETEVENTMSG, pid, 0, &word);
    ptrace(PTRACE_GET_SYSCALL_INFO, pid, 0, NULL);
    ptrace(PTRACE_LISTEN, pid, 0, 0);
    ptrace(PTRACE_INTERRUPT, pid, 0, 0);
    ptrace(PTRACE_ATTACH, -1, 0, 0);
    ptrace(PTRACE_SEIZE, pid, 0, PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK);
    ptrace(PTRACE_SEIZE, pid, 5, 0);
    ptrace(0x4299, pid, 1, 2);
    ptrace(PTRACE_SINGLESTEP, pid, 0, 0);
    waitpid(pid, &status, 0);
    ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(call), &call);
    for (int i = 0; i < 4; i++) {
        ptrace(PTRACE_SYSCALL, pid, 0, 0);
        waitpid(pid, &status, 0);
        ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(call), &call);
        ptrace(PTRACE_GET_SYSCALL_INFO, pid, 8, &call);
        ptrace(PTRACE_GET_SYSCALL_INFO, pid, 48, &call);
    }
    ptrace(PTRACE_CONT, pid, 0, 0);
    waitpid(pid, &status, 0);
    ptrace(PTRACE_DETACH, pid, 0, SIGUSR1);
    waitpid(pid, &status, 0);
    ptrace(PTRACE_KILL, pid, 0, 0);
}

/* ---- futexes ---- */

static void futexes(void)
{
    static uint32_t a, b;
    struct futex_waitv v[2] = {{.val = 1, .uaddr = (uint64_t)&a, .flags = FUTEX_32},
                               {.val = 0, .uaddr = (uint64_t)&b, .flags = FUTEX_32 | FUTEX_PRIVATE_FLAG}};
    struct timespec past = {1, 0};
    static const int ops[] = {FUTEX_OP(FUTEX_OP_SET, 1, FUTEX_OP_CMP_EQ, 0),
                              FUTEX_OP(FUTEX_OP_ADD, 1, FUTEX_OP_CMP_NE, 2),
                              FUTEX_OP(FUTEX_OP_OR, 0x7ff, FUTEX_OP_CMP_LT, 0xfff),
                              FUTEX_OP(FUTEX_OP_ANDN, 5, FUTEX_OP_CMP_LE, 2),
                              FUTEX_OP((FUTEX_OP_XOR | FUTEX_OP_OPARG_SHIFT), 3, FUTEX_OP_CMP_GT, 2),
                              FUTEX_OP(FUTEX_OP_XOR, 3, FUTEX_OP_CMP_GE, 2),
                              FUTEX_OP(6, 3, 7, 2)};

    for (unsigned i = 0; i < sizeof(ops) / sizeof(*ops); i++)
        syscall(SYS_futex, &a, FUTEX_WAKE_OP, 1, 2ul, &b, ops[i]);
    syscall(SYS_futex, &a, FUTEX_WAKE_OP_PRIVATE, 1, 2ul, NOWHERE, ops[0]);
    syscall(SYS_futex, &a, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, a, &past, NULL, 0x10);
    syscall(SYS_futex, &a, FUTEX_WAIT_BITSET, a, &past, NULL, FUTEX_BITSET_MATCH_ANY);
    syscall(SYS_futex, &a, FUTEX_WAKE_BITSET, 1, NULL, NULL, 0);
    syscall(SYS_futex, &a, FUTEX_REQUEUE, 1, 5ul, &b);
    syscall(SYS_futex, &a, FUTEX_CMP_REQUEUE_PRIVATE, 1, 0x7ffffffful, &b, 99);
    syscall(SYS_futex, &a, FUTEX_LOCK_PI2, 0, &past);
    syscall(SYS_futex, &a, FUTEX_FD, 1);
    syscall(SYS_futex, &a, 77, 1, 2, 3, 4);
    syscall(SYS_futex_waitv, v, 2, 0, NULL, 0);
    syscall(SYS_futex_waitv, v, 2, 0, &past, CLOCK_MONOTONIC);
    v[1].flags = FUTEX_32 | 0x40;
    syscall(SYS_futex_waitv, v, 2, 0, &past, CLOCK_REALTIME);
    v[1].flags = 0;
    v[0].flags = 1;
    syscall(SYS_futex_waitv, v, 2, 4, NULL, 0);
    syscall(SYS_futex_waitv, NOWHERE, 2, 0, NULL, 0);
    syscall(SYS_futex_waitv, v, 0, 0, NULL, 0);
}

/* ---- memory ---- */

static void memory(void)
{
    unsigned long mask[16] = {1}, many[2] = {5, 1};
    char *p = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | MAP_PRIVATE, -1, 0);
    struct uffdio_api api = {.api = UFFD_API, .features = UFFD_FEATURE_THREAD_ID | UFFD_FEATURE_SIGBUS};
    int mode, fd;

    mmap(NULL, 4096, PROT_READ, MAP_ANONYMOUS, -1, 0);
    mmap(NULL, 4096, PROT_NONE, 0, -1, 0);
    mmap(NULL, 4096, PROT_READ, 7 | MAP_NORESERVE, -1, 0);
    mmap(NULL, 4096, 0x10, MAP_PRIVATE | MAP_HUGETLB | (21 << 26), 1, 0);
    mmap(NULL, 4096, PROT_READ | 0x100, MAP_PRIVATE | (3 << 26), 1, 0x3000);
    mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | (63u << 26), 1, 0x3000);
    memfd_create("x", MFD_HUGETLB | (40u << 26));
    syscall(SYS_mbind, p, 4096, MPOL_BIND, mask, 8, MPOL_MF_STRICT);
    syscall(SYS_mbind, p, 4096, MPOL_PREFERRED | MPOL_F_STATIC_NODES, mask, 65, 0);
    syscall(SYS_mbind, p, 4096, MPOL_INTERLEAVE, many, 128, MPOL_MF_MOVE);
    syscall(SYS_mbind, p, 4096, MPOL_BIND, NOWHERE, 8, 0);
    syscall(SYS_mbind, p, 4096, MPOL_DEFAULT, NULL, 0, 0);
    syscall(SYS_mbind, p, 4096, 77, mask, 0, 0x80);
    syscall(SYS_set_mempolicy, MPOL_BIND, mask, 64);
    syscall(SYS_set_mempolicy, MPOL_PREFERRED, many, 1);
    syscall(SYS_get_mempolicy, &mode, mask, 1024, NULL, 0);
    syscall(SYS_set_mempolicy, MPOL_DEFAULT, NULL, 0);
    syscall(SYS_get_mempolicy, &mode, NULL, 0, NULL, 0);
    syscall(SYS_get_mempolicy, &mode, NULL, 0, p, MPOL_F_ADDR);
    syscall(SYS_get_mempolicy, NULL, mask, 7, NULL, MPOL_F_MEMS_ALLOWED);
    syscall(SYS_get_mempolicy, NULL, mask, 1024, NULL, MPOL_F_NODE | 0x40);
    syscall(SYS_migrate_pages, 0, 64, mask, mask);
    *p = 1;
    syscall(SYS_move_pages, 0, 1ul, &p, NULL, &mode, 0);
    p = NOWHERE;
    syscall(SYS_move_pages, 0, 1ul, &p, NULL, &mode, 0);
    syscall(SYS_move_pages, 0, 1ul, NOWHERE, NULL, &mode, 0);
    fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | UFFD_USER_MODE_ONLY);
    ioctl(fd, UFFDIO_API, &api);
    api.features = 1ull << 60;
    ioctl(fd, UFFDIO_API, &api);
    api = (struct uffdio_api){.api = 0x55};
    ioctl(fd, UFFDIO_API, &api);
    ioctl(fd, UFFDIO_API, NOWHERE);
}

/* ---- scheduling and capabilities ---- */

struct attr { /* struct sched_attr of the kernel, which some headers have not */
    uint32_t size, sched_policy;
    uint64_t sched_flags;
    int32_t sched_nice;
    uint32_t sched_priority;
    uint64_t sched_runtime, sched_deadline, sched_period;
    uint32_t sched_util_min, sched_util_max;
};

static void scheduling(void)
{
    struct attr a = {.size = sizeof(a), .sched_flags = 1, .sched_nice = 3};
    struct __user_cap_header_struct h = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct d[2] = {{1u << CAP_KILL, 0, 0}, {0, 0, 0}};
    struct sched_param p = {5};

    syscall(SYS_sched_setattr, 0, &a, 0);
    syscall(SYS_sched_getattr, 0, &a, sizeof(a), 0);
    syscall(SYS_sched_getattr, 0, &a, 48, 0);
    syscall(SYS_sched_getattr, 0, &a, 20, 0);
    syscall(SYS_sched_getattr, 0, NOWHERE, sizeof(a), 0);
    a.size = 48;
    a.sched_policy = SCHED_FIFO;
    a.sched_priority = 2;
    syscall(SYS_sched_setattr, -1, &a, 0);
    a.sched_policy = 6;
    a.sched_flags = 0x60;
    a.size = sizeof(a);
    syscall(SYS_sched_setattr, -1, &a, 0);
    a.size = 20;
    syscall(SYS_sched_setattr, -1, &a, 1);
    syscall(SYS_sched_setattr, 0, NOWHERE, 0);
    syscall(SYS_sched_setattr, 0, NULL, 0);
    sched_setscheduler(-1, SCHED_RR | SCHED_RESET_ON_FORK, &p);
    sched_setscheduler(-1, 77, &p);
    sched_getparam(0, &p);
    syscall(SYS_capget, &h, NULL);
    syscall(SYS_capset, &h, d);
    h.pid = -1;
    syscall(SYS_capset, &h, d);
    syscall(SYS_capget, &h, d);
    h.version = 7;
    syscall(SYS_capset, &h, d);
    syscall(SYS_capget, NULL, d);
    h = (struct __user_cap_header_struct){_LINUX_CAPABILITY_VERSION_1, -1};
    syscall(SYS_capset, &h, d);
    syscall(SYS_capset, &h, NOWHERE);
    /* clone's arguments depend on its flags; signal handlers without memory in common are refused */
    syscall(SYS_clone, CLONE_SIGHAND | SIGCHLD, 0, &p, NULL, NULL);
    syscall(SYS_clone, CLONE_SIGHAND | CLONE_PARENT_SETTID, 0x1000, NOWHERE, NULL, NULL);
    syscall(SYS_clone, CLONE_SIGHAND | CLONE_PIDFD | CLONE_SETTLS, 0, NOWHERE, NULL, 0x5000);
    syscall(SYS_clone, CLONE_SIGHAND | CLONE_CHILD_SETTID | SIGUSR1, 0, NULL, NOWHERE, NULL);
    syscall(SYS_clone, CLONE_SIGHAND | CLONE_CHILD_CLEARTID, 0, NULL, NOWHERE, NULL);
}

/* Which number a terminal has depends on who else has one: nobody asks here. */
static void terminals(void)
{
    int m = open("/dev/ptmx", O_RDWR | O_NOCTTY), n = 0, s;

    ioctl(m, TIOCSPTLCK, &n);
    ioctl(m, TIOCGPTLCK, &n);
    n = 1;
    ioctl(m, TIOCPKT, &n);
    ioctl(m, TIOCGPKT, &n);
    ioctl(m, TIOCPKT, NOWHERE);
    s = ioctl(m, TIOCGPTPEER, O_RDWR | O_NOCTTY);
    ioctl(s, TCFLSH, TCIOFLUSH);
    ioctl(s, TCFLSH, 7);
    ioctl(s, TCXONC, TCOOFF);
    ioctl(s, TCXONC, TCOON);
    ioctl(s, TCSBRK, 1);
    ioctl(s, TCSBRKP, 0);
    ioctl(s, TIOCNOTTY);
    ioctl(s, TIOCEXCL);
    ioctl(s, TIOCGEXCL, &n);
    ioctl(s, TIOCNXCL);
    ioctl(s, TIOCGETD, &n);
    ioctl(m, TIOCSIG, SIGINT);
    ioctl(m, TIOCSIG, SIGTERM);
    ioctl(s, TIOCOUTQ, &n);
    ioctl(s, 0x802c542a, NOWHERE); /* TCGETS2 */
    ioctl(s, 0x402c542b, NOWHERE);
    ioctl(s, 0x402c542c, NOWHERE);
    ioctl(s, 0x402c542d, NOWHERE);
}

int main(int argc, char **argv)
{
    static const struct group_of_calls groups[] = {
        {"messages", messages},     {"files", files},         {"ipc", ipc},
        {"tracing", tracing},       {"futexes", futexes},     {"memory", memory},
        {"scheduling", scheduling}, {"terminals", terminals}, {NULL, NULL}};

    return run_group(groups, argc, argv);
}
