/* structs_proc.c - structures of processes, signals, time and memory, as strace shows them. */
#include <errno.h>
#include <linux/sched.h>
#include <string.h>
#include <sys/wait.h>

#include "../proc/rusage.h"
#include "strace.h"

/* ---- time ---- */

void print_timespec(struct call *c, const void *p)
{
    const int64_t *ts = p;

    text_printf(c->out, "{tv_sec=%ld, tv_nsec=%lu}", ts[0], ts[1]);
}

void print_timeval(struct call *c, const void *p)
{
    const int64_t *tv = p;

    text_printf(c->out, "{tv_sec=%ld, tv_usec=%lu}", tv[0], tv[1]);
}

/* What is left of a sleep is only written when a signal cut it short. */
static void print_remaining(struct call *c, uint64_t addr, const struct arg *a)
{
    int64_t ts[2];

    if ((c->ret == -ERESTART_RESTARTBLOCK || c->ret == -EINTR) && get(c, ts, addr, sizeof(ts)))
        print_timespec(c, ts);
    else
        print_addr(c, addr);
}

static void print_itimerval(struct call *c, const void *p)
{
    const int64_t *v = p;

    text_puts(c->out, "{it_interval=");
    print_timeval(c, v);
    text_puts(c->out, ", it_value=");
    print_timeval(c, v + 2);
    text_putc(c->out, '}');
}

static void print_itimerspec(struct call *c, const void *p)
{
    const int64_t *v = p;

    text_puts(c->out, "{it_interval=");
    print_timespec(c, v);
    text_puts(c->out, ", it_value=");
    print_timespec(c, v + 2);
    text_putc(c->out, '}');
}

static void print_utime(struct call *c, const int64_t ts[2])
{
    const char *special = ts[1] == 0x3fffffff ? "UTIME_NOW" : ts[1] == 0x3ffffffe ? "UTIME_OMIT" : NULL;

    if (!special || c->tr->opt.xlat != XLAT_ABBREV)
        print_timespec(c, ts);
    if (!special)
        print_when(c, ts[0], (uint64_t)ts[1], 9);
    else if (c->tr->opt.xlat != XLAT_RAW)
        text_printf(c->out, c->tr->opt.xlat == XLAT_VERBOSE ? " /* %s */" : "%s", special);
}

static void print_timespec_pair(struct call *c, const void *p)
{
    const int64_t *v = p;

    text_putc(c->out, '[');
    print_utime(c, v);
    text_puts(c->out, ", ");
    print_utime(c, v + 2);
    text_putc(c->out, ']');
}

static void print_timeval_pair(struct call *c, const void *p)
{
    const int64_t *v = p;

    text_putc(c->out, '[');
    print_timeval(c, v);
    print_when(c, v[0], (uint64_t)v[1], 6);
    text_puts(c->out, ", ");
    print_timeval(c, v + 2);
    print_when(c, v[2], (uint64_t)v[3], 6);
    text_putc(c->out, ']');
}

static void print_timezone(struct call *c, const void *p)
{
    const int32_t *z = p;

    text_printf(c->out, "{tz_minuteswest=%d, tz_dsttime=%d}", z[0], z[1]);
}

static void print_tms(struct call *c, const void *p)
{
    const int64_t *v = p;

    text_printf(c->out, "{tms_utime=%ld, tms_stime=%ld, tms_cutime=%ld, tms_cstime=%ld}", v[0], v[1], v[2],
                v[3]);
}

static void print_timerid(struct call *c, const void *p)
{
    text_printf(c->out, "[%d]", *(const int32_t *)p);
}

static void print_sigevent(struct call *c, const void *p)
{
    const struct {
        uint64_t value;
        int32_t signo, notify, tid;
    } *ev = p;

    text_putc(c->out, '{');
    if (ev->value) {
        text_printf(c->out, "sigev_value={sival_int=%d, sival_ptr=", (int)ev->value);
        print_addr(c, ev->value);
        text_puts(c->out, "}, ");
    }
    text_puts(c->out, "sigev_signo=");
    if (ev->notify == 1) /* SIGEV_NONE: just a number */
        text_printf(c->out, "%d", ev->signo);
    else
        print_signo(c, ev->signo);
    text_puts(c->out, ", sigev_notify=");
    print_xlat_named(c, "sigev", (uint64_t)ev->notify);
    if (ev->notify == 4)
        text_printf(c->out, ", sigev_notify_thread_id=%d", ev->tid);
    text_putc(c->out, '}');
}

