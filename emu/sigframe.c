/*
 * sigframe.c - entering a signal handler and coming back: struct rt_sigframe of x86-64 (arch/x86/kernel/signal_64.c, 6.18).
 *
 *      old rsp
 *                128 bytes      red zone of the interrupted function
 *                               or the top of the alternate stack instead
 *      64-aligned  fpstate      FXSAVE image, XSAVE header, PKRU, magic
 *                  siginfo      128
 *                  ucontext     304
 *      new rsp ->  pretcode     the restorer: handlers return into it;  rsp % 16 == 8
 *
 * The processor has no XSAVE, but PKRU belongs to what a handler interrupts: the frame says so in XSAVE's format, with the
 * component where CPUID leaf 13 puts it.
 */
#include "machine.h"
#include "task_cpu.h"

#include <stddef.h>
#include <string.h>

#define SA_RESTORER_FLAG     UINT64_C(0x04000000)
#define SS_AUTODISARM_FLAG   (1u << 31)
#define UC_FP_XSTATE         1u
#define UC_SIGCONTEXT_SS     2u
#define UC_STRICT_RESTORE_SS 4u
#define XFEATURES            UINT64_C(0x203) /* x87, SSE, PKRU */
#define USER_CS              0x33
#define USER_DS              0x2b
#define MXCSR_FEATURES       0xffffu
#define MIN_ALTSTACK         2048

struct sigcontext_user {
    uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
    uint64_t di, si, bp, bx, dx, ax, cx, sp, ip, flags;
    uint16_t cs, gs, fs, ss;
    uint64_t err, trapno, oldmask, cr2, fpstate;
    uint64_t reserved[8];
};

struct rt_sigframe {
    uint64_t pretcode;
    struct {
        uint64_t flags, link;
        uint64_t stack_sp;
        uint32_t stack_flags, pad;
        uint64_t stack_size;
        struct sigcontext_user mc;
        uint64_t sigmask;
    } uc;
    uint8_t info[128];
};
_Static_assert(sizeof(struct sigcontext_user) == 256 && offsetof(struct rt_sigframe, info) == 312,
               "the kernel's layout");

struct fpstate {
    uint8_t fx[464];
    uint32_t magic1, extended_size;
    uint64_t xfeatures;
    uint32_t xstate_size, padding[7];
    uint64_t xstate_bv, xcomp_bv, reserved[6];
    uint32_t pkru, pkru_pad;
    uint32_t magic2;
} __attribute__((packed));
_Static_assert(offsetof(struct fpstate, xstate_bv) == 512 && offsetof(struct fpstate, pkru) == 576,
               "XSAVE layout");
#define XSTATE_SIZE offsetof(struct fpstate, magic2)

uint64_t sigframe_max_size(void)
{
    return (sizeof(struct rt_sigframe) + 8 + sizeof(struct fpstate) + 63 + 15) & ~UINT64_C(15);
}

static bool on_altstack(const struct task *t, uint64_t sp)
{
    return sp > t->altstack_sp && sp - t->altstack_sp <= t->altstack_size;
}

/* Linux' on_sig_stack(): with SS_AUTODISARM one is never "on" it. */
static bool uses_altstack(const struct task *t, uint64_t sp)
{
    return !(t->altstack_flags & SS_AUTODISARM_FLAG) && on_altstack(t, sp);
}

/* Where frame and FPU state go. 0: the alternate stack would overflow. */
static uint64_t place_frame(const struct task *t, uint64_t sp, uint64_t sa_flags, uint64_t *fp)
{
    bool nested = uses_altstack(t, sp), entering = false;

    sp -= 128;
    if (sa_flags & SA_ONSTACK && t->altstack_size && !nested) {
        sp = t->altstack_sp + t->altstack_size;
        entering = true;
    }
    sp = *fp = (sp - sizeof(struct fpstate)) & ~UINT64_C(63);
    sp -= sizeof(struct rt_sigframe);
    sp = (sp & ~UINT64_C(15)) - 8;
    return (nested || entering) && !on_altstack(t, sp) ? 0 : sp;
}

static void save_context(struct sigcontext_user *mc, const struct cpu_regs *r, const struct task *t,
                         uint64_t mask, uint64_t fp)
{
    const struct task_cpu *c = t->cpu;

    *mc = (struct sigcontext_user){
        .r8 = r->r8,
        .r9 = r->r9,
        .r10 = r->r10,
        .r11 = r->r11,
        .r12 = r->r12,
        .r13 = r->r13,
        .r14 = r->r14,
        .r15 = r->r15,
        .di = r->rdi,
        .si = r->rsi,
        .bp = r->rbp,
        .bx = r->rbx,
        .dx = r->rdx,
        .ax = r->rax,
        .cx = r->rcx,
        .sp = r->rsp,
        .ip = r->rip,
        .flags = r->rflags,
        .cs = USER_CS,
        .ss = USER_DS,
        .oldmask = mask,
        .fpstate = fp,
    };
    if (c) {
        mc->err = c->error_code;
        mc->trapno = c->trapno;
        mc->cr2 = c->cr2;
    }
}

static void save_fpu(struct fpstate *f, const struct cpu_regs *r)
{
    memset(f, 0, sizeof(*f));
    memcpy(f->fx, r->fx, sizeof(f->fx));
    f->magic1 = FP_XSTATE_MAGIC1;
    f->extended_size = sizeof(*f);
    f->xfeatures = f->xstate_bv = XFEATURES;
    f->xstate_size = XSTATE_SIZE;
    f->pkru = r->pkru;
    f->magic2 = FP_XSTATE_MAGIC2;
}

