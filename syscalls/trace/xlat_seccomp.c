/* xlat_seccomp.c - names of seccomp(2), in strace's order. */
#include <linux/audit.h>
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
static const struct xlat listener_flags[] = {{"SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP", 1, 0}, XEND};
static const struct xlat addfd_flags[] = {X(SECCOMP_ADDFD_FLAG_SETFD), X(SECCOMP_ADDFD_FLAG_SEND), XEND};

static const struct xlat machines[] = {
    X(AUDIT_ARCH_AARCH64),     X(AUDIT_ARCH_ALPHA),    X(AUDIT_ARCH_ARCOMPACT),
    X(AUDIT_ARCH_ARCOMPACTBE), X(AUDIT_ARCH_ARCV2),    X(AUDIT_ARCH_ARCV2BE),
    X(AUDIT_ARCH_ARM),         X(AUDIT_ARCH_ARMEB),    X(AUDIT_ARCH_C6X),
    X(AUDIT_ARCH_C6XBE),       X(AUDIT_ARCH_CRIS),     X(AUDIT_ARCH_CSKY),
    X(AUDIT_ARCH_FRV),         X(AUDIT_ARCH_H8300),    X(AUDIT_ARCH_HEXAGON),
    X(AUDIT_ARCH_I386),        X(AUDIT_ARCH_IA64),     X(AUDIT_ARCH_LOONGARCH32),
    X(AUDIT_ARCH_LOONGARCH64), X(AUDIT_ARCH_M32R),     X(AUDIT_ARCH_M68K),
    X(AUDIT_ARCH_MICROBLAZE),  X(AUDIT_ARCH_MIPS),     X(AUDIT_ARCH_MIPS64),
    X(AUDIT_ARCH_MIPS64N32),   X(AUDIT_ARCH_MIPSEL),   X(AUDIT_ARCH_MIPSEL64),
    X(AUDIT_ARCH_MIPSEL64N32), X(AUDIT_ARCH_NDS32),    X(AUDIT_ARCH_NDS32BE),
    X(AUDIT_ARCH_NIOS2),       X(AUDIT_ARCH_OPENRISC), X(AUDIT_ARCH_PARISC),
    X(AUDIT_ARCH_PARISC64),    X(AUDIT_ARCH_PPC),      X(AUDIT_ARCH_PPC64),
    X(AUDIT_ARCH_PPC64LE),     X(AUDIT_ARCH_RISCV32),  X(AUDIT_ARCH_RISCV64),
    X(AUDIT_ARCH_S390),        X(AUDIT_ARCH_S390X),    X(AUDIT_ARCH_SH),
    X(AUDIT_ARCH_SH64),        X(AUDIT_ARCH_SHEL),     X(AUDIT_ARCH_SHEL64),
    X(AUDIT_ARCH_SPARC),       X(AUDIT_ARCH_SPARC64),  X(AUDIT_ARCH_TILEGX),
    X(AUDIT_ARCH_TILEGX32),    X(AUDIT_ARCH_TILEPRO),  X(AUDIT_ARCH_UNICORE),
    X(AUDIT_ARCH_X86_64),      X(AUDIT_ARCH_XTENSA),   XEND};

const struct xlat_table xlat_seccomp[] = {{"seccomp", operations, "SECCOMP_SET_MODE_???"},
                                          {"seccomp_mode", modes, "SECCOMP_MODE_???"},
                                          {"seccomp_filter", filter_flags, "SECCOMP_FILTER_FLAG_???"},
                                          {"seccomp_ret", actions, "SECCOMP_RET_???"},
                                          {"seccomp_resp", answer_flags, "SECCOMP_USER_NOTIF_FLAG_???"},
                                          {"seccomp_listener", listener_flags, "SECCOMP_USER_NOTIF_???"},
                                          {"audit_arch", machines, "AUDIT_ARCH_???"},
                                          {"seccomp_addfd", addfd_flags, "SECCOMP_ADDFD_FLAG_???"},
                                          {0}};
