/*
 * align.c - accesses that have to be aligned: operands of 16 bytes, and all with the AC flag.
 *
 * The engine loads and stores 16 bytes anywhere, as two halves. For the processor it is a general protection fault, but for a few
 * instructions made for such operands. So we look at the bytes the translator reads; where they are an instruction with
 * an operand like that, its first half is said to be aligned. Then an address that is not comes to the engine's
 * function for the slow case, and to us before it (accesses.c).
 *
 *      66 0f 6f 07   movdqa (%rdi), %xmm0   -->   load 8 bytes at A, A aligned to 16; load 8 bytes at A + 8
 *
 * The engine translates code for a state with AC on its own, without another use of it: there all accesses are aligned to their
 * size. What its functions load by themselves (ten bytes of x87, fxsave and the like) is not looked at.
 */
#include "code.h"

/* What says more about the instruction: the last of f3 and f2, else 66. */
enum prefix { NONE, P66, PF3, PF2, NR_PREFIXES };

/* Two bytes' instructions, 0f xx; 0f 38 xx and 0f 3a xx. */
enum map { BYTE_0F, BYTE_38, BYTE_3A, NR_MAPS };

struct range {
    uint8_t first, last;
};

#define MAX_RANGES 24

/* clang-format off */
#define ONE(x) {x, x}

/* Each ends with 0, which is none of them. */
static const struct range ranges[NR_MAPS][NR_PREFIXES][MAX_RANGES] = {
    [BYTE_0F] = {
        [NONE] = {
            {0x14, 0x15}, /* unpckps */
            {0x28, 0x29}, /* movaps */
            ONE(0x2b),    /* movntps */
            {0x51, 0x59}, /* sqrtps ... mulps */
            {0x5b, 0x5f}, /* cvtdq2ps subps ... maxps */
            ONE(0xc2),    /* cmpps */
            ONE(0xc6),    /* shufps */
        },
        [P66] = {
            {0x14, 0x15}, /* unpckpd */
            {0x28, 0x29}, /* movapd */
            {0x2b, 0x2d}, /* movntpd cvttpd2pi cvtpd2pi */
            ONE(0x51),    /* sqrtpd */
            {0x54, 0x6d}, /* andpd ... maxpd punpcklbw ... punpckhqdq */
            {0x6f, 0x70}, /* movdqa pshufd */
            {0x74, 0x76}, /* pcmpeq */
            {0x7c, 0x7d}, /* haddpd hsubpd */
            ONE(0x7f),    /* movdqa */
            ONE(0xc2),    /* cmppd */
            ONE(0xc6),    /* shufpd */
            {0xd0, 0xd5}, /* addsubpd psrl paddq pmullw */
            {0xd8, 0xef}, /* psubus ... cvttpd2dq movntdq ... pxor */
            {0xf1, 0xf6}, /* psll pmuludq pmaddwd psadbw */
            {0xf8, 0xfe}, /* psub padd */
        },
        /* movsldup movshdup cvttps2dq pshufhw */
        [PF3] = {ONE(0x12), ONE(0x16), ONE(0x5b), ONE(0x70)},
        /* pshuflw haddps hsubps addsubps cvtpd2dq */
        [PF2] = {ONE(0x70), {0x7c, 0x7d}, ONE(0xd0), ONE(0xe6)},
    },
    [BYTE_38] = {
        [P66] = {
            {0x00, 0x0b}, /* pshufb ... pmulhrsw */
            ONE(0x10),    /* pblendvb */
            {0x14, 0x15}, /* blendvps blendvpd */
            ONE(0x17),    /* ptest */
            {0x1c, 0x1e}, /* pabs */
            {0x28, 0x2b}, /* pmuldq pcmpeqq movntdqa packusdw */
            {0x37, 0x41}, /* pcmpgtq ... phminposuw */
            {0xdb, 0xdf}, /* aes */
        },
    },
    [BYTE_3A] = {
        [P66] = {
            {0x08, 0x09}, /* roundps roundpd */
            {0x0c, 0x0f}, /* blendps ... palignr */
            {0x40, 0x42}, /* dpps dppd mpsadbw */
            ONE(0x44),    /* pclmulqdq */
            ONE(0xdf),    /* aeskeygenassist */
        },
    },
};
/* clang-format on */

