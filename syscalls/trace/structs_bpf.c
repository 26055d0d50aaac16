/* structs_bpf.c - programs of the classic packet filter, which seccomp takes, as strace -v shows them. */
#include <linux/filter.h>
#include <linux/seccomp.h>

#include "strace.h"

static void put_rest(struct call *c, unsigned v)
{
    if (v)
        text_printf(c->out, c->tr->opt.xlat == XLAT_RAW ? "|%#x" : "|%#x /* BPF_??? */", v);
}

static void put_part(struct call *c, const char *table, unsigned v)
{
    text_putc(c->out, '|');
    print_xlat_named(c, table, v);
}

/* The parts of an instruction's code, by its class; bits that none of them has are told as they are. */
static void put_code(struct call *c, unsigned code)
{
    unsigned kind = BPF_CLASS(code), rest = code & ~7u;

    if (c->tr->opt.xlat == XLAT_RAW) {
        text_printf(c->out, code ? "%#x" : "%u", code);
        return;
    }
    print_xlat_named(c, "bpf_class", kind);
    switch (kind) {
    case BPF_LD:
    case BPF_LDX:
        put_part(c, "bpf_size", BPF_SIZE(code));
        put_part(c, "bpf_mode", BPF_MODE(code));
        rest = 0; /* strace does not look at them */
        break;
    case BPF_ALU:
        put_part(c, "bpf_src", BPF_SRC(code));
        put_part(c, "bpf_op_alu", BPF_OP(code));
        rest = 0; /* strace does not look at them */
        break;
    case BPF_JMP:
        put_part(c, "bpf_src", BPF_SRC(code));
        put_part(c, "bpf_op_jmp", BPF_OP(code));
        rest = 0; /* strace does not look at them */
        break;
    case BPF_RET:
        put_part(c, "bpf_rval", BPF_RVAL(code));
        rest &= ~0x18u;
        break;
    case BPF_MISC:
        put_part(c, "bpf_miscop", BPF_MISCOP(code));
        rest &= ~0xf8u;
        break;
    }
    put_rest(c, rest);
}

/* What a filter of seccomp returns: an action above 16 bits of data. */
static void put_action(struct call *c, uint32_t k)
{
    uint32_t data = k & SECCOMP_RET_DATA;

    print_xlat_named(c, "seccomp_ret", k & SECCOMP_RET_ACTION_FULL);
    if (data)
        text_printf(c->out, "|%#x", data);
}

static void print_instruction(struct call *c, const void *p)
{
    const struct sock_filter *f = p;
    bool jump = f->jt || f->jf;

    text_puts(c->out, jump ? "BPF_JUMP(" : "BPF_STMT(");
    put_code(c, f->code);
    text_puts(c->out, ", ");
    if (!jump && BPF_CLASS(f->code) == BPF_RET)
        put_action(c, f->k);
    else
        text_printf(c->out, "%#x", f->k);
    if (jump)
        text_printf(c->out, ", %#x, %#x", f->jt, f->jf);
    text_putc(c->out, ')');
}

static void print_program(struct call *c, const void *p)
{
    const struct { /* struct sock_fprog, whose pointer is the guest's */
        uint16_t len;
        uint64_t filter;
    } *prog = p;
    uint64_t n = prog->len < BPF_MAXINSNS ? prog->len : BPF_MAXINSNS;

    text_printf(c->out, "{len=%u, filter=", prog->len);
    if (c->style.full)
        print_array(c, prog->filter, n, sizeof(struct sock_filter), print_instruction);
    else
        print_addr(c, prog->filter);
    text_putc(c->out, '}');
}

/* PTRACE_SECCOMP_GET_METADATA: which filter, and its flags. The call's size says how much there is of both. */
static void print_metadata(struct call *c, uint64_t addr, const struct arg *a)
{
    uint64_t v[2], size = c->args[2] < sizeof(v) ? c->args[2] : sizeof(v);

    if (size < sizeof(v[0]) || !get(c, v, addr, sizeof(v[0]))) {
        if (!c->done)
            print_addr(c, addr);
        return;
    }
    if (!c->done) {
        text_printf(c->out, "{filter_off=%lu", v[0]);
        return;
    }
    if (!c->failed && c->ret > (int64_t)sizeof(v[0]) && get(c, v, addr, sizeof(v))) {
        text_puts(c->out, ", flags=");
        print_flags_named(c, "seccomp_filter", v[1]);
    }
    text_putc(c->out, '}');
}

const struct struct_type structs_bpf[] = {
    {"seccomp_prog", 16, print_program, NULL, false, STRUCT_PLAIN},
    {"seccomp_metadata", 0, NULL, print_metadata, true, STRUCT_SPLIT},
    {NULL, 0, NULL, NULL, false, STRUCT_PLAIN},
};
