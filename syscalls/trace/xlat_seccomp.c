/* xlat_seccomp.c - names of seccomp(2), in strace's order. */
#include <linux/seccomp.h>

#include "xlat.h"

static const struct xlat modes[] = {X(SECCOMP_MODE_DISABLED), X(SECCOMP_MODE_STRICT), X(SECCOMP_MODE_FILTER),
                                    XEND};
static const struct xlat operations[] = {X(SECCOMP_SET_MODE_STRICT), X(SECCOMP_SET_MODE_FILTER),
                                         X(SECCOMP_GET_ACTION_AVAIL), X(SECCOMP_GET_NOTIF_SIZES), XEND};
static const struct xlat filter_flags[] = {X(SECCOMP_FILTER_FLAG_TSYNC),
                                           X(SECCOMP_FILTER_FLAG_LOG),
                                           X(SECCOMP_FILTER_FLAG_SPEC_ALLOW),
                                           X(SECCOMP_FILTER_FLAG_NEW_LISTENER),
                                           X(SECCOMP_FILTER_FLAG_TSYNC_ESRCH),
                                           {"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", 1 << 5, 0},
                                           XEND};
static const struct xlat actions[] = {
    X(SECCOMP_RET_KILL_PROCESS), X(SECCOMP_RET_KILL_THREAD), X(SECCOMP_RET_TRAP),
    X(SECCOMP_RET_ERRNO),        X(SECCOMP_RET_USER_NOTIF),  X(SECCOMP_RET_TRACE),
    X(SECCOMP_RET_LOG),          X(SECCOMP_RET_ALLOW),       XEND};
static const struct xlat answer_flags[] = {X(SECCOMP_USER_NOTIF_FLAG_CONTINUE), XEND};
static const struct xlat addfd_flags[] = {X(SECCOMP_ADDFD_FLAG_SETFD), X(SECCOMP_ADDFD_FLAG_SEND), XEND};

const struct xlat_table xlat_seccomp[] = {{"seccomp", operations, "SECCOMP_SET_MODE_???"},
                                          {"seccomp_mode", modes, "SECCOMP_MODE_???"},
                                          {"seccomp_filter", filter_flags, "SECCOMP_FILTER_FLAG_???"},
                                          {"seccomp_ret", actions, "SECCOMP_RET_???"},
                                          {"seccomp_resp", answer_flags, "SECCOMP_USER_NOTIF_FLAG_???"},
                                          {"seccomp_addfd", addfd_flags, "SECCOMP_ADDFD_FLAG_???"},
                                          {0}};
