/*
 * emu.c - mseal-emu as a library: from the words of a command line to a machine that is ready to run a program (emu.h).
 */
#include "disasm.h"
#include "machine.h"
#include "options.h"
#include "output.h"
#include "plugin.h"
#include "seal_image.h"
#include "syscalls/trace/lockstep.h"
#include "syscalls/trace/trace.h"

#include <errno.h>
#include <limits.h>
#include <mseal-emu/emu.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

struct mseal_emu {
    struct machine m;
    struct options o;
    struct output output;
};

static int version(void)
{
    char engine[16];
    int major = 0, minor = 0;

    if (capstone())
        capstone()->version(&major, &minor);
    printf("mseal-emu " MSEAL_EMU_VERSION " (Unicorn %s, capstone %d.%d)\n", cpu_engine_version(engine),
           major, minor);
    return 0;
}

/* The value of VAR in an environment, or NULL. */
static const char *env_get(char *const *env, const char *var)
{
    size_t n = strlen(var);

    for (; *env; env++)
        if (!strncmp(*env, var, n) && (*env)[n] == '=')
            return *env + n + 1;
    return NULL;
}

/*
 * execvp()'s search, by the guest's eyes: a name with a slash is a path; else each directory of PATH. *err is what the exit
 * status depends on: ENOENT, or what stood in the way.
 */
static struct file *find_program(struct task *t, const char *name, const char *path, char out[PATH_MAX],
                                 int *err)
{
    struct file *f = NULL;

    *err = -ENOENT;
    if (strchr(name, '/') || !*name) {
        if (strlen(name) >= PATH_MAX) {
            *err = -ENAMETOOLONG;
            return NULL;
        }
        strcpy(out, name);
        *err = vfs_open_exec(t, out, &f);
        /* A program in the host's /tmp is hidden by the private one: show it. */
        if (*err == -ENOENT && !vfs_expose(t->k, out))
            *err = vfs_open_exec(t, out, &f);
        return *err ? NULL : f;
    }
    if (!path)
        path = "/bin:/usr/bin";
    for (const char *p = path;; p++) {
        size_t n = strcspn(p, ":");
        int r;

        if ((size_t)snprintf(out, PATH_MAX, "%.*s%s%s", (int)n, p, n ? "/" : "", name) < PATH_MAX) {
            r = vfs_open_exec(t, out, &f);
            if (!r)
                return f;
            if (r != -ENOENT && r != -ENOTDIR)
                *err = r;
        }
        p += n;
        if (!*p)
            return NULL;
    }
}

static int start_program(struct machine *m, const struct options *o, int argc, char **argv)
{
    struct task *t = kernel_create_init(&m->k);
    char **args = calloc((size_t)argc + 1, sizeof(*args));
    char path[PATH_MAX];
    struct exec_request req = {.path = path, .argv = args, .argc = argc, .envp = o->env};
    int err = -ENOMEM;

    if (!t || !args)
        goto out;
    memcpy(args, argv, (size_t)argc * sizeof(*args));
    if (o->argv0)
        args[0] = (char *)o->argv0;
    req.file = find_program(t, argv[0], env_get(o->env, "PATH"), path, &err);
    if (!req.file)
        goto out;
    while (o->env[req.envc])
        req.envc++;
    err = machine_exec(t, &req);
    if (!err && m->k.trace)
        trace_first_exec(t, &req);
    if (!err && m->k.lockstep)
        lockstep_started(t);
    file_put(req.file);
    if (!err && m->gdb)
        gdb_begin(m->gdb, t);
    if (!err)
        machine_ops.wake(t);
    if (m->k.init_done) /* killed on the way: that is its status */
        err = 0;
out:
    free(args);
    if (!err)
        return 0;
    fprintf(stderr, "mseal-emu: %s: %s\n", argv[0], strerror(-err));
    return err == -ENOENT ? EXIT_NOT_FOUND : t && args ? EXIT_NOT_RUNNABLE : EXIT_FAILED;
}

