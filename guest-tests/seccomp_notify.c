/* seccomp_notify.c - supervisors: SECCOMP_RET_USER_NOTIF, its descriptor, and what is asked through it. */
#include "seccomp.h"
#include <poll.h>
#include <sys/ioctl.h>

#define SET_FLAGS SECCOMP_IOW(4, unsigned long long)

static int listener;
static struct seccomp_notif asked;

static int listen_to(unsigned flags)
{
    no_new_privs();
    return (int)must(
        filter(SECCOMP_FILTER_FLAG_NEW_LISTENER | flags, VERDICT(SYS_tuxcall, SECCOMP_RET_USER_NOTIF)));
}

static short ready(void)
{
    struct pollfd p = {listener, POLLIN | POLLOUT, 0};

    poll(&p, 1, 0);
    return p.revents;
}

static long receive(void)
{
    memset(&asked, 0, sizeof(asked));
    return ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &asked);
}

static long answer(long long val, int error, unsigned flags)
{
    struct seccomp_notif_resp r = {asked.id, val, error, flags};

    return ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &r);
}

/* A child that asks, and ends with what it was answered: the value, or 100 + the errno. */
static pid_t asker(void)
{
    fflush(stdout);
    pid_t pid = must(fork());

    if (!pid) {
        close(listener);
        long r = syscall(SYS_tuxcall, 1, 2, 3, 4, 5, 6);
        _exit(r == -1 ? 100 + errno : (int)r);
    }
    return pid;
}
static int end_of(pid_t pid)
{
    int s;

    must(waitpid(pid, &s, 0));
    return WIFSIGNALED(s) ? 1000 + WTERMSIG(s) : WEXITSTATUS(s);
}

static void answers(void)
{
    pid_t pid = asker();

    is_ok(receive(), "a question is received");
    is_true(asked.pid == (unsigned)pid && !asked.flags, "it tells who asks");
    is_true(asked.data.nr == SYS_tuxcall && asked.data.arch == AUDIT_ARCH_X86_64 && asked.data.args[0] == 1 &&
                asked.data.args[5] == 6,
            "and for which call");
    is_num(ready(), POLLOUT, "it can be answered");
    is_ok(ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &asked.id), "its number is valid");
    is_ok(ioctl(listener, SECCOMP_IOR(2, unsigned long long), &asked.id),
          "... also by the request's old number");
    is_err(answer(1, -5, SECCOMP_USER_NOTIF_FLAG_CONTINUE), "EINVAL", "CONTINUE with a value");
    is_err(answer(0, 0, 2), "EINVAL", "an unknown flag");
    is_ok(answer(42, 0, 0), "an answer");
    is_num(end_of(pid), 42, "is the result");
    is_err(ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &asked.id), "ENOENT", "then the number is over");
    is_err(answer(0, 0, 0), "ENOENT", "and cannot be answered again");

    pid = asker();
    unsigned long long before = asked.id;
    must(receive());
    is_num((long)(asked.id - before), 1, "the next one has the next number");
    is_ok(answer(7, -EXDEV, 0), "an error");
    is_num(end_of(pid), 100 + EXDEV, "is the result, whatever the value");
    pid = asker();
    must(receive());
    is_ok(answer(0, 0, SECCOMP_USER_NOTIF_FLAG_CONTINUE), "an answer that lets it go on");
    is_num(end_of(pid), 100 + ENOSYS, "makes the call");
}

static void bad_requests(void)
{
    unsigned long long id = 1;

    is_err(ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, 16), "EFAULT", "a question to where nothing is");
    asked.id = 1;
    is_err(ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &asked), "EINVAL", "... to what is not zero");
    is_err(ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, 16), "EFAULT", "an answer from where nothing is");
    is_err(ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, 16), "EFAULT", "the number at such an address");
    is_err(ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id), "ENOENT", "a number nobody has");
    is_err(ioctl(listener, SECCOMP_IOW(9, int), 0), "EINVAL", "an unknown request");
    is_ok(ioctl(listener, SET_FLAGS, 1), "SET_FLAGS");
    is_err(ioctl(listener, SET_FLAGS, 2), "EINVAL", "... unknown ones");
    is_err(read(listener, &id, 8), "EINVAL", "it cannot be read");
    is_num(ready(), 0, "nothing is asked");
    is_num(fcntl(listener, F_GETFD), FD_CLOEXEC, "it closes on exec");
    is_num(fcntl(listener, F_GETFL) & O_ACCMODE, O_RDWR, "it is open for both");
}

static int adds(struct seccomp_notif_addfd *a)
{
    a->id = asked.id;
    return ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, a);
}

