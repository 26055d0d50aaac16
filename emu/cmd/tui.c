/*
 * tui.c - `mseal-emu tui`: steps through a run on a terminal, in both directions.
 *
 * The run is over before the first screen: another process of this program records it, with the state of the
 * machine at each event (--record-states). Since a run is the same each time nothing is lost, and going
 * back is as quick as going on.
 */
#include "cmd.h"
#include "emu/options.h"
#include "self.h"
#include "tui.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static int usage(FILE *out)
{
    fputs("Usage: mseal-emu tui [--stdin FILE] [--keys KEYS] [--print[=COLSxROWS]] [OPTION...] PROGRAM "
          "[ARG...]\n"
          "Step through a run on a terminal, by event or by system call, backwards too: the address space "
          "with its "
          "seals,\nregisters, code, trace, and why calls were refused. '?' lists the keys.\n\n"
          "  --stdin FILE          what the program reads (default: nothing); it cannot read from the "
          "terminal\n"
          "  --keys KEYS           press these first; <Enter>, <Esc>, <Tab>, <Up>, <Down>, <Left>, <Right> "
          "are keys "
          "too\n"
          "  --print[=COLSxROWS]   print the screen (default: 80x24) instead of showing it\n"
          "Other options are those of mseal-emu, for the run.\n",
          out);
    return out == stdout ? 0 : EXIT_USAGE;
}

struct request {
    const char *input, *keys;
    bool print;
    unsigned rows, cols;
    int first; /* where the options of the run begin */
};

/* 0, or the exit status after one line; -1: help was wanted. */
static int parse(struct request *q, int argc, char **argv)
{
    int i;

    for (i = 1; i < argc; i++) {
        const char *a = argv[i];
        int end = 0;

        if (!strcmp(a, "--help") || !strcmp(a, "-h"))
            return -1;
        if (!strcmp(a, "--stdin") || !strcmp(a, "--keys")) {
            if (i + 1 == argc) {
                fprintf(stderr, "mseal-emu tui: option needs a value: '%s'\n", a);
                return EXIT_USAGE;
            }
            *(a[2] == 's' ? &q->input : &q->keys) = argv[++i];
        } else if (!strncmp(a, "--stdin=", 8)) {
            q->input = a + 8;
        } else if (!strncmp(a, "--keys=", 7)) {
            q->keys = a + 7;
        } else if (!strcmp(a, "--print")) {
            q->print = true;
        } else if (!strncmp(a, "--print=", 8)) {
            q->print = true;
            if (sscanf(a, "--print=%4ux%4u%n", &q->cols, &q->rows, &end) != 2 || a[end] || !q->cols ||
                !q->rows || q->cols > TUI_MAX || q->rows > TUI_MAX) {
                fprintf(stderr, "mseal-emu tui: not a size like 80x24: '%s'\n", a + 8);
                return EXIT_USAGE;
            }
        } else {
            break;
        }
    }
    q->first = i;
    return 0;
}

/* ---- the run ---- */

/* Child: become the emulator of argv, which records into fd `rec` and prints into fd `out`. */
static _Noreturn void become(const char *self, char **argv, int in, int out)
{
    dup2(in, 0);
    dup2(out, 1);
    dup2(out, 2);
    close(in);
    close(out);
    execv(self, argv);
    _exit(EXIT_FAILED);
}

/* Run it to its end, or until Ctrl-C. Its wait status, or -1 after one line. */
static int record(const struct request *q, int argc, char **argv, int rec, int out)
{
    const char *self = self_path();
    char name[64], **args = calloc((size_t)argc + 8, sizeof(*args));
    struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
    int in = open(q->input ? q->input : "/dev/null", O_RDONLY | O_CLOEXEC), n = 0, status = -1;
    pid_t pid = -1;

    if (in < 0) {
        fprintf(stderr, "mseal-emu tui: %s: %s\n", q->input, strerror(errno));
        goto out;
    }
    snprintf(name, sizeof(name), "/proc/%d/fd/%d", getpid(), rec);
    if (args && self) {
        args[n++] = argv[0];
        args[n++] = "--record";
        args[n++] = name;
        args[n++] = "--record-states";
        for (int i = q->first; i < argc; i++)
            args[n++] = argv[i];
        sigaction(SIGINT, &ignore, &before);
        pid = fork();
        if (!pid) {
            signal(SIGINT, SIG_DFL);
            become(self, args, in, out);
        }
    }
    if (pid < 0) {
        fprintf(stderr, "mseal-emu tui: the run cannot be started: %s\n", strerror(errno));
        goto out;
    }
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    sigaction(SIGINT, &before, NULL);
out:
    if (in >= 0)
        close(in);
    free(args);
    return status;
}

