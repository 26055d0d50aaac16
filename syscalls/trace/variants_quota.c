/* variants_quota.c - what goes with the commands of quotactl(2). */
#include <linux/dqblk_xfs.h>
#include <linux/quota.h>

#include "print.h"

#define Q(command) ((uint32_t)(command) << SUBCMDSHIFT) /* of any kind of quota */
/* The rows of both calls: one of them has the path of a device before the rest. */
#define ROWS(device)                                                                                         \
    {Q(Q_QUOTAON), device "x:quota_format,path"}, {Q(Q_GETQUOTA), device "uid,o:quota_limits"},              \
        {Q(Q_SETQUOTA), device "uid,i:quota_limits"}, {Q(Q_GETNEXTQUOTA), device "uid,o:quota_next"},        \
        {Q(Q_GETFMT), device "-,o:quota_format"}, {Q(Q_GETINFO), device "-,o:quota_times"},                  \
        {Q(Q_SETINFO), device "-,i:quota_times"}, {Q(Q_XGETQUOTA), device "uid,o:quota_xfs"},                \
        {Q(Q_XGETNEXTQUOTA), device "uid,o:quota_xfs"}, {Q(Q_XSETQLIM), device "uid,i:quota_xfs"},           \
        {Q(Q_XGETQSTAT), device "-,o:quota_state"}, {Q(Q_XGETQSTATV), device "-,o:quota_state_v"},           \
        {Q(Q_XQUOTAON), device "-,i:quota_switches"}, {Q(Q_XQUOTAOFF), device "-,i:quota_switches"},         \
        {Q(Q_XQUOTARM), device "-,i:quota_owners"},                                                          \
    {                                                                                                        \
        VARIANT_OTHERWISE, device "uid,ptr"                                                                  \
    }

static const struct variant quotactl_variants[] = {
    {Q(Q_SYNC), "path"}, {Q(Q_QUOTAOFF), "path"}, {Q(Q_XQUOTASYNC), "path"}, ROWS("path,")};
static const struct variant quotactl_fd_variants[] = {
    {Q(Q_SYNC), NULL}, {Q(Q_QUOTAOFF), NULL}, {Q(Q_XQUOTASYNC), NULL}, ROWS("")};

const struct variant_set variant_sets_quota[] = {
    {"quotactl", quotactl_variants, ~(uint64_t)SUBCMDMASK},
    {"quotactl_fd", quotactl_fd_variants, ~(uint64_t)SUBCMDMASK},
    {NULL, NULL, 0},
};
