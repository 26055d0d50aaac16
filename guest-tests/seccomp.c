/* seccomp.c - seccomp(2) and prctl(PR_SET_SECCOMP): modes, which programs are filters, and what their verdicts do. */
#include "seccomp.h"
#include <sched.h>

/* ---- the calls ---- */

static int without_privileges(void)
{
    if (setgid(65534) || setuid(65534))
        return 90;
    errno = 0;
    if (filter(0, VERDICT(SYS_tuxcall, SECCOMP_RET_ERRNO)) != -1 || errno != EACCES)
        return 1;
    if (filter(0, (void *)16) != -1 || errno != EFAULT)
        return 2;
    if (filter(0, PROGRAM(RETURN(0), BPF_STMT(0xffff, 0))) != -1 || errno != EACCES)
        return 3;
    if (filter(0, &(struct sock_fprog){0, NULL}) != -1 || errno != EINVAL)
        return 4;
    no_new_privs();
    return filter(0, VERDICT(SYS_tuxcall, SECCOMP_RET_ERRNO)) ? 5 : 0;
}

static void arguments(void)
{
    static struct sock_filter many[BPF_MAXINSNS + 1];
    unsigned action = SECCOMP_RET_TRAP;
    struct seccomp_notif_sizes sizes;

    is_num(prctl(PR_GET_SECCOMP), 0, "nothing is filtered at first");
    is_num(status_number("Seccomp:"), 0, "nor does /proc/self/status say so");
    is_num(child_of(without_privileges), 0,
           "filters need no_new_privs, which is asked before the program is read");
    is_err(seccomp(99, 0, NULL), "EINVAL", "an unknown operation");
    is_err(seccomp(SECCOMP_SET_MODE_STRICT, 1, NULL), "EINVAL", "strict mode with flags");
    is_err(seccomp(SECCOMP_SET_MODE_STRICT, 0, &action), "EINVAL", "strict mode with an argument");
    is_err(seccomp(SECCOMP_GET_ACTION_AVAIL, 1, &action), "EINVAL", "GET_ACTION_AVAIL with flags");
    is_err(seccomp(SECCOMP_GET_ACTION_AVAIL, 0, (void *)16), "EFAULT", "... of nothing");
    is_ok(seccomp(SECCOMP_GET_ACTION_AVAIL, 0, &action), "... of SECCOMP_RET_TRAP");
    action++;
    is_err(seccomp(SECCOMP_GET_ACTION_AVAIL, 0, &action), "EOPNOTSUPP", "... of something else");
    is_err(seccomp(SECCOMP_GET_NOTIF_SIZES, 1, &sizes), "EINVAL", "GET_NOTIF_SIZES with flags");
    is_ok(seccomp(SECCOMP_GET_NOTIF_SIZES, 0, &sizes), "GET_NOTIF_SIZES");
    is_true(sizes.seccomp_notif == 80 && sizes.seccomp_notif_resp == 24 && sizes.seccomp_data == 64,
            "tells the sizes of the structures");
    is_err(filter(1 << 6, NULL), "EINVAL", "an unknown flag is refused before the program is read");
    is_err(filter(SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_NEW_LISTENER, NULL), "EINVAL",
           "TSYNC and NEW_LISTENER without TSYNC_ESRCH");
    is_err(filter(1 << 5, NULL), "EINVAL", "WAIT_KILLABLE_RECV without NEW_LISTENER");
    is_err(filter(0, NULL), "EFAULT", "no program");
    is_err(filter(0, &(struct sock_fprog){0, many}), "EINVAL", "an empty one");
    is_err(filter(0, &(struct sock_fprog){1, NULL}), "EINVAL", "one at NULL");
    is_err(filter(0, &(struct sock_fprog){1, (void *)16}), "EFAULT", "one at an address where nothing is");
    is_err(filter(0, &(struct sock_fprog){BPF_MAXINSNS + 1, many}), "EINVAL", "one that is too long");
    is_err(prctl(PR_SET_SECCOMP, 0), "EINVAL", "PR_SET_SECCOMP to off");
    is_err(prctl(PR_SET_SECCOMP, 3), "EINVAL", "... to an unknown mode");
    is_err(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL), "EFAULT", "... to a filter that is none");
    is_num(prctl(PR_GET_SECCOMP), 0, "after all of these nothing is filtered");
}

/* ---- programs ---- */

