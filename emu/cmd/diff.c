/*
 * diff.c - mseal-emu diff: the same program on the host kernel and in the emulator, in lockstep, to the first
 * difference.
 *
 * The emulator leads. What it got from the world outside (the time, random numbers) and the signals that come
 * from there are given to the native side at the same places, so that both go the same way until the kernels
 * differ.
 */
#include "cmd.h"
#include "diff.h"
#include "self.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <mseal-emu/design.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "diff_compare.h"

static const char usage[] =
    "usage: mseal-emu diff [OPTION...] [--] PROGRAM [ARG...]\n"
    "Run a program on this machine's kernel and in the emulator, in lockstep, up to the first difference.\n"
    "  -d, --design NAME       sealing design of the emulated side (default: linux)\n"
    "  -s, --same-layout       both sides without address randomization: the addresses themselves are "
    "compared\n"
    "  -o, --show-output       print the program's standard output when there is no difference\n"
    "Exit status: 0 no difference, 1 a difference, 3 not comparable to the end (threads), 125 failure.\n";

/* Standard input for two: a file that each side can open and read from the start. */
static int share_stdin(void)
{
    struct stat st;
    char buf[65536];
    ssize_t n;
    int fd;

    if (!fstat(0, &st) && S_ISREG(st.st_mode))
        return fcntl(0, F_DUPFD_CLOEXEC, 3);
    if (!S_ISFIFO(st.st_mode) && !S_ISSOCK(st.st_mode))
        return open("/dev/null", O_RDONLY | O_CLOEXEC);
    fd = memfd_create("stdin", MFD_CLOEXEC);
    while (fd >= 0 && (n = read(0, buf, sizeof(buf))) > 0)
        if (write(fd, buf, (size_t)n) != n)
            return -1;
    return fd;
}

static bool host_has_mseal(void)
{
    return syscall(462, 0, 0, 0) == 0 || errno != ENOSYS;
}

static bool self_maps_hold(const char *name)
{
    FILE *in = fopen("/proc/self/maps", "re");
    char line[512];
    bool found = false;

    while (in && !found && fgets(line, sizeof(line), in))
        found = strstr(line, name);
    if (in)
        fclose(in);
    return found;
}

/* What the host doesn't have cannot be compared: the emulated side goes without, and that is said. */
static void ask_host(struct diff_run *run)
{
    long key = syscall(SYS_pkey_alloc, 0, 0);
    void *p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (!host_has_mseal()) {
        fprintf(stderr, "mseal-emu: diff: this kernel has no mseal; the rest is compared%s\n",
                run->design ? "" : ", under the design 'none'");
        run->design = run->design ? run->design : "none";
    }
    run->vsyscall = self_maps_hold("[vsyscall]");
    run->no_pkeys = key < 0;
    if (key >= 0)
        syscall(SYS_pkey_free, key);
    run->no_anon_names =
        p != MAP_FAILED && prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, p, 4096, NULL) && errno == EINVAL;
    run->no_memory_failure = p != MAP_FAILED && madvise(p, 0, MADV_HWPOISON) && errno == EINVAL;
    if (p != MAP_FAILED)
        munmap(p, 4096);
    if (!run->design)
        run->design = "linux";
}

static int summary(struct diff *d, int result)
{
    struct utsname u;

    uname(&u);
    if (d->native.world)
        fprintf(stderr, "mseal-emu: diff: %s\n", d->native.world);
    if (result)
        return result;
    fprintf(stderr,
            "no difference from Linux %s in %" PRIu64 " calls, %" PRIu64 " of them about memory, and %" PRIu64
            " faults%s%s\n",
            u.release, d->calls, d->memory_calls, d->faults,
            d->run.no_pkeys ? "; without protection keys" : "",
            d->run.no_anon_names ? "; without names of anonymous memory" : "");
    return 0;
}

static void pass_on(int fd, FILE *out)
{
    char buf[65536];
    ssize_t n;

    for (off_t at = 0; (n = pread(fd, buf, sizeof(buf), at)) > 0; at += n)
        fwrite(buf, 1, (size_t)n, out);
}

static int run(struct diff *d, bool show_output)
{
    struct diff_pair p = {0};
    int result = 125, err;

    err = native_start(&d->native, &d->run, &p.step[DIFF_NATIVE]);
    if (err == -ENOEXEC) { /* it could not start: it said why itself */
        pass_on(d->native.err, stderr);
        result = d->native.exit_code;
        goto out;
    }
    if (!err)
        err = emu_start(&d->emu, &d->run, d->native.mmap_base & ((2u << 20) - 1));
    if (!err)
        err = emu_next(&d->emu, &p.step[DIFF_EMU]);
    if (err == -EPIPE)
        pass_on(d->emu.err, stderr);
    if (!err && p.step[DIFF_EMU].rec.kind != LOCKSTEP_START)
        err = -EPROTO;
    if (!err)
        err = diff_compare(d, &p, &result);
    if (err)
        fprintf(stderr, "mseal-emu: diff: %s\n", strerror(-err));
    else
        result = summary(d, result);
    if (!result && show_output)
        pass_on(d->emu.out, stdout);
out:
    diff_step_clear(&p.step[0]);
    diff_step_clear(&p.step[1]);
    native_end(&d->native);
    emu_end(&d->emu);
    names_reset(&d->names[0]);
    names_reset(&d->names[1]);
    return result;
}

int cmd_diff(int argc, char **argv)
{
    static const struct option longopts[] = {{"design", required_argument, NULL, 'd'},
                                             {"same-layout", no_argument, NULL, 's'},
                                             {"show-output", no_argument, NULL, 'o'},
                                             {"help", no_argument, NULL, 'h'},
                                             {0}};
    struct diff d = {0};
    bool show_output = false;

    optind = 0;
    for (int c; (c = getopt_long(argc, argv, "+d:soh", longopts, NULL)) != -1;) {
        switch (c) {
        case 'd':
            d.run.design = optarg;
            break;
        case 's':
            d.run.same_layout = true;
            break;
        case 'o':
            show_output = true;
            break;
        case 'h':
            return cmd_usage(usage, true);
        default:
            return cmd_usage(usage, false);
        }
    }
    if (optind == argc)
        return cmd_usage(usage, false);
    d.run.argv = argv + optind;
    close_range(3, ~0u, CLOSE_RANGE_CLOEXEC); /* what is compared begins with 0, 1 and 2 alone */
    ask_host(&d.run);
    d.run.stdin_fd = share_stdin();
    if (d.run.stdin_fd < 0 || !self_path())
        return 125;
    signal(SIGPIPE, SIG_IGN);
    return run(&d, show_output);
}
