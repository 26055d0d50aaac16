/* structs_proc.c - structures of processes, their limits and capabilities, as strace shows them. */
#include <linux/capability.h>
#include <linux/sched.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "../proc/rusage.h"
#include "strace.h"

/* ---- limits and usage ---- */

static void print_limit(struct call *c, uint64_t v)
{
    char told[32] = "RLIM64_INFINITY";
    bool named = v == UINT64_MAX || (v > 1024 && v % 1024 == 0);

    if (v != UINT64_MAX)
        snprintf(told, sizeof(told), "%lu*1024", v / 1024);
    if (!named || c->tr->opt.xlat != XLAT_ABBREV)
        text_printf(c->out, "%lu", v);
    if (named && c->tr->opt.xlat != XLAT_RAW)
        text_printf(c->out, c->tr->opt.xlat == XLAT_VERBOSE ? " /* %s */" : "%s", told);
}

static void print_rlimit(struct call *c, const void *p)
{
    const uint64_t *v = p;

    text_puts(c->out, "{rlim_cur=");
    print_limit(c, v[0]);
    text_puts(c->out, ", rlim_max=");
    print_limit(c, v[1]);
    text_putc(c->out, '}');
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
    text_printf(
        c->out,
        ", ru_maxrss=%lu, ru_ixrss=%lu, ru_idrss=%lu, ru_isrss=%lu, ru_minflt=%lu, ru_majflt=%lu, "
        "ru_nswap=%lu, ru_inblock=%lu, ru_oublock=%lu, ru_msgsnd=%lu, ru_msgrcv=%lu, ru_nsignals=%lu, "
        "ru_nvcsw=%lu, ru_nivcsw=%lu}",
        ru->maxrss, ru->ixrss, ru->idrss, ru->isrss, ru->minflt, ru->majflt, ru->nswap, ru->inblock,
        ru->oublock, ru->msgsnd, ru->msgrcv, ru->nsignals, ru->nvcsw, ru->nivcsw);
}

/* Nothing is written when nobody was waited for. */
static void print_waited_rusage(struct call *c, uint64_t addr, const struct arg *a)
{
    struct krusage ru;

    if (c->ret > 0 && get(c, &ru, addr, sizeof(ru)))
        print_rusage(c, &ru);
    else
        print_addr(c, addr);
}

static void print_sysinfo(struct call *c, const void *p)
{
    const uint64_t *v = p;

    text_printf(
        c->out,
        "{uptime=%lu, loads=[%lu, %lu, %lu], totalram=%lu, freeram=%lu, sharedram=%lu, bufferram=%lu, "
        "totalswap=%lu, freeswap=%lu, procs=%u, totalhigh=%lu, freehigh=%lu, mem_unit=%u}",
        v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8], v[9], (uint16_t)v[10], v[11], v[12],
        (unsigned)v[13]);
}

#define UTS_LEN 65

static void print_utsname(struct call *c, const void *p)
{
    static const char *const names[] = {"sysname", "nodename", "release", "version", "machine", "domainname"};
    const char *u = p;

    for (unsigned i = 0; i < (c->style.full ? 6 : 2); i++) {
        const char *name = u + i * UTS_LEN;

        bool whole = memchr(name, 0, UTS_LEN);
        size_t len = whole ? strlen(name) : UTS_LEN - 1;

        text_printf(c->out, "%s%s=", i ? ", " : "{", names[i]);
        print_quoted(c->out, (const uint8_t *)name, len, !whole, in_hex(c, name, len));
    }
    text_puts(c->out, c->style.full ? "}" : ", ...}");
}

/* getcwd: as long as its result, which counts the NUL. */
static void print_cwd(struct call *c, uint64_t addr, const struct arg *a)
{
    uint8_t path[4096];
    uint64_t n = (uint64_t)c->ret, len;

    if (n > sizeof(path) || !get(c, path, addr, n)) {
        print_addr(c, addr);
        return;
    }
    len = strnlen((char *)path, n);
    if (len == n && n)
        len--;
    print_quoted(c->out, path, len, n == 0 || path[len], in_hex(c, path, len));
}

/* ---- processes ---- */

static void print_wstatus(struct call *c, uint64_t addr, const struct arg *a)
{
    int s;

    if (c->ret <= 0 || !get(c, &s, addr, sizeof(s))) {
        print_addr(c, addr);
        return;
    }
    if (s == -1) {
        text_puts(c->out, "[0xffffffff]");
        return;
    }
    text_puts(c->out, "[{");
    if (WIFSTOPPED(s)) {
        text_puts(c->out, "WIFSTOPPED(s) && WSTOPSIG(s) == ");
        print_signal_name(c, WSTOPSIG(s) & 0x7f);
        if (WSTOPSIG(s) & 0x80) /* PTRACE_O_TRACESYSGOOD */
            text_puts(c->out, "|0x80");
    } else if (WIFSIGNALED(s)) {
        text_puts(c->out, "WIFSIGNALED(s) && WTERMSIG(s) == ");
        print_signal_name(c, WTERMSIG(s));
        if (WCOREDUMP(s))
            text_puts(c->out, " && WCOREDUMP(s)");
    } else if (WIFCONTINUED(s)) {
        text_puts(c->out, "WIFCONTINUED(s)");
    } else {
        text_printf(c->out, "WIFEXITED(s) && WEXITSTATUS(s) == %d", WEXITSTATUS(s));
    }
    text_putc(c->out, '}');
    if (s >> 16 && WIFSTOPPED(s)) {
        text_putc(c->out, '|');
        print_xlat_named(c, "ptrace_event", (unsigned)s >> 16);
        text_puts(c->out, "<<16");
    }
    text_putc(c->out, ']');
}

