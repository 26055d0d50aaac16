/* statmount.h - struct statmount of Linux 6.18's <linux/mount.h>: what statmount(2) tells of a mount, before its strings. */
#ifndef SYSCALLS_FS_STATMOUNT_H
#define SYSCALLS_FS_STATMOUNT_H

#include <stdint.h>

struct statmount_answer {
    uint32_t size, options;
    uint64_t mask;
    uint32_t dev_major, dev_minor;
    uint64_t magic;
    uint32_t sb_flags, type;
    uint64_t mount, parent;
    uint32_t old_mount, old_parent;
    uint64_t attributes, propagation, peer_group, master, propagate_from;
    uint32_t root, point;
    uint64_t ns;
    uint32_t subtype, source, counts[4];
    uint64_t supported;
    uint64_t spare[45];
};
_Static_assert(sizeof(struct statmount_answer) == 512, "what statmount(2) begins with");

#endif
