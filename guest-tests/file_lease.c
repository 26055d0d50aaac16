/* file_lease.c - F_SETLEASE: who may have one, who is told that it is in the way, and who waits. */
#include "probe.h"

#include <poll.h>

static char dir[] = "/tmp/lease-XXXXXX";
static volatile sig_atomic_t told, told_fd, told_code;

static void on_signal(int sig, siginfo_t *si, void *uc)
{
    told++;
    told_code = si->si_code;
    told_fd = si->si_code == SI_KERNEL ? -1 : si->si_fd;
}

static int file(int flags)
{
    return must(open("file", flags | O_CREAT | O_CLOEXEC, 0600));
}

static void having(void)
{
    int f = file(O_RDONLY), g, d = must(open(".", O_RDONLY)), null = must(open("/dev/null", O_RDONLY));

    is_num(fcntl(f, F_GETLEASE), F_UNLCK, "no lease");
    is_err(fcntl(f, F_SETLEASE, F_UNLCK), "EAGAIN", "is not given back");
    is_err(fcntl(f, F_SETLEASE, 9), "EINVAL", "of no kind");
    is_err(fcntl(d, F_SETLEASE, F_RDLCK), "EINVAL", "of a directory");
    is_err(fcntl(null, F_SETLEASE, F_UNLCK), "EINVAL", "nor of a device");
    is_ok(fcntl(f, F_SETLEASE, F_WRLCK), "F_WRLCK of a file that nobody else has open, by who only reads");
    is_num(fcntl(f, F_GETLEASE), F_WRLCK, "is told");
    is_num(fcntl(f, F_GETOWN), getpid(), "it makes an owner");
    is_ok(fcntl(f, F_SETLEASE, F_RDLCK), "it is changed");
    g = must(dup(f));
    is_num(fcntl(g, F_GETLEASE), F_RDLCK, "a dup has the same");
    is_ok(fcntl(g, F_SETLEASE, F_UNLCK), "and gives it back");
    is_num(fcntl(f, F_GETOWN), 0, "with the owner");
    close(g);
    g = file(O_RDWR);
    is_err(fcntl(f, F_SETLEASE, F_RDLCK), "EAGAIN", "F_RDLCK of a file that is open for writing");
    is_err(fcntl(g, F_SETLEASE, F_WRLCK), "EAGAIN", "F_WRLCK of one that is open elsewhere");
    close(f);
    is_ok(fcntl(g, F_SETLEASE, F_WRLCK), "of one that is not");
    close(g);
    f = file(O_RDONLY);
    g = file(O_RDONLY);
    is_ok(fcntl(f, F_SETLEASE, F_RDLCK), "a close gives it back; F_RDLCK");
    is_ok(fcntl(g, F_SETLEASE, F_RDLCK), "two may have it");
    is_err(fcntl(g, F_SETLEASE, F_WRLCK), "EAGAIN", "F_WRLCK only one");
    close(f);
    close(g);
}

static void breaking(void)
{
    int f = file(O_RDWR), g, h;

    must(fcntl(f, F_SETLEASE, F_WRLCK));
    told = 0;
    is_err(open("file", O_RDONLY | O_NONBLOCK), "EAGAIN", "an open that does not wait");
    is_true(told == 1 && told_code == SI_KERNEL, "SIGIO tells of it");
    is_num(fcntl(f, F_GETLEASE), F_RDLCK, "what is asked for: F_RDLCK");
    is_err(open("file", O_RDONLY | O_NONBLOCK), "EAGAIN", "another");
    is_num(told, 1, "tells nothing new");
    is_err(open("file", O_WRONLY | O_NONBLOCK), "EAGAIN", "one for writing");
    is_num(told, 2, "does");
    is_num(fcntl(f, F_GETLEASE), F_UNLCK, "it wants no lease");
    is_ok(fcntl(f, F_SETLEASE, F_UNLCK), "it is given back");
    g = must(open("file", O_WRONLY | O_NONBLOCK));
    close(g);
    close(f);
    f = file(O_RDONLY);
    h = file(O_RDONLY);
    must(fcntl(f, F_SETSIG, SIGRTMIN));
    must(fcntl(f, F_SETLEASE, F_RDLCK));
    told = 0;
    close(must(open("file", O_RDONLY | O_NONBLOCK)));
    close(must(open("file", O_WRONLY | O_PATH)));
    is_num(told, 0, "F_RDLCK minds no readers");
    is_err(open("file", O_RDWR | O_NONBLOCK), "EAGAIN", "but writers");
    is_true(told == 1 && told_code == POLL_MSG && told_fd == f, "F_SETSIG: which file");
    is_err(fcntl(h, F_SETLEASE, F_RDLCK), "EAGAIN", "no new one meanwhile");
    is_ok(rename("file", "file2"), "renaming needs no lease");
    is_ok(unlink("file2"), "nor does removal");
    is_ok(fcntl(f, F_SETLEASE, F_UNLCK), "given back");
    is_num(fcntl(f, F_GETSIG), 0, "the signal is forgotten");
    close(f);
    close(h);
}

/* A child waits in `call` until a lease of f is given up: its exit status tells how that ended. */
static void waiting(int (*call)(char *), int f, int give, const char *fact)
{
    pid_t pid;
    int status;

    told = 0;
    pid = must(fork());
    if (!pid) {
        alarm(30);
        close(f);
        _exit(call(NULL));
    }
    while (!told)
        usleep(1000);
    usleep(20000);
    is_num(waitpid(pid, &status, WNOHANG), 0, fact);
    must(fcntl(f, F_SETLEASE, give));
    must(waitpid(pid, &status, 0));
    is_num(status, 0, "until it is given up");
}

static int opens_to_read(char *arg)
{
    return open("file", O_RDONLY) < 0;
}

static int opens_to_write(char *arg)
{
    return open("file", O_WRONLY) < 0;
}

static int truncates(char *arg)
{
    return truncate("file", 3);
}

int main(void)
{
    struct sigaction sa = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_RESTART};
    int f;

    must(sigaction(SIGIO, &sa, NULL));
    must(sigaction(SIGRTMIN, &sa, NULL));
    must(mkdtemp(dir) ? 0 : -1);
    must(chdir(dir));
    having();
    breaking();
    f = file(O_RDONLY);
    must(fcntl(f, F_SETLEASE, F_RDLCK));
    waiting(opens_to_write, f, F_UNLCK, "open(2) for writing waits for F_RDLCK");
    must(fcntl(f, F_SETLEASE, F_RDLCK));
    waiting(truncates, f, F_UNLCK, "truncate(2), too");
    must(fcntl(f, F_SETLEASE, F_WRLCK));
    waiting(opens_to_read, f, F_RDLCK, "open(2) for reading waits for F_WRLCK");
    is_num(fcntl(f, F_GETLEASE), F_RDLCK, "which may become F_RDLCK");
    unlink("file");
    chdir("/");
    rmdir(dir);
    return done();
}
