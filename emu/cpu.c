/*
 * cpu.c - driving Unicorn: the engine's life, its TLB, and how user code stops.
 *
 * The engine gets ONE memory block, the machine's physical memory, and a virtual TLB that asks us at every miss. So mapping,
 * protecting and unmapping cost the engine nothing but a flush, and translated code is found by physical
 * address: address spaces share it.
 *
 *     guest load/store/fetch --> engine's TLB --miss--> on_tlb_fill --> ops->translate (mm_fault)
 *                                                            | refused
 *                                                            v
 *                                    cpu_run returns CPU_FAULT, RIP at the instruction
 */
#include "cpu_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Addresses with this top are never user addresses; in identity mode they name physical memory. */
#define CODE_WINDOW UINT64_C(0xffff900000000000)
#define TLB_MIN     256u
#define TLB_MAX     (1u << 20)
#define CR0_NE      (UINT64_C(1) << 5) /* x87 errors are exceptions */
#define CR4_TSD     (UINT64_C(1) << 2)
#define CR4_OSFXSR  (UINT64_C(3) << 9) /* and OSXMMEXCPT */
#define MSR_EFER    0xc0000080u
#define MSR_STAR    0xc0000081u
#define EFER_SCE    1u

/*
 * The access has to wait for a flush: cpu_run() runs its instruction again. How often that happens depends on what the engine's
 * TLB holds, whose size follows the host's clock; the guest must not see it: the rest of a block is no block.
 */
static bool flush_first(struct cpu *cpu, unsigned access)
{
    cpu->flush = true;
    if (access != MM_EXEC) /* a fetch is refused between blocks */
        cpu->resumed = true;
    return false;
}

static bool on_tlb_fill(uc_engine *uc, uint64_t vaddr, uc_mem_type type, uc_tlb_entry *result, void *user)
{
    struct cpu *cpu = user;
    unsigned access = type == UC_MEM_WRITE ? MM_WRITE : type == UC_MEM_FETCH ? MM_EXEC : MM_READ;
    struct mm_fault f;

    accesses_forget_page(cpu->engine, vaddr);
    if (cpu->identity) {
        result->paddr = vaddr - CODE_WINDOW;
        result->perms = UC_PROT_READ | UC_PROT_EXEC;
        return true;
    }
    if (cpu->trapping) {
        result->paddr = (uint64_t)cpu->trap_frame << MM_PAGE_SHIFT;
        result->perms = UC_PROT_EXEC;
        return true;
    }
    if (cpu->probing && vaddr == cpu->bad_page)
        return false;
    if (access == MM_EXEC && !cpu->probing && code_buffer_fills(cpu)) {
        cpu->nr_dirty = CODE_QUEUE + 1;
        return flush_first(cpu, access);
    }
    /* More pages in use than the engine's TLB holds: only a flush makes it grow, so make the access miss once. */
    if (cpu->fills >= cpu->tlb_size && !cpu->probing)
        return flush_first(cpu, access);
    f.signo = 0;
    if (cpu->ops->translate(cpu->ctx, vaddr, access, &f)) {
        cpu->bad_page = vaddr;
        cpu->stop->event = CPU_FAULT;
        cpu->stop->access = access;
        cpu->stop->fault = f;
        return false;
    }
    f.perms = alias_perms(cpu, f.paddr, f.perms, access);
    /* The frame held other code before, the page had another frame, or alias.c says no: first a flush. */
    if (!cpu->probing && (cpu->flush || cpu->nr_dirty || !(f.perms & access)))
        return flush_first(cpu, access);
    if (f.perms & MM_EXEC && !forget_allows_exec(cpu, vaddr) && !cpu->probing)
        return flush_first(cpu, access);
    cpu->fills++;
    result->paddr = f.paddr;
    result->perms = (uc_prot)f.perms; /* MM_READ, MM_WRITE, MM_EXEC are UC_PROT_*'s values */
    return true;
}

_Static_assert(MM_READ == (int)UC_PROT_READ && MM_WRITE == (int)UC_PROT_WRITE && MM_EXEC == (int)UC_PROT_EXEC,
               "the same bits");

