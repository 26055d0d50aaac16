/*
 * output_file.c - what -o names: a file, a file for each task, or a command that reads what is told.
 */
#include "output.h"

#include "syscalls/trace/sheets.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

bool output_is_command(const char *name)
{
    return *name == '|' || *name == '!';
}

static bool separately(const struct options *o)
{
    return o->separately || o->follow > 1;
}

/* `sh -c command` of the host reads what is written to *file. 0 or negative errno. */
static int start(const char *command, FILE **file, pid_t *pid)
{
    extern char **environ;
    char *argv[] = {"sh", "-c", (char *)command, NULL};
    posix_spawn_file_actions_t act;
    int fd[2], err;

    if (pipe2(fd, O_CLOEXEC)) /* so the program does not inherit it */
        return -errno;
    *file = fdopen(fd[1], "w");
    if (!*file) {
        close(fd[0]);
        close(fd[1]);
        return -ENOMEM;
    }
    err = posix_spawn_file_actions_init(&act);
    if (!err) {
        err = posix_spawn_file_actions_adddup2(&act, fd[0], STDIN_FILENO);
        if (!err)
            err = posix_spawn(pid, "/bin/sh", &act, NULL, argv, environ);
        posix_spawn_file_actions_destroy(&act);
    }
    close(fd[0]);
    if (err) {
        fclose(*file);
        *file = NULL;
        *pid = 0;
    }
    return -err;
}

int output_file_open(struct output *out, const struct options *o)
{
    char *own = NULL;
    int err = 0;

    *out = (struct output){.name = o->output};
    if (!o->output)
        return 0;
    if (output_is_command(o->output)) {
        err = start(o->output + 1, &out->file, &out->command);
        if (err) {
            fprintf(stderr, "mseal-emu: %s: %s\n", o->output, strerror(-err));
            err = EXIT_FAILED;
        }
    } else if (!separately(o)) {
        err = output_create("-o", o->output, o->append ? "ae" : "we", &out->file);
    } else if (asprintf(&own, "%s.%d", o->output, KERNEL_FIRST_PID) < 0) {
        fprintf(stderr, "mseal-emu: out of memory\n");
        err = EXIT_FAILED;
    } else {
        out->to_each = o->output;
        err = output_create("-o", own, o->append ? "ae" : "we", &out->file);
        free(own);
    }
    return err;
}

void output_close(struct output *out)
{
    int status = 0;

    if (out->file)
        trace_close(out->file);
    out->file = NULL;
    if (!out->command)
        return;
    while (waitpid(out->command, &status, 0) < 0 && errno == EINTR)
        ;
    out->command = 0;
    if (WIFSIGNALED(status))
        fprintf(stderr, "mseal-emu: -o '%s': killed by signal %d\n", out->name, WTERMSIG(status));
    else if (WEXITSTATUS(status))
        fprintf(stderr, "mseal-emu: -o '%s': its exit status is %d\n", out->name, WEXITSTATUS(status));
}
