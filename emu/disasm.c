/* disasm.c - loading capstone, and one instruction through it. */
#include "disasm.h"

#include <dlfcn.h>
#include <stdio.h>

const struct capstone *capstone(void)
{
    static struct capstone cs;
    static bool tried, loaded;
    char name[32];
    void *so;

    if (tried)
        return loaded ? &cs : NULL;
    tried = true;
    /* The version whose header this was compiled with: its structures are not another's. */
    snprintf(name, sizeof(name), "libcapstone.so.%d", CS_API_MAJOR);
    so = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (!so)
        return NULL;
    cs.version = (unsigned (*)(int *, int *))dlsym(so, "cs_version");
    cs.open = (cs_err(*)(cs_arch, cs_mode, csh *))dlsym(so, "cs_open");
    cs.close = (cs_err(*)(csh *))dlsym(so, "cs_close");
    cs.option = (cs_err(*)(csh, cs_opt_type, size_t))dlsym(so, "cs_option");
    cs.disasm = (size_t(*)(csh, const uint8_t *, size_t, uint64_t, size_t, cs_insn **))dlsym(so, "cs_disasm");
    cs.free = (void (*)(cs_insn *, size_t))dlsym(so, "cs_free");
    loaded = cs.version && cs.open && cs.close && cs.option && cs.disasm && cs.free;
    return loaded ? &cs : NULL;
}

bool disasm_one(const uint8_t *code, size_t size, uint64_t addr, cs_insn **insn)
{
    static csh handle; /* opening one costs more than an instruction */
    const struct capstone *c = capstone();

    if (!c)
        return false;
    if (!handle && c->open(CS_ARCH_X86, CS_MODE_64, &handle) != CS_ERR_OK) {
        handle = 0;
        return false;
    }
    c->option(handle, CS_OPT_DETAIL, CS_OPT_ON);
    return c->disasm(handle, code, size, addr, 1, insn) == 1;
}

void disasm_free(cs_insn *insn)
{
    capstone()->free(insn, 1);
}