static const char *accepted(const struct sock_fprog *program)
{
    static char told[32];
    int status;
    pid_t pid;

    fflush(stdout);
    pid = must(fork());
    if (!pid) {
        no_new_privs();
        _exit(filter(0, program) ? errno : 0);
    }
    must(waitpid(pid, &status, 0));
    snprintf(told, sizeof(told), "%s", status ? strerrorname_np(WEXITSTATUS(status)) : "ok");
    return told;
}

/* Codes of all 65536 that may stand between a store to a cell of scratch memory and a return, with operand k. */
static int count_codes(unsigned k)
{
    int n = 0;

    for (unsigned code = 0; code < 65536; code++)
        n += !filter(0, PROGRAM({BPF_ST, 0, 0, k % 16}, ALLOW, {(unsigned short)code, 0, 0, k}, ALLOW));
    return n;
}
static int count_codes_0(void)
{
    no_new_privs();
    return count_codes(0);
}
static int count_codes_4(void)
{
    no_new_privs();
    return count_codes(4);
}
static int count_codes_40(void)
{
    no_new_privs();
    return count_codes(40);
}

/* Filters of many such instructions, which are not run, until there is no room for more. */
static struct sock_filter repeated;
static int count_filters(void)
{
    static struct sock_filter program[2001];
    int n = 0;

    no_new_privs();
    program[0] = (struct sock_filter)RETURN(SECCOMP_RET_ALLOW);
    for (int i = 1; i < 2000; i++)
        program[i] = repeated;
    program[2000] = (struct sock_filter)RETURN(SECCOMP_RET_ALLOW);
    while (!filter(0, &(struct sock_fprog){2001, program}))
        n++;
    return errno == ENOMEM ? n : 255;
}
static int count_small_filters(void)
{
    int n = 0;

    no_new_privs();
    while (!filter(0, PROGRAM(ALLOW)))
        n++;
    return errno == ENOMEM ? n / 100 : 255;
}

static void programs(void)
{
    static const struct {
        struct sock_filter insn;
        int filters;
        const char *fact;
    } sizes[] = {
        {BPF_STMT(BPF_LD | BPF_IMM, 1), 16, "the path to the root is limited: loads count one"},
        {BPF_STMT(BPF_ALU | BPF_DIV | BPF_X, 1), 3, "... divisions five"},
        {BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 0), 16, "... jumps to the next one"},
        {BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, 0x80000000, 0, 0), 8,
         "... with a constant that looks negative two"},
        {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW), 8, "... returns of a constant two"},
        {BPF_STMT(BPF_RET | BPF_A, 0), 16, "... returns of A one"},
    };

    is_str(accepted(PROGRAM(ALLOW)), "ok", "a program of one return");
    is_str(accepted(PROGRAM(LOAD(nr))), "EINVAL", "a program without a return");
    is_str(accepted(PROGRAM(ALLOW, LOAD(nr))), "EINVAL", "... with one, but not at its end");
    is_str(accepted(PROGRAM(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 60), ALLOW)), "ok",
           "the last word of the data");
    is_str(accepted(PROGRAM(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 64), ALLOW)), "EINVAL", "the one behind it");
    is_str(accepted(PROGRAM(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 2), ALLOW)), "EINVAL",
           "one that is not aligned");
    is_str(accepted(PROGRAM(BPF_STMT(BPF_ALU | BPF_DIV | BPF_K, 0), ALLOW)), "EINVAL", "a division by 0");
    is_str(accepted(PROGRAM(BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, 3), ALLOW)), "EINVAL", "a remainder");
    is_str(accepted(PROGRAM(BPF_STMT(BPF_ALU | BPF_LSH | BPF_K, 31), ALLOW)), "ok", "a shift by 31");
    is_str(accepted(PROGRAM(BPF_STMT(BPF_ALU | BPF_LSH | BPF_K, 32), ALLOW)), "EINVAL", "a shift by 32");
    is_str(accepted(PROGRAM(BPF_STMT(BPF_ST, 16), ALLOW)), "EINVAL", "a cell that is not there");
    is_str(accepted(PROGRAM(BPF_STMT(BPF_JMP | BPF_JA, 0), ALLOW)), "ok", "a jump to the end");
    is_str(accepted(PROGRAM(BPF_STMT(BPF_JMP | BPF_JA, 1), ALLOW)), "EINVAL", "a jump past the end");
    is_str(accepted(PROGRAM(BPF_STMT(BPF_JMP | BPF_JA, 0xffffffff), ALLOW)), "EINVAL", "a jump backwards");
    is_str(accepted(PROGRAM(UNLESS(1, 1), ALLOW)), "EINVAL", "a branch past the end");
    is_str(accepted(PROGRAM(BPF_STMT(BPF_LD | BPF_MEM, 3), ALLOW)), "EINVAL",
           "a cell read before it is written");
    is_str(accepted(PROGRAM(UNLESS(1, 1), BPF_STMT(BPF_ST, 3), BPF_STMT(BPF_LD | BPF_MEM, 3), ALLOW)),
           "EINVAL", "... written on one way of two");
    is_str(accepted(PROGRAM(UNLESS(1, 2), BPF_STMT(BPF_ST, 3), BPF_STMT(BPF_JMP | BPF_JA, 1),
                            BPF_STMT(BPF_STX, 3), BPF_STMT(BPF_LD | BPF_MEM, 3), ALLOW)),
           "ok", "... on both");
    is_num(child_of(count_codes_0), 40, "of all codes so many are instructions, with operand 0");
    is_num(child_of(count_codes_4), 40, "... with operand 4");
    is_num(child_of(count_codes_40), 34, "... with operand 40");
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        repeated = sizes[i].insn;
        is_num(child_of(count_filters), sizes[i].filters, sizes[i].fact);
    }
    is_num(child_of(count_small_filters), 36, "small filters count four more, but for the newest");
}

