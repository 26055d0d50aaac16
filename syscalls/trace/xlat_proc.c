/* xlat_proc.c - constants of processes, signals, time, limits, IPC. */
#include <linux/capability.h>
#include <linux/futex.h>
#include <linux/ioprio.h>
#include <linux/kcmp.h>
#include <sched.h>
#include <signal.h>
#include <sys/ipc.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <sys/sem.h>
#include <sys/msg.h>
#include <sys/shm.h>
#include "xlat.h"

/* clang-format off */
#define CLONE_FLAGS                                                                                         \
    X(CLONE_VM), X(CLONE_FS), X(CLONE_FILES), X(CLONE_SIGHAND), {"CLONE_PIDFD", 0x1000, 0},                 \
    X(CLONE_PTRACE), X(CLONE_VFORK), X(CLONE_PARENT), X(CLONE_THREAD), X(CLONE_NEWNS), X(CLONE_SYSVSEM),    \
    X(CLONE_SETTLS), X(CLONE_PARENT_SETTID), X(CLONE_CHILD_CLEARTID), X(CLONE_UNTRACED),                    \
    X(CLONE_CHILD_SETTID), X(CLONE_NEWCGROUP), X(CLONE_NEWUTS), X(CLONE_NEWIPC), X(CLONE_NEWUSER),          \
    X(CLONE_NEWPID), X(CLONE_NEWNET), X(CLONE_IO)
/* clang-format on */
static const struct xlat clone_flags[] = {CLONE_FLAGS, XEND};
static const struct xlat clone3_flags[] = {
    CLONE_FLAGS, {"CLONE_CLEAR_SIGHAND", 0x100000000, 0}, {"CLONE_INTO_CGROUP", 0x200000000, 0}, XEND};
/* What unshare and setns take. */
static const struct xlat namespaces[] = {{"CLONE_NEWTIME", 0x80, 0},
                                         X(CLONE_NEWNS),
                                         X(CLONE_NEWCGROUP),
                                         X(CLONE_NEWUTS),
                                         X(CLONE_NEWIPC),
                                         X(CLONE_NEWUSER),
                                         X(CLONE_NEWPID),
                                         X(CLONE_NEWNET),
                                         XEND};
static const struct xlat unshare_flags[] = {{"CLONE_NEWTIME", 0x80, 0},
                                            X(CLONE_VM),
                                            X(CLONE_FS),
                                            X(CLONE_FILES),
                                            X(CLONE_SIGHAND),
                                            X(CLONE_THREAD),
                                            X(CLONE_NEWNS),
                                            X(CLONE_SYSVSEM),
                                            X(CLONE_NEWCGROUP),
                                            X(CLONE_NEWUTS),
                                            X(CLONE_NEWIPC),
                                            X(CLONE_NEWUSER),
                                            X(CLONE_NEWPID),
                                            X(CLONE_NEWNET),
                                            XEND};
static const struct xlat wait_options[] = {X(WNOHANG),    X(WEXITED),     {"WSTOPPED", WSTOPPED, 0},
                                           X(WCONTINUED), X(WNOWAIT),     X(__WCLONE),
                                           X(__WALL),     X(__WNOTHREAD), XEND};
static const struct xlat waitid_types[] = {
    {"P_ALL", 0, 0}, {"P_PID", 1, 0}, {"P_PGID", 2, 0}, {"P_PIDFD", 3, 0}, XEND};
static const struct xlat rlimits[] = {{"RLIMIT_CPU", 0, 0},
                                      {"RLIMIT_FSIZE", 1, 0},
                                      {"RLIMIT_DATA", 2, 0},
                                      {"RLIMIT_STACK", 3, 0},
                                      {"RLIMIT_CORE", 4, 0},
                                      {"RLIMIT_RSS", 5, 0},
                                      {"RLIMIT_NPROC", 6, 0},
                                      {"RLIMIT_NOFILE", 7, 0},
                                      {"RLIMIT_MEMLOCK", 8, 0},
                                      {"RLIMIT_AS", 9, 0},
                                      {"RLIMIT_LOCKS", 10, 0},
                                      {"RLIMIT_SIGPENDING", 11, 0},
                                      {"RLIMIT_MSGQUEUE", 12, 0},
                                      {"RLIMIT_NICE", 13, 0},
                                      {"RLIMIT_RTPRIO", 14, 0},
                                      {"RLIMIT_RTTIME", 15, 0},
                                      XEND};
