/* structs_stat.c - what is told of files: stat, statx, the entries of directories. */
#include <dirent.h>
#include <linux/stat.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "strace.h"

void print_when(struct call *c, int64_t sec, uint64_t fraction, int digits)
{
    char date[32];
    struct tm tm;
    time_t t = sec;

    if ((!sec && !fraction) || fraction >= (digits == 6 ? 1000000u : 1000000000u) || !gmtime_r(&t, &tm) ||
        !strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm))
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
    text_printf(c->out, ", st_%ctime_nsec=%ld", which, t->tv_nsec);
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
        text_printf(c->out, ", st_size=%ld", st->st_size);
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

static void print_statx_time(struct call *c, char which, const struct statx_timestamp *t)
{
    text_printf(c->out, ", stx_%ctime={tv_sec=%lld, tv_nsec=%u}", which, (long long)t->tv_sec, t->tv_nsec);
    print_when(c, t->tv_sec, t->tv_nsec, 9);
}

static void print_statx(struct call *c, const void *p)
{
    const struct statx *st = p;

    text_puts(c->out, "{stx_mask=");
    print_flags_named(c, "statx", st->stx_mask);
    if (c->style.full)
        text_printf(c->out, ", stx_blksize=%u", st->stx_blksize);
    text_puts(c->out, ", stx_attributes=");
    print_flags_named(c, "statx_attr", st->stx_attributes);
    if (c->style.full)
        text_printf(c->out, ", stx_nlink=%u, stx_uid=%u, stx_gid=%u", st->stx_nlink, st->stx_uid,
                    st->stx_gid);
    text_puts(c->out, ", stx_mode=");
    print_st_mode(c, st->stx_mode);
    if (c->style.full)
        text_printf(c->out, ", stx_ino=%llu", (unsigned long long)st->stx_ino);
    text_printf(c->out, ", stx_size=%llu", (unsigned long long)st->stx_size);
    if (!c->style.full) {
        text_puts(c->out, ", ...}");
        return;
    }
    text_printf(c->out, ", stx_blocks=%llu, stx_attributes_mask=", (unsigned long long)st->stx_blocks);
    print_flags_named(c, "statx_attr", st->stx_attributes_mask);
    print_statx_time(c, 'a', &st->stx_atime);
    print_statx_time(c, 'b', &st->stx_btime);
    print_statx_time(c, 'c', &st->stx_ctime);
    print_statx_time(c, 'm', &st->stx_mtime);
    text_printf(
        c->out,
        ", stx_rdev_major=%u, stx_rdev_minor=%u, stx_dev_major=%u, stx_dev_minor=%u, stx_mnt_id=%#llx}",
        st->stx_rdev_major, st->stx_rdev_minor, st->stx_dev_major, st->stx_dev_minor,
        (unsigned long long)st->stx_mnt_id);
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
    uint16_t len;
    uint8_t e[288];

    if (c->style.full)
        text_putc(c->out, '[');
    for (uint64_t off = 0; off < (uint64_t)c->ret; off += len, n++) {
        if (!get(c, &len, addr + off + 16, sizeof(len)) || len < 20 || len > sizeof(e))
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
    text_printf(c->out, " /* %lu entr%s */", n, n == 1 ? "y" : "ies");
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
    {"statx", sizeof(struct statx), print_statx, NULL, false, STRUCT_PLAIN},
    {"dirents", 0, NULL, print_dirents, false, STRUCT_PLAIN},
    {"dirents64", 0, NULL, print_dirents64, false, STRUCT_PLAIN},
    {NULL, 0, NULL, NULL, false, STRUCT_PLAIN},
};
