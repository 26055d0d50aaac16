/* proc_misc.c - who a process is and what it may: ids, limits, priorities, scheduling, prctl, the machine. */
#include "probe.h"
#include <linux/capability.h>
#include <sched.h>
#include <sys/personality.h>
#include <sys/random.h>
#include <sys/sysinfo.h>
#include <sys/uio.h>

static int in_other(int (*f)(void))
{
    int s;
    fflush(stdout);
    pid_t pid = must(fork());
    if (!pid)
        _exit(f());
    waitpid(pid, &s, 0);
    return WIFEXITED(s) ? WEXITSTATUS(s) : 100 + WTERMSIG(s);
}
static int new_session(void)
{
    return setsid() == getpid() && getsid(0) == getpid() && getpgrp() == getpid() ? 0 : 1;
}
static int new_session_twice(void)
{
    setsid();
    return setsid() == -1 && errno == EPERM ? 0 : 1;
}
static int leader_leaves(void)
{
    setsid();
    return setpgid(0, 0) == -1 && errno == EPERM ? 0 : 1;
}
static int niceness(void)
{
    errno = 0;
    return setpriority(PRIO_PROCESS, 0, 7) || getpriority(PRIO_PROCESS, 0) != 7;
}
static int nice_limit(void)
{
    setpriority(PRIO_PROCESS, 0, 99);
    return getpriority(PRIO_PROCESS, 0) != 19;
}
static int file_limit(void)
{
    struct rlimit r = {5, 5};
    setrlimit(RLIMIT_NOFILE, &r);
    while (dup(1) >= 0)
        ;
    return errno == EMFILE ? 0 : 1;
}
static int pgrp_signal(void)
{
    setpgid(0, 0);
    pid_t a = fork();
    int s;
    if (!a)
        for (;;)
            pause();
    signal(SIGTERM, SIG_IGN);
    kill(0, SIGTERM);
    waitpid(a, &s, 0);
    return WIFSIGNALED(s) && WTERMSIG(s) == SIGTERM ? 0 : 1;
}

static int mce_policy(void)
{
    return prctl(PR_MCE_KILL_GET, 0, 0, 0, 0);
}

/* PR_MCE_KILL: when a task hears of memory that broke. */
static void machine_checks(void)
{
    is_num(prctl(PR_MCE_KILL_GET, 0, 0, 0, 0), PR_MCE_KILL_DEFAULT, "PR_MCE_KILL_GET: as the machine does");
    is_err(prctl(PR_MCE_KILL, 9, 0, 0, 0), "EINVAL", "PR_MCE_KILL neither sets nor clears");
    is_err(prctl(PR_MCE_KILL, PR_MCE_KILL_CLEAR, 1, 0, 0), "EINVAL", "PR_MCE_KILL_CLEAR has no argument");
    is_ok(prctl(PR_MCE_KILL, PR_MCE_KILL_SET, PR_MCE_KILL_EARLY, 0, 0), "PR_MCE_KILL_EARLY");
    is_num(prctl(PR_MCE_KILL_GET, 0, 0, 0, 0), PR_MCE_KILL_EARLY, "is told");
    is_ok(prctl(PR_MCE_KILL, PR_MCE_KILL_CLEAR, 0, 0, 0), "PR_MCE_KILL_CLEAR");
    is_num(prctl(PR_MCE_KILL_GET, 0, 0, 0, 0), PR_MCE_KILL_DEFAULT, "takes it back");
    is_err(prctl(PR_MCE_KILL, PR_MCE_KILL_SET, 9, 0, 0), "EINVAL", "no such policy");
    is_num(prctl(PR_MCE_KILL_GET, 0, 0, 0, 0), PR_MCE_KILL_EARLY, "which brings back the last");
    is_ok(prctl(PR_MCE_KILL, PR_MCE_KILL_SET, PR_MCE_KILL_LATE, 0, 0), "PR_MCE_KILL_LATE");
    is_num(prctl(PR_MCE_KILL_GET, 0, 0, 0, 0), PR_MCE_KILL_LATE, "is told");
    is_num(in_other(mce_policy), PR_MCE_KILL_LATE, "and inherited");
    is_ok(prctl(PR_MCE_KILL, PR_MCE_KILL_SET, PR_MCE_KILL_DEFAULT, 0, 0), "PR_MCE_KILL_DEFAULT");
    is_num(prctl(PR_MCE_KILL_GET, 0, 0, 0, 0), PR_MCE_KILL_DEFAULT, "is as at first");
}

