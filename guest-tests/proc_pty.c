/* proc_pty.c - pseudoterminals: making them, their files, sizes, job control, hang-up, packet mode. */
#include "pty.h"

#define termios kernel_termios
#include <asm/termbits.h>
#undef termios
#include <sys/epoll.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

static volatile sig_atomic_t got[NSIG];

static void on_signal(int sig)
{
    got[sig]++;
}

static void catch (int sig)
{
    must(sigaction(sig, &(struct sigaction){.sa_handler = on_signal}, NULL));
}

static int revents(int fd)
{
    struct pollfd p = {fd, POLLIN | POLLOUT | POLLPRI, 0};

    poll(&p, 1, 0);
    return p.revents;
}

/* fields 7 and 8 of /proc/self/stat */
static void stat_fields(int *tty_nr, int *tpgid)
{
    const char *s = strrchr(proc_read("/proc/self/stat"), ')');

    sscanf(s, ") %*c %*d %*d %*d %d %d", tty_nr, tpgid);
}

/* Settings as System V had them, and line disciplines. */
static void old_ways(void)
{
    struct termio old;
    struct termios t;
    int n;

    pty_open();
    must(ioctl(slave, TCGETA, &old));
    must(tcgetattr(slave, &t));
    is_true(old.c_iflag == (t.c_iflag & 0xffff) && old.c_cflag == (t.c_cflag & 0xffff) &&
                old.c_lflag == (t.c_lflag & 0xffff) && !memcmp(old.c_cc, t.c_cc, 8),
            "TCGETA has part of the settings");
    old.c_oflag &= (unsigned short)~OPOST;
    old.c_cc[VINTR] = 7;
    must(ioctl(slave, TCSETAF, &old));
    must(tcgetattr(slave, &t));
    is_true(!(t.c_oflag & OPOST) && t.c_cc[VINTR] == 7 && t.c_cc[VSUSP] == 26, "TCSETAF sets it");
    is_err(ioctl(slave, TCGETA, NULL), "EFAULT", "TCGETA to nowhere");
    must(ioctl(master, TIOCGETD, &n));
    is_num(n, 0, "TIOCGETD tells N_TTY");
    is_ok(ioctl(slave, TIOCSETD, &n), "which TIOCSETD sets");
    n = 100;
    is_err(ioctl(slave, TIOCSETD, &n), "EINVAL", "and no line discipline that there is not");
    is_err(ioctl(slave, TIOCSETD, NULL), "EFAULT", "nor one from nowhere");
    pty_close();
}

/* N_NULL has nothing for programs, and what is typed waits for another line discipline. */
static void nothing_there(void)
{
    struct termios t;
    struct winsize w;
    char buf[8];
    int n = 27;

    pty_open();
    is_ok(ioctl(slave, TIOCSETD, &n), "TIOCSETD of N_NULL");
    is_true(!ioctl(slave, TIOCGETD, &n) && n == 27, "it is told");
    is_err(read(slave, buf, 8), "EOPNOTSUPP", "no reading");
    is_err(write(slave, "a", 1), "EOPNOTSUPP", "no writing");
    is_err(ioctl(slave, TCGETS, &t), "EINVAL", "no settings");
    is_err(ioctl(slave, FIONREAD, &n), "EINVAL", "nothing to count");
    is_err(tcflush(slave, TCIFLUSH), "EINVAL", "or to flush");
    is_ok(ioctl(slave, TIOCGWINSZ, &w), "a size");
    is_num(revents(slave), 0, "poll never ends");
    must(write(master, "a\n", 2));
    n = 0;
    is_ok(ioctl(slave, TIOCSETD, &n), "back to N_TTY");
    is_true(ready(slave) && read(slave, buf, 8) == 2, "what was typed meanwhile");
    pty_close();
}

static int opened_again(void)
{
    return open(slave_name, O_RDWR | O_NOCTTY | O_NONBLOCK);
}