/* ---- arithmetic ---- */

/* What a program whose last value of A is an errno makes of a call. */
static int computed(const struct sock_filter *insn, size_t n)
{
    struct sock_filter program[64];
    int status;
    pid_t pid;

    program[0] = (struct sock_filter)LOAD(nr);
    program[1] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_tuxcall, 1, 0);
    program[2] = (struct sock_filter)RETURN(SECCOMP_RET_ALLOW);
    memcpy(program + 3, insn, n * sizeof(*insn));
    program[n + 3] = (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xff);
    program[n + 4] = (struct sock_filter)BPF_STMT(BPF_ALU | BPF_OR | BPF_K, SECCOMP_RET_ERRNO);
    program[n + 5] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_A, 0);
    fflush(stdout);
    pid = must(fork());
    if (!pid) {
        no_new_privs();
        must(filter(0, &(struct sock_fprog){(unsigned short)(n + 6), program}));
        errno = 0;
        _exit(syscall(SYS_tuxcall, 0x1122334455667788, 2, 3, 4, 5, 0xabcdef9876543210) == -1 ? errno : 0);
    }
    must(waitpid(pid, &status, 0));
    return WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : WEXITSTATUS(status);
}
#define COMPUTES(want, fact, ...)                                                                            \
    is_num(computed((struct sock_filter[]){__VA_ARGS__},                                                     \
                    sizeof((struct sock_filter[]){__VA_ARGS__}) / sizeof(struct sock_filter)),               \
           want, fact)
#define A_IS(v)     BPF_STMT(BPF_LD | BPF_IMM, (v))
#define X_IS(v)     BPF_STMT(BPF_LDX | BPF_IMM, (v))
#define DO_X(op)    BPF_STMT(BPF_ALU | (op) | BPF_X, 0)
#define DO_K(op, v) BPF_STMT(BPF_ALU | (op) | BPF_K, (v))

