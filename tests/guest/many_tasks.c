/*
 * many_tasks.c - a thousand tasks at once, ten thousand forks in a row, a fork bomb that meets its limit; and whether memory came back.
 * usage: many_tasks [TASKS [FORKS]]
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <unistd.h>

static int gate[2];

static void *wait_at_gate(void *arg)
{
    char c;

    read(gate[0], &c, 1);
    return NULL;
}

static long free_kib(void)
{
    struct sysinfo si;

    sysinfo(&si);
    return (long)(si.freeram * si.mem_unit / 1024);
}

static int processes(int n)
{
    int made = 0, reaped = 0, s;

    fflush(stdout);
    pipe(gate);
    for (; made < n; made++) {
        pid_t pid = fork();

        if (pid < 0)
            break;
        if (!pid) {
            close(gate[1]);
            wait_at_gate(NULL);
            _exit(made % 100);
        }
    }
    close(gate[1]);
    close(gate[0]);
    while (wait(&s) > 0)
        reaped += WIFEXITED(s);
    return made == reaped ? made : -1;
}

static int threads(int n)
{
    pthread_t *th = calloc((size_t)n, sizeof(*th));
    pthread_attr_t attr;
    int made = 0;

    pipe(gate);
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, 65536);
    while (made < n && !pthread_create(&th[made], &attr, wait_at_gate, NULL))
        made++;
    close(gate[1]);
    for (int i = 0; i < made; i++)
        pthread_join(th[i], NULL);
    close(gate[0]);
    free(th);
    return made;
}

static int forks(int n)
{
    int good = 0, s;

    for (int i = 0; i < n; i++) {
        pid_t pid = fork();

        if (!pid)
            _exit(i % 7);
        if (pid > 0 && waitpid(pid, &s, 0) == pid && WEXITSTATUS(s) == i % 7)
            good++;
    }
    return good;
}

static void bomb(void)
{
    struct rlimit limit = {100, 100};
    int s;

    if (!fork()) {
        if (setrlimit(RLIMIT_NPROC, &limit) || setuid(12345))
            _exit(1);
        for (int i = 0; i < 100000; i++)
            if (fork() < 0)
                _exit(errno == EAGAIN ? 3 : 4);
        _exit(5);
    }
    wait(&s);
    printf("a fork bomb: %s\n", WEXITSTATUS(s) == 3 ? "stopped by its limit" : "NOT stopped");
}

int main(int argc, char **argv)
{
    int tasks = argc > 1 ? atoi(argv[1]) : 1000, n = argc > 2 ? atoi(argv[2]) : 10000;
    long before, after;

    processes(4);
    before = free_kib();
    printf("%d processes at once\n", processes(tasks));
    printf("%d threads at once\n", threads(tasks));
    fflush(stdout);
    printf("%d forks in a row\n", forks(n));
    after = free_kib();
    /* (the host has other programs) */
    printf("memory: %s\n", after > before - 65536 ? "came back" : "GONE");
    fflush(stdout);
    bomb();
    return 0;
}
