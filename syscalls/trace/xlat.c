/* xlat.c - finding names of constants. */
#include "xlat.h"

#include <stddef.h>
#include <string.h>

const struct xlat_table *xlat_find(const char *name)
{
    static const struct xlat_table *const families[] = {
        xlat_mm,     xlat_fs,       xlat_proc,  xlat_signal,  xlat_time,    xlat_ipc,
        xlat_socket, xlat_sockopt,  xlat_uring, xlat_prctl,   xlat_seccomp, xlat_bpf,
        xlat_admin,  xlat_landlock, xlat_mount, xlat_quota,   xlat_lsm,     xlat_perf,
        xlat_ebpf,   xlat_ioctl,    xlat_tty,   xlat_netlink, xlat_keys};

    for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
        for (const struct xlat_table *t = families[i]; t->name; t++)
            if (!strcmp(t->name, name))
                return t;
    return NULL;
}

const char *xlat_name(const struct xlat *x, uint64_t val)
{
    for (; x->str; x++)
        if (x->val == val)
            return x->str;
    return NULL;
}
