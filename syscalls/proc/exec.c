/*
 * exec.c - execve and execveat: taking the arguments in, and the point of no return (fs/exec.c). What the
 * file means is the loader's business, behind machine_ops.exec.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "../file.h"
#include "../handlers.h"
#include "../process.h"
#include "ptrace.h"
#include "../trace/trace.h"

#define MAX_ARG_STRLEN (32 * MM_PAGE_SIZE) /* include/uapi/linux/binfmts.h */
#define ARG_MAX_MIN    (32 * MM_PAGE_SIZE) /* ARG_MAX: always allowed, whatever the stack limit */
#define ARG_MAX_MAX    (UINT64_C(8) << 20) / 4 * 3
#define GUEST_PATH_MAX 4096

/* A vector of strings on its way in. */
struct strvec {
    char **v;
    int n, room;
};

static void strvec_free(struct strvec *s)
{
    for (int i = 0; i < s->n; i++)
        free(s->v[i]);
    free(s->v);
    s->v = NULL;
    s->n = 0;
}

/* Takes str over, also on failure. */
static int strvec_add(struct strvec *s, char *str)
{
    if (s->n + 1 >= s->room) { /* one more for the NULL at the end */
        int room = s->room ? s->room * 2 : 16;
        char **v = realloc(s->v, (size_t)room * sizeof(*v));

        if (!v) {
            free(str);
            return -ENOMEM;
        }
        s->v = v;
        s->room = room;
    }
    s->v[s->n++] = str;
    s->v[s->n] = NULL;
    return 0;
}

/* A string of any length below MAX_ARG_STRLEN, page by page. */
static int copy_arg(struct task *t, uint64_t addr, char **out)
{
    size_t len = 0, room = 64;
    char *s = malloc(room);

    while (s) {
        uint64_t n = MM_PAGE_SIZE;
        const char *p = mm_user_ptr(t->mm, addr + len, &n, MM_READ), *end;

        if (!p) {
            free(s);
            return -EFAULT;
        }
        end = memchr(p, 0, n);
        if (end)
            n = (uint64_t)(end - p) + 1;
        if (len + n > MAX_ARG_STRLEN) {
            free(s);
            return -E2BIG;
        }
        if (len + n > room) {
            char *bigger = realloc(s, room = len + n);

            if (!bigger)
                break;
            s = bigger;
        }
        memcpy(s + len, p, n);
        len += n;
        if (end) {
            *out = s;
            return 0;
        }
    }
    free(s);
    return -ENOMEM;
}

/* *budget: bytes that strings and pointers may still take. */
static int copy_vector(struct task *t, uint64_t addr, struct strvec *s, uint64_t *budget)
{
    if (!addr)
        return 0;
    for (;; addr += 8) {
        uint64_t ptr, cost;
        char *str;
        int err;

        if (mm_copy_in(t->mm, &ptr, addr, sizeof(ptr)))
            return -EFAULT;
        if (!ptr)
            return 0;
        err = copy_arg(t, ptr, &str);
        if (err)
            return err;
        cost = strlen(str) + 1 + sizeof(ptr);
        if (cost > *budget) {
            free(str);
            return -E2BIG;
        }
        *budget -= cost;
        err = strvec_add(s, str);
        if (err)
            return err;
    }
}

static uint64_t arg_budget(const struct task *t)
{
    uint64_t limit = t->proc->rlim[RLIMIT_STACK].cur / 4;

    if (limit > ARG_MAX_MAX)
        limit = ARG_MAX_MAX;
    return limit < ARG_MAX_MIN ? ARG_MAX_MIN : limit;
}

static int64_t do_exec(struct task *t, const char *path, struct file *file, uint64_t argv, uint64_t envp)
{
    struct strvec args = {0}, env = {0};
    uint64_t budget = arg_budget(t);
    struct exec_request req;
    int err;

    err = copy_vector(t, argv, &args, &budget);
    if (!err)
        err = copy_vector(t, envp, &env, &budget);
    if (!err && !args.n) /* 5.18: an empty argv becomes { "" } */
        err = strvec_add(&args, calloc(1, 1));
    if (!err && !env.v) {
        env.v = calloc(1, sizeof(*env.v));
        if (!env.v)
            err = -ENOMEM;
    }
    if (!err) {
        req = (struct exec_request){
            .path = path, .file = file, .argv = args.v, .envp = env.v, .argc = args.n, .envc = env.n};
        err = t->k->ops->exec(t, &req);
    }
    strvec_free(&args);
    strvec_free(&env);
    return err;
}