static void on_syscall(uc_engine *uc, void *user)
{
    static const int in[] = {UC_X86_REG_RAX, UC_X86_REG_RIP, UC_X86_REG_RFLAGS};
    static const int arg[] = {UC_X86_REG_RDI, UC_X86_REG_RSI, UC_X86_REG_RDX,
                              UC_X86_REG_R10, UC_X86_REG_R8,  UC_X86_REG_R9};
    static const int out[] = {UC_X86_REG_RAX, UC_X86_REG_RCX, UC_X86_REG_R11};
    struct cpu *cpu = user;
    struct cpu_call *c = &cpu->call;
    unsigned nargs;

    uc_reg_read_batch(uc, (int *)in, c->in, 3);
    nargs = cpu->ops->nargs(cpu->ctx, c->rax);
    if (nargs)
        uc_reg_read_batch(uc, (int *)arg, c->arg, (int)nargs);
    for (unsigned i = nargs; i < 6; i++)
        c->args[i] = 0;
    c->rcx += 2;
    if (!cpu->ops->syscall(cpu->ctx, c->rax, c->args, &c->rax) || cpu->stop_asked) {
        cpu->stop_asked = true;
        uc_emu_stop(uc);
    } else if (cpu->nr_dirty) {
        /* cpu_run() forgets the code and goes on: not under the feet of the block that runs */
        uc_emu_stop(uc);
    } else if (cpu->flush) {
        cpu_flush_tlb(cpu);
    }
    uc_reg_write_batch(uc, (int *)out, c->in, 3);
}

/* Where a call's registers are: said once, not at each call. */
static void call_init(struct cpu_call *c)
{
    c->in[0] = &c->rax;
    c->in[1] = &c->rcx;
    c->in[2] = &c->r11;
    for (unsigned i = 0; i < 6; i++)
        c->arg[i] = &c->args[i];
}

static int on_cpuid(uc_engine *uc, void *user)
{
    static const int regs[] = {UC_X86_REG_RAX, UC_X86_REG_RBX, UC_X86_REG_RCX, UC_X86_REG_RDX};
    uint64_t a, c, v[4];
    struct cpuid_regs r;

    uc_reg_read(uc, UC_X86_REG_RAX, &a);
    uc_reg_read(uc, UC_X86_REG_RCX, &c);
    r = cpuid_lookup((uint32_t)a, (uint32_t)c);
    v[0] = r.eax, v[1] = r.ebx, v[2] = r.ecx, v[3] = r.edx;
    uc_reg_write_batch(uc, (int *)regs, (void *const[]){v, v + 1, v + 2, v + 3}, 4);
    return 1; /* the engine's own answer is not wanted */
}

static void trap(struct cpu *cpu, unsigned vector)
{
    cpu->stop->event = CPU_TRAP;
    cpu->stop->vector = vector;
    uc_emu_stop(cpu->uc);
}

static void on_interrupt(uc_engine *uc, uint32_t vector, void *user)
{
    trap(user, vector);
}

/* sysenter is of no use in 64-bit code; the engine would step over it. */
static void on_sysenter(uc_engine *uc, void *user)
{
    struct cpu *cpu = user;

    cpu->stop->event = CPU_ILLEGAL;
    cpu->stepped_over = 2;
    uc_emu_stop(uc);
}

/* The engine would do port I/O for anyone; at CPL 3 with IOPL 0 it is a general protection fault. */
static uint32_t on_in(uc_engine *uc, uint32_t port, int size, void *user)
{
    trap(user, 13);
    return 0;
}

static void on_out(uc_engine *uc, uint32_t port, int size, uint32_t value, void *user)
{
    trap(user, 13);
}

static bool on_illegal(uc_engine *uc, void *user)
{
    struct cpu *cpu = user;

    cpu->stop->event = CPU_ILLEGAL;
    return false;
}

static void on_block(uc_engine *uc, uint64_t addr, uint32_t size, void *user)
{
    struct cpu *cpu = user;

    if (cpu->resumed) {
        cpu->resumed = false;
        return;
    }
    cpu->blocks++;
    if (cpu->budget && --cpu->budget == 0) {
        cpu->stop_asked = true;
        if (cpu->code_hooks)
            uc_reg_write(uc, UC_X86_REG_RIP, &addr); /* see cpu_break.c */
        uc_emu_stop(uc);
    }
}

