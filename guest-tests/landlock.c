/* landlock.c - landlock(7): rulesets, what they permit on files, ports and other tasks, and layers of them. */
#include "probe.h"
#include <ftw.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

enum { CREATE = 444, ADD_RULE = 445, RESTRICT = 446 };
enum {
    EXECUTE = 1,
    WRITE_FILE = 2,
    READ_FILE = 4,
    READ_DIR = 8,
    REMOVE_DIR = 16,
    REMOVE_FILE = 32,
    MAKE_DIR = 128,
    MAKE_REG = 256,
    MAKE_SOCK = 512,
    MAKE_FIFO = 1024,
    MAKE_SYM = 4096,
    REFER = 8192,
    TRUNCATE = 16384,
    IOCTL_DEV = 32768,
    ALL = 65535
};

struct ruleset {
    unsigned long fs, net, scoped;
};
struct beneath {
    unsigned long access;
    int parent;
} __attribute__((packed));
struct port {
    unsigned long access, port;
};

static char dir[] = "/tmp/landlock-XXXXXX";

static int ruleset(unsigned long fs, unsigned long net, unsigned long scoped)
{
    struct ruleset r = {fs, net, scoped};

    return (int)must(syscall(CREATE, &r, sizeof(r), 0));
}

static long beneath(int rules, const char *path, unsigned long access)
{
    struct beneath b = {access, open(path, O_PATH | O_CLOEXEC)};
    long r = syscall(ADD_RULE, rules, 1, &b, 0);
    int err = errno;

    close(b.parent);
    errno = err;
    return r;
}

static void enforce(int rules)
{
    must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    must(syscall(RESTRICT, rules, 0));
    close(rules);
}

static int error_of(long r)
{
    return r == -1 ? errno : 0;
}
static int opens(const char *path, int flags)
{
    int fd = open(path, flags, 0600), err = fd < 0 ? errno : 0;

    if (fd >= 0)
        close(fd);
    return err;
}
static void fill_file(const char *path)
{
    int fd = must(open(path, O_CREAT | O_RDWR | O_TRUNC, 0700));

    must(write(fd, "text", 4));
    close(fd);
}
static void fresh(void)
{
    must(mkdir("a", 0700));
    must(mkdir("a/in", 0700));
    must(mkdir("b", 0700));
    fill_file("a/file");
    fill_file("b/file");
}

