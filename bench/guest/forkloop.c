/* forkloop.c - fork, exit, wait of a process with 200 MB resident. usage: forkloop ROUNDS */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define RESIDENT (200ul << 20)

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 100;
    char *p = mmap(NULL, RESIDENT, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (p == MAP_FAILED)
        return 1;
    for (size_t i = 0; i < RESIDENT; i += 4096)
        p[i] = 1;
    for (int i = 0; i < rounds; i++) {
        pid_t pid = fork();
        int status;

        if (!pid)
            _exit(0);
        if (pid < 0 || waitpid(pid, &status, 0) != pid)
            return 1;
    }
    return 0;
}