static void print_mq_attr(struct call *c, const void *p)
{
    const int64_t *a = p;

    text_puts(c->out, "{mq_flags=");
    print_flags_named(c, "mq_flags", (uint64_t)a[0]);
    text_printf(c->out, ", mq_maxmsg=%ld, mq_msgsize=%ld, mq_curmsgs=%ld}", (long)a[1], (long)a[2], (long)a[3]);
}

/* ---- limits and usage ---- */

static void print_limit(struct call *c, uint64_t v, const char *infinity)
{
    if (v == UINT64_MAX)
        text_puts(c->out, infinity);
    else if (v > 1024 && v % 1024 == 0)
        text_printf(c->out, "%lu*1024", v / 1024);
    else
        text_printf(c->out, "%lu", v);
}

static void print_limits(struct call *c, const uint64_t *v, const char *infinity)
{
    text_puts(c->out, "{rlim_cur=");
    print_limit(c, v[0], infinity);
    text_puts(c->out, ", rlim_max=");
    print_limit(c, v[1], infinity);
    text_putc(c->out, '}');
}

static void print_rlimit(struct call *c, const void *p)
{
    print_limits(c, p, "RLIM_INFINITY");
}

static void print_rlimit64(struct call *c, const void *p)
{
    print_limits(c, p, "RLIM64_INFINITY");
}

static void print_rusage(struct call *c, const void *p)
{
    const struct krusage *ru = p;

    text_puts(c->out, "{ru_utime=");
    print_timeval(c, &ru->utime);
    text_puts(c->out, ", ru_stime=");
    print_timeval(c, &ru->stime);
    if (!c->style.full) {
        text_puts(c->out, ", ...}");
        return;
    }
    text_printf(c->out,
                ", ru_maxrss=%lu, ru_ixrss=%lu, ru_idrss=%lu, ru_isrss=%lu, ru_minflt=%lu, ru_majflt=%lu, "
                "ru_nswap=%lu, ru_inblock=%lu, ru_oublock=%lu, ru_msgsnd=%lu, ru_msgrcv=%lu, ru_nsignals=%lu, "
                "ru_nvcsw=%lu, ru_nivcsw=%lu}",
                ru->maxrss, ru->ixrss, ru->idrss, ru->isrss, ru->minflt, ru->majflt, ru->nswap, ru->inblock,
                ru->oublock, ru->msgsnd, ru->msgrcv, ru->nsignals, ru->nvcsw, ru->nivcsw);
}

static void print_sysinfo(struct call *c, const void *p)
{
    const uint64_t *v = p;

    text_printf(
        c->out,
        "{uptime=%ld, loads=[%lu, %lu, %lu], totalram=%lu, freeram=%lu, sharedram=%lu, bufferram=%lu, "
        "totalswap=%lu, freeswap=%lu, procs=%u, totalhigh=%lu, freehigh=%lu, mem_unit=%u}",
        (int64_t)v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8], v[9], (uint16_t)v[10], v[11], v[12],
        (unsigned)v[13]);
}

static void print_utsname(struct call *c, const void *p)
{
    const char *u = p;

    text_printf(c->out, "{sysname=\"%.65s\", nodename=\"%.65s\", ", u, u + 65);
    if (c->style.full)
        text_printf(c->out, "release=\"%.65s\", version=\"%.65s\", machine=\"%.65s\", domainname=\"%.65s\"}", u + 130,
                    u + 195, u + 260, u + 325);
    else
        text_puts(c->out, "...}");
}

/* ---- signals ---- */

