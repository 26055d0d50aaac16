/* structs_stat.c - what is told of files: stat, statx, the entries of directories. */
#include <dirent.h>
#include <fcntl.h>
#include <linux/stat.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "strace.h"

bool put_date(char date[32], int64_t sec)
{
    struct tm tm;
    time_t t = sec;

    return gmtime_r(&t, &tm) && strftime(date, 32, "%Y-%m-%dT%H:%M:%S", &tm);
}

void print_when(struct call *c, int64_t sec, uint64_t fraction, int digits)
{
    char date[32];

    if ((!sec && !fraction) || fraction >= (digits == 6 ? 1000000u : 1000000000u) || !put_date(date, sec))
        return;
    text_printf(c->out, " /* %s", date);
    if (fraction)
        text_printf(c->out, ".%0*lu", digits, fraction);
    text_puts(c->out, "+0000 */");
}

static void print_stat_time(struct call *c, char which, const struct timespec *t)
{
    text_printf(c->out, ", st_%ctime=%ld", which, t->tv_sec);
    print_when(c, t->tv_sec, (uint64_t)t->tv_nsec, 9);
    text_printf(c->out, ", st_%ctime_nsec=%lu", which, t->tv_nsec);
}

static void print_stat(struct call *c, const void *p)
{
    const struct stat *st = p;

    text_putc(c->out, '{');
    if (c->style.full) {
        text_puts(c->out, "st_dev=");
        print_dev(c, st->st_dev);
        text_printf(c->out, ", st_ino=%lu, ", st->st_ino);
    }
    text_puts(c->out, "st_mode=");
    print_st_mode(c, st->st_mode);
    if (c->style.full)
        text_printf(c->out, ", st_nlink=%lu, st_uid=%u, st_gid=%u, st_blksize=%lu, st_blocks=%lu",
                    st->st_nlink, st->st_uid, st->st_gid, st->st_blksize, st->st_blocks);
    if (S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode)) {
        text_puts(c->out, ", st_rdev=");
        print_dev(c, st->st_rdev);
    } else {
        text_printf(c->out, ", st_size=%lu", (uint64_t)st->st_size);
    }
    if (!c->style.full) {
        text_puts(c->out, ", ...}");
        return;
    }
    print_stat_time(c, 'a', &st->st_atim);
    print_stat_time(c, 'm', &st->st_mtim);
    print_stat_time(c, 'c', &st->st_ctim);
    text_putc(c->out, '}');
}

static void put_statx_time(struct call *c, char which, const struct statx_timestamp *t)
{
    text_printf(c->out, ", stx_%ctime={tv_sec=%lld, tv_nsec=%u}", which, (long long)t->tv_sec, t->tv_nsec);
    print_when(c, t->tv_sec, t->tv_nsec, 9);
}

/* struct statx as kernels have it today; headers may end earlier. */
struct statx_whole {
    struct statx_head {
        uint32_t mask, blksize;
        uint64_t attributes;
        uint32_t nlink, uid, gid;
        uint16_t mode, spare;
        uint64_t ino, size, blocks, attributes_mask;
        struct statx_timestamp atime, btime, ctime, mtime;
        uint32_t rdev_major, rdev_minor, dev_major, dev_minor;
        uint64_t mnt_id;
    } h;
    uint32_t dio_mem_align, dio_offset_align;
    uint64_t subvol;
    uint32_t atomic_unit_min, atomic_unit_max, atomic_segments_max;
    uint32_t more[19];
};
#define SUBVOL            0x8000
#define ATTR_WRITE_ATOMIC 0x400000

/* Numbers with their names, each if its bit is in the mask. */
static void put_statx_ids(struct call *c, const struct statx_head *st)
{
    if (st->mask & STATX_NLINK)
        text_printf(c->out, ", stx_nlink=%u", st->nlink);
    if (st->mask & STATX_UID) {
        text_puts(c->out, ", stx_uid=");
        print_id(c, st->uid);
    }
    if (st->mask & STATX_GID) {
        text_puts(c->out, ", stx_gid=");
        print_id(c, st->gid);
    }
}

/* What -v shows behind the size. */
static void put_statx_rest(struct call *c, const struct statx_whole *x)
{
    const struct statx_head *st = &x->h;

    if (st->mask & STATX_BLOCKS)
        text_printf(c->out, ", stx_blocks=%lu", st->blocks);
    text_puts(c->out, ", stx_attributes_mask=");
    print_flags_named(c, "statx_attr", st->attributes_mask);
    if (st->mask & STATX_ATIME)
        put_statx_time(c, 'a', &st->atime);
    if (st->mask & STATX_BTIME)
        put_statx_time(c, 'b', &st->btime);
    if (st->mask & STATX_CTIME)
        put_statx_time(c, 'c', &st->ctime);
    if (st->mask & STATX_MTIME)
        put_statx_time(c, 'm', &st->mtime);
    text_printf(c->out, ", stx_rdev_major=%u, stx_rdev_minor=%u, stx_dev_major=%u, stx_dev_minor=%u",
                st->rdev_major, st->rdev_minor, st->dev_major, st->dev_minor);
    if (st->mask & STATX_MNT_ID)
        text_printf(c->out, st->mnt_id ? ", stx_mnt_id=%#lx" : ", stx_mnt_id=%lu", st->mnt_id);
    if (st->mask & STATX_DIOALIGN)
        text_printf(c->out, ", stx_dio_mem_align=%u, stx_dio_offset_align=%u", x->dio_mem_align,
                    x->dio_offset_align);
    if (st->mask & SUBVOL)
        text_printf(c->out, x->subvol ? ", stx_subvol=%#lx" : ", stx_subvol=%lu", x->subvol);
    if (st->attributes & ATTR_WRITE_ATOMIC)
        text_printf(
            c->out,
            ", stx_atomic_write_unit_min=%u, stx_atomic_write_unit_max=%u, stx_atomic_write_segments_max=%u",
            x->atomic_unit_min, x->atomic_unit_max, x->atomic_segments_max);
}

