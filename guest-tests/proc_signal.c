/* proc_signal.c - signals: actions, masks, queues, order, stacks, waiting for them, job control. */
#include "probe.h"
#include <sched.h>
#include <time.h>
#include <ucontext.h>

static volatile int count, order[16], norder, code, value, sender;
static void on(int sig)
{
    count++;
    if (norder < 16)
        order[norder++] = sig;
}
static void on_info(int sig, siginfo_t *si, void *uc)
{
    on(sig);
    code = si->si_code;
    value = si->si_value.sival_int;
    sender = si->si_pid;
}
static void handle(int sig, void (*f)(int), int flags)
{
    struct sigaction sa = {.sa_handler = f, .sa_flags = flags};
    must(sigaction(sig, &sa, NULL));
}
static void handle_info(int sig, int flags)
{
    struct sigaction sa = {.sa_sigaction = on_info, .sa_flags = SA_SIGINFO | flags};
    must(sigaction(sig, &sa, NULL));
}
static void reset(void)
{
    count = norder = code = value = 0;
}
static sigset_t set_of(int a, int b)
{
    sigset_t s;
    sigemptyset(&s);
    if (a)
        sigaddset(&s, a);
    if (b)
        sigaddset(&s, b);
    return s;
}
static void block(int sig, int how)
{
    sigset_t s = set_of(sig, 0);
    must(sigprocmask(how, &s, NULL));
}
static bool blocked(int sig)
{
    sigset_t s;
    sigprocmask(SIG_BLOCK, NULL, &s);
    return sigismember(&s, sig);
}
static bool pending(int sig)
{
    sigset_t s;
    sigpending(&s);
    return sigismember(&s, sig);
}
static volatile int was_blocked, other_blocked, on_stack;
static void look(int sig)
{
    char here;
    stack_t st;
    was_blocked = blocked(sig);
    other_blocked = blocked(SIGUSR2);
    sigaltstack(NULL, &st);
    on_stack =
        st.ss_flags == SS_ONSTACK && &here >= (char *)st.ss_sp && &here < (char *)st.ss_sp + st.ss_size;
}
static void change_mask(int sig, siginfo_t *si, void *uc)
{
    sigaddset(&((ucontext_t *)uc)->uc_sigmask, SIGUSR2);
}
static void nested(int sig)
{
    count++;
    if (count < 3)
        raise(sig);
}
static int status_of(pid_t pid, int options)
{
    int s = -1;
    return waitpid(pid, &s, options) == pid ? s : -1;
}
static pid_t child(void (*f)(void))
{
    fflush(stdout);
    pid_t pid = must(fork());
    if (!pid) {
        f();
        _exit(0);
    }
    return pid;
}
static void idle(void)
{
    for (;;)
        pause();
}
static void stop_self(void)
{
    raise(SIGSTOP);
    _exit(5);
}
static pid_t parent;
/* Waits until the parent sleeps in the call that is to be interrupted. */
static void interrupt_soon(void)
{
    char path[64], state = 0;

    snprintf(path, sizeof path, "/proc/%d/stat", parent);
    while (state != 'S') {
        FILE *f = fopen(path, "r");

        if (!f || fscanf(f, "%*d (%*[^)]) %c", &state) != 1)
            _exit(3);
        fclose(f);
        usleep(1000);
    }
    kill(parent, SIGUSR1);
}

static void actions(void)
{
    struct sigaction old;
    sigset_t s;

    handle(SIGUSR1, on, 0);
    raise(SIGUSR1);
    is_num(count, 1, "a handler runs");
    sigaction(SIGUSR1, NULL, &old);
    is_true(old.sa_handler == on, "sigaction reads back");
    is_err(sigaction(SIGKILL, &(struct sigaction){.sa_handler = on}, NULL), "EINVAL",
           "SIGKILL cannot be handled");
    is_err(sigaction(SIGSTOP, &(struct sigaction){.sa_handler = SIG_IGN}, NULL), "EINVAL", "SIGSTOP neither");
    is_ok(sigaction(SIGKILL, NULL, &old), "but asked about");
    is_err(syscall(SYS_rt_sigaction, 65, NULL, NULL, 8), "EINVAL", "no signal 65");
    is_err(syscall(SYS_rt_sigaction, SIGUSR1, NULL, NULL, 4), "EINVAL", "a set of four bytes");
    is_err(syscall(SYS_rt_sigaction, SIGUSR1, 1, NULL, 8), "EFAULT", "a wild action");
    is_err(syscall(SYS_rt_sigprocmask, 9, &s, NULL, 8), "EINVAL", "no such how");
    is_ok(syscall(SYS_rt_sigprocmask, 9, NULL, NULL, 8), "which does not matter without a set");
    sigfillset(&s);
    sigprocmask(SIG_SETMASK, &s, NULL);
    is_true(!blocked(SIGKILL) && !blocked(SIGSTOP) && blocked(SIGTERM),
            "SIGKILL and SIGSTOP cannot be blocked");
    sigemptyset(&s);
    sigprocmask(SIG_SETMASK, &s, NULL);
}