static const struct xlat rusage_who[] = {{"RUSAGE_SELF", 0, 0},
                                         {"RUSAGE_CHILDREN", UINT32_MAX, 0},
                                         {"RUSAGE_BOTH", UINT32_MAX - 1, 0},
                                         {"RUSAGE_THREAD", 1, 0},
                                         XEND};
static const struct xlat prio_which[] = {
    {"PRIO_PROCESS", 0, 0}, {"PRIO_PGRP", 1, 0}, {"PRIO_USER", 2, 0}, XEND};
static const struct xlat ioprio_who[] = {
    {"IOPRIO_WHO_PROCESS", 1, 0}, {"IOPRIO_WHO_PGRP", 2, 0}, {"IOPRIO_WHO_USER", 3, 0}, XEND};
static const struct xlat ioprio_classes[] = {{"IOPRIO_CLASS_NONE", 0, 0},
                                             {"IOPRIO_CLASS_RT", 1, 0},
                                             {"IOPRIO_CLASS_BE", 2, 0},
                                             {"IOPRIO_CLASS_IDLE", 3, 0},
                                             XEND};
static const struct xlat sched_policies[] = {
    XM(SCHED_OTHER, 0xffff),       XM(SCHED_FIFO, 0xffff), XM(SCHED_RR, 0xffff),
    XM(SCHED_BATCH, 0xffff),       XM(SCHED_IDLE, 0xffff), {"SCHED_ISO", 4, 0xffff},
    {"SCHED_DEADLINE", 6, 0xffff}, X(SCHED_RESET_ON_FORK), XEND};
static const struct xlat sched_flags[] = {
    {"SCHED_FLAG_RESET_ON_FORK", 0x01, 0},  {"SCHED_FLAG_RECLAIM", 0x02, 0},
    {"SCHED_FLAG_DL_OVERRUN", 0x04, 0},     {"SCHED_FLAG_KEEP_POLICY", 0x08, 0},
    {"SCHED_FLAG_KEEP_PARAMS", 0x10, 0},    {"SCHED_FLAG_UTIL_CLAMP_MIN", 0x20, 0},
    {"SCHED_FLAG_UTIL_CLAMP_MAX", 0x40, 0}, XEND};
/* In order, the first 32 and the others. */
/* clang-format off */
#define CAPS_LOW(F)                                                                                         \
    F(CAP_CHOWN) F(CAP_DAC_OVERRIDE) F(CAP_DAC_READ_SEARCH) F(CAP_FOWNER) F(CAP_FSETID) F(CAP_KILL)         \
    F(CAP_SETGID) F(CAP_SETUID) F(CAP_SETPCAP) F(CAP_LINUX_IMMUTABLE) F(CAP_NET_BIND_SERVICE)               \
    F(CAP_NET_BROADCAST) F(CAP_NET_ADMIN) F(CAP_NET_RAW) F(CAP_IPC_LOCK) F(CAP_IPC_OWNER)                   \
    F(CAP_SYS_MODULE) F(CAP_SYS_RAWIO) F(CAP_SYS_CHROOT) F(CAP_SYS_PTRACE) F(CAP_SYS_PACCT)                 \
    F(CAP_SYS_ADMIN) F(CAP_SYS_BOOT) F(CAP_SYS_NICE) F(CAP_SYS_RESOURCE) F(CAP_SYS_TIME)                    \
    F(CAP_SYS_TTY_CONFIG) F(CAP_MKNOD) F(CAP_LEASE) F(CAP_AUDIT_WRITE) F(CAP_AUDIT_CONTROL)                 \
    F(CAP_SETFCAP)
#define CAPS_HIGH(F)                                                                                        \
    F(CAP_MAC_OVERRIDE) F(CAP_MAC_ADMIN) F(CAP_SYSLOG) F(CAP_WAKE_ALARM) F(CAP_BLOCK_SUSPEND)               \
    F(CAP_AUDIT_READ) F(CAP_PERFMON) F(CAP_BPF) F(CAP_CHECKPOINT_RESTORE)