static void descriptors(void)
{
    struct seccomp_notif_addfd a = {.srcfd = 1};
    int wait_for[2];
    pid_t pid;

    must(pipe(wait_for));
    fflush(stdout);
    pid = must(fork());
    if (!pid) {
        close(listener);
        close(wait_for[0]);
        long fd = syscall(SYS_tuxcall);
        _exit(fcntl(200, F_GETFD) == FD_CLOEXEC && fd > 2 && fcntl((int)fd, F_GETFD) == 0 ? 42 : 1);
    }
    close(wait_for[1]);
    is_err(adds(&a), "ENOENT", "a descriptor for nobody");
    must(receive());
    is_err(ioctl(listener, SECCOMP_IOW(3, int), &a), "EINVAL", "ADDFD with too small a structure");
    is_err(ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, 16), "EFAULT", "ADDFD from where nothing is");
    a.srcfd = 900;
    is_err(adds(&a), "EBADF", "a descriptor that is none");
    a.srcfd = 1;
    a.flags = 4;
    is_err(adds(&a), "EINVAL", "an unknown flag");
    a.flags = 0;
    a.newfd = 200;
    is_err(adds(&a), "EINVAL", "a number without SETFD");
    a.newfd_flags = O_APPEND;
    a.flags = SECCOMP_ADDFD_FLAG_SETFD;
    is_err(adds(&a), "EINVAL", "a flag that descriptors do not have");
    a.newfd_flags = O_CLOEXEC;
    is_num(adds(&a), 200, "a descriptor with a number of our choice");
    a = (struct seccomp_notif_addfd){.srcfd = (unsigned)wait_for[0], .flags = SECCOMP_ADDFD_FLAG_SEND};
    is_true(adds(&a) > 2, "one that is the answer, too");
    is_num(end_of(pid), 42, "the task has both");
    close(wait_for[0]);
}

static void on_alarm(int signo)
{
    (void)signo;
}

static int asks_with_alarm(void)
{
    struct sigaction sa = {.sa_handler = on_alarm};

    close(listener);
    sigaction(SIGUSR1, &sa, NULL);
    return syscall(SYS_tuxcall) == -1 ? errno : 0;
}

static void interruptions(void)
{
    pid_t pid;

    fflush(stdout);
    pid = must(fork());
    if (!pid)
        _exit(asks_with_alarm());
    must(receive());
    must(kill(pid, SIGUSR1));
    is_num(end_of(pid), EINTR, "a signal interrupts the one who asks");
    is_err(answer(0, 0, 0), "ENOENT", "who then needs no answer");
    pid = asker();
    must(receive());
    must(kill(pid, SIGKILL));
    is_num(end_of(pid), 1000 + SIGKILL, "SIGKILL, too");
    is_err(ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &asked.id), "ENOENT", "and its number is over");
}

static int waits_killable(void)
{
    pid_t pid;
    int s;

    listener = listen_to(1 << 5);
    fflush(stdout);
    pid = must(fork());
    if (!pid)
        _exit(asks_with_alarm());
    must(receive());
    must(kill(pid, SIGUSR1));
    if (waitpid(pid, &s, WNOHANG))
        return 1;
    if (answer(0, -ENODEV, 0))
        return 2;
    return end_of(pid);
}

static int twice(void)
{
    listener = listen_to(0);
    if (filter(0, PROGRAM(ALLOW)))
        return 1;
    return filter(SECCOMP_FILTER_FLAG_NEW_LISTENER, PROGRAM(ALLOW)) == -1 ? errno : 0;
}

static int listener_goes(void)
{
    pid_t pid;

    listener = listen_to(0);
    pid = asker();
    must(receive());
    close(listener);
    return end_of(pid) == 100 + ENOSYS && syscall(SYS_tuxcall) == -1 && errno == ENOSYS ? 0 : 1;
}

/* The only task with the filter ends; its listener was taken from it. */
static int nobody_left(void)
{
    int at[2], s;
    pid_t pid;

    must(pipe(at));
    pid = must(fork());
    if (!pid) {
        listener = listen_to(0);
        must(write(at[1], &listener, sizeof(listener)));
        pause();
        _exit(0);
    }
    must(read(at[0], &s, sizeof(s)));
    int pidfd = (int)must(syscall(SYS_pidfd_open, pid, 0));
    listener = (int)must(syscall(SYS_pidfd_getfd, pidfd, s, 0));
    if (ready())
        return 1;
    kill(pid, SIGKILL);
    waitpid(pid, &s, 0);
    if (ready() != POLLHUP)
        return 2;
    if (!since(6, 12)) /* waits for ever */
        return 0;
    return receive() == -1 && errno == ENOENT ? 0 : 3;
}

int main(void)
{
    is_num(child_of(nobody_left), 0, "when nobody has the filter any more, its listener hangs up");
    is_num(child_of(waits_killable), ENODEV, "WAIT_KILLABLE_RECV: a signal waits for the answer");
    is_num(child_of(listener_goes), 0, "when the listener goes, calls are ENOSYS");
    is_num(child_of(twice), EBUSY, "all filters of a task have one listener at most");
    listener = listen_to(0);
    bad_requests();
    answers();
    descriptors();
    interruptions();
    return done();
}
