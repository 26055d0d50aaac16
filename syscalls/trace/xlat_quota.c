/* xlat_quota.c - constants of quotactl(2), in strace's order. */
#include <linux/dqblk_xfs.h>
#include <linux/quota.h>

#include "xlat.h"

static const struct xlat types[] = {{"USRQUOTA", 0, 0}, {"GRPQUOTA", 1, 0}, {"PRJQUOTA", 2, 0}, XEND};
/* The first two formats of quota files had commands of their own, which no kernel knows any more. */
static const struct xlat commands[] = {{"Q_V1_QUOTAON", 0x100, 0},
                                       {"Q_V1_QUOTAOFF", 0x200, 0},
                                       {"Q_V1_GETQUOTA", 0x300, 0},
                                       {"Q_V1_SETQUOTA", 0x400, 0},
                                       {"Q_V1_SETUSE", 0x500, 0},
                                       {"Q_V1_SYNC", 0x600, 0},
                                       {"Q_SETQLIM", 0x700, 0},
                                       {"Q_V1_GETSTATS", 0x800, 0},
                                       {"Q_V2_GETINFO", 0x900, 0},
                                       {"Q_V2_SETINFO", 0xa00, 0},
                                       {"Q_V2_SETGRACE", 0xb00, 0},
                                       {"Q_V2_SETFLAGS", 0xc00, 0},
                                       {"Q_V2_GETQUOTA", 0xd00, 0},
                                       {"Q_V2_SETQUOTA", 0xe00, 0},
                                       {"Q_V2_SETUSE", 0xf00, 0},
                                       {"Q_V1_RSQUASH", 0x1000, 0},
                                       {"Q_V2_GETSTATS", 0x1100, 0},
                                       X(Q_SYNC),
                                       X(Q_QUOTAON),
                                       X(Q_QUOTAOFF),
                                       X(Q_GETFMT),
                                       X(Q_GETINFO),
                                       X(Q_SETINFO),
                                       X(Q_GETQUOTA),
                                       X(Q_SETQUOTA),
                                       X(Q_GETNEXTQUOTA),
                                       X(Q_XQUOTAON),
                                       X(Q_XQUOTAOFF),
                                       X(Q_XGETQUOTA),
                                       X(Q_XSETQLIM),
                                       X(Q_XGETQSTAT),
                                       X(Q_XQUOTARM),
                                       X(Q_XQUOTASYNC),
                                       X(Q_XGETQSTATV),
                                       X(Q_XGETNEXTQUOTA),
                                       XEND};
static const struct xlat formats[] = {X(QFMT_VFS_OLD), X(QFMT_VFS_V0),       X(QFMT_OCFS2),
                                      X(QFMT_VFS_V1),  {"QFMT_SHMEM", 5, 0}, XEND};
static const struct xlat limits[] = {{"QIF_BLIMITS", 1, 0},
                                     {"QIF_SPACE", 2, 0},
                                     {"QIF_ILIMITS", 4, 0},
                                     {"QIF_INODES", 8, 0},
                                     {"QIF_BTIME", 16, 0},
                                     {"QIF_ITIME", 32, 0},
                                     XEND};
static const struct xlat file_flags[] = {{"DQF_ROOT_SQUASH", 1, 0}, {"DQF_SYS_FILE", 1 << 16, 0}, XEND};
static const struct xlat times[] = {{"IIF_BGRACE", 1, 0}, {"IIF_IGRACE", 2, 0}, {"IIF_FLAGS", 4, 0}, XEND};
static const struct xlat xfs_states[] = {X(FS_QUOTA_UDQ_ACCT),
                                         X(FS_QUOTA_UDQ_ENFD),
                                         X(FS_QUOTA_GDQ_ACCT),
                                         X(FS_QUOTA_GDQ_ENFD),
                                         X(FS_QUOTA_PDQ_ACCT),
                                         X(FS_QUOTA_PDQ_ENFD),
                                         XEND};
static const struct xlat xfs_owners[] = {X(FS_USER_QUOTA), X(FS_PROJ_QUOTA), X(FS_GROUP_QUOTA), XEND};

const struct xlat_table xlat_quota[] = {{"quota_type", types, "???QUOTA"},
                                        {"quota_cmd", commands, "Q_???"},
                                        {"quota_format", formats, "QFMT_VFS_???"},
                                        {"quota_limits", limits, "QIF_???"},
                                        {"quota_file", file_flags, "DQF_???"},
                                        {"quota_times", times, "IIF_???"},
                                        {"quota_xfs", xfs_states, "FS_QUOTA_???"},
                                        {"quota_owner", xfs_owners, "FS_???_QUOTA"},
                                        {0}};
