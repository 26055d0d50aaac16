/* xlat_seccomp.c - names of seccomp(2), its neighbours in prctl(2) and classic BPF, in strace's order. */
#include <linux/filter.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>

#include "xlat.h"

static const struct xlat modes[] = {X(SECCOMP_MODE_DISABLED), X(SECCOMP_MODE_STRICT), X(SECCOMP_MODE_FILTER),
                                    XEND};
static const struct xlat operations[] = {X(SECCOMP_SET_MODE_STRICT), X(SECCOMP_SET_MODE_FILTER),
                                         X(SECCOMP_GET_ACTION_AVAIL), X(SECCOMP_GET_NOTIF_SIZES), XEND};
static const struct xlat filter_flags[] = {X(SECCOMP_FILTER_FLAG_TSYNC),
                                           X(SECCOMP_FILTER_FLAG_LOG),
                                           X(SECCOMP_FILTER_FLAG_SPEC_ALLOW),
                                           X(SECCOMP_FILTER_FLAG_NEW_LISTENER),
                                           X(SECCOMP_FILTER_FLAG_TSYNC_ESRCH),
                                           {"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", 1 << 5, 0},
                                           XEND};
static const struct xlat actions[] = {
    X(SECCOMP_RET_KILL_PROCESS), X(SECCOMP_RET_KILL_THREAD), X(SECCOMP_RET_TRAP),
    X(SECCOMP_RET_ERRNO),        X(SECCOMP_RET_USER_NOTIF),  X(SECCOMP_RET_TRACE),
    X(SECCOMP_RET_LOG),          X(SECCOMP_RET_ALLOW),       XEND};
static const struct xlat answer_flags[] = {X(SECCOMP_USER_NOTIF_FLAG_CONTINUE), XEND};
static const struct xlat addfd_flags[] = {X(SECCOMP_ADDFD_FLAG_SETFD), X(SECCOMP_ADDFD_FLAG_SEND), XEND};
static const struct xlat dispatch_modes[] = {X(PR_SYS_DISPATCH_OFF), X(PR_SYS_DISPATCH_ON), XEND};
static const struct xlat tsc_modes[] = {X(PR_TSC_ENABLE), X(PR_TSC_SIGSEGV), XEND};

/* ---- parts of an instruction's code ---- */
static const struct xlat classes[] = {X(BPF_LD),  X(BPF_LDX), X(BPF_ST),   X(BPF_STX), X(BPF_ALU),
                                      X(BPF_JMP), X(BPF_RET), X(BPF_MISC), XEND};
static const struct xlat sizes[] = {X(BPF_W), X(BPF_H), X(BPF_B), {"BPF_DW", 0x18, 0}, XEND};
static const struct xlat places[] = {X(BPF_IMM), X(BPF_ABS), X(BPF_IND), X(BPF_MEM),
                                     X(BPF_LEN), X(BPF_MSH), XEND};
static const struct xlat sources[] = {X(BPF_K), X(BPF_X), XEND};
static const struct xlat alu_operations[] = {X(BPF_ADD),
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
static const struct xlat jumps[] = {X(BPF_JA),
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
                                    XEND};
static const struct xlat results[] = {X(BPF_K), X(BPF_X), X(BPF_A), XEND};
static const struct xlat moves[] = {X(BPF_TAX), X(BPF_TXA), XEND};

const struct xlat_table xlat_seccomp[] = {{"seccomp", operations, "SECCOMP_SET_MODE_???"},
                                          {"seccomp_mode", modes, "SECCOMP_MODE_???"},
                                          {"seccomp_filter", filter_flags, "SECCOMP_FILTER_FLAG_???"},
                                          {"seccomp_ret", actions, "SECCOMP_RET_???"},
                                          {"seccomp_resp", answer_flags, "SECCOMP_USER_NOTIF_FLAG_???"},
                                          {"seccomp_addfd", addfd_flags, "SECCOMP_ADDFD_FLAG_???"},
                                          {"user_dispatch", dispatch_modes, "PR_SYS_DISPATCH_???"},
                                          {"tsc", tsc_modes, "PR_TSC_???"},
                                          {"bpf_class", classes, "BPF_???"},
                                          {"bpf_size", sizes, "BPF_???"},
                                          {"bpf_mode", places, "BPF_???"},
                                          {"bpf_src", sources, "BPF_???"},
                                          {"bpf_alu", alu_operations, "BPF_???"},
                                          {"bpf_jmp", jumps, "BPF_???"},
                                          {"bpf_rval", results, "BPF_???"},
                                          {"bpf_miscop", moves, "BPF_???"},
                                          {0}};
