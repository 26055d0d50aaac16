/* structs_ptrace.c - what ptrace reads and writes of a task, as strace shows it. */
#include <elf.h>
#include <stddef.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

#include "../kernel.h"
#include "../table.h"
#include "strace.h"

/* ---- sets of registers ---- */

/* As they lie in struct user_regs_struct; PTRACE_PEEKUSER calls one of them otherwise. */
static const char *const reg_names[] = {"r15",     "r14",      "r13", "r12", "rbp",    "rbx", "r11",
                                        "r10",     "r9",       "r8",  "rax", "rcx",    "rdx", "rsi",
                                        "rdi",     "orig_rax", "rip", "cs",  "eflags", "rsp", "ss",
                                        "fs_base", "gs_base",  "ds",  "es",  "fs",     "gs"};
#define REGS (sizeof(reg_names) / sizeof(*reg_names))

/* What of len bytes there can be of a set of `size`; 0: the address was told instead. */
static size_t take_regs(struct call *c, void *to, uint64_t addr, uint64_t len, size_t size)
{
    size_t n = len < size ? len : size;

    if (n && len % 8 == 0 && get(c, to, addr, n))
        return n;
    print_addr(c, addr);
    return 0;
}

static void put_regs(struct call *c, uint64_t addr, uint64_t len)
{
    uint64_t v[REGS];
    size_t n = take_regs(c, v, addr, len, sizeof(v));

    for (size_t i = 0; i < n / sizeof(v[0]); i++)
        text_printf(c->out, "%s%s=%#lx", i ? ", " : "{", reg_names[i], v[i]);
    if (n)
        text_puts(c->out, len > sizeof(v) ? ", ...}" : "}");
}

/* The field of 32-bit words at `from` of which there can be `most`, as far as the n bytes of the set reach. */
static void put_words(struct call *c, const char *name, const uint32_t *v, size_t from, size_t most, size_t n)
{
    if (n <= from)
        return;
    n = (n - from) / sizeof(*v);
    text_printf(c->out, ", %s=[", name);
    for (size_t i = 0; i < n && i < most; i++) {
        text_puts(c->out, i ? ", " : "");
        if (is_too_many(c, i)) {
            text_puts(c->out, "...");
            break;
        }
        text_printf(c->out, "%#x", v[i]);
    }
    text_putc(c->out, ']');
}

static void put_fpregs(struct call *c, uint64_t addr, uint64_t len)
{
    struct user_fpregs_struct r;
    size_t n;

    memset(&r, 0, sizeof(r));
    n = take_regs(c, &r, addr, len, sizeof(r));
    if (!n)
        return;
    text_printf(c->out, "{cwd=%#x, swd=%#x, ftw=%#x, fop=%#x", r.cwd, r.swd, r.ftw, r.fop);
    if (n > offsetof(struct user_fpregs_struct, rip))
        text_printf(c->out, ", rip=%#llx", r.rip);
    if (n > offsetof(struct user_fpregs_struct, rdp))
        text_printf(c->out, ", rdp=%#llx", r.rdp);
    if (n > offsetof(struct user_fpregs_struct, mxcsr))
        text_printf(c->out, ", mxcsr=%#x, mxcr_mask=%#x", r.mxcsr, r.mxcr_mask);
    put_words(c, "st_space", r.st_space, offsetof(struct user_fpregs_struct, st_space), 32, n);
    put_words(c, "xmm_space", r.xmm_space, offsetof(struct user_fpregs_struct, xmm_space), 64, n);
    put_words(c, "padding", r.padding, offsetof(struct user_fpregs_struct, padding), 24, n);
    text_puts(c->out, len > sizeof(r) ? ", ...}" : "}");
}

static void print_user_regs(struct call *c, uint64_t addr, const struct arg *a)
{
    put_regs(c, addr, sizeof(struct user_regs_struct));
}