bool sigframe_push(struct task *t, int signo, const struct ksiginfo *info, const struct ksigaction *action)
{
    struct cpu_regs *r = machine_regs(t);
    struct rt_sigframe f = {0};
    struct fpstate fpu;
    uint64_t fp, mask = signal_frame_mask(t), sp = place_frame(t, r->rsp, action->flags, &fp);
    size_t len = action->flags & SA_SIGINFO ? sizeof(f) : offsetof(struct rt_sigframe, info);
    struct cpu_regs clean;

    if (!sp || !(action->flags & SA_RESTORER_FLAG))
        return false;
    f.pretcode = action->restorer;
    f.uc.flags = UC_FP_XSTATE | UC_SIGCONTEXT_SS | UC_STRICT_RESTORE_SS;
    f.uc.stack_sp = t->altstack_sp;
    f.uc.stack_flags = t->altstack_flags;
    f.uc.stack_size = t->altstack_size;
    f.uc.sigmask = mask;
    save_context(&f.uc.mc, r, t, mask, fp);
    memcpy(f.info, info->info.raw, sizeof(f.info));
    save_fpu(&fpu, r);

    /* The kernel writes the frame with all keys allowed: PKRU may forbid the task its own stack. */
    mm_set_pkru(t->mm, 0);
    if (mm_copy_out(t->mm, fp, &fpu, sizeof(fpu)) || mm_copy_out(t->mm, sp, &f, len)) {
        mm_set_pkru(t->mm, r->pkru);
        return false;
    }
    if (t->altstack_flags & SS_AUTODISARM_FLAG) {
        t->altstack_sp = t->altstack_size = 0;
        t->altstack_flags = SS_DISABLE;
    }
    cpu_regs_reset(&clean);
    memcpy(r->fx, clean.fx, sizeof(r->fx));
    r->rsp = sp;
    r->rip = action->handler;
    r->rdi = (uint64_t)signo;
    r->rsi = sp + offsetof(struct rt_sigframe, info);
    r->rdx = sp + offsetof(struct rt_sigframe, uc);
    r->rax = 0;
    r->rflags &= ~(RFLAGS_DF | RFLAGS_RF | RFLAGS_TF);
    r->orig_rax = UINT64_MAX;
    machine_ops.set_pkru(t, PKRU_INIT);
    return true;
}

/* ---- coming back ---- */

static bool restore_fpu(struct task *t, struct cpu_regs *r, uint64_t fp)
{
    struct fpstate f = {0};
    struct cpu_regs clean;
    uint32_t mxcsr;

    if (!fp) {
        cpu_regs_reset(&clean);
        memcpy(r->fx, clean.fx, sizeof(r->fx));
        return true;
    }
    if (mm_copy_in(t->mm, &f, fp, 512))
        return false;
    memcpy(&mxcsr, f.fx + 24, 4);
    if (mxcsr & ~MXCSR_FEATURES)
        return false;
    memcpy(r->fx, f.fx, sizeof(f.fx));
    /* The extended part only if the frame says that it is there. */
    if (f.magic1 != FP_XSTATE_MAGIC1 || f.extended_size < sizeof(f) || f.xstate_size < XSTATE_SIZE)
        return true;
    if (mm_copy_in(t->mm, &f, fp, sizeof(f)))
        return false;
    if (f.magic2 == FP_XSTATE_MAGIC2 && f.xfeatures & 0x200)
        r->pkru = f.xstate_bv & 0x200 ? f.pkru : 0;
    return true;
}

/* do_sigaltstack() of what the frame kept; a refusal is not an error here. */
static void restore_altstack(struct task *t, const struct rt_sigframe *f, uint64_t sp)
{
    unsigned mode = f->uc.stack_flags & ~SS_AUTODISARM_FLAG;

    if (uses_altstack(t, sp))
        return;
    if (mode == SS_DISABLE) {
        t->altstack_sp = t->altstack_size = 0;
    } else if ((mode == 0 || mode == SS_ONSTACK) && f->uc.stack_size >= MIN_ALTSTACK) {
        t->altstack_sp = f->uc.stack_sp;
        t->altstack_size = f->uc.stack_size;
    } else {
        return;
    }
    t->altstack_flags = f->uc.stack_flags;
}

int64_t sigframe_pop(struct task *t)
{
    struct cpu_regs r;
    struct rt_sigframe f;
    const struct sigcontext_user *mc = &f.uc.mc;

    machine_ops.get_regs(t, &r);
    if (mm_copy_in(t->mm, &f, r.rsp - 8, offsetof(struct rt_sigframe, info)))
        goto bad;
    set_blocked(t, f.uc.sigmask);
    r.r8 = mc->r8, r.r9 = mc->r9, r.r10 = mc->r10, r.r11 = mc->r11;
    r.r12 = mc->r12, r.r13 = mc->r13, r.r14 = mc->r14, r.r15 = mc->r15;
    r.rdi = mc->di, r.rsi = mc->si, r.rbp = mc->bp, r.rbx = mc->bx, r.rdx = mc->dx, r.rax = mc->ax;
    r.rcx = mc->cx, r.rsp = mc->sp, r.rip = mc->ip;
    r.rflags = (r.rflags & ~RFLAGS_USER) | (mc->flags & RFLAGS_USER);
    r.orig_rax = UINT64_MAX;
    if (!restore_fpu(t, &r, mc->fpstate))
        goto bad;
    restore_altstack(t, &f, r.rsp);
    machine_ops.set_regs(t, &r);
    return (int64_t)r.rax;
bad:
    force_sig_fault(t, SIGSEGV, 0x80, 0, 0);
    return 0;
}