/* TIOCVHANGUP ends what files of the terminal are good for, not the terminal. */
static void hung_up_by_hand(void)
{
    struct termios t;
    char buf[8];
    int again;

    pty_open();
    if (ioctl(slave, TIOCVHANGUP) && errno == EPERM) {
        told_skip("TIOCVHANGUP", "only for administrators");
        pty_close();
        return;
    }
    is_num(read(slave, buf, 8), 0, "TIOCVHANGUP: a read ends");
    is_err(write(slave, "a", 1), "EIO", "a write fails");
    is_err(tcgetattr(slave, &t), "EIO", "settings, too");
    is_num(revents(slave), POLLIN | POLLOUT | POLLERR | POLLHUP, "poll says so");
    is_err(fcntl(slave, F_SETFL, O_NONBLOCK), "ok", "the file is still one");
    again = must(opened_again());
    is_num(revents(again), POLLOUT, "another open is as new");
    must(tcgetattr(again, &t));
    is_true(t.c_lflag & ECHO, "with settings as at first");
    must(write(again, "b", 1));
    is_true(ready(master) && read(master, buf, 8) == 1, "and talks to the master");
    t.c_lflag &= ~(tcflag_t)ECHO;
    must(tcsetattr(again, TCSANOW, &t));
    must(ioctl(again, TIOCVHANGUP));
    close(again);
    again = must(opened_again());
    must(tcgetattr(again, &t));
    is_true(t.c_lflag & ECHO, "settings are lost with it");
    close(again);
    pty_close();
}

/* O_ASYNC: who is told, and that 10 s are enough for it. */
static bool told_of(int fd, int code)
{
    const struct timespec ten = {10, 0};
    siginfo_t si;
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN);
    return sigtimedwait(&set, &si, &ten) == SIGRTMIN && si.si_fd == fd && si.si_code == code;
}

static void asynchronous(void)
{
    struct termios t;
    sigset_t set;
    char buf[8];

    pty_open();
    must(tcgetattr(slave, &t));
    t.c_lflag &= ~(tcflag_t)ECHO;
    must(tcsetattr(slave, TCSANOW, &t));
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN);
    must(sigprocmask(SIG_BLOCK, &set, NULL));
    for (int i = 0; i < 2; i++) {
        int fd = i ? master : slave;

        must(fcntl(fd, F_SETOWN, getpid()));
        must(fcntl(fd, F_SETSIG, SIGRTMIN));
        must(fcntl(fd, F_SETFL, O_NONBLOCK | O_ASYNC));
    }
    must(write(master, "a", 1));
    must(write(master, "b\n", 2));
    is_true(told_of(slave, POLL_IN), "O_ASYNC: the slave is told of a line");
    is_num(read(slave, buf, 8), 3, "of a whole one");
    must(write(slave, "c", 1));
    is_true(told_of(master, POLL_IN), "the master of a byte");
    is_num(read(master, buf, 8), 1, "that is there");
    t.c_lflag &= ~(tcflag_t)ICANON;
    must(tcsetattr(slave, TCSANOW, &t));
    must(write(master, "d", 1));
    is_true(told_of(slave, POLL_IN), "without lines the slave, too");
    is_num(read(slave, buf, 8), 1, "at once");
    must(tcflow(slave, TCOOFF));
    is_err(write(slave, "e", 1), "EAGAIN", "a write that finds no room");
    must(tcflow(slave, TCOON));
    is_true(told_of(slave, POLL_OUT), "is told of it when there is some");
    pty_close();
}