static void print_handler(struct call *c, uint64_t h)
{
    if (h == 0)
        text_puts(c->out, "SIG_DFL");
    else if (h == 1)
        text_puts(c->out, "SIG_IGN");
    else
        print_addr(c, h);
}

static void print_sigaction(struct call *c, const void *p)
{
    const struct ksigaction *sa = p;

    text_puts(c->out, "{sa_handler=");
    print_handler(c, sa->handler);
    text_puts(c->out, ", sa_mask=");
    print_sigset(c, sa->mask);
    text_puts(c->out, ", sa_flags=");
    print_flags_named(c, "sa", sa->flags);
    if (sa->flags & 0x04000000)
        text_printf(c->out, ", sa_restorer=%#lx", sa->restorer);
    text_putc(c->out, '}');
}

static const char *code_table(int signo)
{
    switch (signo) {
    case SIGSEGV:
        return "segv";
    case SIGBUS:
        return "bus";
    case SIGFPE:
        return "fpe";
    case SIGILL:
        return "ill";
    case SIGTRAP:
        return "trap";
    case SIGCHLD:
        return "cld";
    }
    return "si";
}

static void print_value(struct call *c, uint64_t v)
{
    text_printf(c->out, ", si_int=%d, si_ptr=", (int)v);
    print_addr(c, v);
}

static void put_sender(struct call *c, int pid, unsigned uid)
{
    text_puts(c->out, ", si_pid=");
    print_pid(c, pid);
    text_printf(c->out, ", si_uid=%u", uid);
}

static void print_chld(struct call *c, const struct ksiginfo *i)
{
    put_sender(c, i->info.chld.pid, i->info.chld.uid);
    text_puts(c->out, ", si_status=");
    if (i->info.si_code == CLD_EXITED)
        text_printf(c->out, "%d", i->info.chld.status);
    else
        print_signo(c, i->info.chld.status);
    text_printf(c->out, ", si_utime=%ld, si_stime=%ld", i->info.chld.utime, i->info.chld.stime);
}

void print_siginfo(struct call *c, const struct ksiginfo *i)
{
    int code = i->info.si_code;
    bool general = code <= 0 || code == SI_KERNEL;

    if (!i->info.si_signo && !code) {
        text_puts(c->out, "{}");
        return;
    }
    text_puts(c->out, "{si_signo=");
    print_signo(c, i->info.si_signo);
    text_puts(c->out, ", si_code=");
    print_xlat_named(c, general ? "si" : code_table(i->info.si_signo), (uint64_t)(int64_t)code);
    if (i->info.si_errno)
        text_printf(c->out, ", si_errno=%d", i->info.si_errno);
    if (code == SI_KERNEL) {
        if (i->info.si_signo == SIGSEGV || i->info.si_signo == SIGBUS) {
            text_puts(c->out, ", si_addr=");
            print_addr(c, i->info.fault.addr);
        }
    } else if (code == SI_TIMER) {
        text_printf(c->out, ", si_timerid=%#x, si_overrun=%d", (unsigned)i->info.timer.tid,
                    i->info.timer.overrun);
        print_value(c, i->info.timer.value);
    } else if (code <= 0) {
        put_sender(c, i->info.rt.pid, i->info.rt.uid);
        if (code != SI_USER && code != SI_TKILL)
            print_value(c, i->info.rt.value);
    } else if (i->info.si_signo == SIGCHLD) {
        print_chld(c, i);
    } else if (strcmp(code_table(i->info.si_signo), "si")) {
        text_puts(c->out, ", si_addr=");
        print_addr(c, i->info.fault.addr);
        if (i->info.si_signo == SIGSEGV && code == SEGV_PKUERR)
            text_printf(c->out, ", si_pkey=%u", i->info.fault.pkey);
    }
    text_putc(c->out, '}');
}

static void print_user_siginfo(struct call *c, const void *p)
{
    struct ksiginfo i;

    memcpy(&i.info, p, sizeof(i.info));
    i.signo = i.info.si_signo;
    print_siginfo(c, &i);
}

