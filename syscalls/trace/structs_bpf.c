/* structs_bpf.c - programs of the classic packet filter, which seccomp and sockets take, as strace -v shows them. */
#include <linux/filter.h>
#include <linux/seccomp.h>

#include "print_bpf.h"

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

static void put_alu(struct call *c, unsigned code)
{
    put_part(c, "bpf_src", BPF_SRC(code));
    put_part(c, BPF_CLASS(code) == BPF_JMP ? "bpf_op_jmp" : "bpf_op_alu", BPF_OP(code));
}

static void put_memory(struct call *c, unsigned code, bool extended)
{
    put_part(c, "bpf_size", BPF_SIZE(code));
    put_part(c, extended ? "ebpf_mode" : "bpf_mode", BPF_MODE(code));
}

/* By the class of instruction; bits that none of its parts has are told as they are, where strace looks at them. */
void print_bpf_code(struct call *c, unsigned code, bool extended)
{
    unsigned rest = code & ~7u;

    print_xlat_named(c, extended ? "ebpf_class" : "bpf_class", BPF_CLASS(code));
    switch (BPF_CLASS(code)) {
    case BPF_LD:
    case BPF_LDX:
        put_memory(c, code, extended);
        break;
    case BPF_ALU:
    case BPF_JMP:
        put_alu(c, code);
        break;
    case BPF_ST:
    case BPF_STX:
        if (extended)
            put_memory(c, code, extended);
        else
            put_rest(c, rest);
        break;
    case BPF_RET: /* only jumps on 32 bits are there in the extended one, of which strace knows nothing */
        if (!extended) {
            put_part(c, "bpf_rval", BPF_RVAL(code));
            rest &= ~0x18u;
        }
        put_rest(c, rest);
        break;
    case BPF_MISC:
        if (extended) {
            put_alu(c, code);
        } else {
            put_part(c, "bpf_miscop", BPF_MISCOP(code));
            put_rest(c, rest & ~0xf8u);
        }
        break;
    }
}

/* What a filter of seccomp returns: an action above 16 bits of data. */
static void put_action(struct call *c, uint32_t k)
{
    uint32_t data = k & SECCOMP_RET_DATA;

    print_xlat_named(c, "seccomp_ret", k & SECCOMP_RET_ACTION_FULL);
    if (data)
        text_printf(c->out, "|%#x", data);
}

/* What a filter of a socket loads: a place in the packet, or behind an offset that stands for other things. */
static bool put_place(struct call *c, const struct sock_filter *f)
{
    static const struct {
        const char *name;
        uint32_t from;
    } places[] = {{"SKF_AD_OFF", (uint32_t)SKF_AD_OFF},
                  {"SKF_NET_OFF", (uint32_t)SKF_NET_OFF},
                  {"SKF_LL_OFF", (uint32_t)SKF_LL_OFF}};
    unsigned i = 0;

    if (BPF_CLASS(f->code) != BPF_LD || BPF_MODE(f->code) != BPF_ABS)
        return false;
    while (i < 3 && f->k < places[i].from)
        i++;
    if (i == 3)
        return false;
    if (!print_raw(c, places[i].from, true))
        text_printf(c->out, c->tr->opt.xlat == XLAT_VERBOSE ? " /* %s */" : "%s", places[i].name);
    text_putc(c->out, '+');
    if (i)
        text_printf(c->out, "%u", f->k - places[i].from);
    else
        print_xlat_named(c, "skf_ad", f->k - places[i].from);
    return true;
}

static void put_instruction(struct call *c, const struct sock_filter *f, bool seccomp)
{
    bool jump = f->jt || f->jf;

    text_puts(c->out, jump ? "BPF_JUMP(" : "BPF_STMT(");
    print_bpf_code(c, f->code, false);
    text_puts(c->out, ", ");
    if (!jump && seccomp && BPF_CLASS(f->code) == BPF_RET)
        put_action(c, f->k);
    else if (jump || seccomp || !put_place(c, f))
        text_printf(c->out, "%#x", f->k);
    if (jump)
        text_printf(c->out, ", %#x, %#x", f->jt, f->jf);
    text_putc(c->out, ')');
}

static void print_seccomp_instruction(struct call *c, const void *p)
{
    put_instruction(c, p, true);
}

static void print_socket_instruction(struct call *c, const void *p)
{
    put_instruction(c, p, false);
}

static void put_instructions(struct call *c, uint64_t addr, uint16_t n,
                             void (*print_instruction)(struct call *c, const void *p))
{
    if (c->style.full)
        print_array(c, addr, n, sizeof(struct sock_filter), print_instruction);
    else
        print_addr(c, addr);
}

static void put_program(struct call *c, const void *p,
                        void (*print_instruction)(struct call *c, const void *p))
{
    const struct { /* struct sock_fprog, whose pointer is the guest's */
        uint16_t len;
        uint64_t filter;
    } *prog = p;

    text_printf(c->out, "{len=%u, filter=", prog->len);
    put_instructions(c, prog->filter, prog->len, print_instruction);
    text_putc(c->out, '}');
}

static void print_seccomp_program(struct call *c, const void *p)
{
    put_program(c, p, print_seccomp_instruction);
}

/* PTRACE_SECCOMP_GET_FILTER: the result is the number of instructions. */
static void print_got_filter(struct call *c, uint64_t addr, const struct arg *a)
{
    put_instructions(c, addr, (uint16_t)c->ret, print_seccomp_instruction);
}

void print_socket_filter(struct call *c, const void *p)
{
    put_program(c, p, print_socket_instruction);
}

void print_socket_instructions(struct call *c, uint64_t addr, uint16_t n)
{
    put_instructions(c, addr, n, print_socket_instruction);
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
    {"seccomp_prog", 16, print_seccomp_program, NULL, false, STRUCT_PLAIN},
    {"got_filter", 0, NULL, print_got_filter, false, STRUCT_PLAIN},
    {"seccomp_metadata", 0, NULL, print_metadata, true, STRUCT_SPLIT},
    {NULL, 0, NULL, NULL, false, STRUCT_PLAIN},
};
