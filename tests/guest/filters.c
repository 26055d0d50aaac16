/*
 * filters.c GROUP - calls about seccomp filters and landlock's rulesets, and those that filters refuse: for
 * tests/cli/strace_args.sh to compare what strace says of them with what --strace says, and for tests/cli/explain.sh.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOWHERE       ((void *)16)
#define RETURN(value) BPF_STMT(BPF_RET | BPF_K, (value))
#define NUMBER        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))
#define NUMBER_IS(nr) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (nr), 0, 1)

static long seccomp(unsigned op, unsigned flags, void *args)
{
    return syscall(SYS_seccomp, op, flags, args);
}

static void modes(void)
{
    static const unsigned actions[] = {SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_KILL_THREAD,
                                       SECCOMP_RET_TRAP,         SECCOMP_RET_ERRNO,
                                       SECCOMP_RET_USER_NOTIF,   SECCOMP_RET_TRACE,
                                       SECCOMP_RET_LOG,          SECCOMP_RET_ALLOW,
                                       SECCOMP_RET_ALLOW | 1,    5};
    struct sock_filter every[] = {
        NUMBER,
        BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0),
        BPF_STMT(BPF_LDX | BPF_W | BPF_LEN, 0),
        BPF_STMT(BPF_LD | BPF_IMM, 3),
        BPF_STMT(BPF_LDX | BPF_IMM, 0x80000000),
        BPF_STMT(BPF_ST, 1),
        BPF_STMT(BPF_STX, 2),
        BPF_STMT(BPF_LD | BPF_MEM, 1),
        BPF_STMT(BPF_LDX | BPF_MEM, 2),
        BPF_STMT(BPF_ALU | BPF_ADD | BPF_K, 1),
        BPF_STMT(BPF_ALU | BPF_SUB | BPF_X, 0),
        BPF_STMT(BPF_ALU | BPF_NEG, 0),
        BPF_STMT(BPF_ALU | BPF_XOR | BPF_K, 255),
        BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, 255),
        BPF_STMT(BPF_MISC | BPF_TAX, 0),
        BPF_STMT(BPF_MISC | BPF_TXA, 0),
        BPF_JUMP(BPF_JMP | BPF_JA, 0, 0, 0),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_X, 0, 1, 0),
        BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 0),
        BPF_STMT(BPF_LD | BPF_B | BPF_IND, 0),
        BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
        {0xffff, 1, 2, 3},
        {BPF_ST | BPF_IND, 0, 0, 1},
        {BPF_STX | 0x100, 0, 0, 1},
        {BPF_LD | 0x118 | BPF_MSH, 0, 0, 1},
        {BPF_ALU | 0xe0 | 0x100, 0, 0, 1},
        {BPF_JMP | 0x80, 0, 0, 1},
        {BPF_RET | BPF_X, 0, 0, 1},
        {BPF_RET | 0x1f0, 0, 0, 1},
        {BPF_MISC | 8, 0, 0, 1},
        BPF_STMT(BPF_RET | BPF_A, 0),
        RETURN(SECCOMP_RET_ERRNO | 7),
        RETURN(SECCOMP_RET_KILL_PROCESS | 7),
        RETURN(0x12345678),
        RETURN(SECCOMP_RET_ALLOW),
    };
    struct sock_filter allow[] = {NUMBER, NUMBER_IS(SYS_tuxcall), RETURN(SECCOMP_RET_ERRNO | EPERM),
                                  RETURN(SECCOMP_RET_ALLOW)};
    struct sock_fprog odd = {sizeof(every) / sizeof(*every), every}, fine = {4, allow}, none = {4, NULL},
                      empty = {0, allow}, nowhere = {4, NOWHERE};
    unsigned short sizes[3];
    char name[16];

    prctl(PR_SET_NAME, "fourteen bytes");
    prctl(PR_GET_NAME, name);
    prctl(PR_SET_NAME, "fifteen bytes..");
    prctl(PR_SET_NAME, "sixteen bytes...");
    prctl(PR_GET_NAME, name);
    prctl(PR_GET_NAME, NOWHERE);
    prctl(PR_GET_SECCOMP);
    prctl(PR_SET_SECCOMP, 7, 1, 2, 3);
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NOWHERE);
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &odd);
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &fine);
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
    prctl(PR_GET_SECCOMP);
    prctl(PR_SET_TSC, PR_TSC_SIGSEGV);
    prctl(PR_SET_TSC, 7);
    prctl(PR_SET_SYSCALL_USER_DISPATCH, 9, 1, 2, NOWHERE);
    prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, 4096, 0, NOWHERE);
    prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_OFF, 0, 0, NULL);
    prctl(PR_GET_TSC, &sizes);
    prctl(PR_GET_TSC, NOWHERE);
    seccomp(SECCOMP_SET_MODE_STRICT, 0, NULL);
    seccomp(SECCOMP_SET_MODE_STRICT, 1, NOWHERE);
    seccomp(SECCOMP_SET_MODE_FILTER, 0, &odd);
    seccomp(SECCOMP_SET_MODE_FILTER, 0, &none);
    seccomp(SECCOMP_SET_MODE_FILTER, 0, &empty);
    seccomp(SECCOMP_SET_MODE_FILTER, 0, &nowhere);
    seccomp(SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_LOG, &fine);
    seccomp(SECCOMP_SET_MODE_FILTER, 0x7f, &fine);
    seccomp(SECCOMP_SET_MODE_FILTER, 0x80000000, NULL);
    for (unsigned i = 0; i < sizeof(actions) / sizeof(*actions); i++)
        seccomp(SECCOMP_GET_ACTION_AVAIL, 0, (void *)&actions[i]);
    seccomp(SECCOMP_GET_ACTION_AVAIL, 1, NOWHERE);
    seccomp(SECCOMP_GET_NOTIF_SIZES, 0, sizes);
    seccomp(SECCOMP_GET_NOTIF_SIZES, 2, sizes);
    seccomp(SECCOMP_GET_NOTIF_SIZES, 0, NOWHERE);
    seccomp(99, 1, NOWHERE);
}

static void caught(int signo)
{
}

static void refusals(void)
{
    struct sock_filter filter[] = {NUMBER,
                                   NUMBER_IS(SYS_getuid),
                                   RETURN(SECCOMP_RET_ERRNO | EXDEV),
                                   NUMBER_IS(SYS_geteuid),
                                   RETURN(SECCOMP_RET_TRAP | 11),
                                   NUMBER_IS(SYS_getgid),
                                   RETURN(SECCOMP_RET_LOG),
                                   NUMBER_IS(SYS_getegid),
                                   RETURN(SECCOMP_RET_KILL_THREAD),
                                   RETURN(SECCOMP_RET_ALLOW)};
    struct sock_fprog fprog = {sizeof(filter) / sizeof(*filter), filter};

    signal(SIGSYS, caught);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    seccomp(SECCOMP_SET_MODE_FILTER, 0, &fprog);
    getuid();
    geteuid();
    getgid();
    getegid();
}

static void memory(void)
{
    struct sock_filter refuse[] = {NUMBER,
                                   NUMBER_IS(SYS_mprotect),
                                   RETURN(SECCOMP_RET_ERRNO | EACCES),
                                   NUMBER_IS(SYS_munmap),
                                   RETURN(SECCOMP_RET_KILL_PROCESS),
                                   RETURN(SECCOMP_RET_ALLOW)};
    struct sock_filter allow[] = {RETURN(SECCOMP_RET_ALLOW)};
    struct sock_fprog first = {sizeof(refuse) / sizeof(*refuse), refuse}, second = {1, allow};
    void *p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    seccomp(SECCOMP_SET_MODE_FILTER, 0, &first);
    seccomp(SECCOMP_SET_MODE_FILTER, 0, &second);
    mprotect(p, 4096, PROT_NONE);
    madvise(p, 4096, 12345);
    munmap(p, 4096);
}

static void rulesets(void)
{
    unsigned long long handled = 0x1fff, unknown = 1ull << 40 | 1;
    struct {
        unsigned long long access;
        int parent;
    } __attribute__((packed)) beneath = {4, -1};

    syscall(SYS_landlock_create_ruleset, NULL, 0, 1);
    syscall(SYS_landlock_create_ruleset, NOWHERE, 24, 0x10);
    syscall(SYS_landlock_create_ruleset, NOWHERE, 8, 0);
    syscall(SYS_landlock_create_ruleset, &handled, 7, 0);
    syscall(SYS_landlock_create_ruleset, &unknown, 8, 0);
    syscall(SYS_landlock_add_rule, syscall(SYS_landlock_create_ruleset, &handled, 8, 0), 1, &beneath, 0);
    syscall(SYS_landlock_add_rule, -1, 1, NOWHERE, 0);
    syscall(SYS_landlock_add_rule, -1, 9, NOWHERE, 1);
    syscall(SYS_landlock_restrict_self, -1, 0x80);
}

static void strictly(void)
{
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
    write(-1, "", 0);
    syscall(SYS_getuid);
}

static void listeners(void)
{
    struct sock_filter ask[] = {NUMBER, NUMBER_IS(SYS_tuxcall), RETURN(SECCOMP_RET_USER_NOTIF),
                                RETURN(SECCOMP_RET_ALLOW)};
    struct sock_fprog fprog = {4, ask};
    struct seccomp_notif_resp resp = {.id = 1};
    struct seccomp_notif_addfd addfd = {.id = 1, .srcfd = 1, .newfd = 9, .flags = SECCOMP_ADDFD_FLAG_SETFD};
    struct seccomp_notif asked = {.id = 1};
    unsigned long long id = 7;
    int fd;

    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    fd = (int)seccomp(SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &fprog);
    ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, NOWHERE);
    ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &resp);
    ioctl(fd, SECCOMP_IOCTL_NOTIF_ID_VALID, &id);
    ioctl(fd, SECCOMP_IOR(2, unsigned long long), &id);
    ioctl(fd, SECCOMP_IOCTL_NOTIF_ADDFD, &addfd);
    ioctl(fd, SECCOMP_IOW(4, unsigned long long), 1);
    ioctl(fd, SECCOMP_IOW(9, unsigned long long), 1);
    ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, &asked);
    if (!fork())
        _exit((int)syscall(SYS_tuxcall, 1, 2, 3, 4, 5, 6));
    asked.id = 0;
    ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, &asked);
    id = addfd.id = resp.id = asked.id;
    ioctl(fd, SECCOMP_IOCTL_NOTIF_ID_VALID, &id);
    ioctl(fd, SECCOMP_IOCTL_NOTIF_ADDFD, &addfd);
    resp.val = 9;
    resp.error = -EPERM;
    ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &resp);
    wait(NULL);
}

static const struct {
    const char *name;
    void (*run)(void);
} groups[] = {{"modes", modes},       {"refusals", refusals}, {"memory", memory},
              {"rulesets", rulesets}, {"strictly", strictly}, {"listeners", listeners}};

int main(int argc, char **argv)
{
    for (unsigned i = 0; argc == 2 && i < sizeof(groups) / sizeof(*groups); i++)
        if (!strcmp(argv[1], groups[i].name)) {
            groups[i].run();
            return 0;
        }
    fputs("filters: needs the name of a group\n", stderr);
    return 2;
}