/* clang-format on */
#define CAP_BIT(name) {"1<<" #name, UINT64_C(1) << ((name) % 32), 0},
#define CAP_ROW(name) {#name, name, 0},
static const struct xlat capabilities[] = {CAPS_LOW(CAP_ROW) CAPS_HIGH(CAP_ROW) XEND};
static const struct xlat caps_low[] = {CAPS_LOW(CAP_BIT) XEND};
static const struct xlat caps_high[] = {CAPS_HIGH(CAP_BIT) XEND};
static const struct xlat cap_versions[] = {{"_LINUX_CAPABILITY_VERSION_1", 0x19980330, 0},
                                           {"_LINUX_CAPABILITY_VERSION_2", 0x20071026, 0},
                                           {"_LINUX_CAPABILITY_VERSION_3", 0x20080522, 0},
                                           XEND};
static const struct xlat personalities[] = {X(PER_LINUX), X(PER_BSD),  X(PER_LINUX32), X(PER_RISCOS),
                                            X(PER_OSF4),  X(PER_HPUX), X(PER_MASK),    XEND};
static const struct xlat personality_flags[] = {
    {"UNAME26", 0x20000, 0}, X(ADDR_NO_RANDOMIZE), X(FDPIC_FUNCPTRS),   X(MMAP_PAGE_ZERO),
    X(ADDR_COMPAT_LAYOUT),   X(READ_IMPLIES_EXEC), X(ADDR_LIMIT_32BIT), X(SHORT_INODE),
    X(WHOLE_SECONDS),        X(STICKY_TIMEOUTS),   X(ADDR_LIMIT_3GB),   XEND};
static const struct xlat ptrace_cmds[] = {{"PTRACE_TRACEME", 0, 0},
                                          {"PTRACE_PEEKTEXT", 1, 0},
                                          {"PTRACE_PEEKDATA", 2, 0},
                                          {"PTRACE_PEEKUSER", 3, 0},
                                          {"PTRACE_POKETEXT", 4, 0},
                                          {"PTRACE_POKEDATA", 5, 0},
                                          {"PTRACE_POKEUSER", 6, 0},
                                          {"PTRACE_CONT", 7, 0},
                                          {"PTRACE_KILL", 8, 0},
                                          {"PTRACE_SINGLESTEP", 9, 0},
                                          {"PTRACE_GETREGS", 12, 0},
                                          {"PTRACE_SETREGS", 13, 0},
                                          {"PTRACE_ATTACH", 16, 0},
                                          {"PTRACE_DETACH", 17, 0},
                                          {"PTRACE_SYSCALL", 24, 0},
                                          {"PTRACE_GETFPREGS", 14, 0},
                                          {"PTRACE_SETFPREGS", 15, 0},
                                          {"PTRACE_GETFPXREGS", 18, 0},
                                          {"PTRACE_SETFPXREGS", 19, 0},
                                          {"PTRACE_OLDSETOPTIONS", 21, 0},
                                          {"PTRACE_GET_THREAD_AREA", 25, 0},
                                          {"PTRACE_SET_THREAD_AREA", 26, 0},
                                          {"PTRACE_ARCH_PRCTL", 30, 0},
                                          {"PTRACE_SYSEMU", 31, 0},
                                          {"PTRACE_SYSEMU_SINGLESTEP", 32, 0},
                                          {"PTRACE_SINGLEBLOCK", 33, 0},
                                          {"PTRACE_SETOPTIONS", 0x4200, 0},
                                          {"PTRACE_GETEVENTMSG", 0x4201, 0},
                                          {"PTRACE_GETSIGINFO", 0x4202, 0},
                                          {"PTRACE_SETSIGINFO", 0x4203, 0},
                                          {"PTRACE_GETREGSET", 0x4204, 0},
                                          {"PTRACE_SETREGSET", 0x4205, 0},
                                          {"PTRACE_SEIZE", 0x4206, 0},
                                          {"PTRACE_INTERRUPT", 0x4207, 0},
                                          {"PTRACE_LISTEN", 0x4208, 0},
                                          {"PTRACE_PEEKSIGINFO", 0x4209, 0},
                                          {"PTRACE_GETSIGMASK", 0x420a, 0},
                                          {"PTRACE_SETSIGMASK", 0x420b, 0},
                                          {"PTRACE_SECCOMP_GET_FILTER", 0x420c, 0},
                                          {"PTRACE_SECCOMP_GET_METADATA", 0x420d, 0},
                                          {"PTRACE_GET_SYSCALL_INFO", 0x420e, 0},
                                          {"PTRACE_GET_RSEQ_CONFIGURATION", 0x420f, 0},
                                          {"PTRACE_SET_SYSCALL_USER_DISPATCH_CONFIG", 0x4210, 0},
                                          {"PTRACE_GET_SYSCALL_USER_DISPATCH_CONFIG", 0x4211, 0},
                                          XEND};
