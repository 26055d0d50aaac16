/* proc_core.c - core files: which deaths leave one, what wait4 and waitid say of it, and where there can be
 * none. */
#include "probe.h"
#include <elf.h>
#include <sys/procfs.h>

static char dir[] = "/tmp/proc_core.XXXXXX";

static bool text_is(const char *path, const char *want)
{
    char buf[256] = "";
    int fd = open(path, O_RDONLY);
    ssize_t n = read(fd, buf, sizeof(buf) - 1);

    close(fd);
    return n > 0 && !strcmp(buf, want);
}

static const char *filter; /* of the child's core */

/* What writing text there gives: "ok" or the error. */
static const char *set_filter(const char *text)
{
    int fd = open("/proc/self/coredump_filter", O_WRONLY);
    const char *said = write(fd, text, strlen(text)) < 0 ? strerrorname_np(errno) : "ok";

    close(fd);
    return said;
}

static void filters(void)
{
    int s;

    is_str(set_filter("0x7f\n"), "ok", "coredump_filter");
    is_true(text_is("/proc/self/coredump_filter", "0000007f\n"), "is what was written");
    is_str(set_filter("nonsense"), "EINVAL", "not a number");
    is_str(set_filter("-1"), "EINVAL", "nor one below 0");
    is_str(set_filter("0x100000000"), "ERANGE", "too much");
    if (!fork())
        _exit(text_is("/proc/self/coredump_filter", "0000007f\n"));
    wait(&s);
    is_num(WEXITSTATUS(s), 1, "a child inherits it");
    is_str(set_filter("0xffff"), "ok", "bits that mean nothing");
    is_true(text_is("/proc/self/coredump_filter", "000001ff\n"), "are not kept");
    set_filter("51"); /* the default */
    is_true(text_is("/proc/self/coredump_filter", "00000033\n"), "it reads decimal, too");
}

/* A child with this limit dies of sig: its status, *code as waitid has it. */
static int die(int sig, rlim_t limit, int dumpable, int *code)
{
    siginfo_t si = {0};
    int s;
    pid_t pid = fork();

    if (!pid) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){limit, RLIM_INFINITY});
        prctl(PR_SET_DUMPABLE, dumpable);
        if (filter)
            set_filter(filter);
        signal(sig, SIG_DFL); /* who started us may ignore it */
        if (sig == SIGSEGV)
            *(volatile char *)16 = 1;
        raise(sig);
        _exit(0);
    }
    waitid(P_PID, (id_t)pid, &si, WEXITED | WNOWAIT);
    *code = si.si_code;
    waitpid(pid, &s, 0);
    return s;
}

static off_t core_size(void)
{
    struct stat st;

    return stat("core", &st) ? -1 : st.st_size;
}

/* The first thread's note: its signal, or -1. */
static int core_signal(void)
{
    Elf64_Ehdr eh;
    Elf64_Phdr ph;
    Elf64_Nhdr nh;
    struct elf_prstatus st;
    int fd = open("core", O_RDONLY), sig = -1;

    if (pread(fd, &eh, sizeof(eh), 0) == sizeof(eh) && !memcmp(eh.e_ident, ELFMAG, SELFMAG) &&
        eh.e_type == ET_CORE && pread(fd, &ph, sizeof(ph), (off_t)eh.e_phoff) == sizeof(ph) &&
        ph.p_type == PT_NOTE && pread(fd, &nh, sizeof(nh), (off_t)ph.p_offset) == sizeof(nh) &&
        nh.n_type == NT_PRSTATUS && pread(fd, &st, sizeof(st), (off_t)ph.p_offset + 20) == sizeof(st))
        sig = st.pr_cursig;
    close(fd);
    return sig;
}

int main(void)
{
    struct stat st;
    int s, code;

    if (!mkdtemp(dir) || chdir(dir))
        return 1;
    umask(022);
    filters();
    s = die(SIGSEGV, 0, 1, &code);
    is_true(WIFSIGNALED(s) && !WCOREDUMP(s), "with RLIMIT_CORE 0 there is no core");
    is_num(code, CLD_KILLED, "and the child was killed");
    is_num(core_size(), -1, "and there is no file");
    if (!text_is("/proc/sys/kernel/core_pattern", "core\n") ||
        !text_is("/proc/sys/kernel/core_uses_pid", "0\n")) {
        told_skip("core files", "this machine's core_pattern is another");
        rmdir(dir);
        return done();
    }
    s = die(SIGSEGV, RLIM_INFINITY, 1, &code);
    is_true(WIFSIGNALED(s) && WTERMSIG(s) == SIGSEGV && WCOREDUMP(s), "SIGSEGV dumps a core");
    is_num(code, CLD_DUMPED, "which waitid tells");
    is_true(core_size() > 4096, "the file is there");
    is_true(!stat("core", &st) && (st.st_mode & 07777) == 0600, "for its owner only");
    is_num(core_signal(), SIGSEGV, "it is an ELF core with the signal");
    s = die(SIGQUIT, RLIM_INFINITY, 1, &code);
    is_true(WCOREDUMP(s) && code == CLD_DUMPED, "SIGQUIT dumps one, too");
    is_num(core_signal(), SIGQUIT, "over the old one");
    unlink("core");
    s = die(SIGTERM, RLIM_INFINITY, 1, &code);
    is_true(WIFSIGNALED(s) && !WCOREDUMP(s) && code == CLD_KILLED && core_size() == -1, "SIGTERM dumps none");
    s = die(SIGABRT, 4095, 1, &code);
    is_true(WIFSIGNALED(s) && !WCOREDUMP(s) && core_size() == -1, "a limit of less than a page: none");
    off_t whole;
    die(SIGABRT, RLIM_INFINITY, 1, &code);
    whole = core_size();
    filter = "0";
    s = die(SIGABRT, RLIM_INFINITY, 1, &code);
    is_true(WCOREDUMP(s) && core_size() > 0 && core_size() < whole, "a filter leaves memory away");
    filter = "4";
    s = die(SIGABRT, RLIM_INFINITY, 1, &code);
    is_true(core_size() > whole, "or takes in what the program's file has");
    filter = NULL;
    s = die(SIGABRT, 20000, 1, &code);
    is_true(WCOREDUMP(s) && core_size() > 0 && core_size() < whole, "a limit: its beginning");
    unlink("core");
    s = die(SIGABRT, RLIM_INFINITY, 0, &code);
    is_true(WIFSIGNALED(s) && !WCOREDUMP(s) && core_size() == -1, "a process that is not dumpable: none");
    symlink("elsewhere", "core");
    s = die(SIGABRT, RLIM_INFINITY, 1, &code);
    is_true(WCOREDUMP(s) && access("elsewhere", F_OK) && !lstat("core", &st) && S_ISREG(st.st_mode),
            "a symbolic link of that name gives way");
    unlink("core");
    close(open("core", O_CREAT | O_WRONLY, 0600));
    link("core", "other");
    s = die(SIGABRT, RLIM_INFINITY, 1, &code);
    is_true(WCOREDUMP(s) && !stat("other", &st) && !st.st_size,
            "a file of that name stays under its other name");
    unlink("core");
    unlink("other");
    mkdir("core", 0700);
    s = die(SIGABRT, RLIM_INFINITY, 1, &code);
    is_true(WIFSIGNALED(s) && !WCOREDUMP(s), "a directory of that name does not: none");
    rmdir("core");
    chdir("/");
    rmdir(dir);
    return done();
}