static void made(void)
{
    struct termios2 t2;
    struct winsize w = {24, 80, 0, 0}, w2 = {0};
    struct termios t;
    struct stat st;
    int n, no = 0, yes = 1, peer;

    master = must(open("/dev/ptmx", O_RDWR | O_NOCTTY));
    is_true(!fstat(master, &st) && S_ISCHR(st.st_mode) && st.st_rdev == makedev(5, 2),
            "/dev/ptmx is device 5:2");
    must(ioctl(master, TIOCGPTN, &n));
    snprintf(slave_name, sizeof(slave_name), "/dev/pts/%d", n);
    is_true(!stat(slave_name, &st) && S_ISCHR(st.st_mode) && st.st_rdev == makedev(136, (unsigned)n),
            "its slave is device 136:N");
    is_num((long)st.st_ino, n + 3, "with the inode N + 3");
    is_num(st.st_uid, getuid(), "and is its maker's");
    must(ioctl(master, TIOCGPTLCK, &no));
    is_num(no, 1, "it is locked");
    is_err(open(slave_name, O_RDWR | O_NOCTTY), "EIO", "so it cannot be opened");
    is_err(ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY), "EIO", "nor asked for");
    no = 0;
    is_ok(ioctl(master, TIOCSPTLCK, &no), "until it is unlocked");
    peer = must(ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
    is_str(ttyname(peer), slave_name, "TIOCGPTPEER opens the slave");
    is_num(fcntl(peer, F_GETFD), FD_CLOEXEC, "with the flags it is given");
    slave = must(open(slave_name, O_RDWR | O_NOCTTY | O_NONBLOCK));
    close(peer);
    is_err(ioctl(slave, TIOCGPTN, &n), "ENOTTY", "a slave has no TIOCGPTN");
    is_err(ioctl(slave, TIOCPKT, &yes), "ENOTTY", "nor TIOCPKT");
    is_err(lseek(slave, 0, SEEK_CUR), "ESPIPE", "lseek");
    is_true(isatty(master) && isatty(slave), "both sides are terminals");

    must(tcgetattr(slave, &t));
    is_true(t.c_iflag == (ICRNL | IXON) && t.c_oflag == (OPOST | ONLCR) &&
                t.c_cflag == (B38400 | CS8 | CREAD) &&
                t.c_lflag == (ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN),
            "settings of a new terminal");
    is_true(!memcmp(t.c_cc, "\3\34\177\25\4\0\1\0\21\23\32\0\22\17\27\26\0", 17),
            "and its control characters");
    t.c_lflag &= ~(tcflag_t)ECHO;
    t.c_cflag = (t.c_cflag & ~(tcflag_t)(CSIZE | CBAUD)) | CS7 | PARENB | B9600;
    must(tcsetattr(master, TCSADRAIN, &t));
    must(ioctl(slave, TCGETS2, &t2));
    is_true(!(t2.c_lflag & ECHO), "what is set at the master is set at the slave");
    is_true((t2.c_cflag & (CSIZE | PARENB)) == CS8, "bytes have eight bits and no parity");
    is_true(t2.c_ospeed == 9600 && t2.c_ispeed == 9600, "TCGETS2 tells the speed");
    t2.c_cflag = (t2.c_cflag & ~(tcflag_t)CBAUD) | BOTHER;
    t2.c_ospeed = 12345;
    must(ioctl(slave, TCSETSF2, &t2));
    must(ioctl(master, TCGETS2, &t2));
    is_num(t2.c_ospeed, 12345, "TCSETS2 can set any");
    is_err(ioctl(slave, TCGETS, NULL), "EFAULT", "TCGETS to nowhere");

    must(ioctl(slave, TIOCGWINSZ, &w2));
    is_true(!w2.ws_row && !w2.ws_col, "a new terminal has no size");
    must(ioctl(master, TIOCSWINSZ, &w));
    must(ioctl(slave, TIOCGWINSZ, &w2));
    is_true(!memcmp(&w, &w2, sizeof(w)), "its size is the same on both sides");
    must(ioctl(slave, TIOCOUTQ, &n));
    is_num(n, 0, "TIOCOUTQ");
    must(ioctl(master, TIOCGDEV, &n));
    is_num(n, (long)st.st_rdev, "TIOCGDEV of the master tells the slave");
    is_err(ioctl(slave, TIOCGPGRP, &n), "ENOTTY", "it is not our terminal: TIOCGPGRP");
    is_err(ioctl(master, TIOCGPGRP, &n), "ok", "but the master may ask");
    is_num(n, 0, "nobody is in the foreground");
    is_err(ioctl(slave, TIOCGSID, &n), "ENOTTY", "TIOCGSID");
    is_err(ioctl(master, TIOCGSID, &n), "ENOTTY", "the master's too: there is no session");
    is_err(ioctl(slave, TIOCNOTTY), "ENOTTY", "TIOCNOTTY");
    is_err(ioctl(slave, 0x54ff), "ENOTTY", "an unknown request");
    is_ok(ioctl(slave, TIOCEXCL), "TIOCEXCL");
    must(ioctl(slave, TIOCGEXCL, &n));
    is_num(n, 1, "is told");
    must(ioctl(slave, TIOCNXCL));
    is_err(open("/dev/pts/none", O_RDWR | O_CREAT, 0600), "EACCES", "nobody makes files in /dev/pts");
    pty_close();
    /* Another process may have made a terminal of the same number since; not every time. */
    for (int i = 0; i < 50 && !stat(slave_name, &st); i++) {
        pty_open();
        pty_close();
    }
    is_err(stat(slave_name, &st), "ENOENT", "it goes with its master");
}