static bool on_probe(uc_engine *uc, uint64_t vaddr, uc_mem_type type, uc_tlb_entry *result, void *user)
{
    struct cpu *cpu = user;

    if (vaddr == cpu->bad_page)
        cpu->probe_hit = true;
    return false;
}

/* ---- what must happen before user code goes on ---- */

void cpu_forget_all_code(struct cpu *cpu)
{
    uc_ctl_flush_tb(cpu->uc);
    code_buffer_flushed(cpu);
    cpu->flush = true;
}

/* The engine's TLB holds what is of no use afterwards: it is to be flushed. */
static void forget_dirty_code(struct cpu *cpu)
{
    if (cpu->nr_dirty > CODE_QUEUE) {
        cpu_forget_all_code(cpu);
        cpu->nr_dirty = 0;
        return;
    }
    cpu->identity = true;
    for (unsigned i = 0; i < cpu->nr_dirty; i++) {
        uint64_t at = cpu->dirty[i].paddr, end = at + cpu->dirty[i].len;

        for (uint64_t page; at < end; at = page) { /* the engine translates the first page only */
            page = (at & MM_PAGE_MASK) + MM_PAGE_SIZE;
            uc_ctl_remove_cache(cpu->uc, CODE_WINDOW + at, CODE_WINDOW + (page < end ? page : end));
        }
    }
    cpu->identity = false;
    cpu->nr_dirty = 0;
}

void cpu_flush_tlb(struct cpu *cpu)
{
    if (cpu->nr_dirty && !cpu->running)
        forget_dirty_code(cpu);
    /* The engine doubles its TLB at a flush that finds it more than 70 % used; follow that. */
    if (cpu->fills > cpu->tlb_size / 10 * 7 && cpu->tlb_size < TLB_MAX)
        cpu->tlb_size *= 2;
    cpu->fills = 0;
    cpu->flush = false;
    uc_ctl_flush_tlb(cpu->uc);
    jumps_forget(cpu->engine);
    accesses_forget(cpu->engine);
    alias_flushed(cpu);
    forget_flushed(cpu);
}

void cpu_want_flush(struct cpu *cpu)
{
    cpu->flush = true;
}

void cpu_code_changed(struct cpu *cpu, uint64_t paddr, uint64_t len)
{
    if (cpu->nr_dirty && cpu->nr_dirty <= CODE_QUEUE && cpu->dirty[cpu->nr_dirty - 1].paddr == paddr &&
        cpu->dirty[cpu->nr_dirty - 1].len == len)
        return;
    if (cpu->nr_dirty < CODE_QUEUE) {
        cpu->dirty[cpu->nr_dirty].paddr = paddr;
        cpu->dirty[cpu->nr_dirty].len = len;
    }
    if (cpu->nr_dirty <= CODE_QUEUE)
        cpu->nr_dirty++;
}

void cpu_set_budget(struct cpu *cpu, uint64_t blocks)
{
    if (blocks && !cpu->block_hook) {
        uc_hook_add(cpu->uc, &cpu->block_hook, UC_HOOK_BLOCK, (void *)on_block, cpu, 1, 0);
        cpu_forget_all_code(cpu); /* blocks translated without the hook do not count */
        cpu->resumed = false;
    } else if (!blocks && cpu->block_hook) {
        uc_hook_del(cpu->uc, cpu->block_hook);
        cpu->block_hook = 0;
        cpu_forget_all_code(cpu);
    }
    cpu->budget = blocks;
}

uint64_t cpu_blocks(const struct cpu *cpu)
{
    return cpu->blocks;
}

void cpu_kick(struct cpu *cpu)
{
    cpu->stop_asked = true;
    if (cpu->running && !cpu->code_hooks) /* else cpu_break.c looks */
        uc_emu_stop(cpu->uc);
}

/* ---- running ---- */

static uc_err start(struct cpu *cpu, uint64_t rip)
{
    engine_use(cpu->engine, cpu->uc);
    return uc_emu_start(cpu->uc, rip, 0, 0, 0);
}

