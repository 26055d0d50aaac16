/* file_dnotify.c - F_NOTIFY: a signal for what happens in a directory. */
#include "probe.h"

#include <poll.h>

static char dir[] = "/tmp/dnotify-XXXXXX";
static volatile sig_atomic_t told, told_fd, told_code;

static void on_signal(int sig, siginfo_t *si, void *uc)
{
    told++;
    told_code = si->si_code;
    told_fd = si->si_code == SI_KERNEL ? -1 : si->si_fd;
}

/* How many signals came since the last look. */
static int came(void)
{
    int n = told;

    told = 0;
    return n;
}

/* What is told with `mask` of a file's life in a directory: a string of the steps that told. */
static const char *steps(int d, unsigned mask)
{
    static char out[32];
    char *o = out, c;
    int f;

    must(fcntl(d, F_NOTIFY, mask | DN_MULTISHOT));
#define STEP(letter, call)                                                                                   \
    do {                                                                                                     \
        must(call);                                                                                          \
        for (int n = came(); n > 0; n--)                                                                     \
            *o++ = letter;                                                                                   \
    } while (0)
    STEP('c', f = open("x/a", O_CREAT | O_RDWR, 0600));
    STEP('w', write(f, "abc", 3));
    STEP('r', pread(f, &c, 1, 0));
    STEP('t', ftruncate(f, 1));
    STEP('m', fchmod(f, 0640));
    STEP('n', rename("x/a", "x/b"));
    STEP('o', rename("x/b", "y/b"));
    STEP('i', rename("y/b", "x/a"));
    STEP('l', link("x/a", "x/l"));
    STEP('u', unlink("x/l"));
    STEP('d', mkdir("x/d", 0700));
    STEP('e', rmdir("x/d"));
    STEP('s', chmod("x", 0700));
    unlink("x/a");
    close(f);
    came();
    must(fcntl(d, F_NOTIFY, 0));
    STEP('!', mkdir("x/d", 0700));
    rmdir("x/d");
    *o = 0;
    return out;
}

static void lives(void)
{
    int d, e;

    d = must(open("x", O_RDONLY));
    must(fcntl(d, F_SETSIG, SIGRTMIN));
    is_ok(fcntl(d, F_NOTIFY, DN_CREATE), "DN_CREATE");
    is_num(fcntl(d, F_GETOWN), getpid(), "who asks is the owner");
    is_ok(fcntl(d, F_NOTIFY, DN_DELETE), "and DN_DELETE");
    must(mkdir("x/a", 0700));
    is_num(came(), 1, "the first is told");
    is_true(told_code == POLL_MSG && told_fd == d, "of which directory");
    must(rmdir("x/a"));
    is_num(came(), 0, "without DN_MULTISHOT that was all");
    must(fcntl(d, F_NOTIFY, DN_CREATE | DN_DELETE | DN_MULTISHOT));
    must(mkdir("x/a", 0700));
    must(rmdir("x/a"));
    is_num(came(), 2, "with it each is told");
    e = must(dup(d));
    if (!must(fork())) {
        close(d);
        _exit(0);
    }
    must(wait(NULL));
    must(mkdir("x/a", 0700));
    is_num(came(), 1, "it is not a child's to end");
    close(e);
    must(rmdir("x/a"));
    is_num(came(), 0, "the first close ends it");
    must(fcntl(d, F_NOTIFY, DN_CREATE | DN_MULTISHOT));
    must(fcntl(d, F_SETSIG, 0));
    must(mkdir("x/a", 0700));
    is_true(came() == 1 && told_code == SI_KERNEL, "without F_SETSIG it is SIGIO");
    must(rmdir("x/a"));
    close(d);
    d = must(open("/dev/null", O_RDONLY));
    is_err(fcntl(d, F_NOTIFY, DN_ACCESS), "ENOTDIR", "of directories only");
    is_ok(fcntl(d, F_NOTIFY, DN_MULTISHOT), "nothing, of anything");
}

int main(void)
{
    struct sigaction sa = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_RESTART};
    int d;

    if (access("/proc/sys/fs/dir-notify-enable", F_OK)) {
        told_skip("F_NOTIFY", "this kernel was built without it");
        return done();
    }
    must(sigaction(SIGIO, &sa, NULL));
    must(sigaction(SIGRTMIN, &sa, NULL));
    must(mkdtemp(dir) ? 0 : -1);
    must(chdir(dir));
    must(mkdir("x", 0700));
    must(mkdir("y", 0700));
    d = must(open("x", O_RDONLY));
    must(fcntl(d, F_SETSIG, SIGRTMIN));
    is_str(steps(d, DN_ACCESS), "r", "DN_ACCESS");
    is_str(steps(d, DN_MODIFY), "wt", "DN_MODIFY");
    is_str(steps(d, DN_CREATE), "cnild", "DN_CREATE");
    is_str(steps(d, DN_DELETE), "noue", "DN_DELETE");
    is_str(steps(d, DN_RENAME), "n", "DN_RENAME: only within");
    is_str(steps(d, DN_ATTRIB), "ms", "DN_ATTRIB");
    close(d);
    lives();
    rmdir("x");
    rmdir("y");
    chdir("/");
    rmdir(dir);
    return done();
}