static void blocking(void)
{
    reset();
    block(SIGUSR1, SIG_BLOCK);
    raise(SIGUSR1);
    raise(SIGUSR1);
    is_num(count, 0, "a blocked signal waits");
    is_true(pending(SIGUSR1), "sigpending shows it");
    block(SIGUSR1, SIG_UNBLOCK);
    is_num(count, 1, "two of a classic signal are one");
    reset();
    handle(SIGRTMIN, on, 0);
    block(SIGRTMIN, SIG_BLOCK);
    raise(SIGRTMIN);
    raise(SIGRTMIN);
    block(SIGRTMIN, SIG_UNBLOCK);
    is_num(count, 2, "two of a realtime signal are two");
}

static void order_of_frames(void)
{
    sigset_t s;

    reset();
    handle(SIGUSR2, on, 0);
    handle(SIGRTMIN + 1, on, 0);
    sigfillset(&s);
    sigprocmask(SIG_SETMASK, &s, NULL);
    raise(SIGRTMIN + 1);
    raise(SIGRTMIN);
    raise(SIGUSR2);
    raise(SIGUSR1);
    sigemptyset(&s);
    sigprocmask(SIG_SETMASK, &s, NULL);
    /* frames are pushed lowest number first, so the last pushed runs first */
    is_true(norder == 4 && order[0] == SIGRTMIN + 1 && order[1] == SIGRTMIN && order[2] == SIGUSR2 &&
                order[3] == SIGUSR1,
            "several at once: frames stack up in order of number");
}

static void senders(void)
{
    siginfo_t si = {.si_code = SI_USER};

    handle_info(SIGUSR1, 0);
    reset();
    kill(parent, SIGUSR1);
    is_true(code == SI_USER && sender == parent, "kill: SI_USER and the sender");
    raise(SIGUSR1);
    is_num(code, SI_TKILL, "raise: SI_TKILL");
    sigqueue(parent, SIGUSR1, (union sigval){.sival_int = 4711});
    is_true(code == SI_QUEUE && value == 4711, "sigqueue: SI_QUEUE and the value");
    is_err(syscall(SYS_rt_sigqueueinfo, getppid(), 0, &si), "EPERM", "nobody forges SI_USER to others");
    is_err(kill(parent, 65), "EINVAL", "kill with signal 65");
    is_err(kill(999999, 65), "ESRCH", "the process is looked for first");
    is_err(syscall(SYS_tgkill, parent, -1, 0), "EINVAL", "tgkill of thread -1");
    is_err(syscall(SYS_tgkill, 1, parent, 0), "ESRCH", "tgkill with the wrong group");
    is_err(syscall(SYS_tkill, 0, 0), "EINVAL", "tkill of 0");
}

