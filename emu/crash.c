/*
 * crash.c - the last words: what is told when the guest dies of its own doing or of a deadlock.
 */
#include "crash.h"
#include "disasm.h"
#include "machine.h"
#include "symbols.h"
#include "task_cpu.h"
#include "syscalls/proc/seccomp.h"
#include "syscalls/table.h"

#include "syscalls/trace/trace.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    int signo, code;
    const char *text;
} reasons[] = {
    {SIGSEGV, SEGV_MAPERR, "nothing is mapped at the address"},
    {SIGSEGV, SEGV_ACCERR, "the mapping does not permit the access"},
    {SIGSEGV, 4 /* SEGV_PKUERR */, "the protection key forbids the access"},
    {SIGSEGV, 0x80 /* SI_KERNEL */,
     "general protection: user code may not use the instruction, not on this, or only at a multiple of 16"},
    {SIGBUS, BUS_ADRALN, "the address is not aligned"},
    {SIGBUS, BUS_ADRERR, "past the end of the mapped file"},
    {SIGBUS, BUS_MCEERR_AR, "the page is lost (MADV_HWPOISON)"},
    {SIGFPE, FPE_INTDIV, "integer division by zero, or its result does not fit"},
    {SIGFPE, FPE_FLTDIV, "floating-point division by zero"},
    {SIGILL, ILL_ILLOPN, "the processor does not know the instruction"},
    {SIGTRAP, 0x80, "breakpoint"},
    {SIGTRAP, TRAP_TRACE, "single step"},
    {SIGKILL, SI_KERNEL, "out of memory (see --memory)"},
};

/* Is it for an access to memory, the last exception? */
static bool is_access(const struct task *t, const struct ksiginfo *info)
{
    const struct task_cpu *cpu = t->cpu;

    return (info->signo == SIGSEGV || info->signo == SIGBUS) && info->info.si_code > 0 && cpu &&
           cpu->fault.reason != MM_FAULT_NONE;
}

/* What the code of a signal does not tell. */
static const char *const fault_reasons[] = {
    [MM_FAULT_GUARD] = "a guard was installed on the page (MADV_GUARD_INSTALL)",
    [MM_FAULT_STACK_LIMIT] = "the stack may not grow down to it (RLIMIT_STACK, or what is mapped below it)",
    [MM_FAULT_IO] = "the file behind the page could not be read",
    [MM_FAULT_NONCANONICAL] = "no process has such an address (bits 47 to 63 differ)",
    [MM_FAULT_OOM] = "the machine has no memory left (--memory)",
    [MM_FAULT_USERFAULT] = "a userfaultfd watches the page and wants the signal (UFFD_FEATURE_SIGBUS)",
    [MM_FAULT_POISON] = "the page is lost (UFFDIO_POISON, MADV_HWPOISON)",
    [MM_FAULT_NO_HUGE] = "no huge pages are reserved (vm.nr_hugepages)",
};

static bool is_fault_signal(int signo)
{
    return signo == SIGSEGV || signo == SIGBUS || signo == SIGFPE || signo == SIGILL || signo == SIGTRAP;
}

/* Who handles a fault and lets it take its course sends it again: it is a crash as it was the first time. */
static bool is_raised(const struct task *t, const struct ksiginfo *info)
{
    int code = info->info.si_code;

    return (code == SI_USER || code == SI_TKILL || code == SI_QUEUE) && info->info.rt.pid == t->proc->pid &&
           (is_fault_signal(info->signo) || info->signo == SIGABRT);
}

static const char *reason_of(const struct task *t, const struct ksiginfo *info)
{
    const struct task_cpu *cpu = t->cpu;

    if (is_access(t, info) && cpu->fault.reason < sizeof(fault_reasons) / sizeof(*fault_reasons) &&
        fault_reasons[cpu->fault.reason])
        return fault_reasons[cpu->fault.reason];
    for (size_t i = 0; i < sizeof(reasons) / sizeof(*reasons); i++)
        if (reasons[i].signo == info->signo && reasons[i].code == info->info.si_code)
            return reasons[i].text;
    return is_raised(t, info) && info->signo != SIGABRT ? "the program sent it to itself" : NULL;
}

static bool is_fault(const struct ksiginfo *info)
{
    return info->info.si_code > 0 && is_fault_signal(info->signo);
}

/* ---- what is told, before it is laid out ---- */