static void print_user_fpregs(struct call *c, uint64_t addr, const struct arg *a)
{
    put_fpregs(c, addr, sizeof(struct user_fpregs_struct));
}

/* Argument 2 says which set. */
static void put_set(struct call *c, const struct iovec *iov)
{
    uint64_t addr = (uint64_t)(uintptr_t)iov->iov_base;

    text_puts(c->out, "{iov_base=");
    if ((uint32_t)c->args[2] == NT_PRSTATUS)
        put_regs(c, addr, iov->iov_len);
    else if ((uint32_t)c->args[2] == NT_FPREGSET)
        put_fpregs(c, addr, iov->iov_len);
    else
        print_addr(c, addr);
}

static void note_set_len(struct call *c, uint64_t addr)
{
    struct call_note *note;
    struct iovec iov;

    if (get(c, &iov, addr, sizeof(iov)) && (note = note_make(c, 1)))
        note->v[note->n++] = iov.iov_len;
}

/* PTRACE_GETREGSET: the length asked for and the one there is, if they differ. */
static void print_got_regset(struct call *c, uint64_t addr, const struct arg *a)
{
    const struct call_note *note = note_find(c);
    struct iovec iov;

    if (!note || !get(c, &iov, addr, sizeof(iov))) {
        print_addr(c, addr);
    } else {
        put_set(c, &iov);
        text_printf(c->out, ", iov_len=%lu", note->v[0]);
        if (note->v[0] != iov.iov_len)
            text_printf(c->out, " => %lu", iov.iov_len);
        text_putc(c->out, '}');
    }
    note_drop(c);
}

/* PTRACE_SETREGSET. */
static void print_regset(struct call *c, uint64_t addr, const struct arg *a)
{
    const struct call_note *note = c->done ? note_find(c) : NULL;
    struct iovec iov;

    if (!get(c, &iov, addr, sizeof(iov))) {
        if (!c->done)
            print_addr(c, addr);
        return;
    }
    if (!c->done) {
        put_set(c, &iov);
        text_printf(c->out, ", iov_len=%lu", iov.iov_len);
        note_set_len(c, addr);
        return;
    }
    if (note && note->v[0] != iov.iov_len)
        text_printf(c->out, " => %lu", iov.iov_len);
    text_putc(c->out, '}');
    note_drop(c);
}

/* ---- struct user, where PTRACE_PEEKUSER looks ---- */

static const struct {
    const char *name;
    uint64_t at;
} user_members[] = {
#define U(member)                                                                                            \
    {                                                                                                        \
#member, offsetof(struct user, member)                                                               \
    }
    U(u_fpvalid), U(i387),     U(u_tsize), U(u_dsize),   U(u_ssize), U(start_code), U(start_stack),
    U(signal),    U(reserved), U(u_ar0),   U(u_fpstate), U(magic),   U(u_comm),     U(u_debugreg),
};

static void put_user_name(struct call *c, uint64_t at)
{
    uint64_t base = at;

    if (at < offsetof(struct user, u_fpvalid) && at / 8 < 21) { /* strace has no names for those behind ss */
        const char *name = reg_names[at / 8];

        base = at & ~7ull;
        text_puts(c->out, "8*");
        for (const char *p = strcmp(name, "eflags") ? name : "efl"; *p; p++)
            text_putc(c->out, *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p);
    } else {
        unsigned i = sizeof(user_members) / sizeof(*user_members);

        while (i > 0 && user_members[i - 1].at > at)
            i--;
        if (!i) {
            base = 20 * 8;
            text_puts(c->out, "8*SS");
        } else {
            base = user_members[i - 1].at;
            text_printf(c->out, "offsetof(struct user, %s)", user_members[i - 1].name);
        }
    }
    if (base != at)
        text_printf(c->out, "+%lu", at - base);
}