static void masks(void)
{
    struct sigaction sa, old;
    uint64_t raw[4];

    handle(SIGUSR1, look, 0);
    raise(SIGUSR1);
    is_true(was_blocked && !blocked(SIGUSR1), "blocked during its handler, not after");
    handle(SIGUSR1, look, SA_NODEFER);
    raise(SIGUSR1);
    is_true(!was_blocked, "SA_NODEFER: not blocked");
    sa = (struct sigaction){.sa_handler = look, .sa_mask = set_of(SIGUSR2, 0)};
    sigaction(SIGUSR1, &sa, NULL);
    raise(SIGUSR1);
    is_true(other_blocked && !blocked(SIGUSR2), "sa_mask is blocked during the handler");
    reset();
    handle(SIGUSR1, nested, SA_NODEFER);
    raise(SIGUSR1);
    is_num(count, 3, "handlers nest");
    handle(SIGUSR1, on, SA_RESETHAND);
    raise(SIGUSR1);
    sigaction(SIGUSR1, NULL, &old);
    is_true(old.sa_handler == SIG_DFL, "SA_RESETHAND: once");
    sa = (struct sigaction){.sa_sigaction = change_mask, .sa_flags = SA_SIGINFO};
    sigaction(SIGUSR1, &sa, NULL);
    raise(SIGUSR1);
    is_true(blocked(SIGUSR2), "the mask in the frame is what comes back");
    block(SIGUSR2, SIG_UNBLOCK);
    syscall(SYS_rt_sigaction, SIGUSR1, &(uint64_t[4]){(uint64_t)on, 0x400 | 0x04000000, (uint64_t)abort, 0},
            NULL, 8);
    syscall(SYS_rt_sigaction, SIGUSR1, NULL, raw, 8);
    is_num((long)raw[1], 0x04000000, "flags that do not exist are cleared");
}

static void alternate_stack(void)
{
    static char alt[16384];
    stack_t st;

    is_ok(sigaltstack(&(stack_t){.ss_sp = alt, .ss_size = sizeof alt}, NULL), "sigaltstack");
    handle(SIGUSR1, look, SA_ONSTACK);
    raise(SIGUSR1);
    is_true(on_stack, "SA_ONSTACK: the handler runs on it");
    handle(SIGUSR1, look, 0);
    raise(SIGUSR1);
    is_true(!on_stack, "without it does not");
    is_err(sigaltstack(&(stack_t){.ss_sp = alt, .ss_size = 100}, NULL), "ENOMEM", "too small a stack");
    is_err(sigaltstack(&(stack_t){.ss_sp = alt, .ss_size = 8192, .ss_flags = 77}, NULL), "EINVAL",
           "unknown flags of a stack");
    is_ok(sigaltstack(&(stack_t){.ss_flags = SS_DISABLE}, NULL), "SS_DISABLE");
    sigaltstack(NULL, &st);
    is_true(st.ss_flags == SS_DISABLE && st.ss_size == 0 && !st.ss_sp, "leaves nothing");
}

static void ignoring(void)
{
    signal(SIGUSR1, SIG_IGN);
    block(SIGUSR1, SIG_BLOCK);
    raise(SIGUSR1);
    is_true(pending(SIGUSR1), "blocked and ignored: it is kept");
    signal(SIGUSR1, SIG_IGN);
    is_true(!pending(SIGUSR1), "until its action is set to ignore again");
    block(SIGUSR1, SIG_UNBLOCK);
    raise(SIGCHLD);
    is_true(!pending(SIGCHLD), "SIGCHLD is ignored by default");
}

static void taking(void)
{
    struct timespec soon = {0, 20000000}, now = {0, 0};
    sigset_t s = set_of(SIGUSR1, SIGRTMIN);
    siginfo_t si;
    pid_t pid;
    int first;

    handle(SIGUSR1, on, 0);
    sigprocmask(SIG_BLOCK, &s, NULL);
    is_err(sigtimedwait(&s, &si, &now), "EAGAIN", "sigtimedwait polls");
    is_err(sigtimedwait(&s, &si, &soon), "EAGAIN", "sigtimedwait gives up");
    sigqueue(parent, SIGRTMIN, (union sigval){.sival_int = 1});
    sigqueue(parent, SIGRTMIN, (union sigval){.sival_int = 2});
    raise(SIGUSR1);
    is_num(sigwaitinfo(&s, &si), SIGUSR1, "sigwaitinfo takes the lowest first");
    sigwaitinfo(&s, &si);
    first = si.si_value.sival_int;
    sigwaitinfo(&s, &si);
    is_true(first == 1 && si.si_value.sival_int == 2, "realtime signals in the order sent");
    reset();
    pid = child(interrupt_soon);
    is_num(sigwaitinfo(&s, &si), SIGUSR1, "sigwaitinfo waits");
    is_num(si.si_pid, pid, "for a signal of a child");
    status_of(pid, 0);
    is_num(count, 0, "no handler runs for it");
    pid = child(interrupt_soon);
    sigemptyset(&s);
    is_err(sigsuspend(&s), "EINTR", "sigsuspend ends with a handler");
    is_true(count == 1 && blocked(SIGUSR1), "which ran, and the mask is back");
    status_of(pid, 0);
    block(SIGUSR1, SIG_UNBLOCK);
    pid = child(interrupt_soon);
    is_err(pause(), "EINTR", "pause");
    status_of(pid, 0);
}

