/* xlat_proc.c - constants of processes, signals, time, limits, IPC. */
#include <asm/prctl.h>
#include <linux/capability.h>
#include <linux/futex.h>
#include <linux/ioprio.h>
#include <linux/kcmp.h>
#include <linux/prctl.h>
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

#define CLONE_CLEAR_SIGHAND_ 0x100000000ull
#define CLONE_INTO_CGROUP_   0x200000000ull

static const struct xlat clone_flags[] = {X(CLONE_VM),
                                          X(CLONE_FS),
                                          X(CLONE_FILES),
                                          X(CLONE_SIGHAND),
                                          {"CLONE_PIDFD", 0x1000, 0},
                                          X(CLONE_PTRACE),
                                          X(CLONE_VFORK),
                                          X(CLONE_PARENT),
                                          X(CLONE_THREAD),
                                          X(CLONE_NEWNS),
                                          X(CLONE_SYSVSEM),
                                          X(CLONE_SETTLS),
                                          X(CLONE_PARENT_SETTID),
                                          X(CLONE_CHILD_CLEARTID),
                                          X(CLONE_DETACHED),
                                          X(CLONE_UNTRACED),
                                          X(CLONE_CHILD_SETTID),
                                          X(CLONE_NEWCGROUP),
                                          X(CLONE_NEWUTS),
                                          X(CLONE_NEWIPC),
                                          X(CLONE_NEWUSER),
                                          X(CLONE_NEWPID),
                                          X(CLONE_NEWNET),
                                          X(CLONE_IO),
                                          {"CLONE_CLEAR_SIGHAND", CLONE_CLEAR_SIGHAND_, 0},
                                          {"CLONE_INTO_CGROUP", CLONE_INTO_CGROUP_, 0},
                                          XEND};
static const struct xlat dumpable[] = {
    {"SUID_DUMP_DISABLE", 0, 0}, {"SUID_DUMP_USER", 1, 0}, {"SUID_DUMP_ROOT", 2, 0}, XEND};
static const struct xlat wait_options[] = {X(WNOHANG),    X(WUNTRACED),   X(WEXITED),
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
static const struct xlat rusage_who[] = {
    {"RUSAGE_SELF", 0, 0}, {"RUSAGE_CHILDREN", (uint64_t)-1, 0}, {"RUSAGE_THREAD", 1, 0}, XEND};
static const struct xlat prio_which[] = {
    {"PRIO_PROCESS", 0, 0}, {"PRIO_PGRP", 1, 0}, {"PRIO_USER", 2, 0}, XEND};
static const struct xlat ioprio_who[] = {
    {"IOPRIO_WHO_PROCESS", 1, 0}, {"IOPRIO_WHO_PGRP", 2, 0}, {"IOPRIO_WHO_USER", 3, 0}, XEND};
static const struct xlat sched_policies[] = {
    XM(SCHED_OTHER, 0xffff),  XM(SCHED_FIFO, 0xffff), XM(SCHED_RR, 0xffff),
    XM(SCHED_BATCH, 0xffff),  XM(SCHED_IDLE, 0xffff), {"SCHED_DEADLINE", 6, 0xffff},
    {"SCHED_EXT", 7, 0xffff}, X(SCHED_RESET_ON_FORK), XEND};
static const struct xlat sched_flags[] = {
    {"SCHED_FLAG_RESET_ON_FORK", 0x01, 0},  {"SCHED_FLAG_RECLAIM", 0x02, 0},
    {"SCHED_FLAG_DL_OVERRUN", 0x04, 0},     {"SCHED_FLAG_KEEP_POLICY", 0x08, 0},
    {"SCHED_FLAG_KEEP_PARAMS", 0x10, 0},    {"SCHED_FLAG_UTIL_CLAMP_MIN", 0x20, 0},
    {"SCHED_FLAG_UTIL_CLAMP_MAX", 0x40, 0}, XEND};
static const struct xlat prctl_options[] = {X(PR_SET_PDEATHSIG),
                                            X(PR_GET_PDEATHSIG),
                                            X(PR_GET_DUMPABLE),
                                            X(PR_SET_DUMPABLE),
                                            X(PR_GET_KEEPCAPS),
                                            X(PR_SET_KEEPCAPS),
                                            X(PR_GET_TIMING),
                                            X(PR_SET_TIMING),
                                            X(PR_SET_NAME),
                                            X(PR_GET_NAME),
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
                                            X(PR_MCE_KILL),
                                            X(PR_MCE_KILL_GET),
                                            X(PR_SET_MM),
                                            X(PR_SET_PTRACER),
                                            X(PR_SET_CHILD_SUBREAPER),
                                            X(PR_GET_CHILD_SUBREAPER),
                                            X(PR_SET_NO_NEW_PRIVS),
                                            X(PR_SET_SYSCALL_USER_DISPATCH),
                                            X(PR_GET_NO_NEW_PRIVS),
                                            X(PR_GET_TID_ADDRESS),
                                            X(PR_SET_THP_DISABLE),
                                            X(PR_GET_THP_DISABLE),
                                            X(PR_CAP_AMBIENT),
                                            X(PR_GET_SPECULATION_CTRL),
                                            X(PR_SET_SPECULATION_CTRL),
                                            X(PR_SET_IO_FLUSHER),
                                            X(PR_GET_IO_FLUSHER),
                                            X(PR_SET_VMA),
                                            {"PR_SET_MDWE", 65, 0},
                                            {"PR_GET_MDWE", 66, 0},
                                            XEND};
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
#define CAP_ROW(name) X(name),
static const struct xlat capabilities[] = {CAPS_LOW(CAP_ROW) CAPS_HIGH(CAP_ROW) XEND};
static const struct xlat caps_low[] = {CAPS_LOW(CAP_BIT) XEND};
static const struct xlat caps_high[] = {CAPS_HIGH(CAP_BIT) XEND};
static const struct xlat cap_versions[] = {{"_LINUX_CAPABILITY_VERSION_1", 0x19980330, 0},
                                           {"_LINUX_CAPABILITY_VERSION_2", 0x20071026, 0},
                                           {"_LINUX_CAPABILITY_VERSION_3", 0x20080522, 0},
                                           XEND};
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
                                          XEND};