static void arithmetic(void)
{
    COMPUTES(7, "a constant", A_IS(7));
    COMPUTES(64, "the length of the data", BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0));
    COMPUTES(64, "... in X", BPF_STMT(BPF_LDX | BPF_W | BPF_LEN, 0), BPF_STMT(BPF_MISC | BPF_TXA, 0));
    COMPUTES(0x88, "the low half of an argument", LOAD(args[0]));
    COMPUTES(0x44, "the high half", BPF_STMT(BPF_LD | BPF_W | BPF_ABS, OFFSET(args[0]) + 4));
    COMPUTES(0x10, "the last argument", LOAD(args[5]));
    COMPUTES(0x3e, "the architecture", LOAD(arch));
    COMPUTES(SYS_tuxcall, "the number", LOAD(nr));
    COMPUTES(12, "additions", A_IS(7), X_IS(2), DO_X(BPF_ADD), DO_K(BPF_ADD, 3));
    COMPUTES(2, "subtractions", A_IS(7), X_IS(2), DO_X(BPF_SUB), DO_K(BPF_SUB, 3));
    COMPUTES(42, "multiplications", A_IS(7), X_IS(2), DO_X(BPF_MUL), DO_K(BPF_MUL, 3));
    COMPUTES(5, "divisions", A_IS(30), X_IS(2), DO_X(BPF_DIV), DO_K(BPF_DIV, 3));
    COMPUTES(0x7f, "... have no sign", A_IS(0xfffffffe), DO_K(BPF_DIV, 2), DO_K(BPF_RSH, 24));
    COMPUTES(1031, "a division by X when it is 0 returns 0, which kills", A_IS(30), X_IS(0), DO_X(BPF_DIV));
    COMPUTES(5, "and", A_IS(0x75), DO_K(BPF_AND, 0xf), X_IS(0x15), DO_X(BPF_AND));
    COMPUTES(0x7f, "or", A_IS(0x71), DO_K(BPF_OR, 8), X_IS(6), DO_X(BPF_OR));
    COMPUTES(0x6, "xor", A_IS(0x11), DO_K(BPF_XOR, 0x12), X_IS(5), DO_X(BPF_XOR));
    COMPUTES(28, "shifts to the left", A_IS(7), DO_K(BPF_LSH, 1), X_IS(1), DO_X(BPF_LSH));
    COMPUTES(7, "... and the right", A_IS(28), DO_K(BPF_RSH, 1), X_IS(1), DO_X(BPF_RSH));
    COMPUTES(14, "a shift by X counts modulo 32", A_IS(7), X_IS(33), DO_X(BPF_LSH));
    COMPUTES(0xf9, "negation", A_IS(7), BPF_STMT(BPF_ALU | BPF_NEG, 0));
    COMPUTES(9, "scratch memory", A_IS(9), BPF_STMT(BPF_ST, 15), A_IS(1), BPF_STMT(BPF_LD | BPF_MEM, 15));
    COMPUTES(8, "... and X", X_IS(8), BPF_STMT(BPF_STX, 0), X_IS(1), BPF_STMT(BPF_LDX | BPF_MEM, 0),
             BPF_STMT(BPF_MISC | BPF_TXA, 0));
    COMPUTES(0, "A and X are 0 at first", A_IS(0), DO_X(BPF_ADD));
    COMPUTES(3, "a jump", A_IS(3), BPF_STMT(BPF_JMP | BPF_JA, 1), A_IS(4), DO_K(BPF_ADD, 0));
    COMPUTES(1, "greater has no sign", A_IS(0x80000000), BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, 1, 0, 1),
             A_IS(1));
    COMPUTES(2, "greater or equal to X", A_IS(5), X_IS(5), BPF_JUMP(BPF_JMP | BPF_JGE | BPF_X, 0, 0, 1),
             A_IS(2));
    COMPUTES(4, "bits of X", A_IS(5), X_IS(2), BPF_JUMP(BPF_JMP | BPF_JSET | BPF_X, 0, 1, 0), A_IS(4));
    COMPUTES(6, "equal to X", A_IS(5), X_IS(5), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_X, 0, 0, 1), A_IS(6));
}

/* ---- verdicts ---- */

static volatile siginfo_t caught;
static volatile unsigned long long caught_rax;
static void on_sigsys(int signo, siginfo_t *si, void *uc)
{
    (void)signo;
    *(siginfo_t *)&caught = *si;
    caught_rax = (unsigned long long)((ucontext_t *)uc)->uc_mcontext.gregs[REG_RAX];
}
static void catch_sigsys(void)
{
    struct sigaction sa = {.sa_sigaction = on_sigsys, .sa_flags = SA_SIGINFO};

    must(sigaction(SIGSYS, &sa, NULL));
}