static void print_int(struct call *c, const void *p)
{
    text_printf(c->out, "%d", *(const int *)p);
}

#define SET_TID_MAX        32 /* levels of namespaces of processes there may be */
#define CLONE_INTO_CGROUP_ 0x200000000ull

static void print_clone_request(struct call *c, const struct clone_args *ca, uint64_t addr, uint64_t size)
{
    text_puts(c->out, "{flags=");
    print_flags(c, xlat_find("clone3"), ca->flags);
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
    if (ca->flags & CLONE_SETTLS) {
        text_puts(c->out, ", tls=");
        print_addr(c, ca->tls);
    }
    if (ca->set_tid || ca->set_tid_size) {
        text_puts(c->out, ", set_tid=");
        if (!ca->set_tid_size || ca->set_tid_size > SET_TID_MAX)
            print_addr(c, ca->set_tid);
        else
            print_array(c, ca->set_tid, ca->set_tid_size, sizeof(int), print_int);
        text_printf(c->out, ", set_tid_size=%llu", (unsigned long long)ca->set_tid_size);
    }
    if (size >= CLONE_ARGS_SIZE_VER2 && (ca->cgroup || ca->flags & CLONE_INTO_CGROUP_))
        text_printf(c->out, ", cgroup=%llu", (unsigned long long)ca->cgroup);
    print_tail(c, addr, sizeof(*ca), size);
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
        print_clone_request(c, &ca, addr, size);
}

/* Longer than any name the kernel takes: not looked at. */
static void print_hostname(struct call *c, uint64_t addr, const struct arg *a)
{
    uint32_t len = (uint32_t)c->args[1];

    if (len > 64)
        print_addr(c, addr);
    else
        print_mem(c, addr, len, false);
}

static void print_one_id(struct call *c, const void *p)
{
    print_id(c, *(const uint32_t *)p);
}

#define GIDS_MAX 65536 /* NGROUPS_MAX: more are not looked at */

static void print_gids(struct call *c, uint64_t addr, const struct arg *a)
{
    int n = (int)c->args[0];

    if (n < 0 || n > GIDS_MAX)
        print_addr(c, addr);
    else
        print_array(c, addr, (uint64_t)n, sizeof(gid_t), print_one_id);
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
    uint32_t d[6] = {0};
    struct __user_cap_header_struct head;
    bool known = get(c, &head, c->args[0], sizeof(head)),
         two = known &&
               (head.version == _LINUX_CAPABILITY_VERSION_2 || head.version == _LINUX_CAPABILITY_VERSION_3);

    if (!known || !get(c, d, addr, two ? 24 : 12)) {
        print_addr(c, addr);
        return;
    }
    print_caps(c, "{effective=", d[0], d[3]);
    print_caps(c, ", permitted=", d[1], d[4]);
    print_caps(c, ", inheritable=", d[2], d[5]);
    text_putc(c->out, '}');
}

const struct struct_type structs_proc[] = {
    {"rlimit", 16, print_rlimit, NULL, false, STRUCT_PLAIN},
    {"rusage", 144, print_rusage, NULL, false, STRUCT_PLAIN},
    {"waited_rusage", 0, NULL, print_waited_rusage, false, STRUCT_PLAIN},
    {"sysinfo", 112, print_sysinfo, NULL, false, STRUCT_PLAIN},
    {"utsname", 390, print_utsname, NULL, false, STRUCT_PLAIN},
    {"wstatus", 0, NULL, print_wstatus, false, STRUCT_PLAIN},
    {"clone_args", 0, NULL, print_clone_args, true, STRUCT_SPLIT, NULL, true},
    {"cwd", 0, NULL, print_cwd, false, STRUCT_TEXT},
    {"hostname", 0, NULL, print_hostname, false, STRUCT_TEXT},
    {"gids", 0, NULL, print_gids, false, STRUCT_PLAIN},
    {"gid", 4, print_one_id, NULL, false, STRUCT_PLAIN},
    {"cap_header", 8, print_cap_header, NULL, true, STRUCT_PLAIN},
    {"cap_data", 0, NULL, print_cap_data, false, STRUCT_PLAIN},
    {NULL, 0, NULL, NULL, false, STRUCT_PLAIN},
};
