/* self.c - where this program is, and what was installed beside it. */
#include "self.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *self_path(void)
{
    static char path[4096];
    ssize_t n;

    if (*path)
        return path;
    n = readlink("/proc/self/exe", path, sizeof path - 1);
    if (n < 0) {
        fprintf(stderr, "mseal-emu: /proc/self/exe: %s\n", strerror(errno));
        return NULL;
    }
    path[n] = 0;
    return path;
}

char *self_beside(const char *const *candidates)
{
    const char *self = self_path(), *slash = self ? strrchr(self, '/') : NULL;

    for (; slash && *candidates; candidates++) {
        char *path, *real;
        if (asprintf(&path, "%.*s/%s", (int)(slash - self), self, *candidates) < 0)
            return NULL;
        real = realpath(path,
                        NULL); /* without "..": the program may see only a part of the host's directories */
        free(path);
        if (real && !access(real, R_OK))
            return real;
        free(real);
    }
    return NULL;
}
