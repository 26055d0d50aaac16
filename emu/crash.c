/*
 * crash.c - the last words: a report when the guest dies of a signal or of a deadlock, and dying of the same signal ourselves.
 */
#include "disasm.h"
#include "machine.h"
#include "task_cpu.h"
#include "syscalls/table.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct {
    int signo, code;
    const char *text;
} reasons[] = {
    {SIGSEGV, SEGV_MAPERR, "nothing is mapped at the address"},
    {SIGSEGV, SEGV_ACCERR, "the mapping does not permit the access"},
    {SIGSEGV, 4 /* SEGV_PKUERR */, "the protection key forbids the access"},
    {SIGSEGV, 0x80 /* SI_KERNEL */, "general protection: a privileged instruction or an address no process has"},
    {SIGBUS, BUS_ADRALN, "the address is not aligned"},
    {SIGBUS, BUS_ADRERR, "past the end of the mapped file"},
    {SIGFPE, FPE_INTDIV, "integer division by zero, or its result does not fit"},
    {SIGFPE, FPE_FLTDIV, "floating-point division by zero"},
    {SIGILL, ILL_ILLOPN, "the processor does not know the instruction"},
    {SIGTRAP, 0x80, "breakpoint"},
    {SIGTRAP, TRAP_TRACE, "single step"},
    {SIGKILL, SI_KERNEL, "out of memory (see --memory)"},
};

static const char *reason_of(const struct ksiginfo *info)
{
    for (size_t i = 0; i < sizeof(reasons) / sizeof(*reasons); i++)
        if (reasons[i].signo == info->signo && reasons[i].code == info->info.si_code)
            return reasons[i].text;
    return NULL;
}

static bool is_fault(const struct ksiginfo *info)
{
    return info->info.si_code > 0 && (info->signo == SIGSEGV || info->signo == SIGBUS || info->signo == SIGFPE ||
                                      info->signo == SIGILL || info->signo == SIGTRAP);
}

static void print_registers(FILE *out, const struct cpu_regs *r)
{
    const struct {
        const char *name;
        uint64_t value;
    } regs[] = {
        {"rax", r->rax}, {"rbx", r->rbx}, {"rcx", r->rcx}, {"rdx", r->rdx}, {"rsi", r->rsi}, {"rdi", r->rdi},
        {"rbp", r->rbp}, {"rsp", r->rsp}, {"r8", r->r8},   {"r9", r->r9},   {"r10", r->r10}, {"r11", r->r11},
        {"r12", r->r12}, {"r13", r->r13}, {"r14", r->r14}, {"r15", r->r15}, {"rip", r->rip}, {"rflags", r->rflags},
        {"fs_base", r->fs_base}, {"gs_base", r->gs_base},
    };

    for (size_t i = 0; i < sizeof(regs) / sizeof(*regs); i++)
        fprintf(out, "%s%7s %016" PRIx64 "%s", i % 4 ? "  " : "  ", regs[i].name, regs[i].value, i % 4 == 3 ? "\n" : "");
}

static void print_instruction(FILE *out, struct task *t, uint64_t rip)
{
    uint8_t code[15];
    int64_t n = mm_access_remote(t->mm, rip, code, sizeof(code), false, true);
    cs_insn *insn;

    if (n <= 0) {
        fprintf(out, "  at %#" PRIx64 ": no instruction can be read there\n", rip);
        return;
    }
    if (disasm_one(code, (size_t)n, rip, &insn)) {
        fprintf(out, "  at %#" PRIx64 ": %s%s%s\n", rip, insn->mnemonic, *insn->op_str ? " " : "", insn->op_str);
        disasm_free(insn);
    } else {
        fprintf(out, "  at %#" PRIx64 ": bytes", rip);
        for (int64_t i = 0; i < n && i < 8; i++)
            fprintf(out, " %02x", code[i]);
        fprintf(out, " are no instruction\n");
    }
}

/* The mapping that was hit, or the ones around the hole. */
static void print_mapping(FILE *out, struct task *t, uint64_t addr)
{
    const struct vma *v = mm_find_vma(t->mm, addr);
    char line[4352];

    if (v && v->start <= addr) {
        mm_maps_line(t->mm, v, line, sizeof(line));
        fprintf(out, "  in: %s", line);
        return;
    }
    if (v) {
        mm_maps_line(t->mm, v, line, sizeof(line));
        fprintf(out, "  next mapping above, at +%#" PRIx64 ": %s", v->start - addr, line);
    }
}

void crash_report(struct task *t, const struct ksiginfo *info)
{
    const char *why = reason_of(info), *name = sigabbrev_np(info->signo);
    struct cpu_regs r;
    bool fault = is_fault(info);
    FILE *out = stderr;

    if (t->k->lockstep || (!fault && t->proc != t->k->init)) /* standard error is compared: it is the guest's alone */
        return;
    fflush(stdout);
    fprintf(out, "mseal-emu: %s (pid %d) dies of SIG%s", t->comm, t->proc->pid, name ? name : "?");
    if (why && (fault || info->signo == SIGKILL))
        fprintf(out, ": %s", why);
    fputc('\n', out);
    if (!fault || !t->mm)
        return;
    machine_ops.get_regs(t, &r);
    print_instruction(out, t, r.rip);
    if (info->signo == SIGSEGV || info->signo == SIGBUS) {
        const struct task_cpu *c = t->cpu;

        if (info->info.si_code != 0x80) {
            fprintf(out, "  %s address %#" PRIx64 "\n",
                    c && c->error_code & 16 ? "executing" : c && c->error_code & 2 ? "writing" : "reading",
                    info->info.fault.addr);
            print_mapping(out, t, info->info.fault.addr);
        }
    }
    print_registers(out, &r);
}

void machine_deadlock_report(struct machine *m)
{
    fprintf(stderr, "mseal-emu: deadlock: no task can go on and no timer is pending\n");
    list_for_each(n, &m->k.tasks)
    {
        const struct task *t = container_of(n, struct task, node);

        if (t->state == TASK_SLEEPING)
            fprintf(stderr, "  %s (pid %d, tid %d) waits in %s(%#" PRIx64 ", ...): %s\n", t->comm, t->proc->pid, t->tid,
                    t->sysno >= 0 && sys_row((unsigned)t->sysno) ? sys_row((unsigned)t->sysno)->name : "?", t->args[0],
                    t->wait_what ? t->wait_what : "?");
        else if (t->state == TASK_STOPPED)
            fprintf(stderr, "  %s (pid %d, tid %d) is stopped\n", t->comm, t->proc->pid, t->tid);
    }
}

_Noreturn void machine_die_like(int status)
{
    fflush(NULL);
    if (WIFSIGNALED(status)) {
        struct rlimit none = {0, 0};
        sigset_t set;
        int signo = WTERMSIG(status);

        setrlimit(RLIMIT_CORE, &none); /* a core file of the emulator helps nobody */
        signal(signo, SIG_DFL);
        sigemptyset(&set);
        sigaddset(&set, signo);
        sigprocmask(SIG_UNBLOCK, &set, NULL);
        raise(signo);
        _exit(128 + signo);
    }
    _exit(WEXITSTATUS(status));
}