/* Translate nothing beyond the instruction at rip. */
static void isolate(struct cpu *cpu, uint64_t rip)
{
    uint64_t exits[15];

    for (unsigned i = 0; i < 15; i++)
        exits[i] = rip + 1 + i;
    uc_ctl_set_exits(cpu->uc, exits, 15);
}

/*
 * The TLB hook is told the page of a refused access, not the address. But the engine calls a hook only for addresses in the
 * hook's bounds, and a refused instruction changed nothing: run it again under a second hook that covers half
 * of the page, and halve until one byte is left. A dozen runs of one instruction, some microseconds.
 */
static uint64_t exact_address(struct cpu *cpu, uint64_t rip)
{
    uint64_t lo = cpu->bad_page, hi = cpu->bad_page + MM_PAGE_SIZE - 1, budget = cpu->budget,
             blocks = cpu->blocks;
    struct cpu_stop *stop = cpu->stop, ignored;
    bool alone = false;

    cpu->stop = &ignored;
    cpu->probing = true;
    cpu->budget = 0;
    while (lo < hi) {
        uint64_t mid = lo + (hi - lo) / 2;
        uc_hook probe;

        if (uc_hook_add(cpu->uc, &probe, UC_HOOK_TLB_FILL, (void *)on_probe, cpu, lo, mid))
            break;
        cpu->probe_hit = false;
        ignored.event = CPU_STOPPED;
        start(cpu, rip);
        uc_hook_del(cpu->uc, probe);
        if (ignored.event == CPU_FAULT && ignored.access == MM_EXEC && !alone) {
            alone = true; /* the translator read ahead into another bad page: see walk_to_page_end() */
            isolate(cpu, rip);
            continue;
        }
        if (cpu->probe_hit)
            hi = mid;
        else
            lo = mid + 1;
    }
    if (alone)
        uc_ctl_set_exits(cpu->uc, &lo, 0);
    cpu->probing = false;
    cpu->budget = budget;
    cpu->blocks = blocks;
    cpu->stop = stop;
    return lo;
}

/*
 * A fetch was refused on the page after the one RIP is on. The translator reads ahead over straight code, so that says nothing
 * yet: an earlier instruction may fault, or jump. Go to the page's end in steps that cannot read ahead: every
 * address of the last 15 bytes is an exit until RIP itself is there and its instruction is alone.
 *
 *      ... | insn | insn | in|sn        RIP stops at each bar; the fault is real when the
 *                        page end       instruction at RIP crosses, or RIP is the page end
 */
static uc_err walk_to_page_end(struct cpu *cpu, uint64_t *rip)
{
    uint64_t page = cpu->bad_page, exits[16];
    uc_err err = UC_ERR_OK;

    do {
        size_t n = 0;

        for (uint64_t a = *rip + 1 > page - 15 ? *rip + 1 : page - 15; a <= page; a++)
            exits[n++] = a;
        uc_ctl_set_exits(cpu->uc, exits, n);
        cpu->stop->event = CPU_STOPPED;
        err = start(cpu, *rip);
        *rip = cpu_rip(cpu);
        /* Until something real happens: a fault (also this one again), a trap, a system call that stops. */
    } while (err == UC_ERR_OK && cpu->stop->event == CPU_STOPPED && !cpu->stop_asked && *rip < page &&
             *rip >= page - MM_PAGE_SIZE);
    uc_ctl_set_exits(cpu->uc, exits, 0);
    if (*rip == page && err == UC_ERR_OK && cpu->stop->event == CPU_STOPPED && !cpu->stop_asked)
        cpu->flush = true; /* arrived: the next run meets the fault */
    /* Blocks made to end at the exits are no good for anybody else. */
    cpu->probing = true;
    uc_ctl_remove_cache(cpu->uc, page - MM_PAGE_SIZE, page);
    jumps_forget(cpu->engine);
    cpu->probing = false;
    return err;
}

/* The engine never retires an exception: without this the next one would be a double fault. */
static void forget_exception(struct cpu *cpu)
{
    struct cpu_regs r;

    cpu_save(cpu, &r);
    uc_context_restore(cpu->uc, cpu->fresh);
    cpu_load(cpu, &r);
}

