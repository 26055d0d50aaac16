/* pingpong.c - one byte to and fro between two processes through two pipes. usage: pingpong ROUNDS */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 1000, to[2], from[2];
    char c = 0;

    if (pipe(to) || pipe(from))
        return 1;
    if (!fork()) {
        for (int i = 0; i < rounds; i++)
            if (read(to[0], &c, 1) != 1 || write(from[1], &c, 1) != 1)
                _exit(1);
        _exit(0);
    }
    for (int i = 0; i < rounds; i++)
        if (write(to[1], &c, 1) != 1 || read(from[0], &c, 1) != 1)
            return 1;
    wait(NULL);
    return 0;
}