static void print_statx(struct call *c, const void *p)
{
    const struct statx_whole *x = p;
    const struct statx_head *st = &x->h;

    text_puts(c->out, "{stx_mask=");
    print_flags_named(c, "statx", st->mask);
    if (c->style.full)
        text_printf(c->out, ", stx_blksize=%u", st->blksize);
    text_puts(c->out, ", stx_attributes=");
    print_flags_named(c, "statx_attr", st->attributes);
    if (c->style.full)
        put_statx_ids(c, st);
    if (st->mask & (STATX_TYPE | STATX_MODE)) {
        text_puts(c->out, ", stx_mode=");
        print_st_mode(c, st->mode);
    }
    if (c->style.full && st->mask & STATX_INO)
        text_printf(c->out, ", stx_ino=%lu", st->ino);
    if (st->mask & STATX_SIZE)
        text_printf(c->out, ", stx_size=%lu", st->size);
    if (c->style.full)
        put_statx_rest(c, x);
    text_puts(c->out, c->style.full ? "}" : ", ...}");
}

/* How fresh it has to be, and flags: each part for itself. */
static void print_statx_flags(struct call *c, uint64_t v, const struct arg *a)
{
    uint32_t sync = (uint32_t)v & AT_STATX_SYNC_TYPE, flags = (uint32_t)v & ~(uint32_t)AT_STATX_SYNC_TYPE;
    const struct xlat_table *x = xlat_find("statx_at");

    if (sync || c->tr->opt.xlat != XLAT_RAW)
        print_flags_named(c, "statx_sync", sync);
    if (!flags)
        return;
    text_putc(c->out, '|');
    if (!has_flag(x, flags)) /* no comment: there is a name before */
        text_printf(c->out, "%#x", flags);
    else
        print_flags(c, x, flags);
}

/* ---- directories ---- */

static const char *type_name(unsigned char type)
{
    static const char *const names[] = {
        [DT_UNKNOWN] = "DT_UNKNOWN", [DT_FIFO] = "DT_FIFO", [DT_CHR] = "DT_CHR", [DT_DIR] = "DT_DIR",
        [DT_BLK] = "DT_BLK",         [DT_REG] = "DT_REG",   [DT_LNK] = "DT_LNK", [DT_SOCK] = "DT_SOCK"};

    return type < sizeof(names) / sizeof(*names) && names[type] ? names[type] : "DT_???";
}

/* One entry of getdents64 or, with its type in the last byte, of getdents. */
static void print_dirent(struct call *c, const uint8_t *e, size_t len, bool old)
{
    const char *name = (const char *)e + (old ? 18 : 19);
    uint64_t ino, off;

    memcpy(&ino, e, 8);
    memcpy(&off, e + 8, 8);
    text_printf(c->out, "{d_ino=%lu, d_off=%lu, d_reclen=%zu", ino, off, len);
    if (!old)
        text_printf(c->out, ", d_type=%s", type_name(e[18]));
    text_puts(c->out, ", d_name=");
    print_bytes(c, name, strnlen(name, len - 19));
    if (old)
        text_printf(c->out, ", d_type=%s", type_name(e[len - 1]));
    text_putc(c->out, '}');
}

static void print_entries(struct call *c, uint64_t addr, bool old)
{
    uint64_t n = 0;
    bool cut = false;
    uint16_t len;
    uint8_t e[288];

    if (c->style.full)
        text_putc(c->out, '[');
    for (uint64_t off = 0; off < (uint64_t)c->ret; off += len, n++) {
        cut = !get(c, &len, addr + off + 16, sizeof(len)) || len < 20 || len > sizeof(e);
        if (cut)
            break;
        if (!c->style.full)
            continue;
        if (!get(c, e, addr + off, len))
            break;
        text_puts(c->out, n ? ", " : "");
        print_dirent(c, e, len, old);
    }
    if (c->style.full) {
        text_putc(c->out, ']');
        return;
    }
    print_addr(c, addr);
    if ((uint64_t)c->ret <= (uint32_t)c->args[2])
        text_printf(c->out, " /* %lu%s entr%s */", n, cut ? "+" : "", n == 1 && !cut ? "y" : "ies");
}

static void print_dirents(struct call *c, uint64_t addr, const struct arg *a)
{
    print_entries(c, addr, true);
}

static void print_dirents64(struct call *c, uint64_t addr, const struct arg *a)
{
    print_entries(c, addr, false);
}

const struct struct_type structs_stat[] = {
    {"stat", sizeof(struct stat), print_stat, NULL, false, STRUCT_PLAIN},
    {"statx", sizeof(struct statx_whole), print_statx, NULL, false, STRUCT_PLAIN},
    {"statx_flags", 0, NULL, print_statx_flags, false, STRUCT_PLAIN},
    {"dirents", 0, NULL, print_dirents, false, STRUCT_PLAIN},
    {"dirents64", 0, NULL, print_dirents64, false, STRUCT_PLAIN},
    {NULL, 0, NULL, NULL, false, STRUCT_PLAIN},
};
