/*
 * ptrace_state.c - what a tracer reads and writes of a stopped task: memory, registers, signals, its system call
 * (kernel/ptrace.c, arch/x86/kernel/ptrace.c of 6.18).
 */
#include "ptrace.h"
#include "seccomp.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>

#define NT_PRSTATUS_    1
#define NT_PRFPREG_     2
#define RFLAGS_SETTABLE 0x54dd5u /* FLAG_MASK: AC RF OF DF TF SF ZF AF PF CF */

/* ---- registers ---- */

void ptrace_user_regs(struct task *c, struct user_regs_struct *u)
{
    struct cpu_regs r;

    c->k->ops->get_regs(c, &r);
    *u = (struct user_regs_struct){
        .r15 = r.r15,
        .r14 = r.r14,
        .r13 = r.r13,
        .r12 = r.r12,
        .rbp = r.rbp,
        .rbx = r.rbx,
        .r11 = r.r11,
        .r10 = r.r10,
        .r9 = r.r9,
        .r8 = r.r8,
        .rax = r.rax,
        .rcx = r.rcx,
        .rdx = r.rdx,
        .rsi = r.rsi,
        .rdi = r.rdi,
        .orig_rax = r.orig_rax,
        .rip = r.rip,
        .cs = 0x33,
        .eflags = r.rflags,
        .rsp = r.rsp,
        .ss = 0x2b,
        .fs_base = r.fs_base,
        .gs_base = r.gs_base,
    };
}

/* putreg(): -EIO for what no program may have. */
static int regs_in(struct task *c, const struct user_regs_struct *u)
{
    struct cpu_regs r;

    c->k->ops->get_regs(c, &r);
    if (u->fs_base >= MM_TASK_SIZE || u->gs_base >= MM_TASK_SIZE || (u->cs & 3) != 3 || (u->ss & 3) != 3)
        return -EIO;
    r.r15 = u->r15, r.r14 = u->r14, r.r13 = u->r13, r.r12 = u->r12, r.rbp = u->rbp, r.rbx = u->rbx;
    r.r11 = u->r11, r.r10 = u->r10, r.r9 = u->r9, r.r8 = u->r8, r.rax = u->rax, r.rcx = u->rcx;
    r.rdx = u->rdx, r.rsi = u->rsi, r.rdi = u->rdi, r.orig_rax = u->orig_rax, r.rip = u->rip, r.rsp = u->rsp;
    r.rflags = (r.rflags & ~(uint64_t)RFLAGS_SETTABLE) | (u->eflags & RFLAGS_SETTABLE);
    r.fs_base = u->fs_base, r.gs_base = u->gs_base;
    c->k->ops->set_regs(c, &r);
    return 0;
}

/* PEEKUSR, POKEUSR: struct user; behind the registers, debug registers read as 0. */
static int64_t user_word(struct task *t, struct task *c, uint64_t off, uint64_t data, bool write)
{
    struct user_regs_struct u;
    uint64_t v = 0;

    if (off % 8 || off >= sizeof(struct user))
        return -EIO;
    if (off < sizeof(u)) {
        ptrace_user_regs(c, &u);
        if (!write)
            memcpy(&v, (char *)&u + off, 8);
        else
            memcpy((char *)&u + off, &data, 8);
    }
    if (write)
        return off < sizeof(u) ? regs_in(c, &u) : data ? -EIO : 0;
    return mm_copy_out(t->mm, data, &v, sizeof(v)) ? -EFAULT : 0;
}

static int64_t all_regs(struct task *t, struct task *c, uint64_t addr, uint64_t len, bool fp, bool write)
{
    struct user_regs_struct u;
    struct cpu_regs r;
    void *data = fp ? (void *)r.fx : (void *)&u;

    ptrace_user_regs(c, &u);
    c->k->ops->get_regs(c, &r);
    if (!write)
        return mm_copy_out(t->mm, addr, data, len) ? -EFAULT : 0;
    if (mm_copy_in(t->mm, data, addr, len))
        return -EFAULT;
    if (!fp)
        return regs_in(c, &u);
    c->k->ops->set_regs(c, &r);
    return 0;
}

static int64_t regset(struct task *t, struct task *c, uint64_t type, uint64_t uiov, bool write)
{
    bool fp = type == NT_PRFPREG_;
    uint64_t iov[2], size = fp ? 512 : sizeof(struct user_regs_struct);
    int64_t ret;

    if (mm_copy_in(t->mm, iov, uiov, sizeof(iov)))
        return -EFAULT;
    if (type != NT_PRSTATUS_ && !fp)
        return -EINVAL;
    if (iov[1] % 8)
        return -EINVAL;
    if (iov[1] > size)
        iov[1] = size;
    ret = all_regs(t, c, iov[0], iov[1], fp, write);
    if (!ret && mm_copy_out(t->mm, uiov + 8, &iov[1], 8))
        return -EFAULT;
    return ret;
}

static int64_t signal_mask(struct task *t, struct task *c, uint64_t size, uint64_t addr, bool write)
{
    ksigset_t mask = c->restore_blocked ? c->saved_blocked : c->blocked;

    if (size != sizeof(mask))
        return -EINVAL;
    if (!write)
        return mm_copy_out(t->mm, addr, &mask, sizeof(mask)) ? -EFAULT : 0;
    if (mm_copy_in(t->mm, &mask, addr, sizeof(mask)))
        return -EFAULT;
    c->restore_blocked = false;
    set_blocked(c, mask);
    return 0;
}

