/* output_create.c - files that options name to be written. */
#include "output_create.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "options.h"

/* An ELF file or a script. */
static bool is_program(const char *name)
{
    struct stat st;
    char head[4];
    ssize_t n = 0;
    int fd = -1;

    if (!stat(name, &st) && S_ISREG(st.st_mode)) /* to look at others may change them */
        fd = open(name, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        n = read(fd, head, sizeof(head));
        close(fd);
    }
    return (n >= 2 && !memcmp(head, "#!", 2)) || (n == 4 && !memcmp(head, "\177ELF", 4));
}

int output_create(const char *option, const char *name, const char *mode, FILE **out)
{
    *out = NULL;
    if (!*name || is_program(name)) {
        fprintf(stderr, "mseal-emu: %s '%s': %s\n", option, name,
                *name ? "is a program; the name of the file to write comes before that"
                      : "needs the name of a file");
        return EXIT_USAGE;
    }
    *out = fopen(name, mode);
    if (*out)
        return 0;
    fprintf(stderr, "mseal-emu: %s: %s\n", name, strerror(errno));
    return EXIT_FAILED;
}