static void print_stack_t(struct call *c, const void *p)
{
    const struct {
        uint64_t sp;
        int32_t flags;
        uint64_t size;
    } *s = p;

    text_puts(c->out, "{ss_sp=");
    print_addr(c, s->sp);
    text_puts(c->out, ", ss_flags=");
    print_flags_named(c, "ss", (uint32_t)s->flags);
    text_printf(c->out, ", ss_size=%lu}", s->size);
}

/* rt_sigreturn({mask=[]}): the mask that is in force again. */
static void print_sigreturn(struct call *c, uint64_t addr, const struct arg *a)
{
    text_puts(c->out, "{mask=");
    print_sigset(c, c->t->blocked);
    text_putc(c->out, '}');
}

/* ---- processes ---- */

static void print_wstatus(struct call *c, uint64_t addr, const struct arg *a)
{
    int s;

    if (c->ret <= 0 || !get(c, &s, addr, sizeof(s))) {
        print_addr(c, addr);
        return;
    }
    text_puts(c->out, "[{");
    if (WIFSTOPPED(s)) {
        text_puts(c->out, "WIFSTOPPED(s) && WSTOPSIG(s) == ");
        print_signo(c, WSTOPSIG(s));
    } else if (WIFSIGNALED(s)) {
        text_puts(c->out, "WIFSIGNALED(s) && WTERMSIG(s) == ");
        print_signo(c, WTERMSIG(s));
        if (WCOREDUMP(s))
            text_puts(c->out, " && WCOREDUMP(s)");
    } else if (WIFCONTINUED(s)) {
        text_puts(c->out, "WIFCONTINUED(s)");
    } else {
        text_printf(c->out, "WIFEXITED(s) && WEXITSTATUS(s) == %d", WEXITSTATUS(s));
    }
    text_puts(c->out, "}]");
}

static void print_clone_request(struct call *c, const struct clone_args *ca)
{
    text_puts(c->out, "{flags=");
    print_flags(c, xlat_find("clone"), ca->flags);
    if (ca->flags & CLONE_PIDFD)
        text_printf(c->out, ", pidfd=%#llx", (unsigned long long)ca->pidfd);
    if (ca->flags & (CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID))
        text_printf(c->out, ", child_tid=%#llx", (unsigned long long)ca->child_tid);
    if (ca->flags & CLONE_PARENT_SETTID)
        text_printf(c->out, ", parent_tid=%#llx", (unsigned long long)ca->parent_tid);
    text_puts(c->out, ", exit_signal=");
    print_signo(c, (int)ca->exit_signal);
    text_puts(c->out, ", stack=");
    print_addr(c, ca->stack);
    text_printf(c->out, ca->stack_size ? ", stack_size=%#llx" : ", stack_size=%llu",
                (unsigned long long)ca->stack_size);
    if (ca->flags & CLONE_SETTLS)
        text_printf(c->out, ", tls=%#llx", (unsigned long long)ca->tls);
    text_putc(c->out, '}');
}

static void print_clone_results(struct call *c, const struct clone_args *ca)
{
    const char *sep = " => {";
    int v;

    if (c->ret <= 0 || !(ca->flags & (CLONE_PIDFD | CLONE_PARENT_SETTID)))
        return;
    if (ca->flags & CLONE_PIDFD && get(c, &v, ca->pidfd, sizeof(v))) {
        text_printf(c->out, "%spidfd=[%d]", sep, v);
        sep = ", ";
    }
    if (ca->flags & CLONE_PARENT_SETTID && get(c, &v, ca->parent_tid, sizeof(v)))
        text_printf(c->out, "%sparent_tid=[%d]", sep, v);
    text_putc(c->out, '}');
}

/* clone3({...} => {parent_tid=[1234]}, 88): what goes in, and what the kernel wrote. */
static void print_clone_args(struct call *c, uint64_t addr, const struct arg *a)
{
    struct clone_args ca = {0};
    uint64_t size = c->args[1];

    if (size < CLONE_ARGS_SIZE_VER0 || !get(c, &ca, addr, size < sizeof(ca) ? size : sizeof(ca))) {
        if (!c->done)
            print_addr(c, addr);
        return;
    }
    if (c->done)
        print_clone_results(c, &ca);
    else
        print_clone_request(c, &ca);
}