static const struct xlat ptrace_options[] = {{"PTRACE_O_TRACESYSGOOD", 1 << 0, 0},
                                             {"PTRACE_O_TRACEFORK", 1 << 1, 0},
                                             {"PTRACE_O_TRACEVFORK", 1 << 2, 0},
                                             {"PTRACE_O_TRACECLONE", 1 << 3, 0},
                                             {"PTRACE_O_TRACEEXEC", 1 << 4, 0},
                                             {"PTRACE_O_TRACEVFORKDONE", 1 << 5, 0},
                                             {"PTRACE_O_TRACEEXIT", 1 << 6, 0},
                                             {"PTRACE_O_TRACESECCOMP", 1 << 7, 0},
                                             {"PTRACE_O_EXITKILL", 1 << 20, 0},
                                             {"PTRACE_O_SUSPEND_SECCOMP", 1 << 21, 0},
                                             XEND};
static const struct xlat ptrace_events[] = {
    {"PTRACE_EVENT_FORK", 1, 0},    {"PTRACE_EVENT_VFORK", 2, 0},      {"PTRACE_EVENT_CLONE", 3, 0},
    {"PTRACE_EVENT_EXEC", 4, 0},    {"PTRACE_EVENT_VFORK_DONE", 5, 0}, {"PTRACE_EVENT_EXIT", 6, 0},
    {"PTRACE_EVENT_SECCOMP", 7, 0}, {"PTRACE_EVENT_STOP", 128, 0},     XEND};
static const struct xlat ptrace_calls[] = {{"PTRACE_SYSCALL_INFO_NONE", 0, 0},
                                           {"PTRACE_SYSCALL_INFO_ENTRY", 1, 0},
                                           {"PTRACE_SYSCALL_INFO_EXIT", 2, 0},
                                           {"PTRACE_SYSCALL_INFO_SECCOMP", 3, 0},
                                           XEND};
static const struct xlat peeksiginfo_flags[] = {{"PTRACE_PEEKSIGINFO_SHARED", 1, 0}, XEND};
static const struct xlat regsets[] = {{"NT_PRSTATUS", 1, 0},       {"NT_FPREGSET", 2, 0},
                                      {"NT_386_TLS", 0x200, 0},    {"NT_386_IOPERM", 0x201, 0},
                                      {"NT_X86_XSTATE", 0x202, 0}, XEND};
static const struct xlat syslog_actions[] = {
    {"SYSLOG_ACTION_CLOSE", 0, 0},         {"SYSLOG_ACTION_OPEN", 1, 0},
    {"SYSLOG_ACTION_READ", 2, 0},          {"SYSLOG_ACTION_READ_ALL", 3, 0},
    {"SYSLOG_ACTION_READ_CLEAR", 4, 0},    {"SYSLOG_ACTION_CLEAR", 5, 0},
    {"SYSLOG_ACTION_CONSOLE_OFF", 6, 0},   {"SYSLOG_ACTION_CONSOLE_ON", 7, 0},
    {"SYSLOG_ACTION_CONSOLE_LEVEL", 8, 0}, {"SYSLOG_ACTION_SIZE_UNREAD", 9, 0},
    {"SYSLOG_ACTION_SIZE_BUFFER", 10, 0},  XEND};
static const struct xlat loglevels[] = {
    {"LOGLEVEL_EMERG", 0, 0}, {"LOGLEVEL_ALERT", 1, 0},   {"LOGLEVEL_CRIT", 2, 0},
    {"LOGLEVEL_ERR", 3, 0},   {"LOGLEVEL_WARNING", 4, 0}, {"LOGLEVEL_NOTICE", 5, 0},
    {"LOGLEVEL_INFO", 6, 0},  {"LOGLEVEL_DEBUG", 7, 0},   XEND};