/* PTRACE_PEEKSIGINFO: signals that wait, of the task or of its process; how many were told. */
static int64_t peek_siginfo(struct task *t, struct task *c, uint64_t uargs, uint64_t to)
{
    struct __ptrace_peeksiginfo_args args;
    const struct sigqueue *q;
    uint64_t at = 0;
    int told = 0;

    if (mm_copy_in(t->mm, &args, uargs, sizeof(args)))
        return -EFAULT;
    if (args.flags & ~(unsigned)PTRACE_PEEKSIGINFO_SHARED || args.nr < 0)
        return -EINVAL;
    q = args.flags & PTRACE_PEEKSIGINFO_SHARED ? &c->proc->pending : &c->pending;
    list_for_each (n, &q->list) {
        const struct ksiginfo *info = container_of(n, struct ksiginfo, node);

        if (told == args.nr || (told && signal_pending(t)))
            break;
        if (at++ < args.off)
            continue;
        if (mm_copy_out(t->mm, to + sizeof(info->info) * (unsigned)told, info->info.raw, sizeof(info->info)))
            return told ? told : -EFAULT;
        told++;
    }
    return told;
}

/* PTRACE_GET_SYSCALL_INFO: as much as fits; returns how much there is. */
static int64_t syscall_info(struct task *t, struct task *c, uint64_t size, uint64_t addr)
{
    struct __ptrace_syscall_info info;
    struct cpu_regs r;
    size_t n = offsetof(struct __ptrace_syscall_info, entry);

    c->k->ops->get_regs(c, &r);
    memset(&info, 0, sizeof(info));
    info.op = (uint8_t)c->pt.call_stop;
    info.arch = 0xc000003e; /* AUDIT_ARCH_X86_64 */
    info.instruction_pointer = r.rip;
    info.stack_pointer = r.rsp;
    if (info.op == PTRACE_SYSCALL_INFO_ENTRY || info.op == PTRACE_SYSCALL_INFO_SECCOMP) {
        const uint64_t args[6] = {r.rdi, r.rsi, r.rdx, r.r10, r.r8, r.r9};

        info.entry.nr = r.orig_rax;
        memcpy(info.entry.args, args, sizeof(args));
        n = offsetof(struct __ptrace_syscall_info, entry.args) + sizeof(args);
        if (info.op == PTRACE_SYSCALL_INFO_SECCOMP) {
            info.seccomp.ret_data = (uint32_t)c->pt.message;
            n = offsetof(struct __ptrace_syscall_info, seccomp.ret_data) + sizeof(info.seccomp.ret_data);
        }
    } else if (info.op == PTRACE_SYSCALL_INFO_EXIT) {
        info.exit.rval = (int64_t)r.rax;
        info.exit.is_error = (int64_t)r.rax < 0 && (int64_t)r.rax >= -4095;
        n = offsetof(struct __ptrace_syscall_info, exit.is_error) + 1;
    }
    return mm_copy_out(t->mm, addr, &info, size < n ? size : n) ? -EFAULT : (int64_t)n;
}

/* ---- the requests ---- */

int64_t ptrace_state(struct task *t, struct task *c, int64_t request, uint64_t addr, uint64_t data)
{
    uint64_t word = data;

    switch (request) {
    case PTRACE_PEEKTEXT:
    case PTRACE_PEEKDATA:
        if (mm_access_remote(c->mm, addr, &word, sizeof(word), false, true) != sizeof(word))
            return -EIO;
        return mm_copy_out(t->mm, data, &word, sizeof(word)) ? -EFAULT : 0;
    case PTRACE_POKETEXT:
    case PTRACE_POKEDATA:
        return mm_access_remote(c->mm, addr, &word, sizeof(word), true, true) == sizeof(word) ? 0 : -EIO;
    case PTRACE_PEEKUSER:
    case PTRACE_POKEUSER:
        return user_word(t, c, addr, data, request == PTRACE_POKEUSER);
    case PTRACE_GETREGS:
    case PTRACE_SETREGS:
        return all_regs(t, c, data, sizeof(struct user_regs_struct), false, request == PTRACE_SETREGS);
    case PTRACE_GETFPREGS:
    case PTRACE_SETFPREGS:
        return all_regs(t, c, data, 512, true, request == PTRACE_SETFPREGS);
    case PTRACE_GETREGSET:
    case PTRACE_SETREGSET:
        return regset(t, c, addr, data, request == PTRACE_SETREGSET);
    case PTRACE_GETSIGINFO:
        return mm_copy_out(t->mm, data, c->pt.info.info.raw, 128) ? -EFAULT : 0;
    case PTRACE_SETSIGINFO:
        if (mm_copy_in(t->mm, c->pt.info.info.raw, data, 128))
            return -EFAULT;
        return 0;
    case PTRACE_PEEKSIGINFO:
        return peek_siginfo(t, c, addr, data);
    case PTRACE_GETSIGMASK:
    case PTRACE_SETSIGMASK:
        return signal_mask(t, c, addr, data, request == PTRACE_SETSIGMASK);
    case PTRACE_GETEVENTMSG:
        return mm_copy_out(t->mm, data, &c->pt.message, sizeof(c->pt.message)) ? -EFAULT : 0;
    case PTRACE_GET_SYSCALL_INFO:
        return syscall_info(t, c, addr, data);
    case PTRACE_SECCOMP_GET_FILTER:
        return seccomp_get_filter(t, c, addr, data);
    case PTRACE_SECCOMP_GET_METADATA:
        return seccomp_get_metadata(t, c, addr, data);
    }
    return -EIO;
}