/* What getppid becomes: an errno, 200 if it seems to return 0, or 201. */
static int verdict(unsigned value)
{
    no_new_privs();
    must(filter(0, VERDICT(SYS_getppid, value)));
    long r = syscall(SYS_getppid);
    return r == -1 ? errno : r ? 201 : 200;
}
static int errno_7(void)
{
    return verdict(SECCOMP_RET_ERRNO | 7);
}
static int errno_0(void)
{
    return verdict(SECCOMP_RET_ERRNO);
}
static int errno_4095(void)
{
    return verdict(SECCOMP_RET_ERRNO | 0xffff) == 4095;
}
static int logged(void)
{
    return verdict(SECCOMP_RET_LOG);
}
static int traced_by_nobody(void)
{
    return verdict(SECCOMP_RET_TRACE);
}
static int asked_nobody(void)
{
    return verdict(SECCOMP_RET_USER_NOTIF);
}
static int killed(void)
{
    catch_sigsys();
    return verdict(SECCOMP_RET_KILL_PROCESS);
}
static int killed_as_thread(void)
{
    return verdict(SECCOMP_RET_KILL_THREAD);
}
static int killed_by_the_unknown(void)
{
    return verdict(0x00010000);
}
static int killed_while_blocked(void)
{
    sigset_t all;

    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    return verdict(SECCOMP_RET_KILL_PROCESS);
}
static int trapped_by_nobody(void)
{
    return verdict(SECCOMP_RET_TRAP);
}
static int trapped_while_ignored(void)
{
    signal(SIGSYS, SIG_IGN);
    return verdict(SECCOMP_RET_TRAP);
}
static int trapped(void)
{
    catch_sigsys();
    no_new_privs();
    must(filter(0, VERDICT(SYS_getppid, SECCOMP_RET_TRAP | 0x1234)));
    long r = syscall(SYS_getppid);
    if (r != SYS_getppid || caught_rax != SYS_getppid)
        return 1;
    if (caught.si_signo != SIGSYS || caught.si_code != 1 || caught.si_errno != 0x1234)
        return 2;
    if (caught.si_syscall != SYS_getppid || caught.si_arch != AUDIT_ARCH_X86_64)
        return 3;
    return ((unsigned char *)caught.si_call_addr)[-2] == 0x0f &&
                   ((unsigned char *)caught.si_call_addr)[-1] == 5
               ? 0
               : 4;
}

static int strictest_wins(void)
{
    no_new_privs();
    must(filter(0, VERDICT(SYS_getppid, SECCOMP_RET_ERRNO | 5)));
    must(filter(0, VERDICT(SYS_getppid, SECCOMP_RET_ALLOW)));
    must(filter(0, VERDICT(SYS_getppid, SECCOMP_RET_TRACE)));
    return syscall(SYS_getppid) == -1 ? errno : 0;
}
static int newest_of_equals(void)
{
    no_new_privs();
    must(filter(0, VERDICT(SYS_getppid, SECCOMP_RET_ERRNO | 5)));
    must(filter(0, VERDICT(SYS_getppid, SECCOMP_RET_ERRNO | 6)));
    return syscall(SYS_getppid) == -1 ? errno : 0;
}
static int number_is_signed(void)
{
    no_new_privs();
    must(filter(0, PROGRAM(LOAD(nr), UNLESS(0xffffffff, 1), RETURN(SECCOMP_RET_ERRNO | 9), ALLOW)));
    return syscall(-1L) == -1 ? errno : 0;
}
static int refuses_filters(void)
{
    no_new_privs();
    must(filter(0, VERDICT(SYS_seccomp, SECCOMP_RET_ERRNO | 9)));
    return filter(0, VERDICT(SYS_seccomp, SECCOMP_RET_ALLOW)) == -1 ? errno : 0;
}
static int by_instruction(void)
{
    long r;
    void *here;

    no_new_privs();
    /* The call that comes from after this label, and no other. */
    __asm__ volatile("lea 1f(%%rip), %0" : "=r"(here));
    must(filter(0, PROGRAM(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, OFFSET(instruction_pointer)),
                           UNLESS((unsigned)(unsigned long)here, 1), RETURN(SECCOMP_RET_ERRNO | 9), ALLOW)));
    __asm__ volatile("syscall\n1:" : "=a"(r) : "0"(SYS_getppid) : "rcx", "r11", "memory");
    return syscall(SYS_getppid) > 0 ? (int)-r : 99;
}

static void verdicts(void)
{
    is_num(child_of(errno_7), 7, "SECCOMP_RET_ERRNO: the call fails with it");
    is_num(child_of(errno_0), 200, "... or seems to work, with 0");
    is_num(child_of(errno_4095), 1, "... with 4095 at most");
    is_num(child_of(logged), 201, "SECCOMP_RET_LOG: it is made");
    is_num(child_of(traced_by_nobody), ENOSYS, "SECCOMP_RET_TRACE without a tracer: ENOSYS");
    is_num(child_of(asked_nobody), ENOSYS, "SECCOMP_RET_USER_NOTIF without a listener: ENOSYS");
    is_num(child_of(trapped), 0,
           "SECCOMP_RET_TRAP: SIGSYS tells the call, and its registers are as they were");
    is_num(child_of(trapped_by_nobody), 1000 + SIGSYS, "... without a handler it kills");
    is_num(child_of(trapped_while_ignored), 1000 + SIGSYS, "... also when it is ignored");
    is_num(child_of(killed), 1000 + SIGSYS, "SECCOMP_RET_KILL_PROCESS: no handler helps");
    is_num(child_of(killed_while_blocked), 1000 + SIGSYS, "... nor a mask");
    is_num(child_of(killed_as_thread), 1000 + SIGSYS, "SECCOMP_RET_KILL_THREAD of the only thread");
    is_num(child_of(killed_by_the_unknown), 1000 + SIGSYS, "an action that does not exist kills, too");
    is_num(child_of(strictest_wins), 5, "of several filters the strictest wins");
    is_num(child_of(newest_of_equals), 6, "of equally strict ones the newest");
    is_num(child_of(number_is_signed), 9, "calls that do not exist are seen, with 32 bits of their number");
    is_num(child_of(refuses_filters), 9, "seccomp(2) itself is filtered");
    is_num(child_of(by_instruction), 9, "filters see where a call is made");
}

