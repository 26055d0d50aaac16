/* crashes.c - each argument is one way to die. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PG                4096ul
#define GUARD_INSTALL     102 /* MADV_GUARD_INSTALL */
#define ADDRESS_OF_NOBODY ((volatile char *)0xdead0)

typedef void function(void);

static volatile int without_end = 1;

__attribute__((noinline)) int deep(int n)
{
    volatile char room[1024];

    room[0] = (char)n;
    return without_end ? deep(n + 1) + room[0] : 0;
}

static void handler(int signo)
{
    *ADDRESS_OF_NOBODY = (char)signo;
}

/* Lets a fault take its course after a last word, as runtimes do. */
static void again(int signo)
{
    signal(signo, SIG_DFL);
    raise(signo);
}

/* What stands between them is no instruction in 64-bit mode: they cannot be decoded from the function's beginning. */
__attribute__((noinline)) void data_in_code(void)
{
    __asm__ volatile("jmp 1f; .byte 0x06, 0x07, 0x0e; 1: nop; nop; nop; nop; movb $1, 0xdead0");
}

int main(int argc, char **argv)
{
    const char *how = argc > 1 ? argv[1] : "";
    function *volatile nobody = NULL;
    char *page;

    if (!strcmp(how, "null"))
        nobody();
    else if (!strcmp(how, "deep"))
        deep(0);
    else if (!strcmp(how, "data"))
        data_in_code();
    else if (!strcmp(how, "wild"))
        *(volatile char *)0x4141414141414141 = 1;
    else if (!strcmp(how, "halt"))
        __asm__ volatile("hlt");
    else if (!strcmp(how, "guard")) {
        page = mmap(NULL, PG, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        madvise(page, PG, GUARD_INSTALL);
        *(volatile char *)page = 1;
    } else if (!strcmp(how, "handler")) {
        signal(SIGUSR1, handler);
        raise(SIGUSR1);
    } else if (!strcmp(how, "again")) {
        signal(SIGSEGV, again);
        *ADDRESS_OF_NOBODY = 1;
    } else if (!strcmp(how, "shot")) {
        pid_t pid = fork();

        if (!pid)
            pause();
        return kill(pid, SIGSEGV) || waitpid(pid, NULL, 0) != pid;
    } else if (!strcmp(how, "child")) {
        if (!fork())
            abort();
        wait(NULL);
    }
    return 0;
}
