# The same run, the same bytes: 20 times, and on every version of Unicorn.
trace_of()
{
    emu --strace -o "$work/trace.$1" /bin/sh -c 'for i in 1 2 3; do echo $i $$; done; exec /bin/ls -l /usr/bin/env'
}
trace_of 0
same=0
for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19; do
    trace_of n
    cmp -s "$work/trace.0" "$work/trace.n" && same=$((same + 1))
done
ok '20 runs give the same trace' [ $same = 19 ]
ok 'which is not empty' [ -s "$work/trace.0" ]
if [ -e "$work/trace.first" ]; then
    ok 'the same on both versions of Unicorn' cmp "$work/trace.first" "$work/trace.0"
fi
cp "$work/trace.0" "$work/trace.first"

# The engine sizes its TLB by the host's clock; another clock must not be seen by the guest.
if [ "$SANITIZE" = 1 ] || ! have gcc; then
    skip "cli: another clock of the host, the same time for the guest ($label)" 'needs gcc and no sanitizer'
else
    cat >"$work/clock.c" <<'END'
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
int clock_gettime(clockid_t id, struct timespec *ts)
{
    static long ms = 1000000;
    ms += atol(getenv("STEP_MS"));
    *ts = (struct timespec){ms / 1000, ms % 1000 * 1000000};
    return 0;
}
int gettimeofday(struct timeval *tv, void *tz)
{
    struct timespec ts;
    clock_gettime(0, &ts);
    *tv = (struct timeval){ts.tv_sec, ts.tv_nsec / 1000};
    return 0;
}
END
    gcc -shared -fPIC -o "$work/clock.so" "$work/clock.c"
    for step in 000 500; do
        LD_PRELOAD="$work/clock.so" STEP_MS=$step "$program" "$B/tests/guest/pages" >"$work/time.$step"
    done
    ok "another clock of the host, the same time for the guest" cmp "$work/time.000" "$work/time.500"
    ok 'which is a time' grep -q '^100\.' "$work/time.000"
fi