static const struct xlat personalities[] = {{"PER_LINUX", 0, 0},
                                            {"PER_LINUX32", 8, 0},
                                            {"ADDR_NO_RANDOMIZE", ADDR_NO_RANDOMIZE, 0},
                                            {"0xffffffff", 0xffffffff, 0},
                                            XEND};
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
static const struct xlat ptrace_calls[] = {{"PTRACE_SYSCALL_INFO_NONE", 0, 0},
                                           {"PTRACE_SYSCALL_INFO_ENTRY", 1, 0},
                                           {"PTRACE_SYSCALL_INFO_EXIT", 2, 0},
                                           {"PTRACE_SYSCALL_INFO_SECCOMP", 3, 0},
                                           XEND};
static const struct xlat peeksiginfo_flags[] = {{"PTRACE_PEEKSIGINFO_SHARED", 1, 0}, XEND};
static const struct xlat regsets[] = {{"NT_PRSTATUS", 1, 0},       {"NT_FPREGSET", 2, 0},
                                      {"NT_386_TLS", 0x200, 0},    {"NT_386_IOPERM", 0x201, 0},
                                      {"NT_X86_XSTATE", 0x202, 0}, XEND};
static const struct xlat audit_archs[] = {{"AUDIT_ARCH_X86_64", 0xc000003e, 0}, XEND};
static const struct xlat syslog_actions[] = {
    {"SYSLOG_ACTION_CLOSE", 0, 0},       {"SYSLOG_ACTION_OPEN", 1, 0},         {"SYSLOG_ACTION_READ", 2, 0},
    {"SYSLOG_ACTION_READ_ALL", 3, 0},    {"SYSLOG_ACTION_READ_CLEAR", 4, 0},   {"SYSLOG_ACTION_CLEAR", 5, 0},
    {"SYSLOG_ACTION_SIZE_UNREAD", 9, 0}, {"SYSLOG_ACTION_SIZE_BUFFER", 10, 0}, XEND};
static const struct xlat kcmp_types[] = {
    {"KCMP_FILE", 0, 0},    {"KCMP_VM", 1, 0}, {"KCMP_FILES", 2, 0},   {"KCMP_FS", 3, 0},
    {"KCMP_SIGHAND", 4, 0}, {"KCMP_IO", 5, 0}, {"KCMP_SYSVSEM", 6, 0}, XEND};
static const struct xlat getrandom_flags[] = {X(GRND_NONBLOCK), X(GRND_RANDOM), X(GRND_INSECURE), XEND};
static const struct xlat rseq_flags[] = {{"RSEQ_FLAG_UNREGISTER", 1, 0}, XEND};
static const struct xlat pidfd_open_flags[] = {{"PIDFD_NONBLOCK", 04000, 0}, {"PIDFD_THREAD", 0200, 0}, XEND};

/* clang-format off */
#define SIGS(F)                                                                                             \
    F(HUP) F(INT) F(QUIT) F(ILL) F(TRAP) F(ABRT) F(BUS) F(FPE) F(KILL) F(USR1) F(SEGV) F(USR2) F(PIPE)      \
    F(ALRM) F(TERM) F(STKFLT) F(CHLD) F(CONT) F(STOP) F(TSTP) F(TTIN) F(TTOU) F(URG) F(XCPU) F(XFSZ)        \
    F(VTALRM) F(PROF) F(WINCH) F(IO) F(PWR) F(SYS)
