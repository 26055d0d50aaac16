/* xlat_prctl.c - constants of prctl and arch_prctl. */
#include <asm/prctl.h>
#include <linux/prctl.h>
#include <linux/securebits.h>
#include "xlat.h"

static const struct xlat prctl_options[] = {X(PR_SET_PDEATHSIG),
                                            X(PR_GET_PDEATHSIG),
                                            X(PR_GET_DUMPABLE),
                                            X(PR_SET_DUMPABLE),
                                            X(PR_GET_UNALIGN),
                                            X(PR_SET_UNALIGN),
                                            X(PR_GET_KEEPCAPS),
                                            X(PR_SET_KEEPCAPS),
                                            X(PR_GET_FPEMU),
                                            X(PR_SET_FPEMU),
                                            X(PR_GET_FPEXC),
                                            X(PR_SET_FPEXC),
                                            X(PR_GET_TIMING),
                                            X(PR_SET_TIMING),
                                            X(PR_SET_NAME),
                                            X(PR_GET_NAME),
                                            X(PR_GET_ENDIAN),
                                            X(PR_SET_ENDIAN),
                                            X(PR_GET_SECCOMP),
                                            X(PR_SET_SECCOMP),
                                            X(PR_CAPBSET_READ),
                                            X(PR_CAPBSET_DROP),
                                            X(PR_GET_TSC),
                                            X(PR_SET_TSC),
                                            X(PR_GET_SECUREBITS),
                                            X(PR_SET_SECUREBITS),
                                            X(PR_SET_TIMERSLACK),
                                            X(PR_GET_TIMERSLACK),
                                            X(PR_TASK_PERF_EVENTS_DISABLE),
                                            X(PR_TASK_PERF_EVENTS_ENABLE),
                                            X(PR_MCE_KILL),
                                            X(PR_MCE_KILL_GET),
                                            X(PR_SET_MM),
                                            X(PR_SET_PTRACER),
                                            X(PR_SET_CHILD_SUBREAPER),
                                            X(PR_GET_CHILD_SUBREAPER),
                                            X(PR_SET_NO_NEW_PRIVS),
                                            X(PR_GET_NO_NEW_PRIVS),
                                            X(PR_GET_TID_ADDRESS),
                                            X(PR_SET_THP_DISABLE),
                                            X(PR_GET_THP_DISABLE),
                                            X(PR_MPX_ENABLE_MANAGEMENT),
                                            X(PR_MPX_DISABLE_MANAGEMENT),
                                            X(PR_SET_FP_MODE),
                                            X(PR_GET_FP_MODE),
                                            X(PR_CAP_AMBIENT),
                                            X(PR_SVE_SET_VL),
                                            X(PR_SVE_GET_VL),
                                            X(PR_GET_SPECULATION_CTRL),
                                            X(PR_SET_SPECULATION_CTRL),
                                            X(PR_PAC_RESET_KEYS),
                                            X(PR_SET_TAGGED_ADDR_CTRL),
                                            X(PR_GET_TAGGED_ADDR_CTRL),
                                            X(PR_SET_IO_FLUSHER),
                                            X(PR_GET_IO_FLUSHER),
                                            X(PR_SET_SYSCALL_USER_DISPATCH),
                                            X(PR_PAC_SET_ENABLED_KEYS),
                                            X(PR_PAC_GET_ENABLED_KEYS),
                                            X(PR_SCHED_CORE),
                                            X(PR_SET_VMA),
                                            {"PR_SME_SET_VL", 63, 0}, /* of newer kernels' headers */
                                            {"PR_SME_GET_VL", 64, 0},
                                            {"PR_SET_MDWE", 65, 0},
                                            {"PR_GET_MDWE", 66, 0},
                                            {"PR_SET_MEMORY_MERGE", 67, 0},
                                            {"PR_GET_MEMORY_MERGE", 68, 0},
                                            {"PR_RISCV_V_SET_CONTROL", 69, 0},
                                            {"PR_RISCV_V_GET_CONTROL", 70, 0},
                                            {"PR_RISCV_SET_ICACHE_FLUSH_CTX", 71, 0},
                                            {"PR_PPC_GET_DEXCR", 72, 0},
                                            {"PR_PPC_SET_DEXCR", 73, 0},
                                            XEND};
static const struct xlat dumpable[] = {
    {"SUID_DUMP_DISABLE", 0, 0}, {"SUID_DUMP_USER", 1, 0}, {"SUID_DUMP_ROOT", 2, 0}, XEND};