static void closed(void)
{
    char text[64];
    int n;

    pty_open();
    must(fcntl(master, F_SETFL, O_RDWR | O_NONBLOCK));
    is_err(read(master, text, 9), "EAGAIN", "nothing is there for the master");
    is_num(revents(master), POLLOUT, "it may write");
    is_num(revents(slave), POLLOUT, "as may the slave");
    type_text("ab\n");
    is_num(revents(slave), POLLIN | POLLOUT, "a line makes the slave readable");
    close(slave);
    is_num(read(master, text, 64), 4, "a slave that is closed: what it showed can be read");
    is_err(read(master, text, 64), "EIO", "then comes EIO");
    is_num(revents(master), POLLOUT | POLLHUP, "and POLLHUP");
    slave = must(open(slave_name, O_RDWR | O_NOCTTY | O_NONBLOCK));
    is_num(revents(master), POLLOUT, "until it is opened again");
    is_num(read(slave, text, 64), 3, "what was typed is still there");
    close(master);
    is_num(revents(slave), POLLIN | POLLOUT | POLLERR | POLLHUP,
           "the master is closed: the slave is hung up");
    is_num(read(slave, text, 64), 0, "reading is the end of file");
    is_err(write(slave, text, 1), "EIO", "writing EIO");
    is_err(ioctl(slave, TCGETS, text), "EIO", "as is ioctl");
    is_err(ioctl(slave, TIOCSPGRP, &n), "ENOTTY", "but for TIOCSPGRP");
    close(slave);
}

static void packets(void)
{
    char text[64];
    int yes = 1, no = 0, n;

    pty_open();
    must(ioctl(master, TIOCPKT, &yes));
    must(ioctl(master, TIOCGPKT, &n));
    is_num(n, 1, "packet mode");
    is_str((must(write(slave, "a", 1)), ready(master), visible(text, read(master, text, 64))), "^@a",
           "data come after a 0");
    type_text("\23");
    is_num(revents(master), POLLIN | POLLPRI | POLLOUT, "^S is news");
    is_num((read(master, text, 64), text[0]), TIOCPKT_STOP, "TIOCPKT_STOP");
    type_text("\21");
    is_num((read(master, text, 64), text[0]), TIOCPKT_START, "TIOCPKT_START");
    settings(IXON, 0, 0, 0, 0, 0);
    is_num((read(master, text, 64), text[0]), TIOCPKT_NOSTOP, "TIOCPKT_NOSTOP");
    must(tcflush(slave, TCIOFLUSH));
    is_num((read(master, text, 64), text[0]), TIOCPKT_FLUSHREAD | TIOCPKT_FLUSHWRITE, "flushes");
    must(ioctl(master, TIOCPKT, &no));
    is_str(shown(), "|", "packet mode is over");
    pty_close();
}

/* In a child that leads a session: reports by its exit status, 0: all is well; else the line that was not. */
#define check(x)                                                                                             \
    do                                                                                                       \
        if (!(x))                                                                                            \
            _exit(__LINE__ % 250 + 1);                                                                       \
    while (0)

