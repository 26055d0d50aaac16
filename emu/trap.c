/*
 * trap.c - exceptions: what the processor cannot go on with becomes the signal Linux sends (arch/x86/kernel/traps.c, 6.18),
 * or is one of the few instructions we carry out ourselves.
 */
#include "machine.h"
#include "task_cpu.h"
#include "syscalls/trace/trace.h"

#include <signal.h>
#include <string.h>

#define SI_KERNEL_CODE 0x80
#define X86_PF_PROT    1u
#define X86_PF_WRITE   2u
#define X86_PF_USER    4u
#define X86_PF_INSTR   16u
#define X86_PF_PK      32u
enum {
    X86_DE = 0,
    X86_DB = 1,
    X86_BP = 3,
    X86_OF = 4,
    X86_UD = 6,
    X86_SS = 12,
    X86_GP = 13,
    X86_PF = 14,
    X86_MF = 16,
    X86_AC = 17,
    X86_XF = 19
};

/* ---- instructions of ours ---- */

static bool is_prefix(uint8_t b)
{
    return b == 0x66 || b == 0x67 || b == 0xf2 || b == 0xf3 || b == 0x2e || b == 0x36 || b == 0x3e ||
           b == 0x26 || b == 0x64 || b == 0x65 || (b & 0xf0) == 0x40;
}

/* The instruction's bytes from its opcode on; *len gets how many there are before the end of what is mapped. */
static unsigned fetch(struct task *t, uint64_t rip, uint8_t buf[16], unsigned *prefixes)
{
    int64_t n = mm_access_remote(t->mm, rip, buf, 15, false, true);
    unsigned len = n > 0 ? (unsigned)n : 0, i = 0;

    while (i < len && is_prefix(buf[i]))
        i++;
    *prefixes = i;
    return len - i;
}

static void answer_edx_eax(struct cpu_regs *r, uint64_t v, unsigned insn_len)
{
    r->rax = (uint32_t)v;
    r->rdx = v >> 32;
    r->rip += insn_len;
}

/*
 * RDTSC and RDTSCP fault because the clock is virtual; RDPKRU and WRPKRU because the engine's own PKRU is out of reach.
 * True: done, RIP is past it.
 */
static bool carry_out(struct task *t)
{
    struct machine *m = machine_of(t);
    uint64_t rip = cpu_rip(m->cpu);
    uint8_t buf[16];
    unsigned prefixes, n = fetch(t, rip, buf, &prefixes);
    const uint8_t *op = buf + prefixes;
    struct cpu_regs *r;

    if (n < 2 || op[0] != 0x0f)
        return false;
    if (op[1] == 0x31 && !t->no_tsc) {
        r = machine_regs(t);
        answer_edx_eax(r, machine_tsc(m), prefixes + 2);
        return true;
    }
    if (n < 3 || op[1] != 0x01)
        return false;
    switch (op[2]) {
    case 0xf9: /* rdtscp: processor number 0 in ECX */
        if (t->no_tsc)
            return false;
        r = machine_regs(t);
        answer_edx_eax(r, machine_tsc(m), prefixes + 3);
        r->rcx = 0;
        return true;
    case 0xee: /* rdpkru */
        r = machine_regs(t);
        if ((uint32_t)r->rcx)
            return false;
        answer_edx_eax(r, r->pkru, prefixes + 3);
        return true;
    case 0xef: /* wrpkru */
        r = machine_regs(t);
        if ((uint32_t)r->rcx || (uint32_t)r->rdx)
            return false;
        machine_ops.set_pkru(t, (uint32_t)r->rax);
        r->rip += prefixes + 3;
        return true;
    }
    return false;
}

/*
 * RIP points past an `int n` that user code may not use; real exceptions leave it at the instruction. The bytes before RIP tell
 * them apart, but for a division that follows bytes which only look like `int $0`.
 */
static bool was_int_n(struct task *t, uint64_t rip, unsigned vector)
{
    uint8_t b[16];
    unsigned prefixes, n;

    if (vector == X86_BP || vector == X86_OF || mm_access_remote(t->mm, rip - 2, b, 2, false, true) != 2 ||
        b[0] != 0xcd || b[1] != vector)
        return false;
    if (vector != X86_DE)
        return true;
    n = fetch(t, rip, b, &prefixes);
    return n < 2 || (b[prefixes] & 0xfe) != 0xf6 || (b[prefixes + 1] >> 3 & 6) != 6; /* div, idiv */
}

/* ---- signals ---- */

static void note(struct task *t, unsigned trapno, uint64_t err, uint64_t cr2)
{
    struct task_cpu *c = task_cpu(t);

    if (!c)
        return;
    c->trapno = trapno;
    c->error_code = err;
    c->fault.reason = MM_FAULT_NONE;
    if (trapno == X86_PF)
        c->cr2 = cr2;
}

/* Which of the unmasked exceptions of x87 or SSE it was (fpu__exception_code). */
static int fpe_code(const struct cpu_regs *r, unsigned vector)
{
    uint16_t cwd, swd;
    uint32_t mxcsr;
    unsigned err;

    memcpy(&cwd, r->fx, 2);
    memcpy(&swd, r->fx + 2, 2);
    memcpy(&mxcsr, r->fx + 24, 4);
    err = vector == X86_MF ? swd & ~(unsigned)cwd : mxcsr & ~(mxcsr >> 7);
    if (err & 0x001)
        return FPE_FLTINV;
    if (err & 0x004)
        return FPE_FLTDIV;
    if (err & 0x008)
        return FPE_FLTOVF;
    if (err & 0x012)
        return FPE_FLTUND;
    return err & 0x020 ? FPE_FLTRES : 0;
}

