/*
 * task_regs.c - where a task's registers are: on the engine while it is the one that ran last, else in the
 * task.
 */
#include "machine.h"

static bool on_engine(const struct machine *m, const struct task *t)
{
    return m->loaded == t && !m->stale;
}

void machine_get_regs(struct task *t, struct cpu_regs *r)
{
    struct machine *m = machine_of(t);

    if (on_engine(m, t)) {
        cpu_save(m->cpu, &t->regs);
        if (m->in_syscall) { /* the engine is still at the instruction */
            t->regs.rip += 2;
            t->regs.rcx = t->regs.rip;
            t->regs.r11 = t->regs.rflags;
        }
    }
    if (r != &t->regs)
        *r = t->regs;
}

/* The values in t->regs count from now on. */
static void regs_replaced(struct task *t)
{
    struct machine *m = machine_of(t);

    if (m->loaded == t) {
        m->stale = true;
        m->leave = true;
    }
}

struct cpu_regs *machine_regs(struct task *t)
{
    machine_get_regs(t, &t->regs);
    regs_replaced(t);
    return &t->regs;
}

void machine_set_pkru(struct task *t, uint32_t v)
{
    struct machine *m = machine_of(t);

    if (t->regs.pkru == v && mm_pkru(t->mm) == v)
        return;
    t->regs.pkru = v;
    mm_set_pkru(t->mm, v);
    if (m->loaded == t)
        m->mm = NULL; /* flush before going on */
    m->leave = true;
}

void machine_set_regs(struct task *t, const struct cpu_regs *r)
{
    uint32_t pkru = r->pkru;

    if (r != &t->regs)
        t->regs = *r;
    regs_replaced(t);
    if (t->mm)
        mm_set_pkru(t->mm, pkru);
    machine_of(t)->mm = NULL;
}

uint64_t machine_fs_base(struct task *t)
{
    return on_engine(machine_of(t), t) ? cpu_fs_base(machine_of(t)->cpu) : t->regs.fs_base;
}

uint64_t machine_gs_base(struct task *t)
{
    return on_engine(machine_of(t), t) ? cpu_gs_base(machine_of(t)->cpu) : t->regs.gs_base;
}

void machine_set_fs_base(struct task *t, uint64_t v)
{
    t->regs.fs_base = v;
    if (on_engine(machine_of(t), t))
        cpu_set_fs_base(machine_of(t)->cpu, v);
}

void machine_set_gs_base(struct task *t, uint64_t v)
{
    t->regs.gs_base = v;
    if (on_engine(machine_of(t), t))
        cpu_set_gs_base(machine_of(t)->cpu, v);
}

uint64_t machine_rax(struct task *t)
{
    return on_engine(machine_of(t), t) ? cpu_rax(machine_of(t)->cpu) : t->regs.rax;
}

void machine_set_rax(struct task *t, uint64_t v)
{
    t->regs.rax = v;
    if (on_engine(machine_of(t), t))
        cpu_set_rax(machine_of(t)->cpu, v);
}

void machine_load(struct machine *m, struct task *t)
{
    if (m->loaded != t || m->stale) {
        if (m->loaded && !m->stale)
            cpu_save(m->cpu, &m->loaded->regs);
        cpu_load(m->cpu, &t->regs);
        m->loaded = t;
        m->stale = false;
    }
    if (mm_pkru(t->mm) != t->regs.pkru) {
        mm_set_pkru(t->mm, t->regs.pkru);
        m->mm = NULL;
    }
    if (m->mm != t->mm || mm_tlb_flush_needed(t->mm)) {
        mm_tlb_flush_needed(t->mm);
        cpu_flush_tlb(m->cpu);
        m->mm = t->mm;
    }
}