static int wait_for(pid_t pid)
{
    int status;

    must(waitpid(pid, &status, 0));
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static void session_begins(void)
{
    int n, nr;

    check(setsid() == getpid());
    check(open("/dev/tty", O_RDWR) < 0 && errno == ENXIO);
    check(close(open(slave_name, O_WRONLY)) == 0); /* not readable: not taken */
    stat_fields(&nr, &n);
    check(nr == 0 && n == -1);
    check((n = open(slave_name, O_RDWR)) >= 0);
    close(n);
    check(open("/dev/tty", O_RDWR) >= 0);
    check(ioctl(slave, TIOCGPGRP, &n) == 0 && n == getpid());
    check(ioctl(slave, TIOCGSID, &n) == 0 && n == getpid());
    check(ioctl(master, TIOCGPGRP, &n) == 0 && n == getpid());
    check(ioctl(slave, TIOCSCTTY, 0) == 0); /* once more */
    stat_fields(&nr, &n);
    check(nr == atoi(slave_name + 9) + 136 * 256 && n == getpid());
    n = -1;
    check(ioctl(slave, TIOCSPGRP, &n) < 0 && errno == EINVAL);
    n = 4194303;
    check(ioctl(slave, TIOCSPGRP, &n) < 0 && errno == ESRCH);
    n = getppid();
    check(ioctl(slave, TIOCSPGRP, &n) < 0 && errno == EPERM);
    signal(SIGHUP, SIG_IGN);
    check(ioctl(slave, TIOCNOTTY) == 0);
    check(open("/dev/tty", O_RDWR) < 0 && errno == ENXIO);
    check(ioctl(slave, TIOCSCTTY, 0) == 0);
    _exit(0);
}

static void keys_and_size(void)
{
    struct winsize w = {10, 20, 0, 0};

    check(setsid() == getpid() && ioctl(slave, TIOCSCTTY, 0) == 0);
    catch (SIGINT);
    catch (SIGQUIT);
    catch (SIGTSTP);
    catch (SIGWINCH);
    type_text("\3");
    check(got[SIGINT] == 1);
    type_text("\34\32");
    check(got[SIGQUIT] == 1 && got[SIGTSTP] == 1);
    check(ioctl(slave, TIOCSWINSZ, &w) == 0 && got[SIGWINCH] == 1);
    check(ioctl(master, TIOCSWINSZ, &w) == 0 && got[SIGWINCH] == 1); /* the same */
    check(ioctl(master, TIOCSIG, SIGINT) == 0 && got[SIGINT] == 2);
    check(ioctl(master, TIOCSIG, SIGTERM) < 0 && errno == EINVAL);
    settings(0, 0, 0, 0, ISIG, 0);
    type_text("\3");
    check(got[SIGINT] == 2);
    _exit(0);
}

/* The background's part: how the first read, write and setting go. */
static void in_background(void)
{
    struct termios t;
    char c;

    check(setpgid(0, 0) == 0);
    check(ioctl(slave, TIOCGPGRP, &(int){0}) == 0);
    check(write(slave, "x", 1) == 1); /* without TOSTOP */
    signal(SIGTTIN, SIG_IGN);
    check(read(slave, &c, 1) < 0 && errno == EIO);
    signal(SIGTTIN, SIG_DFL);
    signal(SIGTTOU, SIG_IGN);
    check(tcgetattr(slave, &t) == 0);
    t.c_lflag |= TOSTOP;
    check(tcsetattr(slave, TCSANOW, &t) == 0); /* SIGTTOU ignored: allowed */
    check(write(slave, "x", 1) == 1);
    signal(SIGTTOU, SIG_DFL);
    write(slave, "y", 1); /* stops */
    read(slave, &c, 1);   /* stops, then reads as the foreground */
    check(c == 'q');
    _exit(7);
}

static void background(void)
{
    pid_t pid;
    int status, n;

    check(setsid() == getpid() && ioctl(slave, TIOCSCTTY, 0) == 0);
    check(fcntl(slave, F_SETFL, O_RDWR) == 0);
    pid = fork();
    if (!pid)
        in_background();
    check(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status) && WSTOPSIG(status) == SIGTTOU);
    settings(0, 0, 0, 0, TOSTOP, 0);
    kill(pid, SIGCONT);
    check(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status) && WSTOPSIG(status) == SIGTTIN);
    n = pid;
    check(ioctl(slave, TIOCSPGRP, &n) == 0);
    check(must(write(master, "q\n", 2)) == 2);
    kill(-pid, SIGCONT);
    check(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 7);
    _exit(0);
}