static const struct xlat kcmp_types[] = {
    {"KCMP_FILE", 0, 0},    {"KCMP_VM", 1, 0},        {"KCMP_FILES", 2, 0},
    {"KCMP_FS", 3, 0},      {"KCMP_SIGHAND", 4, 0},   {"KCMP_IO", 5, 0},
    {"KCMP_SYSVSEM", 6, 0}, {"KCMP_EPOLL_TFD", 7, 0}, XEND};
static const struct xlat getrandom_flags[] = {X(GRND_NONBLOCK), X(GRND_RANDOM), X(GRND_INSECURE), XEND};
static const struct xlat pidfd_signal_flags[] = {{"PIDFD_SIGNAL_THREAD", 1, 0},
                                                 {"PIDFD_SIGNAL_THREAD_GROUP", 2, 0},
                                                 {"PIDFD_SIGNAL_PROCESS_GROUP", 4, 0},
                                                 XEND};
static const struct xlat pidfd_open_flags[] = {{"PIDFD_NONBLOCK", 04000, 0}, {"PIDFD_THREAD", 0200, 0}, XEND};

/* clang-format off */
#define SIGS(F)                                                                                             \
    F(HUP) F(INT) F(QUIT) F(ILL) F(TRAP) F(ABRT) F(BUS) F(FPE) F(KILL) F(USR1) F(SEGV) F(USR2) F(PIPE)      \
    F(ALRM) F(TERM) F(STKFLT) F(CHLD) F(CONT) F(STOP) F(TSTP) F(TTIN) F(TTOU) F(URG) F(XCPU) F(XFSZ)        \
    F(VTALRM) F(PROF) F(WINCH) F(IO) F(PWR) F(SYS)
/* clang-format on */
#define SIG_ROW(n) {"SIG" #n, SIG##n, 0},
static const struct xlat signals[] = {{"0", 0, 0}, SIGS(SIG_ROW) XEND};
static const struct xlat handlers[] = {{"SIG_DFL", 0, 0}, {"SIG_IGN", 1, 0}, {"SIG_ERR", ~0ull, 0}, XEND};
static const struct xlat sigmask_how[] = {
    {"SIG_BLOCK", 0, 0}, {"SIG_UNBLOCK", 1, 0}, {"SIG_SETMASK", 2, 0}, XEND};
static const struct xlat sa_flags[] = {{"SA_RESTORER", 0x04000000, 0},    {"SA_ONSTACK", SA_ONSTACK, 0},
                                       {"SA_RESTART", SA_RESTART, 0},     {"SA_INTERRUPT", 0x20000000, 0},
                                       {"SA_NODEFER", SA_NODEFER, 0},     {"SA_RESETHAND", SA_RESETHAND, 0},
                                       {"SA_SIGINFO", SA_SIGINFO, 0},     {"SA_NOCLDSTOP", SA_NOCLDSTOP, 0},
                                       {"SA_NOCLDWAIT", SA_NOCLDWAIT, 0}, XEND};
static const struct xlat ss_flags[] = {
    {"SS_ONSTACK", SS_ONSTACK, 0}, {"SS_DISABLE", SS_DISABLE, 0}, {"SS_AUTODISARM", 1u << 31, 0}, XEND};
static const struct xlat si_codes[] = {{"SI_USER", 0, 0},
                                       {"SI_KERNEL", 0x80, 0},
                                       {"SI_QUEUE", (uint32_t)-1, 0},
                                       {"SI_TIMER", (uint32_t)-2, 0},
                                       {"SI_MESGQ", (uint32_t)-3, 0},
                                       {"SI_ASYNCIO", (uint32_t)-4, 0},
                                       {"SI_SIGIO", (uint32_t)-5, 0},
                                       {"SI_TKILL", (uint32_t)-6, 0},
                                       XEND};
static const struct xlat poll_codes[] = {{"POLL_IN", 1, 0},
                                         {"POLL_OUT", 2, 0},
                                         {"POLL_MSG", 3, 0},
                                         {"POLL_ERR", 4, 0},
                                         {"POLL_PRI", 5, 0},
                                         {"POLL_HUP", 6, 0},
                                         XEND};