void cpu_run(struct cpu *cpu, struct cpu_stop *stop)
{
    uint64_t rip;
    uc_err err;

    memset(stop, 0, sizeof(*stop));
    cpu->stop = stop;
    do {
        if (cpu->flush || cpu->nr_dirty)
            cpu_flush_tlb(cpu);
        cpu->stop_asked = false;
        stop->event = CPU_STOPPED;
        rip = cpu_rip(cpu);
        cpu->running = true;
        err = start(cpu, rip);
        cpu->running = false;
        if (err == UC_ERR_EXCEPTION && stop->event == CPU_FAULT && stop->access == MM_EXEC) {
            rip = cpu_rip(cpu);
            if ((rip & MM_PAGE_MASK) != cpu->bad_page && rip < cpu->bad_page)
                err = walk_to_page_end(cpu, &rip);
        }
        if (stop->event == CPU_TRAP && stop->vector == 13 && forget_trapped_at(cpu, cpu_rip(cpu))) {
            forget_exception(cpu); /* not the user's: see what is really there */
            stop->event = CPU_STOPPED;
            cpu->flush = cpu->resumed = true;
            err = UC_ERR_OK;
        }
        if (err == UC_ERR_EXCEPTION && stop->event == CPU_STOPPED && cpu->flush)
            err = UC_ERR_OK; /* an entry that has to wait for a flush: the instruction is run again */
    } while (err == UC_ERR_OK && stop->event == CPU_STOPPED && !cpu->stop_asked);
    if (cpu->stepped_over) {
        rip = cpu_rip(cpu) - cpu->stepped_over;
        uc_reg_write(cpu->uc, UC_X86_REG_RIP, &rip);
        cpu->stepped_over = 0;
    }
    if (stop->event == CPU_TRAP)
        forget_exception(cpu);
    if (stop->event == CPU_FAULT && stop->fault.reason != MM_FAULT_OOM) {
        rip = cpu_rip(cpu);
        if (stop->access == MM_EXEC)
            stop->fault.addr = rip > cpu->bad_page ? rip : cpu->bad_page;
        else
            stop->fault.addr = exact_address(cpu, rip);
    } else if (stop->event == CPU_STOPPED && err != UC_ERR_OK) {
        stop->event = CPU_BROKEN;
        stop->why = uc_strerror(err);
    }
}

/* ---- life ---- */

static uc_err write_msr(uc_engine *uc, uint32_t rid, uint64_t value)
{
    uc_x86_msr msr = {rid, value};

    return uc_reg_write(uc, UC_X86_REG_MSR, &msr);
}

/*
 * The engine starts at CPL 0. A sysretq through a stub in a borrowed frame brings it to CPL 3, where it stays: CS 0x33, SS
 * 0x2b as Linux has them. Control register bits: SSE on, rdtsc faults (the clock is virtual).
 */
static uc_err enter_user_mode(struct cpu *cpu)
{
    static const uint8_t sysretq[] = {0x48, 0x0f, 0x07};
    uc_engine *uc = cpu->uc;
    pfn_t stub = physmem_alloc(cpu->phys);
    uint64_t at, cr0, cr4, rcx, flags = RFLAGS_FIXED;
    uc_x86_msr efer = {MSR_EFER, 0};
    uc_err err;

    if (stub == PFN_NONE)
        return UC_ERR_NOMEM;
    memcpy(frame_ptr(cpu->phys, stub), sysretq, sizeof(sysretq));
    at = CODE_WINDOW + ((uint64_t)stub << MM_PAGE_SHIFT);
    rcx = at + sizeof(sysretq);

    uc_reg_read(uc, UC_X86_REG_CR0, &cr0);
    cr0 |= CR0_NE;
    uc_reg_read(uc, UC_X86_REG_CR4, &cr4);
    cr4 |= CR4_TSD | CR4_OSFXSR;
    uc_reg_read(uc, UC_X86_REG_MSR, &efer);
    if (!(err = uc_reg_write(uc, UC_X86_REG_CR0, &cr0)) && !(err = uc_reg_write(uc, UC_X86_REG_CR4, &cr4)) &&
        !(err = write_msr(uc, MSR_EFER, efer.value | EFER_SCE)) &&
        !(err = write_msr(uc, MSR_STAR, UINT64_C(0x0023001000000000))) &&
        !(err = uc_reg_write(uc, UC_X86_REG_RCX, &rcx)) &&
        !(err = uc_reg_write(uc, UC_X86_REG_R11, &flags))) {
        struct cpu_stop stop;

        cpu->stop = &stop;
        cpu->identity = true;
        uc_ctl_set_exits(uc, &rcx, 1);
        err = start(cpu, at);
        uc_ctl_set_exits(uc, &rcx, 0);
        cpu->identity = false;
    }
    uc_ctl_remove_cache(uc, at, rcx); /* still in the TLB from the run */
    frame_put(cpu->phys, stub);
    cpu->flush = true;
    return err;
}

