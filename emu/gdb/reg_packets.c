/*
 * reg_packets.c - the registers of a task for gdb, also of one that sleeps in a system call.
 */
#include "priv.h"

#include <errno.h>

/* A task asleep in a call looks as in Linux, where the stop interrupted the call: it will be restarted. */
static bool fetch(struct task *t, struct cpu_regs *r)
{
    if (!t)
        return false;
    machine_ops.get_regs(t, r);
    if (t->retrying) {
        r->rax = (uint64_t)-ERESTARTSYS;
        r->orig_rax = (uint64_t)t->sysno;
    }
    return true;
}

/*
 * New registers for a task asleep in a call (gdb calls a function in it): the call ends first as if by a
 * signal. With the old registers put back later it is made again.
 */
static bool store(struct task *t, struct cpu_regs *r)
{
    if (t->retrying) {
        int64_t ret;

        t->debug_interrupt = true;
        task_wake(t);
        ret = sys_dispatch(t, (uint64_t)t->sysno, t->args);
        t->debug_interrupt = false;
        if (ret == SYS_BLOCK)
            return false;
    }
    machine_ops.set_regs(t, r);
    return true;
}

void packet_get_regs(struct gdb *g, const char *args)
{
    struct cpu_regs r;
    uint8_t buf[16];

    if (!fetch(general_task(g), &r)) {
        reply_error(g, ESRCH);
        return;
    }
    for (size_t i = 0; reg_size(i); i++) {
        reg_get(&r, i, buf);
        reply_hex(g, buf, reg_size(i));
    }
}

void packet_set_regs(struct gdb *g, const char *args)
{
    struct task *t = general_task(g);
    struct cpu_regs r;
    uint8_t buf[16];

    if (!fetch(t, &r)) {
        reply_error(g, ESRCH);
        return;
    }
    for (size_t i = 0; reg_size(i); i++) {
        if (take_bytes(&args, buf, reg_size(i)) != reg_size(i)) {
            reply_error(g, EINVAL);
            return;
        }
        reg_put(&r, i, buf);
    }
    if (store(t, &r))
        reply_ok(g);
    else
        reply_error(g, EBUSY);
}

void packet_get_reg(struct gdb *g, const char *args)
{
    struct cpu_regs r;
    uint8_t buf[16];
    uint64_t n;

    if (!take_hex(&args, &n) || !reg_size(n) || !fetch(general_task(g), &r)) {
        reply_error(g, EINVAL);
        return;
    }
    reg_get(&r, n, buf);
    reply_hex(g, buf, reg_size(n));
}

void packet_set_reg(struct gdb *g, const char *args)
{
    struct task *t = general_task(g);
    struct cpu_regs r;
    uint8_t buf[16];
    uint64_t n;

    if (!take_hex(&args, &n) || !reg_size(n) || !take_char(&args, '=') ||
        take_bytes(&args, buf, reg_size(n)) != reg_size(n) || !fetch(t, &r)) {
        reply_error(g, EINVAL);
        return;
    }
    reg_put(&r, n, buf);
    if (store(t, &r))
        reply_ok(g);
    else
        reply_error(g, EBUSY);
}

void regs_expedite(struct gdb *g, struct task *t)
{
    static const unsigned which[] = {6, 7, 16}; /* rbp, rsp, rip */
    struct cpu_regs r;
    uint8_t buf[16];

    if (!fetch(t, &r))
        return;
    for (unsigned i = 0; i < 3; i++) {
        reg_get(&r, which[i], buf);
        reply(g, "%x:", which[i]);
        reply_hex(g, buf, reg_size(which[i]));
        reply(g, ";");
    }
}