static const struct xlat segv_codes[] = {
    {"SEGV_MAPERR", 1, 0}, {"SEGV_ACCERR", 2, 0}, {"SEGV_BNDERR", 3, 0}, {"SEGV_PKUERR", 4, 0}, XEND};
static const struct xlat bus_codes[] = {
    {"BUS_ADRALN", 1, 0}, {"BUS_ADRERR", 2, 0}, {"BUS_OBJERR", 3, 0}, XEND};
static const struct xlat fpe_codes[] = {
    {"FPE_INTDIV", 1, 0}, {"FPE_INTOVF", 2, 0}, {"FPE_FLTDIV", 3, 0}, {"FPE_FLTOVF", 4, 0},
    {"FPE_FLTUND", 5, 0}, {"FPE_FLTRES", 6, 0}, {"FPE_FLTINV", 7, 0}, XEND};
static const struct xlat ill_codes[] = {{"ILL_ILLOPC", 1, 0}, {"ILL_ILLOPN", 2, 0}, XEND};
static const struct xlat sys_codes[] = {{"SYS_SECCOMP", 1, 0}, {"SYS_USER_DISPATCH", 2, 0}, XEND};
static const struct xlat trap_codes[] = {{"TRAP_BRKPT", 1, 0}, {"TRAP_TRACE", 2, 0}, XEND};
static const struct xlat cld_codes[] = {{"CLD_EXITED", 1, 0},
                                        {"CLD_KILLED", 2, 0},
                                        {"CLD_DUMPED", 3, 0},
                                        {"CLD_TRAPPED", 4, 0},
                                        {"CLD_STOPPED", 5, 0},
                                        {"CLD_CONTINUED", 6, 0},
                                        XEND};

static const struct xlat clocks[] = {{"CLOCK_REALTIME", 0, 0},
                                     {"CLOCK_MONOTONIC", 1, 0},
                                     {"CLOCK_PROCESS_CPUTIME_ID", 2, 0},
                                     {"CLOCK_THREAD_CPUTIME_ID", 3, 0},
                                     {"CLOCK_MONOTONIC_RAW", 4, 0},
                                     {"CLOCK_REALTIME_COARSE", 5, 0},
                                     {"CLOCK_MONOTONIC_COARSE", 6, 0},
                                     {"CLOCK_BOOTTIME", 7, 0},
                                     {"CLOCK_REALTIME_ALARM", 8, 0},
                                     {"CLOCK_BOOTTIME_ALARM", 9, 0},
                                     {"CLOCK_SGI_CYCLE", 10, 0},
                                     {"CLOCK_TAI", 11, 0},
                                     XEND};
static const struct xlat timer_flags[] = {{"TIMER_ABSTIME", 1, 0}, XEND};
static const struct xlat itimers[] = {
    {"ITIMER_REAL", 0, 0}, {"ITIMER_VIRTUAL", 1, 0}, {"ITIMER_PROF", 2, 0}, XEND};
static const struct xlat sigev[] = {
    {"SIGEV_SIGNAL", 0, 0}, {"SIGEV_NONE", 1, 0}, {"SIGEV_THREAD", 2, 0}, {"SIGEV_THREAD_ID", 4, 0}, XEND};