int64_t sys_execve(struct task *t, const uint64_t a[6])
{
    char path[GUEST_PATH_MAX];
    struct file *file;
    int64_t ret = mm_copy_str(t->mm, path, a[0], sizeof(path));

    if (ret < 0)
        return ret;
    if (!ret)
        return -ENOENT;
    ret = vfs_open_exec(t, path, &file);
    if (ret)
        return ret;
    ret = do_exec(t, path, file, a[1], a[2]);
    file_put(file);
    return ret;
}

/* The name under which a script finds itself again when it was given as a descriptor. */
static void fd_path(char *buf, size_t size, int dfd, const char *path)
{
    if (*path)
        snprintf(buf, size, "/dev/fd/%d/%s", dfd, path);
    else
        snprintf(buf, size, "/dev/fd/%d", dfd);
}

int64_t sys_execveat(struct task *t, const uint64_t a[6])
{
    char path[GUEST_PATH_MAX], name[GUEST_PATH_MAX + 32];
    int dfd = arg_int(a[0]), flags = arg_int(a[4]);
    struct file *file;
    int64_t ret;

    if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
        return -EINVAL;
    ret = mm_copy_str(t->mm, path, a[1], sizeof(path));
    if (ret < 0)
        return ret;
    if (!ret && !(flags & AT_EMPTY_PATH))
        return -ENOENT;
    ret = vfs_open_exec_at(t, dfd, path, (unsigned)flags, &file);
    if (ret)
        return ret;
    if (dfd == AT_FDCWD || *path == '/')
        snprintf(name, sizeof(name), "%s", path);
    else
        fd_path(name, sizeof(name), dfd, path);
    ret = do_exec(t, name, file, a[2], a[3]);
    file_put(file);
    return ret;
}

/* t alone remains, with the process's number; a leader that is not t gives its place up. */
static void become_leader(struct task *t)
{
    struct process *p = t->proc;
    struct task *old = p->leader;
    int tid = t->tid;

    p->execing = true;
    kill_other_threads(t, 0);
    p->execing = false;
    if (old == t)
        return;
    old->state = TASK_DEAD;
    list_del(&old->node);
    list_del(&old->thread_node);
    list_add_tail(&t->k->dead, &old->node);
    t->k->nr_tasks--;
    p->leader = t;
    list_del(&t->node);
    t->k->nr_tasks--;
    t->tid = p->pid;
    task_insert(t->k, t);
    if (t->k->trace)
        trace_superseded(t, tid);
}

static void set_comm(struct task *t, const char *path)
{
    const char *base = strrchr(path, '/');

    memset(t->comm, 0, sizeof(t->comm));
    base = base ? base + 1 : path;
    memcpy(t->comm, base, strnlen(base, sizeof(t->comm) - 1));
}

static void stop_sharing(struct task *t)
{
    struct sighand *own;
    struct files *files;

    if (t->sighand->refs > 1) {
        own = sighand_create();
        if (own) {
            memcpy(own->action, t->sighand->action, sizeof(own->action));
            sighand_put(t->sighand);
            t->sighand = own;
        }
    }
    files = files_clone(t->files);
    if (files) {
        files_put(t->files);
        t->files = files;
    }
}

void process_set_exe(struct process *p, struct file *f)
{
    if (f)
        file_get(f);
    if (p->exe_file)
        file_put(p->exe_file);
    p->exe_file = f;
    if (f) {
        size_t n = vfs_path(f, p->exe, sizeof(p->exe) - 1);

        p->exe[n < sizeof(p->exe) ? n : sizeof(p->exe) - 1] = 0;
    }
}

void exec_commit(struct task *t, struct mm *new_mm, const char *path, struct file *file)
{
    struct process *p = t->proc;
    struct mm *old = t->mm;

    become_leader(t);
    task_leave_mm(t);
    stop_sharing(t);
    rlimits_to_mm(p, new_mm);
    t->mm = new_mm;
    if (old)
        mm_put(old);
    vfork_release(t);

    ptrace_exec(t);
    sighand_flush_on_exec(t->sighand);
    timers_exec(p);
    t->altstack_sp = t->altstack_size = 0;
    t->altstack_flags = 0;
    t->robust_list = t->robust_list_len = 0;
    t->rseq = 0;
    t->user_dispatch.on = false;
    t->restart = NULL;
    p->exit_signal = SIGCHLD;
    p->did_exec = true;
    creds_exec(t, file);

    files_close_on_exec(t->files);
    set_comm(t, path);
    process_set_exe(p, file);
    if (t->k->trace && t->sysno >= 0) /* the first program made no call */
        trace_execed(t);
}
