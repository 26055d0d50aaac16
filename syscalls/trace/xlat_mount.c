/* xlat_mount.c - constants of mounting, in strace's order. */
#include <linux/mount.h>

#include "xlat.h"

static const struct xlat mount_flags[] = {{"MS_RDONLY", 1, 0},
                                          {"MS_NOSUID", 2, 0},
                                          {"MS_NODEV", 4, 0},
                                          {"MS_NOEXEC", 8, 0},
                                          {"MS_SYNCHRONOUS", 16, 0},
                                          {"MS_REMOUNT", 32, 0},
                                          {"MS_MANDLOCK", 64, 0},
                                          {"MS_DIRSYNC", 128, 0},
                                          {"MS_NOSYMFOLLOW", 256, 0},
                                          {"MS_NOATIME", 1024, 0},
                                          {"MS_NODIRATIME", 2048, 0},
                                          {"MS_BIND", 4096, 0},
                                          {"MS_MOVE", 8192, 0},
                                          {"MS_REC", 16384, 0},
                                          {"MS_SILENT", 32768, 0},
                                          {"MS_POSIXACL", 1 << 16, 0},
                                          {"MS_UNBINDABLE", 1 << 17, 0},
                                          {"MS_PRIVATE", 1 << 18, 0},
                                          {"MS_SLAVE", 1 << 19, 0},
                                          {"MS_SHARED", 1 << 20, 0},
                                          {"MS_RELATIME", 1 << 21, 0},
                                          {"MS_KERNMOUNT", 1 << 22, 0},
                                          {"MS_I_VERSION", 1 << 23, 0},
                                          {"MS_STRICTATIME", 1 << 24, 0},
                                          {"MS_LAZYTIME", 1 << 25, 0},
                                          {"MS_SUBMOUNT", 1 << 26, 0},
                                          {"MS_NOREMOTELOCK", 1 << 27, 0},
                                          {"MS_NOSEC", 1 << 28, 0},
                                          {"MS_BORN", 1 << 29, 0},
                                          {"MS_ACTIVE", 1 << 30, 0},
                                          {"MS_NOUSER", 1u << 31, 0},
                                          XEND};
static const struct xlat propagation[] = {{"MS_UNBINDABLE", 1 << 17, 0},
                                          {"MS_PRIVATE", 1 << 18, 0},
                                          {"MS_SLAVE", 1 << 19, 0},
                                          {"MS_SHARED", 1 << 20, 0},
                                          XEND};
/* clang-format off */
#define MOUNT_ATTRS                                                                                           \
    {"MOUNT_ATTR_RDONLY", 0x1, 0}, {"MOUNT_ATTR_NOSUID", 0x2, 0}, {"MOUNT_ATTR_NODEV", 0x4, 0},               \
    {"MOUNT_ATTR_NOEXEC", 0x8, 0}, {"MOUNT_ATTR__ATIME", 0x70, 0}, {"MOUNT_ATTR_NOATIME", 0x10, 0},           \
    {"MOUNT_ATTR_STRICTATIME", 0x20, 0}, {"MOUNT_ATTR_NODIRATIME", 0x80, 0}
/* clang-format on */
static const struct xlat mount_attrs[] = {
    MOUNT_ATTRS, {"MOUNT_ATTR_IDMAP", 0x100000, 0}, {"MOUNT_ATTR_NOSYMFOLLOW", 0x200000, 0}, XEND};
/* Of them, what a new mount can have. */
static const struct xlat fsmount_attrs[] = {MOUNT_ATTRS, {"MOUNT_ATTR_NOSYMFOLLOW", 0x200000, 0}, XEND};
static const struct xlat mount_setattr_flags[] = {{"AT_SYMLINK_NOFOLLOW", 0x100, 0},
                                                  {"AT_NO_AUTOMOUNT", 0x800, 0},
                                                  {"AT_EMPTY_PATH", 0x1000, 0},
                                                  {"AT_RECURSIVE", 0x8000, 0},
                                                  XEND};
