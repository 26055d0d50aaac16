/*
 * system.c - what the machine says of itself: uname, sysinfo, random numbers, and the calls that administer a
 * machine, which nobody may here.
 */
#include <errno.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <sys/random.h>

#include "../handlers.h"
#include "../process.h"
#include "system.h"

int64_t sys_uname(struct task *t, const uint64_t a[6])
{
    static const struct {
        char sysname[65], nodename[65], release[65], version[65], machine[65], domain[65];
    } uts = {"Linux", KERNEL_NODENAME, KERNEL_RELEASE, KERNEL_VERSION, "x86_64", "(none)"};

    return mm_copy_out(t->mm, a[0], &uts, sizeof(uts)) ? -EFAULT : 0;
}

int64_t sys_sysinfo(struct task *t, const uint64_t a[6])
{
    const struct physmem *pm = &t->k->sys.phys;
    struct {
        int64_t uptime;
        uint64_t loads[3], totalram, freeram, sharedram, bufferram, totalswap, freeswap;
        uint16_t procs, pad;
        uint32_t pad2;
        uint64_t totalhigh, freehigh;
        uint32_t mem_unit, pad3;
    } info = {
        .uptime = (int64_t)(t->k->now_ns / 1000000000),
        .totalram = pm->nframes * MM_PAGE_SIZE,
        .freeram = pm->nfree * MM_PAGE_SIZE,
        .procs = (uint16_t)t->k->nr_tasks,
        .mem_unit = 1,
    };

    return mm_copy_out(t->mm, a[0], &info, sizeof(info)) ? -EFAULT : 0;
}

int64_t sys_getrandom(struct task *t, const uint64_t a[6])
{
    uint64_t len = a[1], done = 0;
    unsigned flags = arg_uint(a[2]);
    uint8_t buf[256];

    if (flags & ~(unsigned)(GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE))
        return -EINVAL;
    if ((flags & (GRND_INSECURE | GRND_RANDOM)) == (GRND_INSECURE | GRND_RANDOM))
        return -EINVAL;
    if (len > 0x7ffff000) /* MAX_RW_COUNT */
        len = 0x7ffff000;
    while (done < len) {
        uint64_t n = len - done < sizeof(buf) ? len - done : sizeof(buf), got;

        kernel_random_bytes(t->k, buf, n);
        got = mm_copy_out_partial(t->mm, a[0] + done, buf, n);
        done += got;
        if (got < n)
            return done ? (int64_t)done : -EFAULT;
    }
    return (int64_t)done;
}

/* klogctl(3): an empty log. */
int64_t sys_syslog(struct task *t, const uint64_t a[6])
{
    int type = arg_int(a[0]), len = arg_int(a[2]);

    if (type != 3 && type != 10 && !capable(t, CAP_SYSLOG))
        return -EPERM;
    switch (type) {
    case 0: /* CLOSE */
    case 1: /* OPEN */
    case 5: /* CLEAR */
    case 6: /* CONSOLE_OFF */
    case 7: /* CONSOLE_ON */
    case 9: /* SIZE_UNREAD */
        return 0;
    case 2: /* READ */
    case 3: /* READ_ALL */
    case 4: /* READ_CLEAR */
        return !a[1] || len < 0 ? -EINVAL : 0;
    case 8: /* CONSOLE_LEVEL */
        return len < 1 || len > 8 ? -EINVAL : 0;
    case 10: /* SIZE_BUFFER */
        return 1 << 18;
    }
    return -EINVAL;
}

int64_t sys_sethostname(struct task *t, const uint64_t a[6])
{
    return -EPERM; /* the name is a constant: runs must not depend on it */
}

int64_t sys_eperm(struct task *t, const uint64_t a[6])
{
    return -EPERM;
}

int64_t sys_swapon(struct task *t, const uint64_t a[6])
{
    return arg_uint(a[1]) & ~UINT32_C(0x7ffff) ? -EINVAL : -EPERM;
}

#define BPF_ATTR_SIZE 168 /* union bpf_attr */
#define BPF_COMMANDS  39

int64_t sys_bpf(struct task *t, const uint64_t a[6])
{
    uint8_t attr[BPF_ATTR_SIZE];
    int err = copy_struct_in(t, attr, sizeof(attr), a[1], arg_uint(a[2]), 0);

    return err ? err : arg_uint(a[0]) >= BPF_COMMANDS ? -EINVAL : -EPERM;
}

#define PERF_ATTR_SIZE      136 /* struct perf_event_attr */
#define PERF_ATTR_SIZE_VER0 64
#define PERF_FLAGS          15u

/* As where kernel.perf_event_paranoid lets nobody measure. */
int64_t sys_perf_event_open(struct task *t, const uint64_t a[6])
{
    uint8_t attr[PERF_ATTR_SIZE];
    uint32_t size, known = PERF_ATTR_SIZE;
    int err;

    if (a[4] & ~(uint64_t)PERF_FLAGS)
        return -EINVAL;
    if (mm_copy_in(t->mm, &size, a[0] + sizeof(uint32_t), sizeof(size)))
        return -EFAULT;
    err = size && size < PERF_ATTR_SIZE_VER0
              ? -E2BIG
              : copy_struct_in(t, attr, sizeof(attr), a[0], size ? size : PERF_ATTR_SIZE_VER0, 0);
    if (err == -E2BIG)
        (void)mm_copy_out(t->mm, a[0] + sizeof(uint32_t), &known, sizeof(known));
    return err ? err : -EACCES;
}

int64_t sys_iopl(struct task *t, const uint64_t a[6])
{
    unsigned level = arg_uint(a[0]);

    return level > 3 ? -EINVAL : level ? -EPERM : 0;
}

int64_t sys_ioperm(struct task *t, const uint64_t a[6])
{
    if (a[0] + a[1] <= a[0] || a[0] + a[1] > 65536)
        return -EINVAL;
    return arg_int(a[2]) ? -EPERM : 0;
}

/* Registration of restartable sequences: absent, as in a kernel built without CONFIG_RSEQ. */
int64_t sys_rseq(struct task *t, const uint64_t a[6])
{
    return -ENOSYS;
}
