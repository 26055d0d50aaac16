/* life.c - L: seals across fork, exec, growth and threads. */
#define _GNU_SOURCE
#include "scenario.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void child_attacks(void *p)
{
    say("child munmap %s", result(munmap(p, PG)));
    say("mprotect %s", result(mprotect((char *)p + PG, PG, RW)));
    show(p, 2);
}

static void l01(void)
{
    char *p = area(2, R);
    seal_pages(p, 2);
    in_child(child_attacks, p);
    say(" parent");
    show(p, 2);
}

static void child_maps_hole(void *p)
{
    void *q = mmap(p, 2 * PG, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    say("child map %s", result(q == MAP_FAILED ? -1 : 0));
    show(p, 2);
}

static void l02(void)
{
    char *p = area(2, RW);
    seal_pages(p, 2);
    say("DONTFORK:%s", result(do_madvise(p, 2, MADV_DONTFORK)));
    in_child(child_maps_hole, p);
}

static void child_looks(void *p)
{
    say("child");
    show(p, 2);
}

static void l03(void)
{
    char *p = area(2, RW);
    seal_pages(p, 2);
    say("WIPE:%s", result(do_madvise(p, 2, MADV_WIPEONFORK)));
    in_child(child_looks, p);
}

static void l04(void)
{
    char *p = area(2, R);
    seal_pages(p, 2);
    fflush(stdout);
    pid_t pid = vfork();
    if (pid == 0) {
        syscall(SYS_munmap, p, 2 * PG);
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    say("after vfork child munmap");
    show(p, 2);
}

static char *const exec_address = (char *)0x200000000000;

void after_exec(void)
{
    say("mprotect %s", result(mprotect(exec_address, PG, R)));
    say("map %s", result(mmap(exec_address, PG, R, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1,
                              0) == MAP_FAILED
                             ? -1
                             : 0));
    putchar('\n');
}

static void l05(void)
{
    if (mmap(exec_address, PG, R, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == MAP_FAILED)
        broken("mmap");
    seal_pages(exec_address, 1);
    printf("exec: ");
    fflush(stdout);
    execl("/proc/self/exe", "scenarios", "--after-exec", (char *)NULL);
    broken("exec");
}

static void l06(void)
{
    char *p = room(512, NONE);
    munmap(p, 512 * PG);
    char *top = p + 510 * PG;
    map_at(top, 2, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN, -1);
    fill(top, 2, 'x');
    seal_pages(top, 2);
    *(volatile char *)(top - PG) = 'x';
    say("grew");
    show(top - PG, 3);
    say("mprotect grown page: %s", result(mprotect(top - PG, PG, R)));
}

static void l07(void)
{
    char *p = area(2, RW);
    say("WIPE:%s", result(do_madvise(p, 2, MADV_WIPEONFORK)));
    mprotect(p, 2 * PG, R);
    say("seal:%s", result(seal(p, 2 * PG)));
    in_child(child_looks, p);
}

struct race {
    char *p;
    atomic_int sealed, changes_after;
    atomic_bool stop;
};

/* Where threads share a processor the other one has its turn every now and then, between any two steps of the loop. */
static void step(unsigned *steps)
{
    if (++*steps % 101 == 0)
        syscall(SYS_sched_yield);
}

static void *attacker(void *arg)
{
    struct race *r = arg;
    unsigned steps = 0;
    while (!atomic_load(&r->stop)) {
        int was_sealed = atomic_load(&r->sealed);
        step(&steps);
        /* Of two different protections at most one can be the one it has: both granted is a change. */
        bool none = mprotect(r->p, 2 * PG, NONE) == 0;
        step(&steps);
        bool read = mprotect(r->p, 2 * PG, R) == 0;
        step(&steps);
        if (was_sealed && none && read)
            atomic_fetch_add(&r->changes_after, 1);
    }
    return NULL;
}

static void l08(void)
{
    struct race r = {.p = area(2, R)};
    pthread_t t;
    if (pthread_create(&t, NULL, attacker, &r))
        broken("pthread_create");
    for (int i = 0; i < 100; i++)
        syscall(SYS_sched_yield);
    long s = seal(r.p, 2 * PG);
    atomic_store(&r.sealed, s == 0);
    for (int i = 0; i < 100; i++)
        syscall(SYS_sched_yield);
    atomic_store(&r.stop, true);
    pthread_join(t, NULL);
    say("seal:%s changes after it: %s", s ? "refused" : "ok",
        atomic_load(&r.changes_after) ? "some" : "none");
}

const struct scenario life_scenarios[] = {
    {"L01", "a child attacks what it inherited", l01},
    {"L02", "DONTFORK on writable memory: the child maps the hole", l02},
    {"L03", "WIPEONFORK on writable memory: the child reads zeroes", l03},
    {"L04", "a vfork child unmaps", l04},
    {"L05", "control: seals are gone after exec", l05},
    {"L06", "a sealed stack grows", l06},
    {"L07", "WIPEONFORK set before the seal", l07},
    {"L08", "one thread seals while another changes", l08},
    {0},
};