static const struct xlat open_tree_flags[] = {
    X(OPEN_TREE_CLONE),           {"OPEN_TREE_CLOEXEC", 0x80000, 0}, {"AT_SYMLINK_NOFOLLOW", 0x100, 0},
    {"AT_REMOVEDIR", 0x200, 0},   {"AT_SYMLINK_FOLLOW", 0x400, 0},   {"AT_NO_AUTOMOUNT", 0x800, 0},
    {"AT_EMPTY_PATH", 0x1000, 0}, {"AT_RECURSIVE", 0x8000, 0},       XEND};
static const struct xlat move_mount_flags[] = {
    X(MOVE_MOUNT_F_SYMLINKS), X(MOVE_MOUNT_F_AUTOMOUNTS),       X(MOVE_MOUNT_F_EMPTY_PATH),
    X(MOVE_MOUNT_T_SYMLINKS), X(MOVE_MOUNT_T_AUTOMOUNTS),       X(MOVE_MOUNT_T_EMPTY_PATH),
    X(MOVE_MOUNT_SET_GROUP),  {"MOVE_MOUNT_BENEATH", 0x200, 0}, XEND};
static const struct xlat fsopen_flags[] = {X(FSOPEN_CLOEXEC), XEND};
static const struct xlat fsmount_flags[] = {X(FSMOUNT_CLOEXEC), XEND};
static const struct xlat fspick_flags[] = {X(FSPICK_CLOEXEC), X(FSPICK_SYMLINK_NOFOLLOW),
                                           X(FSPICK_NO_AUTOMOUNT), X(FSPICK_EMPTY_PATH), XEND};
static const struct xlat fsconfig_commands[] = {X(FSCONFIG_SET_FLAG),
                                                X(FSCONFIG_SET_STRING),
                                                X(FSCONFIG_SET_BINARY),
                                                X(FSCONFIG_SET_PATH),
                                                X(FSCONFIG_SET_PATH_EMPTY),
                                                X(FSCONFIG_SET_FD),
                                                X(FSCONFIG_CMD_CREATE),
                                                X(FSCONFIG_CMD_RECONFIGURE),
                                                {"FSCONFIG_CMD_CREATE_EXCL", 8, 0},
                                                XEND};

static const struct xlat statmount_masks[] = {
    {"STATMOUNT_SB_BASIC", 0x1, 0},   {"STATMOUNT_MNT_BASIC", 0x2, 0},  {"STATMOUNT_PROPAGATE_FROM", 0x4, 0},
    {"STATMOUNT_MNT_ROOT", 0x8, 0},   {"STATMOUNT_MNT_POINT", 0x10, 0}, {"STATMOUNT_FS_TYPE", 0x20, 0},
    {"STATMOUNT_MNT_NS_ID", 0x40, 0}, {"STATMOUNT_MNT_OPTS", 0x80, 0},  XEND};
static const struct xlat listmount_flags[] = {{"LISTMOUNT_REVERSE", 1, 0}, XEND};
static const struct xlat listmount_ids[] = {{"LSMT_ROOT", UINT64_MAX, 0}, XEND};

const struct xlat_table xlat_mount[] = {{"mount", mount_flags, "MS_???"},
                                        {"propagation", propagation, "MS_???"},
                                        {"mount_attr", mount_attrs, "MOUNT_ATTR_???"},
                                        {"fsmount_attr", fsmount_attrs, "MOUNT_ATTR_???"},
                                        {"mount_setattr", mount_setattr_flags, "AT_???"},
                                        {"open_tree", open_tree_flags, "OPEN_TREE_???"},
                                        {"move_mount", move_mount_flags, "MOVE_MOUNT_???"},
                                        {"fsopen", fsopen_flags, "FSOPEN_???"},
                                        {"fsmount", fsmount_flags, "FSMOUNT_???"},
                                        {"fspick", fspick_flags, "FSPICK_???"},
                                        {"fsconfig", fsconfig_commands, "FSCONFIG_???"},
                                        {"statmount", statmount_masks, "STATMOUNT_???"},
                                        {"listmount", listmount_flags, "LISTMOUNT_???"},
                                        {"listmount_id", listmount_ids, "LSMT_???"},
                                        {0}};