static const struct xlat unalign[] = {X(PR_UNALIGN_NOPRINT), X(PR_UNALIGN_SIGBUS), XEND};
static const struct xlat tsc[] = {X(PR_TSC_ENABLE), X(PR_TSC_SIGSEGV), XEND};
static const struct xlat securebits[] = {X(SECBIT_NOROOT),
                                         X(SECBIT_NOROOT_LOCKED),
                                         {"SECBIT_NO_SETUID_FIXUP", SECBIT_NO_SETUID_FIXUP, 0},
                                         {"SECBIT_NO_SETUID_FIXUP_LOCKED", SECBIT_NO_SETUID_FIXUP_LOCKED, 0},
                                         X(SECBIT_KEEP_CAPS),
                                         X(SECBIT_KEEP_CAPS_LOCKED),
                                         X(SECBIT_NO_CAP_AMBIENT_RAISE),
                                         X(SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED),
                                         XEND};
static const struct xlat mce_kill[] = {X(PR_MCE_KILL_CLEAR), X(PR_MCE_KILL_SET), XEND};
static const struct xlat mce_policy[] = {X(PR_MCE_KILL_LATE), X(PR_MCE_KILL_EARLY), X(PR_MCE_KILL_DEFAULT),
                                         XEND};
static const struct xlat set_mm[] = {
    X(PR_SET_MM_START_CODE),  X(PR_SET_MM_END_CODE),  X(PR_SET_MM_START_DATA), X(PR_SET_MM_END_DATA),
    X(PR_SET_MM_START_STACK), X(PR_SET_MM_START_BRK), X(PR_SET_MM_BRK),        X(PR_SET_MM_ARG_START),
    X(PR_SET_MM_ARG_END),     X(PR_SET_MM_ENV_START), X(PR_SET_MM_ENV_END),    X(PR_SET_MM_AUXV),
    X(PR_SET_MM_EXE_FILE),    X(PR_SET_MM_MAP),       X(PR_SET_MM_MAP_SIZE),   XEND};
static const struct xlat fp_mode[] = {X(PR_FP_MODE_FR), X(PR_FP_MODE_FRE), XEND};
static const struct xlat cap_ambient[] = {X(PR_CAP_AMBIENT_IS_SET), X(PR_CAP_AMBIENT_RAISE),
                                          X(PR_CAP_AMBIENT_LOWER), X(PR_CAP_AMBIENT_CLEAR_ALL), XEND};
static const struct xlat speculation[] = {X(PR_SPEC_STORE_BYPASS), X(PR_SPEC_INDIRECT_BRANCH),
                                          X(PR_SPEC_L1D_FLUSH), XEND};
static const struct xlat spec_control[] = {XM(PR_SPEC_NOT_AFFECTED, ~0ull),
                                           X(PR_SPEC_PRCTL),
                                           X(PR_SPEC_ENABLE),
                                           X(PR_SPEC_DISABLE),
                                           X(PR_SPEC_FORCE_DISABLE),
                                           X(PR_SPEC_DISABLE_NOEXEC),
                                           XEND};
static const struct xlat pac_keys[] = {X(PR_PAC_APIAKEY), X(PR_PAC_APIBKEY), X(PR_PAC_APDAKEY),
                                       X(PR_PAC_APDBKEY), X(PR_PAC_APGAKEY), XEND};
static const struct xlat user_dispatch[] = {X(PR_SYS_DISPATCH_OFF), X(PR_SYS_DISPATCH_ON), XEND};
static const struct xlat sched_core[] = {X(PR_SCHED_CORE_GET), X(PR_SCHED_CORE_CREATE),
                                         X(PR_SCHED_CORE_SHARE_TO), X(PR_SCHED_CORE_SHARE_FROM), XEND};
static const struct xlat pid_types[] = {
    {"PIDTYPE_PID", 0, 0}, {"PIDTYPE_TGID", 1, 0}, {"PIDTYPE_PGID", 2, 0}, {"PIDTYPE_SID", 3, 0}, XEND};
static const struct xlat vma_ops[] = {{"PR_SET_VMA_ANON_NAME", 0, 0}, XEND};
static const struct xlat mdwe_bits[] = {
    {"PR_MDWE_REFUSE_EXEC_GAIN", 1, 0}, {"PR_MDWE_NO_INHERIT", 2, 0}, XEND};