static void print_user_offset(struct call *c, uint64_t at, const struct arg *a)
{
    bool named = at < sizeof(struct user);

    if (!named || c->tr->opt.xlat != XLAT_ABBREV)
        print_addr(c, at);
    if (!named || c->tr->opt.xlat == XLAT_RAW)
        return;
    if (c->tr->opt.xlat == XLAT_VERBOSE)
        text_puts(c->out, " /* ");
    put_user_name(c, at);
    if (c->tr->opt.xlat == XLAT_VERBOSE)
        text_puts(c->out, " */");
}

/* ---- the call a task is at ---- */

static void put_call(struct call *c, const struct __ptrace_syscall_info *i, uint64_t len)
{
    uint64_t head = offsetof(struct __ptrace_syscall_info, entry.args), n = (len - head) / 8;

    text_puts(c->out, ", entry={nr=");
    if (i->entry.nr < SYS_MAX)
        print_sysno(c, (unsigned)i->entry.nr);
    else
        text_printf(c->out, "%lu", i->entry.nr);
    for (uint64_t j = 0; j < n && j < 6; j++)
        text_printf(c->out, "%s%#lx", j ? ", " : ", args=[", i->entry.args[j]);
    text_puts(c->out, n ? "]}" : "}");
}

static void print_syscall_info(struct call *c, uint64_t addr, const struct arg *a)
{
    struct __ptrace_syscall_info i = {0};
    uint64_t len = c->args[2] < (uint64_t)c->ret ? c->args[2] : (uint64_t)c->ret;

    len = len < sizeof(i) ? len : sizeof(i);
    if (!len || !get(c, &i, addr, len)) {
        print_addr(c, addr);
        return;
    }
    text_puts(c->out, "{op=");
    print_xlat_named(c, "ptrace_call", i.op);
    if (len >= 8) {
        text_puts(c->out, ", arch=");
        print_xlat_named(c, "audit_arch", i.arch);
    }
    if (len >= 16) {
        text_puts(c->out, ", instruction_pointer=");
        print_addr(c, i.instruction_pointer);
    }
    if (len >= 24) {
        text_puts(c->out, ", stack_pointer=");
        print_addr(c, i.stack_pointer);
    }
    if (len >= 32 && i.op == PTRACE_SYSCALL_INFO_ENTRY) {
        put_call(c, &i, len);
    } else if (len >= 32 && i.op == PTRACE_SYSCALL_INFO_EXIT) {
        bool whole = len > offsetof(struct __ptrace_syscall_info, exit.is_error);

        text_puts(c->out, ", exit={rval=");
        if (whole && i.exit.is_error)
            print_errno(c, (int)i.exit.rval);
        else
            text_printf(c->out, "%ld", i.exit.rval);
        if (whole)
            text_printf(c->out, ", is_error=%u", i.exit.is_error);
        text_putc(c->out, '}');
    }
    text_putc(c->out, '}');
}

static void print_peeksiginfo(struct call *c, const void *p)
{
    const struct __ptrace_peeksiginfo_args *args = p;

    text_printf(c->out, "{off=%lu, flags=", args->off);
    print_flags_named(c, "peeksiginfo", args->flags);
    text_printf(c->out, ", nr=%u}", (unsigned)args->nr);
}

const struct struct_type structs_ptrace[] = {
    {"peeksiginfo", sizeof(struct __ptrace_peeksiginfo_args), print_peeksiginfo, NULL, false, STRUCT_PLAIN},
    {"user_regs", 0, NULL, print_user_regs, false, STRUCT_PLAIN},
    {"user_fpregs", 0, NULL, print_user_fpregs, false, STRUCT_PLAIN},
    {"got_regset", 0, NULL, print_got_regset, false, STRUCT_ON_ERROR, note_set_len},
    {"regset", 0, NULL, print_regset, true, STRUCT_SPLIT},
    {"user_offset", 0, NULL, print_user_offset, false, STRUCT_PLAIN},
    {"syscall_info", 0, NULL, print_syscall_info, false, STRUCT_PLAIN},
    {NULL, 0, NULL, NULL, false, STRUCT_PLAIN},
};