/* What the signal does not tell, for reports and traces. */
static void note_access(struct task *t, const struct mm_fault *f, unsigned access, uint64_t rip)
{
    struct task_cpu *c = t->cpu;

    if (c) {
        c->fault.reason = f->reason;
        c->fault.addr = f->addr;
        c->fault.access = access;
    }
    if (t->k->trace)
        trace_fault(t, f, access, rip);
}

static void page_fault(struct task *t, const struct cpu_stop *stop)
{
    const struct mm_fault *f = &stop->fault;
    uint64_t rip = cpu_rip(machine_of(t)->cpu);
    bool write = stop->access == MM_WRITE || (stop->access == MM_READ && insn_writes_memory(t, rip));
    uint64_t err = X86_PF_USER | (write ? X86_PF_WRITE : 0) | (stop->access == MM_EXEC ? X86_PF_INSTR : 0) |
                   (f->present && f->reason == MM_FAULT_PKEY ? X86_PF_PK : 0) |
                   (f->present || f->addr >= MM_TASK_SIZE ? X86_PF_PROT : 0);

    if (f->reason == MM_FAULT_NONCANONICAL) { /* no page fault: no address is told */
        bool stack = stop->access != MM_EXEC && insn_uses_stack(t, rip);

        note(t, stack ? X86_SS : X86_GP, 0, 0);
        note_access(t, f, write ? MM_WRITE : stop->access, rip);
        force_sig_fault(t, stack ? SIGBUS : SIGSEGV, SI_KERNEL_CODE, 0, 0);
        return;
    }
    if (f->reason == MM_FAULT_USERFAULT && userfault_wait(t, f))
        return;
    note(t, X86_PF, err, f->addr);
    note_access(t, f, write ? MM_WRITE : stop->access, rip);
    force_sig_fault(t, f->signo, f->code, f->addr, (uint32_t)f->pkey);
}

static void exception(struct task *t, unsigned vector)
{
    struct machine *m = machine_of(t);
    uint64_t rip = cpu_rip(m->cpu);

    uint64_t err = 0;

    if (vector == X86_GP && carry_out(t))
        return;
    if (was_int_n(t, rip, vector)) {
        machine_regs(t)->rip -= 2;
        err = vector * 8 + 2; /* IDT entry n */
        vector = X86_GP;
    }
    note(t, vector, err, 0);
    switch (vector) {
    case X86_DE:
        force_sig_fault(t, SIGFPE, FPE_INTDIV, rip, 0);
        break;
    case X86_DB:
        machine_regs(t)->rflags &= ~RFLAGS_TF;
        force_sig_fault(t, SIGTRAP, TRAP_TRACE, rip, 0);
        break;
    case X86_BP:
        force_sig_fault(t, SIGTRAP, SI_KERNEL_CODE, 0, 0);
        break;
    case X86_UD:
        force_sig_fault(t, SIGILL, ILL_ILLOPN, rip, 0);
        break;
    case X86_MF:
    case X86_XF:
        force_sig_fault(t, SIGFPE, fpe_code(machine_regs(t), vector), rip, 0);
        break;
    case X86_AC:
        force_sig_fault(t, SIGBUS, BUS_ADRALN, 0, 0);
        break;
    default:
        force_sig_fault(t, SIGSEGV, SI_KERNEL_CODE, 0, 0);
        break;
    }
}

/* What a processor has and user code may not use now: rdpmc, and rdtscp after PR_SET_TSC. */
static bool is_known(const uint8_t *op, unsigned n)
{
    return n >= 2 && op[0] == 0x0f && (op[1] == 0x33 || (n >= 3 && op[1] == 0x01 && op[2] == 0xf9));
}

/* Some of what the engine does not know the processor does: instructions of ours, int1, rdpmc. */
static void illegal_instruction(struct task *t)
{
    uint64_t rip = cpu_rip(machine_of(t)->cpu);
    uint8_t b[16];
    unsigned prefixes, n = fetch(t, rip, b, &prefixes);

    if (carry_out(t))
        return;
    if (n >= 1 && b[prefixes] == 0xf1) {
        machine_regs(t)->rip += prefixes + 1;
        note(t, X86_DB, 0, 0);
        force_sig_fault(t, SIGTRAP, TRAP_BRKPT, rip + prefixes + 1, 0);
    } else {
        exception(t, is_known(b + prefixes, n) ? X86_GP : X86_UD);
    }
}

void machine_trap(struct task *t, const struct cpu_stop *stop)
{
    t->regs.orig_rax = UINT64_MAX; /* not in a system call: nothing to restart */
    switch (stop->event) {
    case CPU_FAULT:
        page_fault(t, stop);
        break;
    case CPU_TRAP:
        exception(t, stop->vector);
        break;
    case CPU_ILLEGAL:
        illegal_instruction(t);
        break;
    default:
        break;
    }
}