/* Instructions before RIP, decoded one after the other from `at`. False: they do not meet it. */
static bool insns_before(struct crash *c, uint64_t at)
{
    uint8_t code[15];
    cs_insn *insn;
    unsigned k = 0;
    int64_t n;

    for (; at < c->regs.rip; k++) {
        n = mm_access_remote(c->t->mm, at, code, sizeof(code), false, true);
        if (n <= 0 || !disasm_one(code, (size_t)n, at, &insn))
            break;
        if (k >= CRASH_BEFORE)
            memmove(c->insn, c->insn + 1, sizeof(*c->insn) * (CRASH_BEFORE - 1));
        crash_insn(&c->insn[k < CRASH_BEFORE ? k : CRASH_BEFORE - 1], insn);
        at += insn->size;
        disasm_free(insn);
    }
    c->nr_insns = at != c->regs.rip ? 0 : k < CRASH_BEFORE ? k : CRASH_BEFORE;
    return c->nr_insns;
}

static void collect_insns(struct crash *c)
{
    uint64_t rip = c->regs.rip, start = symbols_function(c->t, rip), at;
    uint8_t code[15];
    cs_insn *insn;
    int64_t n;

    /* Instructions have to be decoded from one that is known to be one: the function's first. Without a
     * symbol, or where that does not meet RIP (data among code), from a few bytes before, whichever do. */
    if (!start || rip - start > 1 << 16 || !insns_before(c, start))
        for (at = rip > 24 ? rip - 24 : 0; at < rip && !insns_before(c, at); at++)
            ;
    c->marked = c->nr_insns;
    for (at = rip; c->nr_insns < c->marked + CRASH_AFTER;
         at += insn->size, disasm_free(insn), c->nr_insns++) {
        n = mm_access_remote(c->t->mm, at, code, sizeof(code), false, true);
        if (n <= 0 || !disasm_one(code, (size_t)n, at, &insn))
            break;
        crash_insn(&c->insn[c->nr_insns], insn);
    }
    if (c->nr_insns == c->marked)
        c->nr_insns = 0; /* not even the one that faults: what stands before it means nothing */
}

/* A call that a filter of seccomp(2) answers with a signal. */
static bool is_refused_call(const struct ksiginfo *info)
{
    return info->signo == SIGSYS && info->info.si_code == 1 /* SYS_SECCOMP */;
}

static const char *tell_refusal(struct crash *c)
{
    const struct sys_row *row = sys_row((unsigned)c->info->info.sys.nr);
    size_t len = (size_t)snprintf(c->refusal, sizeof(c->refusal), "%s: ", row ? row->name : "a system call");

    seccomp_tell(c->t, c->refusal + len, sizeof(c->refusal) - len);
    return c->refusal;
}

static void collect(struct crash *c, struct task *t, const struct ksiginfo *info)
{
    const struct task_cpu *cpu = t->cpu;

    memset(c, 0, sizeof(*c));
    c->t = t;
    c->info = info;
    c->fault = is_fault(info);
    c->reason = is_refused_call(info) ? tell_refusal(c) : reason_of(t, info);
    if (!t->mm)
        return;
    machine_ops.get_regs(t, &c->regs);
    if (is_access(t, info)) {
        c->has_address = true;
        c->address = cpu->fault.addr;
        c->access = cpu->fault.access == MM_EXEC    ? "executing"
                    : cpu->fault.access == MM_WRITE ? "writing"
                                                    : "reading";
    }
    collect_insns(c);
    c->nr_frames = symbols_backtrace(t, c->frame, CRASH_FRAMES);
    if (t->k->trace && c->has_address)
        trace_page_history(t->k->trace, t, c->address, &c->history);
}

/* ---- text ---- */

static void print_registers(FILE *out, const struct crash *c)
{
    for (size_t i = 0; i < CRASH_REGS; i++)
        fprintf(out, "  %7s %016" PRIx64 "%s", crash_reg_names[i], crash_reg(c, i), i % 4 == 3 ? "\n" : "");
}

static void print_insns(FILE *out, const struct crash *c)
{
    if (!c->nr_insns)
        fprintf(out, "  at %#" PRIx64 ": no instruction can be read there\n", c->regs.rip);
    for (unsigned i = 0; i < c->nr_insns; i++)
        fprintf(out, "  %s %#" PRIx64 ": %s\n", i == c->marked ? "=>" : "  ", c->insn[i].addr,
                c->insn[i].text);
}