/* 0, or the exit status after one line on stderr. */
static int check_seal_image(const struct options *o, const struct mseal_design *d)
{
    if (!seal_image_parse(o->seal_image))
        fprintf(stderr, "mseal-emu: --seal-image takes note, relro, text or all, not '%s'\n", o->seal_image);
    else if (!d->seal && !(d->syscalls && d->syscalls->name))
        fprintf(stderr, "mseal-emu: --seal-image: the design '%s' has nothing to seal with\n", d->name);
    else
        return 0;
    return EXIT_USAGE;
}

/* Asked of the kernel itself: sigaction(3) keeps 32 and 33 to the C library, whose posix_spawn() starts programs with them ignored. */
static bool is_ignored(int sig)
{
    struct {
        void (*handler)(int);
        unsigned long flags;
        void (*restorer)(void);
        ksigset_t mask;
    } old;

    return !syscall(SYS_rt_sigaction, sig, NULL, &old, sizeof(old.mask)) && old.handler == SIG_IGN;
}

/* What we were started with ignored (nohup, a shell's background job) stays ignored, as it would over an execve. */
static ksigset_t ignored_signals(void)
{
    ksigset_t set = 0;

    for (int sig = 1; sig <= NR_SIGNALS; sig++)
        if (is_ignored(sig))
            set |= sigbit(sig);
    return set;
}

/* A machine as the options want it. 0, or the exit status after one line on stderr. */
static int make_machine(struct machine *m, const struct options *o)
{
    struct kernel_config cfg = {
        .design = design_open(o->design),
        .root = o->root,
        .rw = (const char *const *)o->rw,
        .writable = o->writable,
        .seed = o->seed,
        .chaos = o->chaos,
        .memory = o->memory,
        .stack = o->stack,
        .vdso = o->vdso,
        .vsyscall = o->vsyscall,
        .mmap_phase = o->mmap_phase,
        .no_pkeys = o->no_pkeys,
        .no_anon_names = o->no_anon_names,
        .no_memory_failure = o->no_memory_failure,
        .uid = o->as_root ? 0 : getuid(),
        .gid = getgid(),
        .ignored = ignored_signals(),
    };
    const char *why;

    if (!cfg.design)
        return EXIT_USAGE;
    if (o->seal_image && check_seal_image(o, cfg.design))
        return EXIT_USAGE;
    if (machine_init(m, &cfg, &why)) {
        fprintf(stderr, "mseal-emu: the machine cannot be made: %s\n", why);
        return EXIT_FAILED;
    }
    if (o->seal_image)
        m->seal_image = seal_image_parse(o->seal_image);
    return 0;
}

int mseal_emu_create(struct mseal_emu **emu, char **argv, char **envp, const struct mseal_emu_hooks *hooks)
{
    struct mseal_emu *e = malloc(sizeof(*e));
    int argc = 0, err;

    *emu = NULL;
    if (!e) {
        fprintf(stderr, "mseal-emu: out of memory\n");
        return EXIT_FAILED;
    }
    while (argv[argc])
        argc++;
    err = options_parse(&e->o, argc, argv, envp);
    if (err)
        goto out;
    if (e->o.help || e->o.version) {
        if (e->o.help)
            options_help(stdout);
        else
            version();
        goto out;
    }
    err = make_machine(&e->m, &e->o);
    if (err)
        goto out;
    argv += e->o.first;
    e->m.k.hooks = hooks;
    err = output_open(&e->m, &e->o, argv[0], &e->output);
    if (!err && e->o.gdb)
        err = gdb_create(&e->m, e->o.gdb, e->o.gdb_wait);
    if (!err)
        err = start_program(&e->m, &e->o, argc - e->o.first, argv);
    if (err)
        goto out_machine;
    *emu = e;
    return 0;
out_machine:
    machine_destroy(&e->m);
    output_close(&e->output);
out:
    options_free(&e->o);
    free(e);
    return err;
}

int mseal_emu_run(struct mseal_emu *emu)
{
    return machine_run(&emu->m);
}

void mseal_emu_destroy(struct mseal_emu *emu)
{
    if (!emu)
        return;
    machine_destroy(&emu->m);
    output_close(&emu->output);
    options_free(&emu->o);
    free(emu);
}