static void hung_up(void)
{
    char c;
    pid_t leader, pid;
    int status, fds[2], gone[2];

    pty_close(); /* main has that master open, too */
    pty_open();
    check(pipe(fds) == 0 && pipe(gone) == 0);
    leader = fork();
    if (!leader) { /* the leader goes: the foreground hears of it */
        check(setsid() == getpid() && ioctl(slave, TIOCSCTTY, 0) == 0);
        pid = fork();
        if (!pid) {
            catch (SIGHUP);
            check(write(fds[1], "r", 1) == 1);
            while (!got[SIGHUP])
                usleep(1000);
            /* the signal comes before the terminal goes, and that before the leader's end */
            check(read(gone[0], &c, 1) == 1);
            check(open("/dev/tty", O_RDWR) < 0 && errno == ENXIO);
            check(write(fds[1], "h", 1) == 1);
            _exit(0);
        }
        check(read(fds[0], &c, 1) == 1);
        _exit(0);
    }
    check(wait_for(leader) == 0);
    check(write(gone[1], "g", 1) == 1);
    check(read(fds[0], &c, 1) == 1 && c == 'h');

    leader = fork();
    if (!leader) { /* the master is closed: the leader hears of it, and who reads gets EIO */
        check(setsid() == getpid() && ioctl(slave, TIOCSCTTY, 0) == 0);
        check(fcntl(slave, F_SETFL, O_RDWR) == 0);
        close(master);
        catch (SIGHUP);
        catch (SIGCONT);
        check(write(fds[1], "r", 1) == 1);
        while (!got[SIGHUP] || !got[SIGCONT])
            usleep(1000);
        check(read(slave, &c, 1) == 0);
        check(open("/dev/tty", O_RDWR) < 0 && errno == ENXIO);
        _exit(0);
    }
    check(read(fds[0], &c, 1) == 1);
    close(master);
    check(waitpid(leader, &status, 0) == leader && status == 0);
    _exit(0);
}

static void pushed(void)
{
    check(getuid() || setuid(65534) == 0);
    check(ioctl(slave, TIOCSTI, "x") < 0 &&
          (errno == EIO || errno == EPERM)); /* EPERM: with dev.tty.legacy_tiocsti */
    _exit(0);
}

static void session(void (*what)(void), const char *fact)
{
    pid_t pid;

    pty_open();
    pid = must(fork());
    if (!pid)
        what();
    is_num(wait_for(pid), 0, fact);
    pty_close();
}

static void edges(void)
{
    struct epoll_event e = {.events = EPOLLIN | EPOLLET};
    int ep = must(epoll_create1(0));

    pty_open();
    must(epoll_ctl(ep, EPOLL_CTL_ADD, slave, &e));
    is_num(epoll_wait(ep, &e, 1, 0), 0, "epoll: nothing yet");
    type_text("a\n");
    is_num(epoll_wait(ep, &e, 1, 0), 1, "an edge for a line");
    is_num(epoll_wait(ep, &e, 1, 0), 0, "once");
    close(ep);
    pty_close();
}

int main(void)
{
    umask(022);
    made();
    old_ways();
    nothing_there();
    hung_up_by_hand();
    asynchronous();
    closed();
    packets();
    session(session_begins, "a session leader gets a terminal, is asked about it, gives it up");
    session(keys_and_size, "^C, ^\\ and ^Z signal the foreground, and SIGWINCH a new size");
    session(background, "the background stops when it reads, or writes with TOSTOP");
    session(hung_up, "hang-up by the leader's end and by the master's");
    if (since(6, 2))
        session(pushed, "TIOCSTI is refused");
    edges();
    return done();
}
