/*
 * main.c - mseal-emu: from a command line to a machine that runs a program, and its status as ours.
 */
#include "cmd/cmd.h"
#include "disasm.h"
#include "machine.h"
#include "options.h"
#include "output.h"
#include "plugin.h"
#include "seal_image.h"
#include "syscalls/trace/lockstep.h"
#include "syscalls/trace/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <mseal-emu/emu.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int version(void)
{
    char engine[16];
    int major = 0, minor = 0;

    if (capstone())
        capstone()->version(&major, &minor);
    printf("mseal-emu " MSEAL_EMU_VERSION " (Unicorn %s, capstone %d.%d)\n", cpu_engine_version(engine), major, minor);
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
static struct file *find_program(struct task *t, const char *name, const char *path, char out[PATH_MAX], int *err)
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
    struct exec_request req = {0};
    char path[PATH_MAX];
    int err;

    if (!t) {
        fprintf(stderr, "mseal-emu: out of memory\n");
        return EXIT_FAILED;
    }
    req.file = find_program(t, argv[0], env_get(o->env, "PATH"), path, &err);
    if (!req.file)
        goto fail;
    req.path = path;
    req.argv = argv;
    req.argc = argc;
    req.envp = o->env;
    while (o->env[req.envc])
        req.envc++;
    const char *name = argv[0];

    if (o->argv0)
        argv[0] = (char *)o->argv0;
    err = machine_exec(t, &req);
    if (!err && m->k.trace)
        trace_first_exec(t, &req);
    if (!err && m->k.lockstep)
        lockstep_started(t);
    argv[0] = (char *)name;
    file_put(req.file);
    if (err && !m->k.init_done)
        goto fail;
    if (!err && m->gdb)
        gdb_begin(m->gdb, t);
    if (!err)
        machine_ops.wake(t);
    return 0;
fail:
    fprintf(stderr, "mseal-emu: %s: %s\n", argv[0], strerror(-err));
    return err == -ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_RUNNABLE;
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

/* What we were started with ignored (nohup, a shell's background job) stays ignored, as it would over an execve. */
static ksigset_t ignored_signals(void)
{
    ksigset_t set = 0;

    for (int sig = 1; sig <= NR_SIGNALS; sig++) {
        struct sigaction old;

        if (!sigaction(sig, NULL, &old) && old.sa_handler == SIG_IGN)
            set |= sigbit(sig);
    }
    return set;
}

int main(int argc, char **argv)
{
    extern char **environ;
    struct kernel_config cfg = {0};
    struct machine m;
    struct options o;
    const struct cmd *cmd = argc > 1 ? cmd_find(argv[1]) : NULL;
    const char *why;
    int err, status;

    if (cmd)
        return cmd->run(argc - 1, argv + 1);
    err = options_parse(&o, argc, argv, environ);
    if (err)
        goto out;
    if (o.help)
        options_help(stdout);
    if (o.help || o.version) {
        err = o.help ? 0 : version();
        goto out;
    }
    cfg.design = design_open(o.design);
    if (!cfg.design) {
        err = EXIT_USAGE;
        goto out;
    }
    if (o.seal_image) {
        err = check_seal_image(&o, cfg.design);
        if (err)
            goto out;
    }
    cfg.root = o.root;
    cfg.rw = (const char *const *)o.rw;
    cfg.writable = o.writable;
    cfg.seed = o.seed;
    cfg.chaos = o.chaos;
    cfg.memory = o.memory;
    cfg.stack = o.stack;
    cfg.vdso = o.vdso;
    cfg.vsyscall = o.vsyscall;
    cfg.mmap_phase = o.mmap_phase;
    cfg.no_pkeys = o.no_pkeys;
    cfg.no_anon_names = o.no_anon_names;
    cfg.no_memory_failure = o.no_memory_failure;
    cfg.uid = o.as_root ? 0 : getuid();
    cfg.gid = getgid();
    cfg.ignored = ignored_signals();
    err = machine_init(&m, &cfg, &why);
    if (err) {
        fprintf(stderr, "mseal-emu: the machine cannot be made: %s\n", why);
        err = EXIT_FAILED;
        goto out;
    }
    if (o.seal_image)
        m.seal_image = seal_image_parse(o.seal_image);
    err = output_open(&m, &o, argv[o.first]);
    if (!err && o.gdb)
        err = gdb_create(&m, o.gdb, o.gdb_wait);
    if (!err)
        err = start_program(&m, &o, argc - o.first, argv + o.first);
    if (err)
        goto out_machine;
    status = machine_run(&m);
    if (status == MACHINE_FAILED) {
        err = EXIT_FAILED;
        goto out_machine;
    }
    machine_destroy(&m);
    options_free(&o);
    machine_die_like(status);

out_machine:
    machine_destroy(&m);
out:
    options_free(&o);
    return err;
}