static bool is_aligned(enum map map, enum prefix prefix, uint8_t byte)
{
    for (const struct range *r = ranges[map][prefix]; r->last; r++)
        if (byte >= r->first && byte <= r->last)
            return true;
    return false;
}

/* The instruction that is being translated, as far as its bytes are known. */
static _Thread_local struct insn {
    enum { PREFIXES, AFTER_0F, AFTER_38, AFTER_3A, KNOWN } at;
    enum prefix prefix;
    bool aligned; /* its next access is the one */
} insn;

static void read_prefix(uint8_t byte)
{
    switch (byte) {
    case 0x66:
        if (insn.prefix == NONE)
            insn.prefix = P66;
        break;
    case 0xf3:
    case 0xf2:
        insn.prefix = byte == 0xf3 ? PF3 : PF2;
        break;
    case 0x26: /* segments */
    case 0x2e:
    case 0x36:
    case 0x3e:
    case 0x64:
    case 0x65:
    case 0x67: /* 32-bit address */
    case 0x40 ... 0x4f:
        break;
    case 0x0f:
        insn.at = AFTER_0F;
        break;
    default:
        insn.at = KNOWN;
    }
}

static void read_byte(uint8_t byte)
{
    switch (insn.at) {
    case PREFIXES:
        read_prefix(byte);
        return;
    case AFTER_0F:
        if (byte == 0x38 || byte == 0x3a) {
            insn.at = byte == 0x38 ? AFTER_38 : AFTER_3A;
            return;
        }
        break;
    case KNOWN:
        return;
    default:
        break;
    }
    insn.aligned = is_aligned((enum map)(insn.at - AFTER_0F), insn.prefix, byte);
    insn.at = KNOWN;
}

WRAP(uint32_t, cpu_ldub_code_x86_64, void *state, uint64_t addr)
{
    uint32_t byte = __real_cpu_ldub_code_x86_64(state, addr);

    if (engine_translates && engine_current->uc) {
        if (addr == engine_translates->next)
            insn = (struct insn){0};
        read_byte((uint8_t)byte);
    }
    return byte;
}

#define RFLAGS_AC (1u << 18)

/* MemOp with what is known of the address. */
static unsigned how_aligned(unsigned how)
{
    const unsigned size = how & 3, of_16 = 4;
    unsigned bits = 0;

    if (insn.aligned && size == 3) {
        insn.aligned = false; /* the first half says so for both */
        bits = of_16;
    } else if (engine_translates && engine_current->uc && engine_translates->block->flags & RFLAGS_AC) {
        bits = size;
    }
    return how | bits << HOW_ALIGN_SHIFT;
}

#define ACCESS(name)                                                                                         \
    WRAP(void, name##_x86_64, void *tcg, void *value, void *addr, uint64_t index, unsigned how)              \
    {                                                                                                        \
        __real_##name##_x86_64(tcg, value, addr, index, how_aligned(how));                                   \
    }

ACCESS(tcg_gen_qemu_ld_i32)
ACCESS(tcg_gen_qemu_ld_i64)
ACCESS(tcg_gen_qemu_st_i32)
ACCESS(tcg_gen_qemu_st_i64)

#define ATOMIC(name)                                                                                         \
    WRAP(void, tcg_gen_atomic_##name##_i64_x86_64, void *tcg, void *old, void *addr, void *value,            \
         uint64_t index, unsigned how)                                                                       \
    {                                                                                                        \
        __real_tcg_gen_atomic_##name##_i64_x86_64(tcg, old, addr, value, index, how_aligned(how));           \
    }

ATOMIC(xchg)
ATOMIC(add_fetch)
ATOMIC(and_fetch)
ATOMIC(or_fetch)
ATOMIC(xor_fetch)
ATOMIC(fetch_add)
ATOMIC(fetch_and)
ATOMIC(fetch_or)
ATOMIC(fetch_xor)

WRAP(void, tcg_gen_atomic_cmpxchg_i64_x86_64, void *tcg, void *old, void *addr, void *expected, void *value,
     uint64_t index, unsigned how)
{
    __real_tcg_gen_atomic_cmpxchg_i64_x86_64(tcg, old, addr, expected, value, index, how_aligned(how));
}