static void restarting(void)
{
    struct timespec rem = {9, 9};
    int fd[2];
    pid_t pid;
    char c;

    must(pipe(fd));
    pid = child(interrupt_soon);
    is_err(read(fd[0], &c, 1), "EINTR", "a read is interrupted");
    status_of(pid, 0);
    handle(SIGUSR1, on, SA_RESTART);
    pid = child(interrupt_soon);
    if (!fork()) {
        usleep(400000);
        write(fd[1], "x", 1);
        _exit(0);
    }
    is_num(read(fd[0], &c, 1), 1, "SA_RESTART: it goes on");
    while (wait(NULL) > 0)
        ;
    pid = child(interrupt_soon);
    is_err(nanosleep(&(struct timespec){0, 500000000}, &rem), "EINTR", "nanosleep is interrupted even so");
    is_true(rem.tv_sec == 0 && rem.tv_nsec > 0 && rem.tv_nsec < 500000000, "and tells what is left");
    status_of(pid, 0);
}

static void stopping(void)
{
    pid_t pid = child(stop_self);
    int st_ = status_of(pid, WUNTRACED);

    is_true(WIFSTOPPED(st_) && WSTOPSIG(st_) == SIGSTOP, "a stopped child is told with WUNTRACED");
    is_num(waitpid(pid, &st_, WUNTRACED | WNOHANG), 0, "once");
    kill(pid, SIGCONT);
    st_ = status_of(pid, WCONTINUED);
    is_true(WIFCONTINUED(st_) || WIFEXITED(st_), "SIGCONT is told with WCONTINUED");
    if (WIFCONTINUED(st_))
        st_ = status_of(pid, 0);
    is_true(WIFEXITED(st_) && WEXITSTATUS(st_) == 5, "and it goes on where it was");
    pid = child(idle);
    setpgid(pid, pid); /* a group with a parent outside: SIGTSTP does not stop an orphaned one */
    kill(pid, SIGTSTP);
    st_ = status_of(pid, WUNTRACED);
    is_true(WIFSTOPPED(st_) && WSTOPSIG(st_) == SIGTSTP, "SIGTSTP stops a sleeping child");
    kill(pid, SIGTERM);
    is_num(waitpid(pid, &st_, WNOHANG), 0, "a stopped process does not take SIGTERM");
    kill(pid, SIGCONT);
    st_ = status_of(pid, 0);
    is_true(WIFSIGNALED(st_) && WTERMSIG(st_) == SIGTERM, "before it continues");
    pid = child(idle);
    kill(pid, SIGSTOP);
    status_of(pid, WUNTRACED);
    kill(pid, SIGKILL);
    st_ = status_of(pid, 0);
    is_true(WIFSIGNALED(st_) && WTERMSIG(st_) == SIGKILL, "SIGKILL ends a stopped one");
}

static void telling_the_parent(void)
{
    pid_t pid;

    handle_info(SIGCHLD, 0);
    reset();
    pid = child(stop_self);
    while (status_of(pid, WUNTRACED | WNOHANG) == -1)
        usleep(1000);
    for (int i = 0; i < 1000 && !code; i++) /* waitpid can tell before the signal is sent */
        usleep(1000);
    is_num(code, CLD_STOPPED, "SIGCHLD with CLD_STOPPED");
    handle_info(SIGCHLD, SA_NOCLDSTOP);
    reset();
    kill(pid, SIGCONT);
    status_of(pid, 0);
    is_num(code, CLD_EXITED, "SA_NOCLDSTOP: only the end is told");
}

int main(void)
{
    parent = getpid();
    actions();
    blocking();
    order_of_frames();
    senders();
    masks();
    alternate_stack();
    ignoring();
    taking();
    restarting();
    stopping();
    telling_the_parent();
    return done();
}
