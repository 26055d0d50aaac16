/*
 * regs.c - registers between the engine and struct cpu_regs, where x87 and SSE are an FXSAVE image.
 */
#include "cpu_priv.h"

#include <stddef.h>
#include <string.h>

/* The FXSAVE area (Intel SDM volume 1, 10.5.1). */
struct fxsave {
    uint16_t fcw, fsw;
    uint8_t ftw, reserved; /* one bit per physical register: not empty */
    uint16_t fop;
    uint64_t fip, fdp;
    uint32_t mxcsr, mxcsr_mask;
    struct {
        uint8_t value[10], pad[6];
    } st[8]; /* ST(0) first */
    uint8_t xmm[16][16];
    uint8_t rest[96];
} __attribute__((may_alias));
_Static_assert(sizeof(struct fxsave) == 512 && offsetof(struct fxsave, xmm) == 160, "FXSAVE layout");
#define MXCSR_MASK 0xffffu

static const struct {
    int reg;
    size_t at;
} general[] = {
#define REG(uc, field)                                                                                       \
    {                                                                                                        \
        UC_X86_REG_##uc, offsetof(struct cpu_regs, field)                                                    \
    }
    REG(RAX, rax), REG(RBX, rbx), REG(RCX, rcx),       REG(RDX, rdx),         REG(RSI, rsi),
    REG(RDI, rdi), REG(RBP, rbp), REG(RSP, rsp),       REG(R8, r8),           REG(R9, r9),
    REG(R10, r10), REG(R11, r11), REG(R12, r12),       REG(R13, r13),         REG(R14, r14),
    REG(R15, r15), REG(RIP, rip), REG(RFLAGS, rflags), REG(FS_BASE, fs_base), REG(GS_BASE, gs_base),
#undef REG
};
#define NR_GENERAL (sizeof(general) / sizeof(*general))
/* General registers, FP0..7, XMM0..15, FPSW FPCW FPTAG MXCSR FIP FDP FOP. */
#define NR_ALL (NR_GENERAL + 8 + 16 + 7)

struct fpu_words {
    uint16_t fsw, fcw, tags, fop;
    uint32_t mxcsr;
    uint64_t fip, fdp;
};

/* Lists every register with the place its value lives at. `top`: of the x87 stack, the image is in stack order. */
static void list_registers(struct cpu_regs *r, struct fpu_words *w, uint8_t st[8][16], int regs[NR_ALL],
                           void *at[NR_ALL])
{
    struct fxsave *fx = (struct fxsave *)r->fx;
    int n = 0;

    for (size_t i = 0; i < NR_GENERAL; i++, n++)
        regs[n] = general[i].reg, at[n] = (char *)r + general[i].at;
    for (int i = 0; i < 8; i++, n++)
        regs[n] = UC_X86_REG_FP0 + i, at[n] = st[i];
    for (int i = 0; i < 16; i++, n++)
        regs[n] = UC_X86_REG_XMM0 + i, at[n] = fx->xmm[i];
    regs[n] = UC_X86_REG_FPSW, at[n++] = &w->fsw;
    regs[n] = UC_X86_REG_FPCW, at[n++] = &w->fcw;
    regs[n] = UC_X86_REG_FPTAG, at[n++] = &w->tags;
    regs[n] = UC_X86_REG_MXCSR, at[n++] = &w->mxcsr;
    regs[n] = UC_X86_REG_FIP, at[n++] = &w->fip;
    regs[n] = UC_X86_REG_FDP, at[n++] = &w->fdp;
    regs[n] = UC_X86_REG_FOP, at[n++] = &w->fop;
}

void cpu_save(struct cpu *cpu, struct cpu_regs *r)
{
    struct fxsave *fx = (struct fxsave *)r->fx;
    struct fpu_words w = {0};
    uint8_t st[8][16] = {{0}};
    int regs[NR_ALL];
    void *at[NR_ALL];
    unsigned top;

    list_registers(r, &w, st, regs, at);
    uc_reg_read_batch(cpu->uc, regs, at, NR_ALL);
    top = w.fsw >> 11 & 7;
    fx->fcw = w.fcw;
    fx->fsw = w.fsw;
    fx->ftw = 0;
    fx->reserved = 0;
    fx->fop = w.fop;
    fx->fip = w.fip;
    fx->fdp = w.fdp;
    fx->mxcsr = w.mxcsr;
    fx->mxcsr_mask = MXCSR_MASK;
    for (unsigned i = 0; i < 8; i++) {
        if ((w.tags >> 2 * i & 3) != 3)
            fx->ftw |= 1u << i;
        memcpy(&fx->st[i], st[(top + i) & 7], 16);
    }
    memset(fx->rest, 0, sizeof(fx->rest));
}

void cpu_load(struct cpu *cpu, const struct cpu_regs *from)
{
    struct cpu_regs copy = *from;
    const struct fxsave *fx = (const struct fxsave *)copy.fx;
    struct fpu_words w = {.fsw = fx->fsw,
                          .fcw = fx->fcw,
                          .fop = fx->fop,
                          .mxcsr = fx->mxcsr & MXCSR_MASK,
                          .fip = fx->fip,
                          .fdp = fx->fdp};
    uint8_t st[8][16];
    unsigned top = fx->fsw >> 11 & 7;
    int regs[NR_ALL];
    void *at[NR_ALL];

    copy.rflags = (copy.rflags & RFLAGS_USER) | RFLAGS_FIXED;
    for (unsigned i = 0; i < 8; i++) {
        if (!(fx->ftw >> i & 1))
            w.tags |= (uint16_t)(3u << 2 * i);
        memcpy(st[(top + i) & 7], &fx->st[i], 16);
    }
    list_registers(&copy, &w, st, regs, at);
    uc_reg_write_batch(cpu->uc, regs, at, NR_ALL);
}

static uint64_t get(struct cpu *cpu, int reg)
{
    uint64_t v = 0;

    uc_reg_read(cpu->uc, reg, &v);
    return v;
}

uint64_t cpu_rip(struct cpu *cpu)
{
    return get(cpu, UC_X86_REG_RIP);
}

uint64_t cpu_rsp(struct cpu *cpu)
{
    return get(cpu, UC_X86_REG_RSP);
}

uint64_t cpu_rax(struct cpu *cpu)
{
    return get(cpu, UC_X86_REG_RAX);
}

void cpu_set_rax(struct cpu *cpu, uint64_t v)
{
    uc_reg_write(cpu->uc, UC_X86_REG_RAX, &v);
}

uint64_t cpu_fs_base(struct cpu *cpu)
{
    return get(cpu, UC_X86_REG_FS_BASE);
}

uint64_t cpu_gs_base(struct cpu *cpu)
{
    return get(cpu, UC_X86_REG_GS_BASE);
}

void cpu_set_fs_base(struct cpu *cpu, uint64_t v)
{
    uc_reg_write(cpu->uc, UC_X86_REG_FS_BASE, &v);
}

void cpu_set_gs_base(struct cpu *cpu, uint64_t v)
{
    uc_reg_write(cpu->uc, UC_X86_REG_GS_BASE, &v);
}

void cpu_regs_reset(struct cpu_regs *r)
{
    struct fxsave *fx = (struct fxsave *)r->fx;

    memset(r, 0, sizeof(*r));
    r->rflags = RFLAGS_FIXED;
    fx->fcw = 0x37f;
    fx->mxcsr = 0x1f80;
    fx->mxcsr_mask = MXCSR_MASK;
}
