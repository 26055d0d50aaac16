/* proc_arguments.c - how much of arguments and environment execve takes. */
#include "probe.h"

#define SELF    "/proc/self/exe"
#define STRING  131072 /* bytes of one string with its NUL: MAX_ARG_STRLEN */
#define STRINGS 20000

static char bytes[STRING + 1];
static char *argument[STRINGS], *variable[STRINGS];

/*
 * What became of SELF with arguments SELF, "ran", so many empty ones, and long ones (or an environment), under a limit of the
 * stack: `size` bytes with the name of what is executed and a pointer to each string. 0: it ran.
 */
static int run(rlim_t stack, size_t size, unsigned empty, bool environment)
{
    struct rlimit limit;
    char **v = argument;
    int status = -1;
    pid_t pid;

    *v++ = (char *)SELF;
    *v++ = (char *)"ran";
    size -= 2 * sizeof(SELF) + sizeof("ran") + 2 * sizeof(*v);
    for (; empty; empty--, size -= 1 + sizeof(*v))
        *v++ = (char *)"";
    *v = NULL;
    if (environment)
        v = variable;
    while (size) {
        size_t n = size - sizeof(*v) < STRING ? size - sizeof(*v) : STRING;

        *v++ = bytes + sizeof(bytes) - n;
        size -= n + sizeof(*v);
    }
    *v = NULL;
    pid = must(fork());
    if (!pid) {
        getrlimit(RLIMIT_STACK, &limit);
        limit.rlim_cur = stack;
        if (setrlimit(RLIMIT_STACK, &limit))
            _exit(99);
        execve(SELF, argument, environment ? variable : NULL);
        _exit(errno);
    }
    return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* So much is taken, and not a byte more. */
static void exactly(rlim_t stack, size_t most, unsigned empty, bool environment, const char *fact)
{
    is_num(run(stack, most, empty, environment), 0, fact);
    is_num(run(stack, most + 1, empty, environment), E2BIG, "... and not a byte more");
}

int main(int argc, char **argv)
{
    char *long_one[] = {(char *)SELF, (char *)"ran", bytes, NULL};
    struct rlimit limit;
    int status;

    if (argc > 1 && !strcmp(argv[1], "ran"))
        return 0;
    memset(bytes, 'x', sizeof(bytes) - 1);
    exactly(1 << 20, 256 << 10, 0, false, "a quarter of the stack's limit: arguments, and a pointer each");
    exactly(1 << 20, 256 << 10, 0, true, "environment counts as well");
    exactly(1 << 20, 256 << 10, 15000, false, "many empty ones");
    exactly(256 << 10, 128 << 10, 0, false, "128 KiB at least");
    getrlimit(RLIMIT_STACK, &limit);
    if (limit.rlim_max < 64 << 20)
        told_skip("6 MiB at most", "the limit of the stack cannot be so large");
    else
        exactly(64 << 20, 6 << 20, 0, false, "6 MiB at most");
    is_num(run(512 << 10, 16500 * 9, 16384 - 2, false), E2BIG, "pointers alone are too much");
    for (int more = 0; more < 2; more++) {
        long_one[2] = bytes + 1 - more;
        pid_t pid = must(fork());
        if (!pid) {
            execve(SELF, long_one, NULL);
            _exit(errno);
        }
        status = -1;
        waitpid(pid, &status, 0);
        is_num(WIFEXITED(status) ? WEXITSTATUS(status) : -1, more ? E2BIG : 0,
               more ? "one string longer than 32 pages" : "one string of 32 pages with its NUL");
    }
    return done();
}
