/*
 * successor.c MODE - what becomes of the leader of a process, for tests/cli/strace_threads.sh:
 *   reads  a thread calls execve while the leader waits in a read
 *   left   ... after the leader has ended
 *   ended  the leader ends first, and the thread then
 * One waits until the other is where it should be, so that the lines of a trace come in one order. The program after execve is this
 * one in mode "over".
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *mode;
static char *self;

/* Until the state of the leader is this letter of /proc/PID/stat. */
static void await_leader(char state)
{
    char text[256], path[64];
    const char *at;
    ssize_t n;
    int fd;

    snprintf(path, sizeof(path), "/proc/self/task/%d/stat", getpid());
    fd = open(path, O_RDONLY);
    do {
        sched_yield();
        n = pread(fd, text, sizeof(text) - 1, 0);
        if (n <= 0)
            _exit(99);
        text[n] = 0;
        at = strrchr(text, ')');
    } while (!at || at[2] != state);
    close(fd);
}

static void *thread(void *unused)
{
    char *argv[] = {self, "over", NULL}, *envp[] = {NULL};

    await_leader(strcmp(mode, "reads") ? 'Z' : 'S');
    if (strcmp(mode, "ended")) {
        execve(self, argv, envp);
        _exit(98);
    }
    syscall(SYS_getppid);
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t t;
    int ends[2];
    char c;

    self = argv[0];
    mode = argc > 1 ? argv[1] : "";
    if (!strcmp(mode, "over"))
        return 4;
    if (pipe(ends) || pthread_create(&t, NULL, thread, NULL))
        return 97;
    if (strcmp(mode, "reads"))
        syscall(SYS_exit, 3);
    return read(ends[0], &c, 1) < 0 ? 96 : 95;
}