static void print_frames(FILE *out, const struct crash *c)
{
    char name[512];

    for (unsigned i = 0; i < c->nr_frames; i++) {
        if (!crash_frame_name(c, i, name, sizeof(name)))
            strcpy(name, "?");
        fprintf(out, "  #%-2u 0x%016" PRIx64 " %s\n", i, c->frame[i], name);
    }
    if (c->nr_frames == CRASH_FRAMES)
        fputs("  (and perhaps more)\n", out);
}

/* All areas, or of very many those around the address; the one hit is marked, and so is a hole. */
static void print_maps(FILE *out, const struct crash *c)
{
    uint64_t n = mm_vma_count(c->t->mm), i = 0, here = 0;
    bool marked = !c->has_address;
    char line[4352];

    for (const struct vma *v = mm_find_vma(c->t->mm, 0); v && v->end <= c->address;
         v = mm_find_vma(c->t->mm, v->end))
        here++;
    for (const struct vma *v = mm_find_vma(c->t->mm, 0); v; v = mm_find_vma(c->t->mm, v->end), i++) {
        bool hit = c->has_address && v->start <= c->address && c->address < v->end;

        if (n > CRASH_MAPS && (i + CRASH_MAPS / 2 < here || i > here + CRASH_MAPS / 2))
            continue;
        if (!marked && v->start > c->address)
            fprintf(out, "=>  %#" PRIx64 " is not mapped\n", c->address);
        marked |= hit || v->start > c->address;
        mm_maps_line(c->t->mm, v, line, sizeof(line));
        fprintf(out, "%s  %s", hit ? "=>" : "  ", line);
    }
    if (!marked)
        fprintf(out, "=>  %#" PRIx64 " is not mapped\n", c->address);
    if (n > CRASH_MAPS)
        fprintf(out, "    (%" PRIu64 " areas in all)\n", n);
}

static void print_crash(FILE *out, const struct crash *c)
{
    const char *name = sigabbrev_np(c->info->signo);

    fprintf(out, "mseal-emu: %s (pid %d", c->t->comm, c->t->proc->pid);
    if (c->t->tid != c->t->proc->pid)
        fprintf(out, ", tid %d", c->t->tid);
    fprintf(out, ") dies of SIG%s", name ? name : "?");
    if (c->reason)
        fprintf(out, ": %s", c->reason);
    fputc('\n', out);
    if (!c->t->mm || !c->nr_frames)
        return;
    if (c->fault)
        print_insns(out, c);
    if (c->has_address)
        fprintf(out, "  %s address %#" PRIx64 "\n", c->access, c->address);
    fputs("registers:\n", out);
    print_registers(out, c);
    fputs("backtrace:\n", out);
    print_frames(out, c);
    if (!c->has_address)
        return;
    fputs("mappings:\n", out);
    print_maps(out, c);
    if (c->history.len)
        fprintf(out, "history of the page:\n%.*s", (int)c->history.len, c->history.s);
}

/*
 * Faults, what the program does to itself (abort, raise), and the end of memory. A signal somebody else sent is
 * no crash.
 */
static bool worth_telling(const struct task *t, const struct ksiginfo *info)
{
    if (t->k->lockstep) /* standard error is compared: it is the guest's alone */
        return false;
    if (info->signo == SIGKILL)
        return info->info.si_code == SI_KERNEL;
    return is_fault(info) || is_refused_call(info) || is_raised(t, info);
}

void crash_report(struct task *t, const struct ksiginfo *info)
{
    FILE *json = machine_of(t)->crash_json;
    struct crash c;

    if (!worth_telling(t, info))
        return;
    if (t->k->trace)
        trace_flush(t->k->trace);
    fflush(stdout);
    collect(&c, t, info);
    print_crash(stderr, &c);
    if (json) {
        crash_print_json(json, &c);
        fflush(json);
    }
    free(c.history.s);
}

void machine_deadlock_report(struct machine *m)
{
    fprintf(stderr, "mseal-emu: deadlock: no task can go on and no timer is pending\n");
    list_for_each (n, &m->k.tasks) {
        const struct task *t = container_of(n, struct task, node);

        if (t->state == TASK_SLEEPING)
            fprintf(stderr, "  %s (pid %d, tid %d) waits in %s(%#" PRIx64 ", ...): %s\n", t->comm,
                    t->proc->pid, t->tid,
                    t->sysno >= 0 && sys_row((unsigned)t->sysno) ? sys_row((unsigned)t->sysno)->name : "?",
                    t->args[0], t->wait_what ? t->wait_what : "?");
        else if (t->state == TASK_STOPPED)
            fprintf(stderr, "  %s (pid %d, tid %d) is stopped\n", t->comm, t->proc->pid, t->tid);
    }
}
