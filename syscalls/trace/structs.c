/* structs.c - finding printers of structures by name. */
#include <string.h>

#include "print.h"

const struct struct_type *struct_find(const char *name)
{
    static const struct struct_type *const all[] = {
        structs_proc,   structs_time,     structs_signal, structs_fs,        structs_stat,    structs_tty,
        structs_mem,    structs_ipc,      structs_uring,  structs_socket,    structs_sockopt, structs_message,
        structs_number, structs_bpf,      structs_xattr,  structs_sched,     structs_ptrace,  structs_seccomp,
        structs_admin,  structs_landlock, structs_mount,  structs_statmount, structs_keys,    structs_lsm,
        structs_quota,  structs_perf,     structs_ebpf,   structs_ioctl};

    for (unsigned i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        for (const struct struct_type *s = all[i]; s->name; s++)
            if (!strcmp(s->name, name))
                return s;
    return NULL;
}