static const struct xlat arch_prctls[] = {X(ARCH_SET_GS),
                                          X(ARCH_SET_FS),
                                          X(ARCH_GET_FS),
                                          X(ARCH_GET_GS),
                                          X(ARCH_GET_CPUID),
                                          X(ARCH_SET_CPUID),
                                          {"ARCH_GET_XCOMP_SUPP", 0x1021, 0},
                                          {"ARCH_GET_XCOMP_PERM", 0x1022, 0},
                                          {"ARCH_REQ_XCOMP_PERM", 0x1023, 0},
                                          {"ARCH_GET_XCOMP_GUEST_PERM", 0x1024, 0},
                                          {"ARCH_REQ_XCOMP_GUEST_PERM", 0x1025, 0},
                                          XEND};
/* State of the processor that XSAVE knows: numbers, and sets of them. */
static const struct xlat xfeatures[] = {
    {"XFEATURE_FP", 0, 0},         {"XFEATURE_SSE", 1, 0},         {"XFEATURE_YMM", 2, 0},
    {"XFEATURE_BNDREGS", 3, 0},    {"XFEATURE_BNDCSR", 4, 0},      {"XFEATURE_OPMASK", 5, 0},
    {"XFEATURE_ZMM_Hi256", 6, 0},  {"XFEATURE_Hi16_ZMM", 7, 0},    {"XFEATURE_PT_UNIMPLEMENTED_SO_FAR", 8, 0},
    {"XFEATURE_PKRU", 9, 0},       {"XFEATURE_PASID", 10, 0},      {"XFEATURE_LBR", 15, 0},
    {"XFEATURE_XTILE_CFG", 17, 0}, {"XFEATURE_XTILE_DATA", 18, 0}, XEND};
static const struct xlat xfeature_masks[] = {{"XFEATURE_MASK_FPSSE", 3, 3},
                                             {"XFEATURE_MASK_FP", 1, 0},
                                             {"XFEATURE_MASK_SSE", 2, 0},
                                             {"XFEATURE_MASK_YMM", 1 << 2, 0},
                                             {"XFEATURE_MASK_BNDREGS", 1 << 3, 0},
                                             {"XFEATURE_MASK_BNDCSR", 1 << 4, 0},
                                             {"XFEATURE_MASK_AVX512", 7 << 5, 7 << 5},
                                             {"XFEATURE_MASK_OPMASK", 1 << 5, 0},
                                             {"XFEATURE_MASK_ZMM_Hi256", 1 << 6, 0},
                                             {"XFEATURE_MASK_Hi16_ZMM", 1 << 7, 0},
                                             {"XFEATURE_MASK_PT", 1 << 8, 0},
                                             {"XFEATURE_MASK_PKRU", 1 << 9, 0},
                                             {"XFEATURE_MASK_PASID", 1 << 10, 0},
                                             {"XFEATURE_MASK_LBR", 1 << 15, 0},
                                             {"XFEATURE_MASK_XTILE", 3 << 17, 3 << 17},
                                             {"XFEATURE_MASK_XTILE_CFG", 1 << 17, 0},
                                             {"XFEATURE_MASK_XTILE_DATA", 1 << 18, 0},
                                             XEND};

const struct xlat_table xlat_prctl[] = {{"prctl", prctl_options, "PR_???"},
                                        {"dumpable", dumpable, "SUID_DUMP_???"},
                                        {"unalign", unalign, "PR_UNALIGN_???"},
                                        {"tsc", tsc, "PR_TSC_???"},
                                        {"securebits", securebits, "SECBIT_???"},
                                        {"mce_kill", mce_kill, "PR_MCE_KILL_???"},
                                        {"mce_policy", mce_policy, "PR_MCE_KILL_???"},
                                        {"set_mm", set_mm, "PR_SET_MM_???"},
                                        {"fp_mode", fp_mode, "PR_FP_MODE_???"},
                                        {"cap_ambient", cap_ambient, "PR_CAP_AMBIENT_???"},
                                        {"speculation", speculation, "PR_SPEC_???"},
                                        {"spec_control", spec_control, "PR_SPEC_???"},
                                        {"pac", pac_keys, "PR_PAC_???"},
                                        {"user_dispatch", user_dispatch, "PR_SYS_DISPATCH_???"},
                                        {"sched_core", sched_core, "PR_SCHED_CORE_???"},
                                        {"pidtype", pid_types, "PIDTYPE_???"},
                                        {"vma_op", vma_ops, "PR_SET_VMA_???"},
                                        {"mdwe", mdwe_bits, "PR_MDWE_???"},
                                        {"arch_prctl", arch_prctls, "ARCH_???"},
                                        {"xfeature", xfeatures, "XFEATURE_???"},
                                        {"xfeature_mask", xfeature_masks, "XFEATURE_MASK_???"},
                                        {0, 0, 0}};
