/* getpid.c - the cheapest system call, again and again. Argument: calls in thousands. */
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    long calls = (argc > 1 ? atol(argv[1]) : 1) * 1000, pid = getpid();

    while (calls--)
        if (syscall(SYS_getpid) != pid)
            return 1;
    return 0;
}
