/*
 * adjtime.c - adjtimex(2), clock_adjtime(2): the clock's discipline, which can be read and which nobody may change here
 * (kernel/time/timekeeping.c, ntp.c).
 */
#include <errno.h>
#include <sys/timex.h>
#include <time.h>

#include "../handlers.h"
#include "../process.h"

#define NSEC          UINT64_C(1000000000)
#define ADJ_ADJTIME_  0x8000 /* adjtime(3): a new offset, or what is left of the last */
#define ADJ_ONLY_READ 0x2000
#define CLOCK_FD      3 /* the low bits of clocks that stand for descriptors */
#define CLOCK_FD_MASK 7
#define TICK_USEC     10000
#define NEVER_IN_STEP 16000000 /* NTP_PHASE_LIMIT, us: nobody ever said how far off the clock is */
#define TOLERANCE     32768000 /* MAXFREQ_SCALED */

static int may_adjust(unsigned modes)
{
    if (modes & ADJ_ADJTIME_ && !(modes & ADJ_OFFSET))
        return -EINVAL;
    if (modes & ADJ_ADJTIME_)
        return modes & ADJ_ONLY_READ && !(modes & ADJ_SETOFFSET) ? 0 : -EPERM;
    return modes ? -EPERM : 0;
}

/* A clock that never met another: TIME_ERROR. */
static int64_t read_discipline(struct task *t, uint64_t utx, const struct timex *asked)
{
    uint64_t now = KERNEL_EPOCH_NS + t->k->now_ns;
    struct timex tx = {
        .modes = asked->modes,
        .maxerror = NEVER_IN_STEP,
        .esterror = NEVER_IN_STEP,
        .status = STA_UNSYNC,
        .constant = 2,
        .precision = 1,
        .tolerance = TOLERANCE,
        .time = {(time_t)(now / NSEC), (suseconds_t)(now % NSEC / 1000)},
        .tick = TICK_USEC,
    };

    return mm_copy_out(t->mm, utx, &tx, sizeof(tx)) ? -EFAULT : TIME_ERROR;
}

static int64_t adjust(struct task *t, uint64_t utx, const struct timex *tx)
{
    int err = may_adjust(tx->modes);

    return err ? err : read_discipline(t, utx, tx);
}

int64_t sys_adjtimex(struct task *t, const uint64_t a[6])
{
    struct timex tx;

    return mm_copy_in(t->mm, &tx, a[0], sizeof(tx)) ? -EFAULT : adjust(t, a[0], &tx);
}

int64_t sys_clock_adjtime(struct task *t, const uint64_t a[6])
{
    int clock = arg_int(a[0]);
    struct timex tx;

    if (mm_copy_in(t->mm, &tx, a[1], sizeof(tx)))
        return -EFAULT;
    if (clock == CLOCK_REALTIME)
        return adjust(t, a[1], &tx);
    if (clock < 0) /* CPU clocks have no discipline, and no descriptor here is a clock */
        return (clock & CLOCK_FD_MASK) == CLOCK_FD ? -EINVAL : -EOPNOTSUPP;
    return clock == 10 || clock > CLOCK_TAI ? -EINVAL : -EOPNOTSUPP; /* 10: CLOCK_SGI_CYCLE, gone */
}