static uc_err add_hooks(struct cpu *cpu)
{
    const struct {
        int type, insn;
        void *fn;
    } hooks[] = {
        {UC_HOOK_TLB_FILL, 0, (void *)on_tlb_fill},
        {UC_HOOK_INTR, 0, (void *)on_interrupt},
        {UC_HOOK_INSN_INVALID, 0, (void *)on_illegal},
        {UC_HOOK_INSN, UC_X86_INS_SYSCALL, (void *)on_syscall},
        {UC_HOOK_INSN, UC_X86_INS_SYSENTER, (void *)on_sysenter},
        {UC_HOOK_INSN, UC_X86_INS_CPUID, (void *)on_cpuid},
        {UC_HOOK_INSN, UC_X86_INS_IN, (void *)on_in},
        {UC_HOOK_INSN, UC_X86_INS_OUT, (void *)on_out},
    };

    for (size_t i = 0; i < sizeof(hooks) / sizeof(*hooks); i++) {
        uc_hook hook;
        uc_err err = uc_hook_add(cpu->uc, &hook, hooks[i].type, hooks[i].fn, cpu, UINT64_C(1), UINT64_C(0),
                                 hooks[i].insn);

        if (err)
            return err;
    }
    return UC_ERR_OK;
}

struct cpu *cpu_create(struct physmem *phys, const struct cpu_ops *ops, void *ctx, const char **why)
{
    struct cpu *cpu = calloc(1, sizeof(*cpu));
    uc_err err = UC_ERR_NOMEM;

    if (!cpu)
        goto fail;
    cpu->ops = ops;
    cpu->ctx = ctx;
    cpu->phys = phys;
    cpu->tlb_size = TLB_MIN;
    call_init(&cpu->call);
    cpu->engine = engine_create();
    if (!cpu->engine || !alias_init(cpu) || !forget_init(cpu))
        goto fail;
    if ((err = uc_open(UC_ARCH_X86, UC_MODE_64, &cpu->uc)) ||
        (err = uc_ctl_set_cpu_model(cpu->uc, UC_CPU_X86_WESTMERE)) ||
        (err = uc_ctl_set_tcg_buffer_size(cpu->uc, TCG_BUFFER)) || (err = uc_ctl_exits_enable(cpu->uc)) ||
        (err = uc_mem_map_ptr(cpu->uc, 0, phys->nframes << MM_PAGE_SHIFT, UC_PROT_ALL, phys->base)) ||
        (err = uc_ctl_tlb_mode(cpu->uc, UC_TLB_VIRTUAL)) || (err = add_hooks(cpu)) ||
        (err = enter_user_mode(cpu)) || (err = uc_context_alloc(cpu->uc, &cpu->fresh)) ||
        (err = uc_context_save(cpu->uc, cpu->fresh)))
        goto fail;
    code_buffer_init(cpu);
    exits_init(cpu);
    return cpu;

fail:
    *why = uc_strerror(err);
    cpu_destroy(cpu);
    return NULL;
}

void cpu_destroy(struct cpu *cpu)
{
    if (!cpu)
        return;
    if (cpu->fresh)
        uc_context_free(cpu->fresh);
    if (cpu->uc)
        uc_close(cpu->uc);
    engine_destroy(cpu->engine);
    alias_destroy(cpu);
    free(cpu->breaks);
    free(cpu);
}

const char *cpu_engine_version(char buf[16])
{
    unsigned major, minor, v = uc_version(&major, &minor);

    snprintf(buf, 16, "%u.%u.%u", major, minor, v >> 8 & 0xff);
    return buf;
}
