/*
 * debuggee.c - something to debug: each argument is one scene. Compiled with -g -O1, so what gdb should find
 * is global and what should stay a function is noinline.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

volatile int counter, other[64];
volatile double half = 0.5;
char text[32] = "before";
volatile int thread_id_sum;
__thread int of_thread = 11;

__attribute__((noinline)) int add(int a, int b)
{
    counter = a + b;
    return counter;
}

__attribute__((noinline)) int look(void)
{
    return counter;
}

__attribute__((noinline)) void done(int status)
{
    printf("done %d\n", status);
    exit(status);
}

static void on_signal(int signo)
{
    counter = 100 + signo;
}

static void scene_watch(void)
{
    int fds[2];

    for (int i = 0; i < 3; i++) {
        other[i] = i; /* same page, not watched */
        add(i, 1);
    }
    counter = 3; /* no change: no stop */
    look();
    if (pipe(fds) || write(fds[1], "after", 6) != 6 || read(fds[0], text, 6) != 6)
        done(1);
    done(counter);
}

static void scene_signal(void)
{
    signal(SIGUSR1, on_signal);
    raise(SIGUSR1);
    done(counter);
}

__attribute__((noinline)) void *worker(void *arg)
{
    int id = (int)(long)arg;

    pthread_setname_np(pthread_self(), id == 1 ? "first" : "second");
    of_thread += id;
    __atomic_add_fetch(&thread_id_sum, add(id, 0), __ATOMIC_SEQ_CST);
    return NULL;
}

static void scene_threads(void)
{
    pthread_t t[2];

    for (long i = 0; i < 2; i++)
        pthread_create(&t[i], NULL, worker, (void *)(i + 1));
    for (int i = 0; i < 2; i++)
        pthread_join(t[i], NULL);
    done(thread_id_sum);
}

static void scene_fork(const char *self)
{
    int status;
    pid_t pid = fork();

    if (!pid) {
        add(20, 1);
        execl(self, self, "child", (char *)NULL);
        _exit(9);
    }
    waitpid(pid, &status, 0);
    done(WEXITSTATUS(status));
}

static void scene_vfork(const char *self)
{
    int status;
    pid_t pid = vfork();

    if (!pid) {
        execl(self, self, "child", (char *)NULL);
        _exit(9);
    }
    waitpid(pid, &status, 0);
    done(WEXITSTATUS(status));
}

static void scene_seal(void)
{
    char *p = mmap(NULL, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    syscall(462, p, 4096, 0);
    other[0] = mprotect(p, 4096, PROT_READ | PROT_WRITE) ? errno : 0;
    add((long)p & 4095, 0);
    done(other[0]);
}

static void scene_map(void)
{
    volatile char *p = mmap((void *)0x10000000, 4096, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

    p[1] = 1; /* not watched */
    p[5] += 7;
    done(p[5]);
}

static void scene_loop(void)
{
    volatile int on_stack = 77; /* is the stack where it should be? */

    while (!other[1]) {
        add(counter & 0xff, 1);
        if (on_stack != 77)
            done(99);
    }
    done(other[1]);
}

int main(int argc, char **argv)
{
    const char *scene = argc > 1 ? argv[1] : "";

    if (!strcmp(scene, "watch"))
        scene_watch();
    else if (!strcmp(scene, "signal"))
        scene_signal();
    else if (!strcmp(scene, "threads"))
        scene_threads();
    else if (!strcmp(scene, "fork"))
        scene_fork(argv[0]);
    else if (!strcmp(scene, "vfork"))
        scene_vfork(argv[0]);
    else if (!strcmp(scene, "seal"))
        scene_seal();
    else if (!strcmp(scene, "map"))
        scene_map();
    else if (!strcmp(scene, "loop"))
        scene_loop();
    else if (!strcmp(scene, "wait"))
        done(read(0, text, sizeof(text)) < 0);
    else if (!strcmp(scene, "crash"))
        *(volatile char *)0xdead0 = 1;
    else
        done(add(3, 4));
}
