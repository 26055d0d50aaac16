/* demangle.c - C++ names through libstdc++, which is loaded when the first one comes. */
#include "demangle.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The C++ ABI's: the result is in buf or in what that was reallocated to, NULL: not such a name. */
typedef char *cxa_demangle(const char *name, char *buf, size_t *size, int *status);

static cxa_demangle *load(void)
{
    static cxa_demangle *fn;
    static bool tried;
    void *so;

    if (!tried) {
        tried = true;
        so = dlopen("libstdc++.so.6", RTLD_NOW | RTLD_LOCAL);
        fn = so ? (cxa_demangle *)dlsym(so, "__cxa_demangle") : NULL;
    }
    return fn;
}

const char *demangle(const char *name)
{
    static char *plain, *whole; /* the latter with a version */
    static size_t size;
    const char *version = strchrnul(name, '@');
    cxa_demangle *fn = strncmp(name, "_Z", 2) ? NULL : load();
    char *bare, *got;
    int status;

    if (!fn)
        return name;
    bare = strndup(name, (size_t)(version - name));
    got = bare ? fn(bare, plain, &size, &status) : NULL;
    free(bare);
    if (!got)
        return name;
    plain = got;
    if (!*version)
        return plain;
    free(whole);
    if (asprintf(&whole, "%s%s", plain, version) < 0)
        whole = NULL;
    return whole ? whole : name;
}
