/*
 * machine.c - the parts put together: what the kernel may ask of the machine, what the processor asks of both, and the life of
 * the whole.
 */
#include "run.h"
#include "chaos.h"
#include "code/code.h"
#include "seal_image.h"
#include "symbols.h"
#include "vdso.h"

#include <mseal-emu/emu.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- what the kernel asks ---- */

static int clone_cpu(struct task *parent, struct task *child, uint64_t rsp, uint64_t tls, bool set_tls)
{
    machine_get_regs(parent, &child->regs);
    child->regs.rax = 0;
    child->regs.orig_rax = UINT64_MAX;
    if (rsp)
        child->regs.rsp = rsp;
    if (set_tls)
        child->regs.fs_base = tls;
    child->cpu = NULL;
    if (machine_of(parent)->code && child->mm != parent->mm)
        code_forked(machine_of(parent)->code, parent, child);
    sched_wake(child);
    return 0;
}

static void free_cpu(struct task *t)
{
    struct machine *m = machine_of(t);

    if (m->loaded == t)
        m->loaded = NULL;
    m->mm = NULL; /* its address space may go, and another take its address */
    list_del(&t->run_node);
    if (m->code)
        code_gone(m->code, t);
    free(t->cpu);
    t->cpu = NULL;
}

/* /proc/PID/maps with "sl" after what is sealed. */
static void print_maps(struct mm *mm, FILE *out)
{
    const struct vma *v;
    char line[8448];

    for (uint64_t at = 0; (v = mm_find_vma(mm, at)); at = v->end) {
        size_t len = mm_maps_line(mm, v, line, sizeof(line));

        fprintf(out, v->seal ? "%.*s sl\n" : "%.*s\n", (int)len - 1, line);
    }
}

static void exit_mm(struct task *t)
{
    struct machine *m = machine_of(t);

    if (m->maps_out && t->proc == m->k.init)
        print_maps(t->mm, m->maps_out);
    if (m->k.hooks && m->k.hooks->exit)
        m->k.hooks->exit(m->k.hooks->ctx, t->proc->pid,
                         t->proc->exiting ? t->proc->exit_status : t->exit_code, t->mm);
}

const struct machine_ops machine_ops = {
    .get_regs = machine_get_regs,
    .set_regs = machine_set_regs,
    .set_fs_base = machine_set_fs_base,
    .get_fs_base = machine_fs_base,
    .set_gs_base = machine_set_gs_base,
    .get_gs_base = machine_gs_base,
    .set_pkru = machine_set_pkru,
    .exec = machine_exec,
    .clone_cpu = clone_cpu,
    .free_cpu = free_cpu,
    .wake = sched_wake,
    .sigreturn = sigframe_pop,
    .fatal_signal = crash_report,
    .backtrace = symbols_backtrace,
    .symbol = symbols_name,
    .exit_mm = exit_mm,
};

/* ---- what the processor asks ---- */

static int on_translate(void *ctx, uint64_t addr, unsigned access, struct mm_fault *f)
{
    struct machine *m = ctx;

    unsigned watched = m->gdb ? gdb_watched(m->gdb, m->loaded, addr) : 0;
    int err;

    f->reason = MM_FAULT_NONE;
    if (watched & access)
        return -EFAULT;
    err = mm_fault(m->loaded->mm, addr, access, f);
    f->perms &= ~watched;
    if (!err && m->seal_image)
        seal_image_translate(m, m->loaded->mm, addr, access, &f->perms);
    if (!err && mm_tlb_flush_needed(m->loaded->mm)) /* copy on write of a page with code */
        cpu_want_flush(m->cpu);
    return err;
}

static bool on_breakpoint(void *ctx, uint64_t addr)
{
    struct machine *m = ctx;

    return m->gdb && gdb_breakpoint(m->gdb, m->loaded, addr);
}

static unsigned nargs(void *ctx, uint64_t nr)
{
    const struct machine *m = ctx;

    return nr < SYS_MAX ? m->nargs[nr] : 6;
}

/* The design's own calls may have taken the place of others. */
static void learn_nargs(struct machine *m)
{
    const struct mseal_design *d = m->k.cfg.design;

    for (unsigned nr = 0; nr < SYS_MAX; nr++)
        m->nargs[nr] = (uint8_t)sys_nargs(nr);
    for (const struct mseal_syscall *s = d ? d->syscalls : NULL; s && s->name; s++)
        if (s->nr < SYS_MAX)
            m->nargs[s->nr] = 6;
}

static void on_insn(void *ctx, uint64_t addr)
{
    code_insn(((struct machine *)ctx)->code, addr);
}

static void on_block(void *ctx, uint64_t addr, unsigned size)
{
    code_block(((struct machine *)ctx)->code, addr, size);
}

static const struct cpu_ops cpu_ops = {
    .translate = on_translate,
    .syscall = user_syscall,
    .nargs = nargs,
    .breakpoint = on_breakpoint,
    .insn = on_insn,
    .block = on_block,
};

/* ---- life ---- */

static void code_changed(void *ctx, uint64_t paddr, uint64_t len)
{
    struct machine *m = ctx;

    cpu_code_changed(m->cpu, paddr, len);
}

int machine_init(struct machine *m, const struct kernel_config *cfg, const char **why)
{
    int err;

    memset(m, 0, sizeof(*m));
    list_init(&m->runq);
    *why = "out of memory";
    err = kernel_init(&m->k, cfg, &machine_ops, m);
    if (err)
        return err;
    if (cfg->vdso)
        err = mm_vdso_create(&m->k.sys, vdso_image, vdso_image_size);
    m->cpu = err ? NULL : cpu_create(&m->k.sys.phys, &cpu_ops, m, why);
    if (!m->cpu) {
        kernel_destroy(&m->k);
        return -ENOMEM;
    }
    if (cfg->chaos)
        chaos_init(m);
    learn_nargs(m);
    m->k.sys.phys.code_changed = code_changed;
    m->k.sys.phys.code_ctx = m;
    return 0;
}

void machine_destroy(struct machine *m)
{
    if (m->gdb)
        gdb_destroy(m->gdb);
    code_destroy(m->code);
    m->code = NULL;
    kernel_destroy(&m->k);
    cpu_destroy(m->cpu);
    symbols_forget();
}
