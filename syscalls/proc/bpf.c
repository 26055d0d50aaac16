/* bpf.c - checking and running programs of classic BPF (bpf.h). */
#include "bpf.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>

#define SCRATCH_ALL ((1u << BPF_MEMWORDS) - 1)

static bool is_branch(const struct sock_filter *i)
{
    return BPF_CLASS(i->code) == BPF_JMP && BPF_OP(i->code) != BPF_JA;
}

/* Is i an instruction that looks at its subject, or one that only programs about packets have, with a sensible operand? */
static bool is_about(const struct sock_filter *i, enum bpf_subject subject)
{
    if (subject == BPF_OF_CALLS)
        return i->code == (BPF_LD | BPF_W | BPF_ABS) && i->k < sizeof(struct seccomp_data) && !(i->k & 3);
    switch (i->code) {
    case BPF_LD | BPF_W | BPF_ABS:
    case BPF_LD | BPF_H | BPF_ABS:
    case BPF_LD | BPF_B | BPF_ABS: /* from the end of the numbers: a fact about the packet */
        return i->k < (uint32_t)SKF_AD_OFF || (!(i->k & 3) && i->k - SKF_AD_OFF < SKF_AD_MAX);
    case BPF_ALU | BPF_MOD | BPF_K:
        return i->k;
    case BPF_LD | BPF_W | BPF_IND:
    case BPF_LD | BPF_H | BPF_IND:
    case BPF_LD | BPF_B | BPF_IND:
    case BPF_LDX | BPF_B | BPF_MSH:
    case BPF_ALU | BPF_MOD | BPF_X:
        return true;
    }
    return false;
}

/* Is i an instruction of every program, with an operand that makes sense wherever it stands? */
static bool is_general(const struct sock_filter *i)
{
    switch (i->code) {
    case BPF_LD | BPF_MEM:
    case BPF_LDX | BPF_MEM:
    case BPF_ST:
    case BPF_STX:
        return i->k < BPF_MEMWORDS;
    case BPF_ALU | BPF_DIV | BPF_K:
        return i->k;
    case BPF_ALU | BPF_LSH | BPF_K:
    case BPF_ALU | BPF_RSH | BPF_K:
        return i->k < 32;
    case BPF_LD | BPF_IMM:
    case BPF_LDX | BPF_IMM:
    case BPF_LD | BPF_W | BPF_LEN:
    case BPF_LDX | BPF_W | BPF_LEN:
    case BPF_ALU | BPF_ADD | BPF_K:
    case BPF_ALU | BPF_ADD | BPF_X:
    case BPF_ALU | BPF_SUB | BPF_K:
    case BPF_ALU | BPF_SUB | BPF_X:
    case BPF_ALU | BPF_MUL | BPF_K:
    case BPF_ALU | BPF_MUL | BPF_X:
    case BPF_ALU | BPF_DIV | BPF_X:
    case BPF_ALU | BPF_AND | BPF_K:
    case BPF_ALU | BPF_AND | BPF_X:
    case BPF_ALU | BPF_OR | BPF_K:
    case BPF_ALU | BPF_OR | BPF_X:
    case BPF_ALU | BPF_XOR | BPF_K:
    case BPF_ALU | BPF_XOR | BPF_X:
    case BPF_ALU | BPF_LSH | BPF_X:
    case BPF_ALU | BPF_RSH | BPF_X:
    case BPF_ALU | BPF_NEG:
    case BPF_MISC | BPF_TAX:
    case BPF_MISC | BPF_TXA:
    case BPF_JMP | BPF_JA:
    case BPF_JMP | BPF_JEQ | BPF_K:
    case BPF_JMP | BPF_JEQ | BPF_X:
    case BPF_JMP | BPF_JGE | BPF_K:
    case BPF_JMP | BPF_JGE | BPF_X:
    case BPF_JMP | BPF_JGT | BPF_K:
    case BPF_JMP | BPF_JGT | BPF_X:
    case BPF_JMP | BPF_JSET | BPF_K:
    case BPF_JMP | BPF_JSET | BPF_X:
    case BPF_RET | BPF_K:
    case BPF_RET | BPF_A:
        return true;
    }
    return false;
}

/* Jumps only go forward: one pass sees each cell's writers before its readers, whichever way is taken. */
static int check_scratch(const struct sock_filter *insn, unsigned n)
{
    uint16_t *written = malloc(n * sizeof(*written)), now = 0; /* cells that every way to here has written */
    int err = 0;

    if (!written)
        return -ENOMEM;
    memset(written, 0xff, n * sizeof(*written));
    for (unsigned pc = 0; pc < n && !err; pc++) {
        const struct sock_filter *i = &insn[pc];

        now &= written[pc];
        if (i->code == BPF_ST || i->code == BPF_STX) {
            now |= (uint16_t)(1u << i->k);
        } else if (i->code == (BPF_LD | BPF_MEM) || i->code == (BPF_LDX | BPF_MEM)) {
            err = now & 1u << i->k ? 0 : -EINVAL;
        } else if (is_branch(i)) {
            written[pc + 1 + i->jt] &= now;
            written[pc + 1 + i->jf] &= now;
            now = SCRATCH_ALL;
        } else if (i->code == (BPF_JMP | BPF_JA)) {
            written[pc + 1 + i->k] &= now;
            now = SCRATCH_ALL;
        }
    }
    free(written);
    return err;
}