static bool read_output(struct tui_run *run, int fd)
{
    off_t len = lseek(fd, 0, SEEK_END);

    run->output = malloc(len > 0 ? (size_t)len : 1);
    if (!run->output || len < 0)
        return false;
    run->output_len = 0;
    for (ssize_t n; (n = pread(fd, run->output + run->output_len, (size_t)len - run->output_len,
                               (off_t)run->output_len)) > 0;)
        run->output_len += (size_t)n;
    return true;
}

/* ---- keys given on the command line ---- */

static bool press(struct tui *ui, const char *keys)
{
    static const struct {
        const char *name;
        int key;
    } names[] = {
        {"<Enter>", TUI_ENTER}, {"<Esc>", TUI_ESC},   {"<Tab>", '\t'},        {"<Up>", TUI_UP},
        {"<Down>", TUI_DOWN},   {"<Left>", TUI_LEFT}, {"<Right>", TUI_RIGHT},
    };

    while (keys && *keys) {
        int key = (unsigned char)*keys;
        size_t len = 1;

        for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
            if (!strncmp(keys, names[i].name, strlen(names[i].name))) {
                key = names[i].key;
                len = strlen(names[i].name);
            }
        if (!tui_key(ui, key))
            return false;
        keys += len;
    }
    return true;
}

static int show(struct tui *ui, const struct request *q)
{
    struct tui_screen s = {0};
    bool stay = press(ui, q->keys);

    if (!q->print)
        return stay ? tui_term_run(ui) : 0;
    if (!tui_screen_size(&s, q->rows, q->cols)) {
        tui_screen_free(&s);
        return EXIT_FAILED;
    }
    tui_draw(ui, &s);
    tui_screen_print(&s, stdout);
    tui_screen_free(&s);
    return 0;
}

static int check_options(const struct options *o)
{
    const char *what = o->record ? "--record" : o->gdb ? "--gdb" : o->lockstep ? "--lockstep" : NULL;

    if (!what)
        return 0;
    fprintf(stderr, "mseal-emu tui: %s does not go together with it\n", what);
    return EXIT_USAGE;
}

/* The run did not come to a first step: what was printed tells why. */
static int not_begun(int out, int status)
{
    struct tui_run said = {0};

    if (read_output(&said, out) && said.output_len)
        fwrite(said.output, 1, said.output_len, stderr);
    else
        fprintf(stderr, "mseal-emu tui: there is nothing to show\n");
    free(said.output);
    return WIFEXITED(status) && WEXITSTATUS(status) ? WEXITSTATUS(status) : EXIT_FAILED;
}

int cmd_tui(int argc, char **argv)
{
    extern char **environ;
    struct request q = {.rows = TUI_MIN_ROWS, .cols = TUI_MIN_COLS};
    struct tui_run run = {0};
    struct options o = {0};
    struct tui ui = {.run = &run, .chosen = UINT64_MAX, .page = UINT64_MAX};
    const char *slash;
    FILE *in = NULL;
    int rec = -1, out = -1, err = parse(&q, argc, argv), status;

    if (err)
        return err < 0 ? usage(stdout) : err;
    err = options_parse(&o, argc - q.first + 1, argv + q.first - 1, environ);
    if (!err && (o.help || o.version))
        err = usage(stderr);
    if (!err)
        err = check_options(&o);
    if (!err && !q.print)
        err = tui_term_check();
    if (err)
        goto out;
    err = EXIT_FAILED;
    rec = memfd_create("recording", MFD_CLOEXEC);
    out = memfd_create("output", MFD_CLOEXEC);
    in = rec < 0 ? NULL : fdopen(rec, "r");
    /* Standard output and standard error share it: each writes behind what the other wrote. */
    if (!in || out < 0 || fcntl(out, F_SETFL, O_APPEND)) {
        fprintf(stderr, "mseal-emu tui: %s\n", strerror(errno));
        goto out;
    }
    status = record(&q, argc, argv, rec, out);
    if (status < 0)
        goto out;
    if (!lseek(rec, 0, SEEK_END) || lseek(rec, 0, SEEK_SET) || !tui_run_load(&run, in)) {
        err = not_begun(out, status);
        goto out;
    }
    if (!read_output(&run, out))
        goto out;
    ui.program = argv[q.first - 1 + o.first];
    slash = strrchr(ui.program, '/');
    ui.program = slash && slash[1] ? slash + 1 : ui.program;
    ui.input = q.input ? q.input : "none (see --stdin)";
    err = show(&ui, &q);
out:
    tui_run_free(&run);
    options_free(&o);
    if (in)
        fclose(in);
    else if (rec >= 0)
        close(rec);
    if (out >= 0)
        close(out);
    return err;
}
