/* structs_quota.c - commands of quotactl(2) and what goes with them, as strace shows it. */
#include <linux/dqblk_xfs.h>
#include <linux/quota.h>

#include "fields.h"
#include "strace.h"

#define U(s, m) FIELD(struct s, m, FIELD_UNSIGNED)
#define D(s, m) FIELD(struct s, m, FIELD_SIGNED)
#define PART(s, m, t)                                                                                        \
    {                                                                                                        \
        .name = #m, .at = offsetof(struct s, m), .size = sizeof(((struct s *)0)->m), .kind = FIELD_PART,     \
        .part = (t)                                                                                          \
    }
#define MORE                                                                                                 \
    {                                                                                                        \
        .name = "", .kind = FIELD_MORE                                                                       \
    }

/* What a macro makes of parts: a number that is named by its call. False: the number was all. */
static bool begin_macro(struct call *c, uint32_t v, const char *macro)
{
    if (c->tr->opt.xlat != XLAT_ABBREV)
        text_printf(c->out, "%u", v);
    if (c->tr->opt.xlat == XLAT_RAW)
        return false;
    text_printf(c->out, c->tr->opt.xlat == XLAT_VERBOSE ? " /* %s(" : "%s(", macro);
    return true;
}

static void end_macro(struct call *c)
{
    text_puts(c->out, c->tr->opt.xlat == XLAT_VERBOSE ? ") */" : ")");
}

static void put_name(struct call *c, const char *table, unsigned v)
{
    const struct xlat_table *x = xlat_find(table);
    const char *name = xlat_name(x->x, v);

    if (name)
        text_puts(c->out, name);
    else
        text_printf(c->out, "%#x /* %s */", v, x->unknown);
}

static void print_qcmd(struct call *c, uint64_t v, const struct arg *a)
{
    if (!begin_macro(c, (uint32_t)v, "QCMD"))
        return;
    put_name(c, "quota_cmd", (uint32_t)v >> 8);
    text_puts(c->out, ", ");
    put_name(c, "quota_type", v & 0xff);
    end_macro(c);
}

/* ---- structures ---- */

static const struct field limits[] = {U(if_dqblk, dqb_bhardlimit),
                                      U(if_dqblk, dqb_bsoftlimit),
                                      U(if_dqblk, dqb_curspace),
                                      U(if_dqblk, dqb_ihardlimit),
                                      U(if_dqblk, dqb_isoftlimit),
                                      U(if_dqblk, dqb_curinodes),
                                      MORE,
                                      U(if_dqblk, dqb_btime),
                                      U(if_dqblk, dqb_itime),
                                      FIELD_OF(struct if_dqblk, dqb_valid, FIELD_FLAGS, "quota_limits"),
                                      FIELDS_END};
static const struct field times[] = {U(if_dqinfo, dqi_bgrace), U(if_dqinfo, dqi_igrace),
                                     FIELD_OF(struct if_dqinfo, dqi_flags, FIELD_FLAGS, "quota_file"),
                                     FIELD_OF(struct if_dqinfo, dqi_valid, FIELD_FLAGS, "quota_times"),
                                     FIELDS_END};
static const struct field xfs_limits[] = {D(fs_disk_quota, d_version),
                                          FIELD_OF(struct fs_disk_quota, d_flags, FIELD_FLAGS, "quota_owner"),
                                          FIELD(struct fs_disk_quota, d_fieldmask, FIELD_HEX),
                                          U(fs_disk_quota, d_id),
                                          U(fs_disk_quota, d_blk_hardlimit),
                                          U(fs_disk_quota, d_blk_softlimit),
                                          U(fs_disk_quota, d_ino_hardlimit),
                                          U(fs_disk_quota, d_ino_softlimit),
                                          U(fs_disk_quota, d_bcount),
                                          U(fs_disk_quota, d_icount),
                                          MORE,
                                          D(fs_disk_quota, d_itimer),
                                          D(fs_disk_quota, d_btimer),
                                          U(fs_disk_quota, d_iwarns),
                                          U(fs_disk_quota, d_bwarns),
                                          U(fs_disk_quota, d_rtb_hardlimit),
                                          U(fs_disk_quota, d_rtb_softlimit),
                                          U(fs_disk_quota, d_rtbcount),
                                          D(fs_disk_quota, d_rtbtimer),
                                          U(fs_disk_quota, d_rtbwarns),
                                          FIELDS_END};
static const struct field file[] = {U(fs_qfilestat, qfs_ino), U(fs_qfilestat, qfs_nblks),
                                    U(fs_qfilestat, qfs_nextents), FIELDS_END};
static const struct field file_v[] = {U(fs_qfilestatv, qfs_ino), U(fs_qfilestatv, qfs_nblks),
                                      U(fs_qfilestatv, qfs_nextents), FIELDS_END};