int bpf_check(const struct sock_filter *insn, unsigned n, enum bpf_subject subject)
{
    for (unsigned pc = 0; pc < n; pc++) {
        const struct sock_filter *i = &insn[pc];

        if (!is_general(i) && !is_about(i, subject))
            return -EINVAL;
        if (i->code == (BPF_JMP | BPF_JA) && i->k >= n - pc - 1)
            return -EINVAL;
        if (is_branch(i) && (pc + 1 + i->jt >= n || pc + 1 + i->jf >= n))
            return -EINVAL;
    }
    if (BPF_CLASS(insn[n - 1].code) != BPF_RET)
        return -EINVAL;
    return check_scratch(insn, n);
}

unsigned bpf_translated_len(const struct sock_filter *insn, unsigned n)
{
    unsigned len = 3; /* A and X become 0, the data's address is kept */

    for (unsigned pc = 0; pc < n; pc++) {
        const struct sock_filter *i = &insn[pc];
        unsigned op = BPF_OP(i->code);

        len++;
        if (i->code == (BPF_ALU | BPF_DIV | BPF_X))
            len += 4; /* X = 0 ends the program */
        else if (i->code == (BPF_RET | BPF_K))
            len++;
        else if (is_branch(i)) {
            len += BPF_SRC(i->code) == BPF_K && (int32_t)i->k < 0; /* the constant would be sign-extended */
            len += i->jf && (i->jt || op == BPF_JSET);             /* two ways, neither the next */
        }
    }
    return len;
}

static uint32_t alu(unsigned op, uint32_t a, uint32_t b)
{
    switch (op) {
    case BPF_ADD:
        return a + b;
    case BPF_SUB:
        return a - b;
    case BPF_MUL:
        return a * b;
    case BPF_DIV:
        return a / b;
    case BPF_AND:
        return a & b;
    case BPF_OR:
        return a | b;
    case BPF_XOR:
        return a ^ b;
    case BPF_LSH:
        return a << (b & 31);
    case BPF_RSH:
        return a >> (b & 31);
    default: /* BPF_NEG */
        return -a;
    }
}

static bool holds(unsigned op, uint32_t a, uint32_t b)
{
    switch (op) {
    case BPF_JEQ:
        return a == b;
    case BPF_JGT:
        return a > b;
    case BPF_JGE:
        return a >= b;
    default: /* BPF_JSET */
        return a & b;
    }
}

static uint32_t operand(const struct sock_filter *i, const uint32_t *mem, uint32_t (*load)(void *, uint32_t),
                        void *data)
{
    switch (BPF_MODE(i->code)) {
    case BPF_ABS:
        return load(data, i->k);
    case BPF_LEN:
        return sizeof(struct seccomp_data);
    case BPF_MEM:
        return mem[i->k];
    default: /* BPF_IMM */
        return i->k;
    }
}

uint32_t bpf_run(const struct sock_filter *insn, uint32_t (*load)(void *, uint32_t), void *data,
                 unsigned *last)
{
    uint32_t a = 0, x = 0, mem[BPF_MEMWORDS] = {0};

    for (const struct sock_filter *i = insn;; i++) {
        uint32_t b = BPF_SRC(i->code) == BPF_X ? x : i->k;

        *last = (unsigned)(i - insn);
        switch (BPF_CLASS(i->code)) {
        case BPF_LD:
            a = operand(i, mem, load, data);
            break;
        case BPF_LDX:
            x = operand(i, mem, load, data);
            break;
        case BPF_ST:
            mem[i->k] = a;
            break;
        case BPF_STX:
            mem[i->k] = x;
            break;
        case BPF_ALU:
            if (BPF_OP(i->code) == BPF_DIV && !b)
                return 0;
            a = alu(BPF_OP(i->code), a, b);
            break;
        case BPF_JMP:
            i += BPF_OP(i->code) == BPF_JA ? i->k : holds(BPF_OP(i->code), a, b) ? i->jt : i->jf;
            break;
        case BPF_RET:
            return BPF_RVAL(i->code) == BPF_A ? a : i->k;
        default: /* BPF_MISC */
            if (BPF_MISCOP(i->code) == BPF_TAX)
                x = a;
            else
                a = x;
        }
    }
}
