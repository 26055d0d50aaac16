/* file_mounts.c - statmount(2), listmount(2) and what statx(2) knows a mount by. */
#include "probe.h"
#include <linux/stat.h>

struct request {
    uint32_t size, spare;
    uint64_t mount, param, ns;
};

struct answer { /* struct statmount */
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
    uint64_t supported, spare[45];
    char text[4096];
};

static struct answer told;

static long stat_mount(const void *request, void *to, size_t room, unsigned flags)
{
    return syscall(457, request, to, room, flags);
}

static long list_mounts(const void *request, void *to, size_t room, unsigned flags)
{
    return syscall(458, request, to, room, flags);
}

static long ask(uint64_t mount, uint64_t what, size_t room)
{
    struct request r = {sizeof(r), 0, mount, what, 0};

    memset(&told, 0x55, sizeof(told));
    return stat_mount(&r, &told, room, 0);
}

static struct statx stx;

static uint64_t number_of(const char *path)
{
    must(syscall(SYS_statx, AT_FDCWD, path, 0, 0x4000 /* STATX_MNT_ID_UNIQUE */, &stx));
    return stx.stx_mnt_id;
}

static void one(uint64_t proc, uint64_t root)
{
    struct request r = {sizeof(r), 0, proc, 2, 0}, short_one = {24, 0, proc, 2, 0};

    is_ok(ask(proc, 0, sizeof(told)), "statmount of nothing");
    is_true(told.size == 512 && !told.mask, "is the fixed part");
    is_ok(ask(proc, 0x3f, sizeof(told)), "statmount of /proc");
    is_num((long)told.mask, 0x3f, "all that was asked for");
    is_str(told.text + told.type, "proc", "its type");
    is_str(told.text + told.point, "/proc", "its place");
    is_str(told.text + told.root, "/", "what of it is there");
    is_true(told.magic == 0x9fa0 && told.mount == proc && told.parent == root, "its numbers");
    must(syscall(SYS_statx, AT_FDCWD, "/proc", 0, STATX_BASIC_STATS | STATX_MNT_ID, &stx));
    is_true(told.old_mount == stx.stx_mnt_id && told.dev_minor == stx.stx_dev_minor, "as statx tells them");
    is_num(told.size, 512 + 1 + 5 + 2 + 6, "its size: with the texts, and an empty one before");
    is_err(ask(proc, 0x3f, 525), "EOVERFLOW", "a byte less is too little");
    is_ok(ask(proc, 0x3f, 526), "just enough");
    is_ok(ask(proc, 2, 8), "without texts anything is");
    is_num(told.size, 8, "as much as there was room for");
    is_true(!ask(proc, 0x200, sizeof(told)) && told.mask == 0x200, "where it came from");
    is_true(!ask(proc, 0x2000, sizeof(told)) && !told.mask && told.size == 513,
            "what it has not is not told");
    is_true(!ask(proc, 1ul << 40, sizeof(told)) && !told.mask, "nor what nobody knows");
    is_ok(stat_mount(&short_one, &told, sizeof(told), 0), "the first version's request");
    is_err(stat_mount(&r, &told, sizeof(told), 1), "EINVAL", "no flags");
    is_err(stat_mount(&r, (void *)16, sizeof(told), 0), "EFAULT", "to nowhere");
    is_err(stat_mount((void *)16, &told, sizeof(told), 0), "EFAULT", "from nowhere");
    r.size = 16;
    is_err(stat_mount(&r, &told, sizeof(told), 0), "EINVAL", "half a request");
    r.size = 5000;
    is_err(stat_mount(&r, &told, sizeof(told), 0), "E2BIG", "one that is too large");
    r.size = sizeof(r);
    r.mount = stx.stx_mnt_id;
    is_err(stat_mount(&r, &told, sizeof(told), 0), "EINVAL", "the number of before is none");
    r.mount = 1ul << 50;
    is_err(stat_mount(&r, &told, sizeof(told), 0), "ENOENT", "no such mount");
    r.mount = proc;
    r.ns = 77;
    is_err(stat_mount(&r, &told, sizeof(told), 0), "ENOENT", "no such namespace");
}

static void all(uint64_t proc, uint64_t root)
{
    uint64_t up[256], down[256], some[256];
    struct request r = {sizeof(r), 0, UINT64_MAX, 0, 0};
    long n = must(list_mounts(&r, up, 256, 0)), below;
    bool found_proc = false, found_root = false, sorted = true;

    for (long i = 0; i < n; i++) {
        found_proc |= up[i] == proc;
        found_root |= up[i] == root;
        sorted &= !i || up[i - 1] < up[i];
    }
    is_true(found_proc && found_root, "listmount: all of them");
    is_true(sorted, "by number");
    is_true(list_mounts(&r, down, 256, 1) == n && down[0] == up[n - 1], "or from the last on");
    is_true(list_mounts(&r, some, 2, 0) == 2 && some[1] == up[1], "as many as there is room for");
    r.param = up[0];
    is_true(list_mounts(&r, some, 256, 0) == n - 1 && some[0] == up[1], "those after one");
    r.param = 1ul << 50;
    is_num(list_mounts(&r, some, 256, 0), 0, "none after the last");
    r.param = 0;
    r.mount = root;
    below = list_mounts(&r, some, 256, 0);
    found_root = false;
    for (long i = 0; i < below; i++)
        found_root |= some[i] == root;
    is_true(below > 0 && !found_root, "what is below the root");
    r.mount = proc;
    is_err(list_mounts(&r, some, 256, 2), "EINVAL", "an unknown flag");
    is_err(list_mounts(&r, some, 2000000, 0), "EOVERFLOW", "more than anybody needs");
    r.mount = UINT64_MAX;
    is_err(list_mounts(&r, (void *)8, 256, 0), "EFAULT", "to nowhere");
    r.mount = 0;
    is_err(list_mounts(&r, some, 256, 0), "EINVAL", "no number");
    r.mount = 1ul << 50;
    is_err(list_mounts(&r, some, 256, 0), "ENOENT", "no such mount");
}

int main(void)
{
    uint64_t proc, root;

    if (!since(6, 18)) {
        told_skip("statmount and listmount", "they grew until Linux 6.15");
        return done();
    }
    proc = number_of("/proc");
    is_true(stx.stx_mask & 0x4000 && !(stx.stx_mask & STATX_MNT_ID) && proc > 1ul << 31,
            "statx: a mount's number that is never used again");
    root = number_of("/");
    one(proc, root);
    all(proc, root);
    return done();
}