/* fn in a child that stands in the directory, with its files as fresh() makes them. */
static int child(int (*fn)(void))
{
    int status;
    pid_t pid;

    fflush(stdout);
    pid = must(fork());
    if (!pid)
        _exit(fn());
    must(waitpid(pid, &status, 0));
    return WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* ---- the calls ---- */

static int without_privileges(void)
{
    int rules = ruleset(READ_FILE, 0, 0);

    if (!geteuid() && setuid(65534))
        return 1;
    if (syscall(RESTRICT, rules, 99) != -1 || errno != EPERM)
        return 2;
    must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    if (syscall(RESTRICT, rules, 99) != -1 || errno != EINVAL)
        return 3;
    if (syscall(RESTRICT, -1, 0) != -1 || errno != EBADF)
        return 4;
    if (syscall(RESTRICT, -1, 4))
        return 5;
    if (syscall(RESTRICT, 0, 0) != -1 || errno != EBADFD)
        return 6;
    return syscall(RESTRICT, rules, 0) ? 7 : 0;
}

static int sixteen(void)
{
    int rules = ruleset(MAKE_SOCK, 0, 0), n = 0;

    must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    while (!syscall(RESTRICT, rules, 0))
        n++;
    return errno == E2BIG ? n : 99;
}

static void arguments(void)
{
    struct ruleset r = {READ_FILE | READ_DIR, 1, 0}, none = {0, 0, 0}, more = {1ul << 16, 0, 0};
    struct beneath b = {READ_FILE, open(".", O_PATH)}, f = {READ_DIR, must(open("a/file", O_RDONLY))};
    struct port p = {1, 65536};
    int rules, pipes[2];

    is_err(syscall(CREATE, &r, sizeof(r), 1), "EINVAL", "the version of a ruleset");
    is_err(syscall(CREATE, NULL, 0, 4), "EINVAL", "unknown flags");
    is_err(syscall(CREATE, NULL, 8, 0), "EFAULT", "no attributes");
    is_err(syscall(CREATE, &r, 7, 0), "EINVAL", "too small ones");
    is_err(syscall(CREATE, &r, 5000, 0), "E2BIG", "too big ones");
    is_err(syscall(CREATE, &none, sizeof(none), 0), "ENOMSG", "a ruleset about nothing");
    is_err(syscall(CREATE, &more, sizeof(more), 0), "EINVAL", "unknown rights");
    rules = (int)must(syscall(CREATE, &r, sizeof(r), 0));
    is_num(fcntl(rules, F_GETFD), FD_CLOEXEC, "a ruleset closes on exec");
    is_err(read(rules, &r, 1), "EINVAL", "and cannot be read");
    is_err(syscall(ADD_RULE, rules, 1, &b, 1), "EINVAL", "a rule with flags");
    is_err(syscall(ADD_RULE, -1, 1, &b, 0), "EBADF", "a rule for no ruleset");
    is_err(syscall(ADD_RULE, b.parent, 1, &b, 0), "EBADF", "for a descriptor that is only a path");
    is_err(syscall(ADD_RULE, f.parent, 1, &b, 0), "EBADFD", "for another file");
    is_err(syscall(ADD_RULE, rules, 9, &b, 0), "EINVAL", "a rule of no kind");
    is_err(syscall(ADD_RULE, rules, 1, 16, 0), "EFAULT", "a rule at no address");
    is_ok(syscall(ADD_RULE, rules, 1, &b, 0), "a rule");
    is_err(syscall(ADD_RULE, rules, 1, &f, 0), "EINVAL", "a right of directories on a file");
    b.access = 0;
    is_err(syscall(ADD_RULE, rules, 1, &b, 0), "ENOMSG", "a rule that permits nothing");
    b.access = EXECUTE;
    is_err(syscall(ADD_RULE, rules, 1, &b, 0), "EINVAL", "a right that the ruleset is not about");
    b = (struct beneath){READ_FILE, 900};
    is_err(syscall(ADD_RULE, rules, 1, &b, 0), "EBADF", "a rule beneath nothing");
    must(pipe(pipes));
    b.parent = pipes[0];
    is_err(syscall(ADD_RULE, rules, 1, &b, 0), "EBADFD", "beneath a pipe");
    b.parent = rules;
    is_err(syscall(ADD_RULE, rules, 1, &b, 0), "EBADFD", "beneath a ruleset");
    is_err(syscall(ADD_RULE, rules, 2, &p, 0), "EINVAL", "a port that is none");
    p = (struct port){2, 80};
    is_err(syscall(ADD_RULE, rules, 2, &p, 0), "EINVAL", "a right on ports that the ruleset is not about");
    p = (struct port){0, 80};
    is_err(syscall(ADD_RULE, rules, 2, &p, 0), "ENOMSG", "a port without rights");
    is_num(child(without_privileges), 0,
           "restricting oneself needs no_new_privs; flags and ruleset come after it");
    is_num(child(sixteen), 16, "there are sixteen layers at most");
    close(rules);
    close(f.parent);
    close(pipes[0]);
    close(pipes[1]);
}

/* ---- files ---- */

static int reading(void)
{
    int rules = ruleset(READ_FILE | READ_DIR, 0, 0), early = must(open("b/file", O_RDONLY));
    char c;

    must(beneath(rules, "a", READ_FILE));
    enforce(rules);
    if (opens("a/file", O_RDONLY) || opens("a/file", O_RDWR) || opens("b/file", O_WRONLY))
        return 1;
    if (opens("b/file", O_RDONLY) != EACCES || opens("b/file", O_RDWR) != EACCES ||
        opens("a", O_RDONLY) != EACCES)
        return 2;
    if (opens("b/file", O_PATH) || access("b/file", R_OK) || read(early, &c, 1) != 1)
        return 3; /* what is open stays so, and looking is free */
    return opens("a/in/../file", O_RDONLY) || opens("a/../b/file", O_RDONLY) != EACCES ? 4 : 0;
}

static int writing(void)
{
    int rules = ruleset(WRITE_FILE | TRUNCATE | MAKE_REG, 0, 0), fd;

    must(beneath(rules, "a", WRITE_FILE | TRUNCATE | MAKE_REG));
    must(beneath(rules, "b", WRITE_FILE));
    enforce(rules);
    if (opens("a/file", O_WRONLY | O_TRUNC) || opens("a/new", O_WRONLY | O_CREAT))
        return 1;
    if (opens("b/file", O_WRONLY) || opens("b/file", O_WRONLY | O_TRUNC) != EACCES)
        return 2;
    if (opens("b/new", O_WRONLY | O_CREAT) != EACCES || opens("b/file", O_WRONLY | O_CREAT))
        return 3;
    if (error_of(truncate("b/file", 0)) != EACCES || truncate("a/file", 0))
        return 4;
    fd = must(open("b/file", O_WRONLY));
    if (error_of(ftruncate(fd, 0)) != EACCES)
        return 5;
    fd = must(open("a/file", O_WRONLY));
    return ftruncate(fd, 0) || opens("file", O_WRONLY | O_CREAT) != EACCES ? 6 : 0;
}

static int running(void)
{
    int rules = ruleset(EXECUTE, 0, 0), fd;

    enforce(rules);
    execl("/proc/self/exe", "true", NULL);
    fd = errno;
    return fd;
}
static int running_there(void)
{
    int rules = ruleset(EXECUTE | READ_FILE, 0, 0);

    must(beneath(rules, "/", EXECUTE | READ_FILE));
    enforce(rules);
    execl("/proc/self/exe", "true", NULL);
    return errno;
}

static int making(void)
{
    int rules =
        ruleset(MAKE_DIR | MAKE_FIFO | MAKE_SYM | MAKE_SOCK | MAKE_REG | REMOVE_DIR | REMOVE_FILE, 0, 0);
    struct sockaddr_un un = {AF_UNIX, "b/socket"};
    int s = must(socket(AF_UNIX, SOCK_STREAM, 0));

    must(beneath(rules, "a", MAKE_DIR | MAKE_FIFO | MAKE_SYM | MAKE_SOCK | REMOVE_DIR | REMOVE_FILE));
    enforce(rules);
    if (mkdir("a/d", 0700) || symlink("x", "a/l") || mkfifo("a/f", 0600) || rmdir("a/d") || unlink("a/l"))
        return 1;
    if (error_of(mkdir("b/d", 0700)) != EACCES || error_of(symlink("x", "b/l")) != EACCES ||
        error_of(mkfifo("b/f", 0600)) != EACCES || error_of(mknod("a/r", S_IFREG | 0600, 0)) != EACCES)
        return 2;
    if (error_of(unlink("b/file")) != EACCES || error_of(rmdir("b")) != EACCES)
        return 3;
    if (error_of(bind(s, (void *)&un, sizeof(un))) != EACCES)
        return 4;
    strcpy(un.sun_path, "a/socket");
    if (bind(s, (void *)&un, sizeof(un)))
        return 5;
    return error_of(mkdir("b/file", 0700)) != EEXIST || error_of(unlink("b/none")) != ENOENT ? 6 : 0;
}

static int moving(void)
{
    int rules = ruleset(MAKE_REG | REMOVE_FILE, 0, 0);

    must(beneath(rules, ".", MAKE_REG | REMOVE_FILE));
    enforce(rules);
    if (rename("a/file", "a/other") || link("a/other", "a/again"))
        return 1; /* within a directory */
    if (error_of(rename("a/other", "b/other")) != EXDEV || error_of(link("a/other", "b/other")) != EXDEV)
        return 2; /* REFER is never implied */
    return 0;
}
static int referring(void)
{
    int rules = ruleset(MAKE_REG | MAKE_DIR | REMOVE_FILE | REMOVE_DIR | REFER | READ_FILE, 0, 0);

    must(beneath(rules, "a", MAKE_REG | MAKE_DIR | REMOVE_FILE | REMOVE_DIR | REFER));
    must(beneath(rules, "b", MAKE_REG | MAKE_DIR | REMOVE_FILE | REMOVE_DIR | REFER | READ_FILE));
    enforce(rules);
    if (rename("b/file", "a/moved"))
        return 1;
    if (error_of(rename("a/file", "b/moved")) != EXDEV)
        return 2; /* it could be read there */
    if (rename("a/file", "a/in/file"))
        return 3;
    if (error_of(rename("a/file", "other")) != ENOENT)
        return 4;
    return error_of(rename("a/moved", "moved")) != EACCES ? 5 : 0; /* nothing may be made there */
}
static int exchanging(void)
{
    int rules = ruleset(MAKE_REG | REMOVE_FILE | REFER, 0, 0);

    must(beneath(rules, "a", MAKE_REG | REMOVE_FILE | REFER));
    must(beneath(rules, "b", MAKE_REG | REFER));
    enforce(rules);
    return error_of(syscall(SYS_renameat2, AT_FDCWD, "a/file", AT_FDCWD, "b/file", 2)) != EACCES;
}

static int layers(void)
{
    int rules = ruleset(READ_FILE, 0, 0);

    must(beneath(rules, ".", READ_FILE));
    enforce(rules);
    rules = ruleset(READ_FILE | READ_DIR, 0, 0);
    must(beneath(rules, "a", READ_FILE | READ_DIR));
    enforce(rules);
    if (opens("a/file", O_RDONLY) || opens("a", O_RDONLY) || opens("b/file", O_RDONLY) != EACCES ||
        opens("b", O_RDONLY) != EACCES)
        return 1;
    rules = ruleset(WRITE_FILE, 0, 0);
    must(beneath(rules, "b", WRITE_FILE));
    enforce(rules);
    if (opens("a/file", O_WRONLY) != EACCES || opens("b/file", O_WRONLY) || opens("b/file", O_RDWR) != EACCES)
        return 2;
    /* children as well */
    pid_t pid = fork();
    int s;
    if (!pid)
        _exit(opens("b/file", O_RDONLY) == EACCES && opens("a/file", O_RDONLY) == 0 ? 0 : 1);
    must(waitpid(pid, &s, 0));
    return s ? 3 : 0;
}

static int one_file(void)
{
    int rules = ruleset(READ_FILE | WRITE_FILE, 0, 0);

    must(beneath(rules, "a/file", READ_FILE));
    must(beneath(rules, "b", WRITE_FILE));
    must(beneath(rules, ".", READ_FILE));
    must(beneath(rules, "a/file", WRITE_FILE));
    enforce(rules);
    return opens("a/file", O_RDWR) || opens("b/file", O_RDWR) || opens("/proc/version", O_RDONLY) != EACCES;
}

static int devices(void)
{
    int rules = ruleset(IOCTL_DEV, 0, 0), early = must(open("/dev/null", O_RDWR)), late, n;

    enforce(rules);
    late = must(open("/dev/null", O_RDWR));
    if (error_of(ioctl(late, 0x5413, &n)) != EACCES || error_of(ioctl(early, 0x5413, &n)) != ENOTTY)
        return 1;
    return ioctl(late, 0x5421, memset(&n, 0, sizeof(n))) ? 2 : 0; /* FIONBIO is not the device's */
}

static int without_place(void)
{
    int rules = ruleset(ALL, 0, 0), pipes[2], fd, again;
    char path[64];

    enforce(rules);
    must(pipe(pipes));
    fd = must(memfd_create("x", 0));
    if (ftruncate(fd, 100))
        return 1;
    snprintf(path, sizeof(path), "/proc/self/fd/%d", pipes[1]);
    again = open(path, O_WRONLY);
    return again < 0;
}

/* ---- everything else ---- */

static int tcp(int (*call)(int, const struct sockaddr *, socklen_t), int port)
{
    struct sockaddr_in in = {
        .sin_family = AF_INET, .sin_port = htons((unsigned short)port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int s = must(socket(AF_INET, SOCK_STREAM, 0)), err;

    err = error_of(call(s, (void *)&in, sizeof(in)));
    close(s);
    return err;
}
static int ports(void)
{
    int rules = ruleset(0, 3, 0), udp;
    struct port zero = {1, 0};
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};

    must(syscall(ADD_RULE, rules, 2, &zero, 0));
    enforce(rules);
    if (tcp(bind, 0) || tcp(bind, 41999) != EACCES || tcp(connect, 41999) != EACCES)
        return 1;
    udp = must(socket(AF_INET, SOCK_DGRAM, 0));
    return bind(udp, (void *)&in, sizeof(in)) ? 2 : 0;
}

static int signals(void)
{
    int rules = ruleset(0, 0, 2), s;
    pid_t pid;

    enforce(rules);
    if (kill(getpid(), 0) || error_of(kill(getppid(), 0)) != EPERM)
        return 1;
    pid = fork();
    if (!pid)
        _exit(error_of(kill(getppid(), 0)));
    must(waitpid(pid, &s, 0));
    return s;
}

static int abstract(void)
{
    struct sockaddr_un un = {AF_UNIX, ""};
    socklen_t len = offsetof(struct sockaddr_un, sun_path) + 1 +
                    (socklen_t)sprintf(un.sun_path + 1, "landlock-%d", getpid());
    int s = must(socket(AF_UNIX, SOCK_STREAM, 0)), c = must(socket(AF_UNIX, SOCK_STREAM, 0)), own;

    must(bind(s, (void *)&un, len));
    must(listen(s, 5));
    enforce(ruleset(0, 0, 1));
    if (error_of(connect(c, (void *)&un, len)) != EPERM)
        return 1;
    un.sun_path[1] = 'L';
    own = must(socket(AF_UNIX, SOCK_STREAM, 0));
    must(bind(own, (void *)&un, len));
    must(listen(own, 5));
    return connect(c, (void *)&un, len) ? 2 : 0;
}

static int tracing(void)
{
    pid_t pid;
    int s, ret = 0;

    pid = must(fork());
    if (!pid) {
        pause();
        _exit(0);
    }
    enforce(ruleset(READ_FILE, 0, 0));
    if (error_of(ptrace(PTRACE_ATTACH, pid, 0, 0)) != EPERM)
        ret = 1; /* it is not within our domain */
    kill(pid, SIGKILL);
    waitpid(pid, &s, 0);
    pid = must(fork());
    if (!pid) {
        pause();
        _exit(0);
    }
    if (ptrace(PTRACE_ATTACH, pid, 0, 0))
        ret = ret ? ret : 2;
    kill(pid, SIGKILL);
    waitpid(pid, &s, __WALL);
    return ret;
}

static void *look_at_self(void *unused)
{
    static char from[4] = "abc", to[4];
    struct iovec local = {to, 4}, remote = {from, 4};

    (void)unused;
    enforce(ruleset(READ_FILE, 0, 0)); /* of this thread alone */
    return process_vm_readv(getpid(), &local, 1, &remote, 1, 0) == 4 ? "" : NULL;
}
static int own_threads(void)
{
    pthread_t thread;
    void *worked = NULL;

    if (pthread_create(&thread, NULL, look_at_self, NULL) || pthread_join(thread, &worked))
        return 1;
    return worked && opens("a/file", O_RDONLY) == 0 ? 0 : 2;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    return remove(path);
}

static void remove_all(const char *what)
{
    if (nftw(what, remove_one, 8, FTW_DEPTH | FTW_PHYS))
        must(errno == ENOENT ? 0 : -1);
}

int main(int argc, char **argv)
{
    static const struct {
        int (*fn)(void);
        int status;
        const char *fact;
    } facts[] = {
        {reading, 0, "reading files and directories"},
        {writing, 0, "writing, making and cutting files"},
        {running, EACCES, "running programs"},
        {running_there, 42, "... where it is permitted, and read"},
        {making, 0, "making and removing things"},
        {moving, 0, "other names, without LANDLOCK_ACCESS_FS_REFER"},
        {referring, 0, "... with it, unless something is gained"},
        {exchanging, 0, "names exchanged"},
        {layers, 0, "all layers must permit it"},
        {one_file, 0, "rules about one file, and several about the same"},
        {devices, 0, "requests to devices, as they were when they were opened"},
        {without_place, 0, "what has no place in the tree is free"},
        {ports, 0, "TCP ports"},
        {signals, 0, "signals to others than one's own"},
        {abstract, 0, "abstract sockets of others"},
        {tracing, 0, "tracing of others"},
        {own_threads, 0, "but not what a process does to itself; a domain is its thread's"},
    };
    static const char *const made[] = {"a", "b", "file", "other", "moved"};
    long abi = syscall(CREATE, NULL, 0, 1);

    if (argc && !strcmp(argv[0], "true"))
        return 42;
    if (abi < 7) {
        told_skip("landlock", "this kernel has none, or an older one");
        return done();
    }
    must((long)mkdtemp(dir));
    must(chmod(dir, 0777));
    must(chdir(dir));
    fresh();
    arguments();
    for (size_t i = 0; i < sizeof(facts) / sizeof(*facts); i++) {
        for (size_t k = 0; k < sizeof(made) / sizeof(*made); k++)
            remove_all(made[k]);
        fresh();
        is_num(child(facts[i].fn), facts[i].status, facts[i].fact);
    }
    must(chdir("/"));
    remove_all(dir);
    return done();
}
