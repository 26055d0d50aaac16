/*
 * plugin.c - designs from shared objects: --design ./mine.so.
 *
 * The object exports one symbol, `mseal_design`, and calls back into the functions that design.h and mm.h declare. It is the user's own
 * code and trusted like the command line; what is checked is what people get wrong: another ABI, a missing symbol, no name.
 */
#include "plugin.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

/* A system call a design adds must not hide behind a number the table could never reach, and must be nameable in a trace. */
static const char *complaint(const struct mseal_design *d)
{
    if (d->abi != MSEAL_DESIGN_ABI)
        return "was built for another version of design.h: build it again";
    if (!d->name || !*d->name)
        return "has no name";
    for (const struct mseal_syscall *s = d->syscalls; s && s->name; s++)
        if (!s->call)
            return "adds a system call without a function";
    return NULL;
}

static const struct mseal_design *load(const char *path)
{
    void *so = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!so) {
        fprintf(stderr, "mseal-emu: --design: %s\n", dlerror());
        return NULL;
    }
    const struct mseal_design *d = dlsym(so, "mseal_design");
    const char *wrong = d ? complaint(d) : "exports no symbol mseal_design";
    if (!wrong)
        return d;
    fprintf(stderr, "mseal-emu: --design: %s %s\n", path, wrong);
    dlclose(so);
    return NULL;
}

const struct mseal_design *design_open(const char *name)
{
    if (strchr(name, '/'))
        return load(name);
    const struct mseal_design *d = mseal_design_find(name);
    if (!d)
        fprintf(stderr, "mseal-emu: no sealing design is called '%s': `mseal-emu designs` lists them\n",
                name);
    return d;
}