/* clang-format on */
#define SIG_ROW(n) {"SIG" #n, SIG##n, 0},
static const struct xlat signals[] = {{"0", 0, 0}, SIGS(SIG_ROW) XEND};
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
                                       {"SI_QUEUE", (uint64_t)-1, 0},
                                       {"SI_TIMER", (uint64_t)-2, 0},
                                       {"SI_MESGQ", (uint64_t)-3, 0},
                                       {"SI_ASYNCIO", (uint64_t)-4, 0},
                                       {"SI_SIGIO", (uint64_t)-5, 0},
                                       {"SI_TKILL", (uint64_t)-6, 0},
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

#define FUTEX_BOTH(c)                                                                                        \
    {#c "_PRIVATE", c | 128, 0x7f | 128},                                                                    \
    {                                                                                                        \
#c, c, 0x7f | 128                                                                                    \
    }
static const struct xlat futex_ops[] = {FUTEX_BOTH(FUTEX_WAIT),
                                        FUTEX_BOTH(FUTEX_WAKE),
                                        FUTEX_BOTH(FUTEX_FD),
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
                                        {"FUTEX_LOCK_PI2_PRIVATE", 13 | 128, 0x7f | 128},
                                        {"FUTEX_LOCK_PI2", 13, 0x7f | 128},
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
#define FUTEX2_SIZE 3
static const struct xlat futex_flags[] = {{"FUTEX2_SIZE_U8", 0, FUTEX2_SIZE},
                                          {"FUTEX2_SIZE_U16", 1, FUTEX2_SIZE},
                                          {"FUTEX2_SIZE_U32", 2, FUTEX2_SIZE},
                                          {"FUTEX2_SIZE_U64", 3, FUTEX2_SIZE},
                                          {"FUTEX2_NUMA", 4, 0},
                                          {"FUTEX2_PRIVATE", 128, 0},
                                          XEND};
static const struct xlat bitsets[] = {
    {"FUTEX_BITSET_MATCH_ANY", 0xffffffff, 0}, {"FUTEX_BITSET_MATCH_ANY", ~0ull, 0}, XEND};

static const struct xlat ipc_keys[] = {X(IPC_PRIVATE), XEND};
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
                                       {"unshare", clone_flags, "CLONE_???"},
                                       {"dumpable", dumpable, "SUID_DUMP_???"},
                                       {"wait", wait_options, "W???"},
                                       {"waitid", waitid_types, "P_???"},
                                       {"rlimit", rlimits, "RLIMIT_???"},
                                       {"rusage_who", rusage_who, "RUSAGE_???"},
                                       {"prio_which", prio_which, "PRIO_???"},
                                       {"ioprio_who", ioprio_who, "IOPRIO_WHO_???"},
                                       {"sched_policy", sched_policies, "SCHED_???"},
                                       {"sched_flags", sched_flags, "SCHED_FLAG_???"},
                                       {"prctl", prctl_options, "PR_???"},
                                       {"cap", capabilities, "CAP_???"},
                                       {"caps_low", caps_low, "CAP_???"},
                                       {"caps_high", caps_high, "CAP_???"},
                                       {"cap_version", cap_versions, "_LINUX_CAPABILITY_VERSION_???"},
                                       {"vma_op", vma_ops, "PR_SET_VMA_???"},
                                       {"mdwe", mdwe_bits, "PR_MDWE_???"},
                                       {"arch_prctl", arch_prctls, "ARCH_???"},
                                       {"personality", personalities, "PER_???"},
                                       {"ptrace", ptrace_cmds, "PTRACE_???"},
                                       {"ptrace_o", ptrace_options, "PTRACE_O_???"},
                                       {"ptrace_call", ptrace_calls, "PTRACE_SYSCALL_INFO_???"},
                                       {"peeksiginfo", peeksiginfo_flags, "PTRACE_PEEKSIGINFO_???"},
                                       {"regset", regsets, "NT_???"},
                                       {"audit_arch", audit_archs, "AUDIT_ARCH_???"},
                                       {"syslog", syslog_actions, "SYSLOG_ACTION_???"},
                                       {"kcmp", kcmp_types, "KCMP_???"},
                                       {"getrandom", getrandom_flags, "GRND_???"},
                                       {"rseq", rseq_flags, "RSEQ_FLAG_???"},
                                       {"pidfd_open", pidfd_open_flags, "PIDFD_???"},
                                       {0, 0, 0}};
const struct xlat_table xlat_signal[] = {{"signal", signals, 0},
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
                                       {"bitset", bitsets, 0},
                                       {"wake_op", wake_ops, 0},
                                       {"wake_cmp", wake_cmps, 0},
                                       {"futex_flags", futex_flags, "FUTEX2_???", .type = FUTEX2_SIZE},
                                       {"mq_flags", mq_flags, "O_???"},
                                       {0, 0, 0}};
const struct xlat_table xlat_ipc[] = {{"ipc_key", ipc_keys, 0},       {"ipcget", ipcget, 0, true},
                                      {"ipcmsg", ipcmsg, "MSG_???"},  {"shmctl", shmctls, "SHM_???"},
                                      {"semop", semops, "SEM_???"},   {"semctl", semctls, "SEM_???"},
                                      {"msgctl", msgctls, "MSG_???"}, {0, 0, 0}};