static const struct field state[] = {D(fs_quota_stat, qs_version),
                                     MORE,
                                     FIELD_OF(struct fs_quota_stat, qs_flags, FIELD_FLAGS, "quota_xfs"),
                                     PART(fs_quota_stat, qs_uquota, file),
                                     PART(fs_quota_stat, qs_gquota, file),
                                     U(fs_quota_stat, qs_incoredqs),
                                     D(fs_quota_stat, qs_btimelimit),
                                     D(fs_quota_stat, qs_itimelimit),
                                     D(fs_quota_stat, qs_rtbtimelimit),
                                     U(fs_quota_stat, qs_bwarnlimit),
                                     U(fs_quota_stat, qs_iwarnlimit),
                                     FIELDS_END};
static const struct field state_v[] = {D(fs_quota_statv, qs_version),
                                       MORE,
                                       FIELD_OF(struct fs_quota_statv, qs_flags, FIELD_FLAGS, "quota_xfs"),
                                       U(fs_quota_statv, qs_incoredqs),
                                       PART(fs_quota_statv, qs_uquota, file_v),
                                       PART(fs_quota_statv, qs_gquota, file_v),
                                       PART(fs_quota_statv, qs_pquota, file_v),
                                       D(fs_quota_statv, qs_btimelimit),
                                       D(fs_quota_statv, qs_itimelimit),
                                       D(fs_quota_statv, qs_rtbtimelimit),
                                       U(fs_quota_statv, qs_bwarnlimit),
                                       U(fs_quota_statv, qs_iwarnlimit),
                                       FIELDS_END};

static void put_struct(struct call *c, const struct field *f, const void *p)
{
    text_putc(c->out, '{');
    print_fields(c, f, p, SIZE_MAX, "");
    text_putc(c->out, '}');
}

static void print_limits(struct call *c, const void *p)
{
    put_struct(c, limits, p);
}

/* Limits, and whose: that is told before what is left out. */
static void print_next_limits(struct call *c, const void *p)
{
    const struct if_nextdqblk *q = p;

    text_putc(c->out, '{');
    print_fields(c, limits, p, SIZE_MAX, "");
    if (!c->style.full)
        c->out->len -= sizeof("...") - 1;
    text_printf(c->out, c->style.full ? ", dqb_id=%u}" : "dqb_id=%u, ...}", q->dqb_id);
}

static void print_times(struct call *c, const void *p)
{
    put_struct(c, times, p);
}

static void print_xfs_limits(struct call *c, const void *p)
{
    put_struct(c, xfs_limits, p);
}

static void print_state(struct call *c, const void *p)
{
    put_struct(c, state, p);
}

static void print_state_v(struct call *c, const void *p)
{
    put_struct(c, state_v, p);
}

/* ---- one number behind a pointer ---- */

static void print_format(struct call *c, const void *p)
{
    text_putc(c->out, '[');
    print_xlat_named(c, "quota_format", *(const uint32_t *)p);
    text_putc(c->out, ']');
}

static void print_switches(struct call *c, const void *p)
{
    text_putc(c->out, '[');
    print_flags_named(c, "quota_xfs", *(const uint32_t *)p);
    text_putc(c->out, ']');
}

static void print_owners(struct call *c, const void *p)
{
    text_putc(c->out, '[');
    print_flags_named(c, "quota_owner", *(const uint32_t *)p);
    text_putc(c->out, ']');
}

#define LIMITS_SIZE offsetof(struct if_dqblk, dqb_valid) + sizeof(uint32_t) /* of 32-bit programs, too */

const struct struct_type structs_quota[] = {
    {"qcmd", 0, NULL, print_qcmd, false, STRUCT_PLAIN},
    {"quota_limits", LIMITS_SIZE, print_limits, NULL, false, STRUCT_PLAIN},
    {"quota_next", sizeof(struct if_nextdqblk), print_next_limits, NULL, false, STRUCT_PLAIN},
    {"quota_times", sizeof(struct if_dqinfo), print_times, NULL, false, STRUCT_PLAIN},
    {"quota_xfs", sizeof(struct fs_disk_quota), print_xfs_limits, NULL, false, STRUCT_PLAIN},
    {"quota_state", sizeof(struct fs_quota_stat), print_state, NULL, false, STRUCT_PLAIN},
    {"quota_state_v", sizeof(struct fs_quota_statv), print_state_v, NULL, false, STRUCT_PLAIN},
    {"quota_format", sizeof(uint32_t), print_format, NULL, false, STRUCT_PLAIN},
    {"quota_switches", sizeof(uint32_t), print_switches, NULL, false, STRUCT_PLAIN},
    {"quota_owners", sizeof(uint32_t), print_owners, NULL, false, STRUCT_PLAIN},
    {NULL, 0, NULL, NULL, false, STRUCT_PLAIN},
};