int main(void)
{
    struct rlimit r, r2;
    struct utsname u;
    struct sysinfo si;
    char name[32] = "", buf[64] = "";
    int v = -1;

    is_ok(prctl(PR_SET_NAME, "a-very-long-task-name"), "PR_SET_NAME");
    prctl(PR_GET_NAME, name);
    is_str(name, "a-very-long-tas", "keeps fifteen bytes");
    is_err(prctl(PR_SET_NAME, 1), "EFAULT", "a wild name");
    is_err(prctl(99999), "EINVAL", "no such option");
    is_err(prctl(PR_SET_PDEATHSIG, 65), "EINVAL", "no such signal");
    machine_checks();
    is_err(prctl(PR_SET_MM, PR_SET_MM_MAP, 16, 8, 0), "EINVAL", "PR_SET_MM_MAP of another size");
    is_err(prctl(PR_SET_MM, PR_SET_MM_MAP, 16, sizeof(struct prctl_mm_map), 0), "EFAULT", "and of nowhere");
    is_ok(prctl(PR_GET_PDEATHSIG, &v), "PR_GET_PDEATHSIG");
    is_num(v, 0, "is none at first");
    is_num(prctl(PR_GET_DUMPABLE), 1, "dumpable");
    is_err(prctl(PR_SET_DUMPABLE, 2), "EINVAL", "not by choice 2");
    is_err(prctl(PR_SET_NO_NEW_PRIVS, 1, 1, 0, 0), "EINVAL", "PR_SET_NO_NEW_PRIVS wants zeroes");
    is_err(prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0), "EINVAL", "and cannot be taken back");
    is_ok(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "PR_SET_NO_NEW_PRIVS");
    is_num(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 1, "stays");
    is_num(prctl(PR_GET_TIMERSLACK), 50000, "timer slack");
    is_err(prctl(PR_CAPBSET_READ, 99), "EINVAL", "capability 99");
    is_num(personality(0xffffffff), 0, "personality");

    is_num(getuid(), geteuid(), "user and effective user");
    is_err(setresuid(-1, -1, -1) ? -1 : 0, "ok", "setresuid of nothing");
    is_err(setuid(-1), "EINVAL", "setuid(-1)");
    gid_t groups[2];
    is_true(getgroups(0, NULL) >= 0, "number of groups");
    is_err(getgroups(-1, groups), "EINVAL", "a negative number of groups");
    struct __user_cap_header_struct h = {0x12345678, 0};
    struct __user_cap_data_struct d[2];
    is_err(syscall(SYS_capget, &h, d), "EINVAL", "capget of an unknown version");
    is_num(h.version, 0x20080522, "tells the right one");
    is_ok(syscall(SYS_capget, &h, d), "capget");
    h.pid = 999999;
    is_err(syscall(SYS_capget, &h, d), "ESRCH", "capget of nobody");

    is_num(in_other(new_session), 0, "setsid makes session and group");
    is_num(in_other(new_session_twice), 0, "not twice");
    is_num(in_other(leader_leaves), 0, "a session leader keeps its group");
    is_num(in_other(pgrp_signal), 0, "kill(0) reaches the group");
    is_err(getsid(999999), "ESRCH", "getsid of nobody");
    is_num(in_other(niceness), 0, "setpriority");
    is_num(in_other(nice_limit), 0, "at most 19");
    is_err(getpriority(9, 0), "EINVAL", "getpriority of what?");
    is_err(getpriority(PRIO_PROCESS, 999999), "ESRCH", "getpriority of nobody");

    is_ok(getrlimit(RLIMIT_STACK, &r), "getrlimit");
    r2 = r;
    r2.rlim_cur = 4 << 20;
    is_ok(setrlimit(RLIMIT_STACK, &r2), "setrlimit");
    getrlimit(RLIMIT_STACK, &r2);
    is_num((long)r2.rlim_cur, 4 << 20, "reads back");
    is_err(getrlimit(99, &r), "EINVAL", "limit 99");
    r2.rlim_cur = 10;
    r2.rlim_max = 5;
    is_err(setrlimit(RLIMIT_CORE, &r2), "EINVAL", "soft above hard");
    is_err(prlimit(999999, RLIMIT_CORE, NULL, &r), "ESRCH", "prlimit of nobody");
    is_err(syscall(SYS_prlimit64, 0, RLIMIT_CORE, 1, NULL), "EFAULT", "a wild limit");
    is_num(in_other(file_limit), 0, "RLIMIT_NOFILE is EMFILE");

    struct sched_param sp = {0};
    is_num(sched_getscheduler(0), SCHED_OTHER, "SCHED_OTHER");
    is_err(sched_getscheduler(999999), "ESRCH", "of nobody");
    is_err(sched_getscheduler(-1), "EINVAL", "of a negative pid");
    is_ok(sched_getparam(0, &sp), "sched_getparam");
    is_num(sp.sched_priority, 0, "priority 0");
    sp.sched_priority = 5;
    is_err(sched_setscheduler(0, SCHED_OTHER, &sp), "EINVAL", "SCHED_OTHER has no priority");
    sp.sched_priority = 0;
    is_err(sched_setscheduler(0, SCHED_FIFO, &sp), "EINVAL", "SCHED_FIFO has");
    is_err(sched_setscheduler(0, 55, &sp), "EINVAL", "policy 55");
    is_num(sched_get_priority_max(SCHED_RR), 99, "99 is the highest");
    is_num(sched_get_priority_min(SCHED_RR), 1, "1 the lowest");
    is_err(sched_get_priority_max(77), "EINVAL", "of what?");
    is_ok(sched_yield(), "sched_yield");
    cpu_set_t set;
    is_ok(sched_getaffinity(0, sizeof set, &set), "sched_getaffinity");
    is_true(CPU_COUNT(&set) >= 1, "at least one processor");
    is_err(syscall(SYS_sched_getaffinity, 0, 3, &set), "EINVAL", "a mask of three bytes");
    CPU_ZERO(&set);
    is_err(sched_setaffinity(0, sizeof set, &set), "EINVAL", "no processor at all");

    is_ok(uname(&u), "uname");
    is_str(u.sysname, "Linux", "is Linux");
    is_str(u.machine, "x86_64", "on x86_64");
    is_err(syscall(SYS_uname, 1), "EFAULT", "a wild uname");
    is_ok(sysinfo(&si), "sysinfo");
    is_true(si.totalram > si.freeram && si.mem_unit == 1 && si.procs > 0, "is sensible");
    is_num(getrandom(buf, 16, 0), 16, "getrandom");
    is_true(memcmp(buf, buf + 16, 16) != 0, "is not zero");
    is_err(getrandom(buf, 1, 99), "EINVAL", "getrandom with unknown flags");
    is_err(syscall(SYS_getrandom, 1, 16, 0), "EFAULT", "getrandom to nowhere");
    is_num(getrandom((void *)1, 0, 0), 0, "getrandom of nothing");

    struct iovec l = {buf, 8}, rv = {"12345678", 8};
    is_num(process_vm_readv(getpid(), &l, 1, &rv, 1, 0), 8, "process_vm_readv of oneself");
    is_true(!memcmp(buf, "12345678", 8), "reads");
    rv.iov_base = (void *)16;
    is_err(process_vm_readv(getpid(), &l, 1, &rv, 1, 0), "EFAULT", "from nowhere");
    is_err(process_vm_readv(999999, &l, 1, &rv, 1, 0), "ESRCH", "from nobody");
    is_err(process_vm_readv(getpid(), &l, 1, &rv, 1, 1), "EINVAL", "with flags");
    is_num(syscall(SYS_kcmp, getpid(), getpid(), 1, 0, 0), 0, "kcmp: one address space");
    is_err(syscall(SYS_kcmp, getpid(), 999999, 1, 0, 0), "ESRCH", "kcmp with nobody");
    is_err(syscall(SYS_unshare, 1), "EINVAL", "unshare of nothing known");
    return done();
}