/* ---- strict mode ---- */

static int strictly(void)
{
    must(prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT));
    if (write(-1, "", 0) != -1 || read(-1, NULL, 0) != -1)
        return 1;
    syscall(SYS_exit, 42);
    return 2;
}
static int strictly_with_getpid(void)
{
    must(seccomp(SECCOMP_SET_MODE_STRICT, 0, NULL));
    syscall(SYS_getpid);
    return 2;
}
static int strictly_with_time(void)
{
    unsigned low, high;

    must(prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT));
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (int)syscall(SYS_exit, 1);
}
static int strict_after_filter(void)
{
    no_new_privs();
    must(filter(0, PROGRAM(ALLOW)));
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) == -1 ? errno : 0;
}
static int without_time(void)
{
    unsigned low, high, mode = 0;

    must(prctl(PR_SET_TSC, PR_TSC_SIGSEGV));
    must(prctl(PR_GET_TSC, &mode));
    if (mode != PR_TSC_SIGSEGV || prctl(PR_SET_TSC, 0) != -1)
        return 1;
    must(prctl(PR_SET_TSC, PR_TSC_ENABLE));
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    must(prctl(PR_SET_TSC, PR_TSC_SIGSEGV));
    if (!fork()) { /* children too */
        __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
        _exit(1);
    }
    must(wait((int *)&mode));
    if (!WIFSIGNALED(mode) || WTERMSIG(mode) != SIGSEGV)
        return 2;
    __asm__ volatile("rdtscp" : "=a"(low), "=d"(high)::"rcx");
    return 3;
}

static void strict(void)
{
    is_num(child_of(strictly), 42, "strict mode permits read, write and exit");
    is_num(child_of(strictly_with_getpid), 1000 + SIGKILL, "... kills for anything else");
    is_num(child_of(strictly_with_time), 1000 + SIGSEGV, "... and takes the time-stamp counter away");
    is_num(child_of(strict_after_filter), EINVAL, "not once there is a filter");
    is_num(child_of(without_time), 1000 + SIGSEGV, "PR_SET_TSC makes the counter a fault");
}

/* ---- inheritance ---- */

static int after_exec(void)
{
    no_new_privs();
    must(filter(0, VERDICT(SYS_getppid, SECCOMP_RET_ERRNO | 7)));
    must(filter(0, VERDICT(SYS_tuxcall, SECCOMP_RET_ERRNO | 8)));
    execl("/proc/self/exe", "inherited", NULL);
    return 99;
}
static int inherited(void)
{
    if (prctl(PR_GET_SECCOMP) != 2 || status_number("Seccomp:") != 2 ||
        status_number("Seccomp_filters:") != 2)
        return 1;
    if (status_number("NoNewPrivs:") != 1 || prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
        return 2;
    return syscall(SYS_getppid) == -1 ? errno : 0;
}
static int parent_stays_free(void)
{
    int pid = must(fork()), s;

    if (!pid)
        _exit(errno_7());
    must(waitpid(pid, &s, 0));
    return WEXITSTATUS(s) == 7 && syscall(SYS_getppid) > 0 && !prctl(PR_GET_SECCOMP) &&
           !prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
}

int main(int argc, char **argv)
{
    if (argc && !strcmp(argv[0], "inherited"))
        return inherited();
    arguments();
    programs();
    arithmetic();
    verdicts();
    strict();
    is_num(child_of(after_exec), 7, "filters outlive fork and exec, and /proc tells of them");
    is_num(child_of(parent_stays_free), 1, "the parent has none of its child's");
    return done();
}
