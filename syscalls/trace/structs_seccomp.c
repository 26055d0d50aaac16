/* structs_seccomp.c - filters of seccomp(2), and what their supervisors read and write, as strace shows them. */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string.h>

#include "strace.h"

/* ---- programs ---- */

static void print_part(struct call *c, const char *table, unsigned part)
{
    text_putc(c->out, '|');
    print_xlat_named(c, table, part);
}

/* Bits that mean nothing in an instruction of its class. */
static void print_rest(struct call *c, unsigned code, unsigned bits)
{
    if (code & bits)
        text_printf(c->out, "|%#x /* BPF_??? */", code & bits);
}

static void print_code(struct call *c, unsigned code)
{
    print_xlat_named(c, "bpf_class", BPF_CLASS(code));
    switch (BPF_CLASS(code)) {
    case BPF_LD:
    case BPF_LDX:
        print_part(c, "bpf_size", BPF_SIZE(code));
        print_part(c, "bpf_mode", BPF_MODE(code));
        break;
    case BPF_ST:
    case BPF_STX:
        print_rest(c, code, 0xfff8);
        break;
    case BPF_ALU:
    case BPF_JMP:
        print_part(c, "bpf_src", BPF_SRC(code));
        print_part(c, BPF_CLASS(code) == BPF_ALU ? "bpf_alu" : "bpf_jmp", BPF_OP(code));
        break;
    case BPF_RET:
        print_part(c, "bpf_rval", BPF_RVAL(code));
        print_rest(c, code, 0xffe0);
        break;
    default:
        print_part(c, "bpf_miscop", BPF_MISCOP(code));
        print_rest(c, code, 0xff00);
    }
}

static void print_instruction(struct call *c, const void *p)
{
    const struct sock_filter *i = p;
    bool jump = i->jt || i->jf;

    text_puts(c->out, jump ? "BPF_JUMP(" : "BPF_STMT(");
    print_code(c, i->code);
    text_puts(c->out, ", ");
    if (BPF_CLASS(i->code) == BPF_RET && !jump) {
        print_xlat_named(c, "seccomp_ret", i->k & SECCOMP_RET_ACTION_FULL);
        if (i->k & SECCOMP_RET_DATA)
            text_printf(c->out, "|%#x", i->k & SECCOMP_RET_DATA);
    } else {
        text_printf(c->out, "%#x", i->k);
    }
    if (jump)
        text_printf(c->out, ", %#x, %#x", i->jt, i->jf);
    text_putc(c->out, ')');
}

static void print_fprog(struct call *c, const void *p)
{
    const struct {
        uint16_t len;
        uint64_t filter;
    } *u = p;

    text_printf(c->out, "{len=%u, filter=", u->len);
    if (c->style.full)
        print_array(c, u->filter, u->len, sizeof(struct sock_filter), print_instruction);
    else
        print_addr(c, u->filter);
    text_putc(c->out, '}');
}

/* ---- one number ---- */

static void print_action(struct call *c, const void *p)
{
    text_putc(c->out, '[');
    print_xlat_named(c, "seccomp_ret", *(const uint32_t *)p);
    text_putc(c->out, ']');
}

static void print_tsc(struct call *c, const void *p)
{
    text_putc(c->out, '[');
    print_xlat_named(c, "tsc", *(const uint32_t *)p);
    text_putc(c->out, ']');
}

static void print_id(struct call *c, const void *p)
{
    text_printf(c->out, "[%#lx]", *(const uint64_t *)p);
}

/* ---- supervisors ---- */

static void print_sizes(struct call *c, const void *p)
{
    const struct seccomp_notif_sizes *s = p;

    text_printf(c->out, "{seccomp_notif=%u, seccomp_notif_resp=%u, seccomp_data=%u}", s->seccomp_notif,
                s->seccomp_notif_resp, s->seccomp_data);
}

static void print_notif(struct call *c, uint64_t addr, const struct arg *a)
{
    static const struct seccomp_notif none;
    struct seccomp_notif n;

    if (!get(c, &n, addr, sizeof(n)) || (c->failed && !memcmp(&n, &none, sizeof(n)))) {
        print_addr(c, addr);
        return;
    }
    text_printf(c->out, "{id=%#llx, pid=", (unsigned long long)n.id);
    print_pid(c, (int)n.pid);
    text_printf(c->out, ", flags=%#x, data={nr=", n.flags);
    if (n.data.arch)
        print_sysno(c, (unsigned)n.data.nr);
    else
        text_printf(c->out, "%d", n.data.nr);
    text_puts(c->out, ", arch=");
    print_xlat_named(c, "audit_arch", n.data.arch);
    text_puts(c->out, ", instruction_pointer=");
    print_addr(c, n.data.instruction_pointer);
    for (int i = 0; i < 6; i++)
        text_printf(c->out, n.data.args[i] ? "%s%#llx" : "%s%llu", i ? ", " : ", args=[",
                    (unsigned long long)n.data.args[i]);
    text_puts(c->out, "]}}");
    if (c->failed) {
        text_puts(c->out, " => ");
        print_addr(c, addr);
    }
}

static void print_resp(struct call *c, const void *p)
{
    const struct seccomp_notif_resp *r = p;

    text_printf(c->out, "{id=%#llx, val=%lld, error=", (unsigned long long)r->id, (long long)r->val);
    print_errno(c, r->error);
    text_puts(c->out, ", flags=");
    print_flags_named(c, "seccomp_resp", r->flags);
    text_putc(c->out, '}');
}

static void print_addfd(struct call *c, const void *p)
{
    const struct seccomp_notif_addfd *u = p;

    text_printf(c->out, "{id=%#llx, flags=", (unsigned long long)u->id);
    print_flags_named(c, "seccomp_addfd", u->flags);
    text_puts(c->out, ", srcfd=");
    print_fd(c, (int)u->srcfd);
    text_printf(c->out, ", newfd=%d, newfd_flags=", (int)u->newfd);
    print_flags_named(c, "open_only", u->newfd_flags);
    text_putc(c->out, '}');
}

const struct struct_type structs_seccomp[] = {
    {"sock_fprog", 16, print_fprog, NULL, false, STRUCT_PLAIN},
    {"seccomp_action", 4, print_action, NULL, false, STRUCT_PLAIN},
    {"tsc", 4, print_tsc, NULL, false, STRUCT_PLAIN},
    {"seccomp_id", 8, print_id, NULL, false, STRUCT_PLAIN},
    {"seccomp_sizes", 6, print_sizes, NULL, false, STRUCT_PLAIN},
    {"seccomp_notif", 0, NULL, print_notif, false, STRUCT_ON_ERROR},
    {"seccomp_resp", 24, print_resp, NULL, false, STRUCT_PLAIN},
    {"seccomp_addfd", 24, print_addfd, NULL, false, STRUCT_PLAIN},
    {NULL, 0, NULL, NULL, false, STRUCT_PLAIN},
};