#define FUTEX_COMMAND (~256u) /* all but FUTEX_CLOCK_REALTIME */
#define FUTEX_BOTH(c)                                                                                        \
    {#c "_PRIVATE", c | 128, FUTEX_COMMAND},                                                                 \
    {                                                                                                        \
#c, c, FUTEX_COMMAND                                                                                 \
    }
static const struct xlat futex_ops[] = {
    FUTEX_BOTH(FUTEX_WAIT),
    FUTEX_BOTH(FUTEX_WAKE),
    {"FUTEX_FD", FUTEX_FD, FUTEX_COMMAND & ~128u}, /* which is never private */
    FUTEX_BOTH(FUTEX_REQUEUE),
    FUTEX_BOTH(FUTEX_CMP_REQUEUE),
    FUTEX_BOTH(FUTEX_WAKE_OP),
    FUTEX_BOTH(FUTEX_LOCK_PI),
    FUTEX_BOTH(FUTEX_UNLOCK_PI),
    FUTEX_BOTH(FUTEX_TRYLOCK_PI),
    FUTEX_BOTH(FUTEX_WAIT_BITSET),
    FUTEX_BOTH(FUTEX_WAKE_BITSET),
    FUTEX_BOTH(FUTEX_WAIT_REQUEUE_PI),
    FUTEX_BOTH(FUTEX_CMP_REQUEUE_PI),
    {"FUTEX_LOCK_PI2_PRIVATE", 13 | 128, FUTEX_COMMAND},
    {"FUTEX_LOCK_PI2", 13, FUTEX_COMMAND},
    {"FUTEX_PRIVATE_FLAG", 128, 0},
    {"FUTEX_CLOCK_REALTIME", 256, 0},
    XEND};

static const struct xlat mq_flags[] = {{"O_NONBLOCK", 04000, 0}, XEND};
static const struct xlat wake_ops[] = {{"FUTEX_OP_SET", 0, 0},  {"FUTEX_OP_ADD", 1, 0}, {"FUTEX_OP_OR", 2, 0},
                                       {"FUTEX_OP_ANDN", 3, 0}, {"FUTEX_OP_XOR", 4, 0}, XEND};
static const struct xlat wake_cmps[] = {{"FUTEX_OP_CMP_EQ", 0, 0},
                                        {"FUTEX_OP_CMP_NE", 1, 0},
                                        {"FUTEX_OP_CMP_LT", 2, 0},
                                        {"FUTEX_OP_CMP_LE", 3, 0},
                                        {"FUTEX_OP_CMP_GT", 4, 0},
                                        {"FUTEX_OP_CMP_GE", 5, 0},
                                        XEND};
static const struct xlat nothing[] = {XEND};
#define FUTEX2_SIZE 3
static const struct xlat futex_flags[] = {{"FUTEX2_SIZE_U8", 0, FUTEX2_SIZE},
                                          {"FUTEX2_SIZE_U16", 1, FUTEX2_SIZE},
                                          {"FUTEX2_SIZE_U32", 2, FUTEX2_SIZE},
                                          {"FUTEX2_SIZE_U64", 3, FUTEX2_SIZE},
                                          {"FUTEX2_NUMA", 4, 0},
                                          {"FUTEX2_PRIVATE", 128, 0},
                                          XEND};
static const struct xlat bitsets[] = {{"FUTEX_BITSET_MATCH_ANY", 0xffffffff, 0}, XEND};

static const struct xlat ipc_keys[] = {X(IPC_PRIVATE), XEND};
static const struct xlat ipc_64[] = {{"IPC_64", 0x100, 0}, XEND};
static const struct xlat ipcget[] = {X(IPC_CREAT), X(IPC_EXCL), X(IPC_NOWAIT), XEND};
static const struct xlat semops[] = {X(SEM_UNDO), X(IPC_NOWAIT), XEND};
static const struct xlat ipcmsg[] = {
    X(MSG_NOERROR), X(MSG_EXCEPT), {"MSG_COPY", 040000, 0}, X(IPC_NOWAIT), XEND};
static const struct xlat shmctls[] = {X(IPC_RMID), X(IPC_SET),    X(IPC_STAT),
                                      X(IPC_INFO), X(SHM_STAT),   X(SHM_INFO),
                                      X(SHM_LOCK), X(SHM_UNLOCK), {"SHM_STAT_ANY", 15, 0},
                                      XEND};
static const struct xlat semctls[] = {
    X(IPC_RMID), X(IPC_SET), X(IPC_STAT), X(IPC_INFO), X(SEM_STAT), X(SEM_INFO), X(GETPID),
    X(GETVAL),   X(GETALL),  X(GETNCNT),  X(GETZCNT),  X(SETVAL),   X(SETALL),   {"SEM_STAT_ANY", 20, 0},
    XEND};
static const struct xlat msgctls[] = {
    X(IPC_RMID), X(IPC_SET), X(IPC_STAT), X(IPC_INFO), X(MSG_STAT), X(MSG_INFO), {"MSG_STAT_ANY", 13, 0},
    XEND};

const struct xlat_table xlat_proc[] = {{"clone", clone_flags, "CLONE_???"},
                                       {"clone3", clone3_flags, "CLONE_???"},
                                       {"unshare", unshare_flags, "CLONE_???"},
                                       {"setns", namespaces, "CLONE_NEW???"},
                                       {"wait", wait_options, "W???"},
                                       {"waitid", waitid_types, "P_???"},
                                       {"rlimit", rlimits, "RLIMIT_???"},
                                       {"rusage_who", rusage_who, "RUSAGE_???"},
                                       {"prio_which", prio_which, "PRIO_???"},
                                       {"ioprio_who", ioprio_who, "IOPRIO_WHO_???"},
                                       {"ioprio_class", ioprio_classes, "IOPRIO_CLASS_???"},
                                       {"sched_policy", sched_policies, "SCHED_???"},
                                       {"sched_flags", sched_flags, "SCHED_FLAG_???"},
                                       {"cap", capabilities, "CAP_???"},
                                       {"caps_low", caps_low, "CAP_???"},
                                       {"caps_high", caps_high, "CAP_???"},
                                       {"cap_version", cap_versions, "_LINUX_CAPABILITY_VERSION_???"},
                                       {"personality", personalities, "PER_???"},
                                       {"personality_flags", personality_flags, NULL},
                                       {"ptrace", ptrace_cmds, "PTRACE_???"},
                                       {"ptrace_o", ptrace_options, "PTRACE_O_???"},
                                       {"ptrace_event", ptrace_events, "PTRACE_EVENT_???"},
                                       {"ptrace_call", ptrace_calls, "PTRACE_SYSCALL_INFO_???"},
                                       {"peeksiginfo", peeksiginfo_flags, "PTRACE_PEEKSIGINFO_???"},
                                       {"regset", regsets, "NT_???"},
                                       {"syslog", syslog_actions, "SYSLOG_ACTION_???"},
                                       {"loglevel", loglevels, "LOGLEVEL_???"},
                                       {"kcmp", kcmp_types, "KCMP_???"},
                                       {"getrandom", getrandom_flags, "GRND_???"},
                                       {"pidfd_signal", pidfd_signal_flags, "PIDFD_SIGNAL_???"},
                                       {"pidfd_open", pidfd_open_flags, "PIDFD_???"},
                                       {0, 0, 0}};
const struct xlat_table xlat_signal[] = {{"signal", signals, 0},
                                         {"handler", handlers, 0},
                                         {"sigmask_how", sigmask_how, "SIG_???"},
                                         {"sa", sa_flags, "SA_???"},
                                         {"ss", ss_flags, "SS_???"},
                                         {"si", si_codes, "SI_???"},
                                         {"segv", segv_codes, "SEGV_???"},
                                         {"sigpoll", poll_codes, "POLL_???"},
                                         {"bus", bus_codes, "BUS_???"},
                                         {"fpe", fpe_codes, "FPE_???"},
                                         {"ill", ill_codes, "ILL_???"},
                                         {"trap", trap_codes, "TRAP_???"},
                                         {"sys", sys_codes, "SYS_???"},
                                         {"cld", cld_codes, "CLD_???"},
                                         {0, 0, 0}};
const struct xlat_table xlat_time[] = {{"clock", clocks, "CLOCK_???"},
                                       {"timer", timer_flags, "TIMER_???"},
                                       {"itimer", itimers, "ITIMER_???"},
                                       {"sigev", sigev, "SIGEV_???"},
                                       {"futex", futex_ops, "FUTEX_???"},
                                       {"futex_unknown", nothing, "FUTEX_???"},
                                       {"bitset", bitsets, 0},
                                       {"wake_op", wake_ops, 0},
                                       {"wake_cmp", wake_cmps, 0},
                                       {"futex_flags", futex_flags, "FUTEX2_???", .type = FUTEX2_SIZE},
                                       {"mq_flags", mq_flags, "O_???"},
                                       {"mq_open_flags", mq_flags, 0},
                                       {0, 0, 0}};
const struct xlat_table xlat_ipc[] = {
    {"ipc_key", ipc_keys, 0},       {"ipc_64", ipc_64, 0},          {"ipcget", ipcget, 0, true},
    {"ipcmsg", ipcmsg, "MSG_???"},  {"shmctl", shmctls, "SHM_???"}, {"semop", semops, "SEM_???"},
    {"semctl", semctls, "SEM_???"}, {"msgctl", msgctls, "MSG_???"}, {0, 0, 0}};
