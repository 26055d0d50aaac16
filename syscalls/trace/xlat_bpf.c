/* xlat_bpf.c - constants of the classic packet filter. */
#include <linux/filter.h>
#include "xlat.h"

/* Operations that only the extended filter has stand among the others: their numbers are free here. */
static const struct xlat classes[] = {X(BPF_LD),  X(BPF_LDX), X(BPF_ST),   X(BPF_STX), X(BPF_ALU),
                                      X(BPF_JMP), X(BPF_RET), X(BPF_MISC), XEND};
static const struct xlat sizes[] = {X(BPF_W), X(BPF_H), X(BPF_B), {"BPF_DW", 0x18, 0}, XEND};
static const struct xlat modes[] = {
    X(BPF_IMM), X(BPF_ABS), X(BPF_IND), X(BPF_MEM), X(BPF_LEN), X(BPF_MSH), {"BPF_XADD", 0xc0, 0}, XEND};
static const struct xlat sources[] = {X(BPF_K), X(BPF_X), XEND};
static const struct xlat alu_ops[] = {X(BPF_ADD),
                                      X(BPF_SUB),
                                      X(BPF_MUL),
                                      X(BPF_DIV),
                                      X(BPF_OR),
                                      X(BPF_AND),
                                      X(BPF_LSH),
                                      X(BPF_RSH),
                                      X(BPF_NEG),
                                      X(BPF_MOD),
                                      X(BPF_XOR),
                                      {"BPF_MOV", 0xb0, 0},
                                      {"BPF_ARSH", 0xc0, 0},
                                      {"BPF_END", 0xd0, 0},
                                      XEND};
static const struct xlat jmp_ops[] = {X(BPF_JA),
                                      X(BPF_JEQ),
                                      X(BPF_JGT),
                                      X(BPF_JGE),
                                      X(BPF_JSET),
                                      {"BPF_JNE", 0x50, 0},
                                      {"BPF_JSGT", 0x60, 0},
                                      {"BPF_JSGE", 0x70, 0},
                                      {"BPF_CALL", 0x80, 0},
                                      {"BPF_EXIT", 0x90, 0},
                                      {"BPF_JLT", 0xa0, 0},
                                      {"BPF_JLE", 0xb0, 0},
                                      {"BPF_JSLT", 0xc0, 0},
                                      {"BPF_JSLE", 0xd0, 0},
                                      {"BPF_JCOND", 0xe0, 0},
                                      XEND};
static const struct xlat returns[] = {X(BPF_K), X(BPF_X), X(BPF_A), XEND};
static const struct xlat misc_ops[] = {X(BPF_TAX), X(BPF_TXA), XEND};
/* What a filter of a socket finds behind SKF_AD_OFF. */
static const struct xlat ancillary[] = {{"SKF_AD_PROTOCOL", 0, 0},
                                        X(SKF_AD_PKTTYPE),
                                        X(SKF_AD_IFINDEX),
                                        X(SKF_AD_NLATTR),
                                        X(SKF_AD_NLATTR_NEST),
                                        X(SKF_AD_MARK),
                                        X(SKF_AD_QUEUE),
                                        X(SKF_AD_HATYPE),
                                        X(SKF_AD_RXHASH),
                                        X(SKF_AD_CPU),
                                        X(SKF_AD_ALU_XOR_X),
                                        X(SKF_AD_VLAN_TAG),
                                        X(SKF_AD_VLAN_TAG_PRESENT),
                                        X(SKF_AD_PAY_OFFSET),
                                        X(SKF_AD_RANDOM),
                                        X(SKF_AD_VLAN_TPID),
                                        XEND};

const struct xlat_table xlat_bpf[] = {
    {"bpf_class", classes, "BPF_???"},   {"bpf_size", sizes, "BPF_???"},
    {"bpf_mode", modes, "BPF_???"},      {"bpf_src", sources, "BPF_???"},
    {"bpf_op_alu", alu_ops, "BPF_???"},  {"bpf_op_jmp", jmp_ops, "BPF_???"},
    {"bpf_rval", returns, "BPF_???"},    {"bpf_miscop", misc_ops, "BPF_???"},
    {"skf_ad", ancillary, "SKF_AD_???"}, {0, 0, 0}};