static void print_gid(struct call *c, const void *p)
{
    text_printf(c->out, "%u", *(const unsigned *)p);
}

static void print_cap_header(struct call *c, const void *p)
{
    const struct {
        uint32_t version;
        int32_t pid;
    } *h = p;

    text_puts(c->out, "{version=");
    print_xlat_named(c, "cap_version", h->version);
    text_printf(c->out, ", pid=%d}", h->pid);
}

static void print_caps(struct call *c, const char *field, uint32_t low, uint32_t high)
{
    text_puts(c->out, field);
    if (low || !high)
        print_flags_named(c, "caps_low", low);
    if (low && high)
        text_putc(c->out, '|');
    if (high)
        print_flags_named(c, "caps_high", high);
}

/* Two words of 32 bits each, since version 2. */
static void print_cap_data(struct call *c, uint64_t addr, const struct arg *a)
{
    uint32_t d[6] = {0}, version;
    size_t size = get(c, &version, c->args[0], sizeof(version)) && version == 0x19980330 ? 12 : 24;

    if (!get(c, d, addr, size)) {
        print_addr(c, addr);
        return;
    }
    print_caps(c, "{effective=", d[0], d[3]);
    print_caps(c, ", permitted=", d[1], d[4]);
    print_caps(c, ", inheritable=", d[2], d[5]);
    text_putc(c->out, '}');
}

const struct struct_type structs_proc[] = {
    {"timespec", 16, print_timespec, NULL, true, STRUCT_PLAIN},
    {"rem_timespec", 0, NULL, print_remaining, false, STRUCT_ON_ERROR},
    {"timeval", 16, print_timeval, NULL, true, STRUCT_PLAIN},
    {"itimerval", 32, print_itimerval, NULL, false, STRUCT_PLAIN},
    {"itimerspec", 32, print_itimerspec, NULL, false, STRUCT_PLAIN},
    {"timespec_pair", 32, print_timespec_pair, NULL, false, STRUCT_PLAIN},
    {"timeval_pair", 32, print_timeval_pair, NULL, false, STRUCT_PLAIN},
    {"timezone", 8, print_timezone, NULL, false, STRUCT_PLAIN},
    {"tms", 32, print_tms, NULL, false, STRUCT_PLAIN},
    {"timerid", 4, print_timerid, NULL, false, STRUCT_PLAIN},
    {"sigevent", 64, print_sigevent, NULL, false, STRUCT_PLAIN},
    {"mq_attr", 64, print_mq_attr, NULL, false, STRUCT_PLAIN},
    {"rlimit", 16, print_rlimit, NULL, false, STRUCT_PLAIN},
    {"rlimit64", 16, print_rlimit64, NULL, false, STRUCT_PLAIN},
    {"rusage", 144, print_rusage, NULL, false, STRUCT_PLAIN},
    {"sysinfo", 112, print_sysinfo, NULL, false, STRUCT_PLAIN},
    {"utsname", 390, print_utsname, NULL, false, STRUCT_PLAIN},
    {"sigaction", 32, print_sigaction, NULL, false, STRUCT_PLAIN},
    {"siginfo", 128, print_user_siginfo, NULL, false, STRUCT_PLAIN},
    {"stack_t", 24, print_stack_t, NULL, false, STRUCT_PLAIN},
    {"sigreturn", 0, NULL, print_sigreturn, false, STRUCT_ON_ERROR},
    {"wstatus", 0, NULL, print_wstatus, false, STRUCT_PLAIN},
    {"clone_args", 0, NULL, print_clone_args, true, STRUCT_SPLIT},
    {"gid", 4, print_gid, NULL, false, STRUCT_PLAIN},
    {"cap_header", 8, print_cap_header, NULL, true, STRUCT_PLAIN},
    {"cap_data", 0, NULL, print_cap_data, false, STRUCT_PLAIN},
    {NULL, 0, NULL, NULL, false, STRUCT_PLAIN},
};
