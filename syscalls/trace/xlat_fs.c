/* xlat_fs.c - constants of files, descriptors and polling. */
#include <linux/userfaultfd.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/fs.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>
#include <linux/stat.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/signalfd.h>
#include <sys/statvfs.h>
#include <sys/timerfd.h>
#include <sys/xattr.h>
#include <unistd.h>
#include "xlat.h"

#define O_LARGEFILE_X86 0100000
#define ACCESS_MODES    4 /* rows of open_flags, which pipe2 and dup3 do without */
static const struct xlat open_flags[] = {XM(O_RDONLY, 3),
                                         XM(O_WRONLY, 3),
                                         XM(O_RDWR, 3),
                                         {"O_ACCMODE", 3, 3},
                                         X(O_CREAT),
                                         X(O_EXCL),
                                         X(O_NOCTTY),
                                         X(O_TRUNC),
                                         X(O_APPEND),
                                         X(O_NONBLOCK),
                                         {"O_SYNC", O_SYNC, O_SYNC},
                                         {"O_DSYNC", O_DSYNC, O_SYNC},
                                         {"__O_SYNC", O_SYNC & ~O_DSYNC, O_SYNC},
                                         X(O_DIRECT),
                                         {"O_LARGEFILE", O_LARGEFILE_X86, 0},
                                         X(O_NOFOLLOW),
                                         X(O_NOATIME),
                                         X(O_CLOEXEC),
                                         X(O_PATH),
                                         {"O_TMPFILE", O_TMPFILE, O_TMPFILE},
                                         {"O_DIRECTORY", O_DIRECTORY, O_TMPFILE},
                                         {"__O_TMPFILE", O_TMPFILE & ~O_DIRECTORY, O_TMPFILE},
                                         {"FASYNC", O_ASYNC, 0},
                                         XEND};
static const struct xlat access_modes[] = {{"F_OK", 0, ~0ull}, X(R_OK), X(W_OK), X(X_OK), XEND};
static const struct xlat at_flags[] = {X(AT_SYMLINK_NOFOLLOW),
                                       X(AT_REMOVEDIR),
                                       X(AT_SYMLINK_FOLLOW),
                                       X(AT_NO_AUTOMOUNT),
                                       X(AT_EMPTY_PATH),
                                       X(AT_RECURSIVE),
                                       XEND};
static const struct xlat fchmodat_flags[] = {X(AT_SYMLINK_NOFOLLOW), X(AT_EMPTY_PATH), XEND};
static const struct xlat handle_at_flags[] = {{"AT_HANDLE_MNT_ID_UNIQUE", 1, 0},
                                              {"AT_HANDLE_CONNECTABLE", 2, 0},
                                              {"AT_HANDLE_FID", AT_REMOVEDIR, 0},
                                              X(AT_SYMLINK_FOLLOW),
                                              X(AT_EMPTY_PATH),
                                              XEND};
static const struct xlat faccessat_flags[] = {X(AT_SYMLINK_NOFOLLOW), X(AT_EACCESS), X(AT_EMPTY_PATH), XEND};
static const struct xlat statx_syncs[] = {XM(AT_STATX_SYNC_AS_STAT, ~0ull), X(AT_STATX_FORCE_SYNC),
                                          X(AT_STATX_DONT_SYNC), XEND};
static const struct xlat statx_attributes[] = {X(STATX_ATTR_COMPRESSED),
                                               X(STATX_ATTR_IMMUTABLE),
                                               X(STATX_ATTR_APPEND),
                                               X(STATX_ATTR_NODUMP),
                                               X(STATX_ATTR_ENCRYPTED),
                                               X(STATX_ATTR_AUTOMOUNT),
                                               X(STATX_ATTR_MOUNT_ROOT),
                                               X(STATX_ATTR_VERITY),
                                               X(STATX_ATTR_DAX),
                                               {"STATX_ATTR_WRITE_ATOMIC", 0x400000, 0},
                                               XEND};
static const struct xlat statx_masks[] = {XM(STATX_ALL, STATX_ALL),
                                          XM(STATX_BASIC_STATS, STATX_BASIC_STATS),
                                          X(STATX_TYPE),
                                          X(STATX_MODE),
                                          X(STATX_NLINK),
                                          X(STATX_UID),
                                          X(STATX_GID),
                                          X(STATX_ATIME),
                                          X(STATX_MTIME),
                                          X(STATX_CTIME),
                                          X(STATX_INO),
                                          X(STATX_SIZE),
                                          X(STATX_BLOCKS),
                                          X(STATX_BTIME),
                                          X(STATX_MNT_ID),
                                          X(STATX_DIOALIGN),
                                          {"STATX_MNT_ID_UNIQUE", 0x4000, 0},
                                          {"STATX_SUBVOL", 0x8000, 0},
                                          {"STATX_WRITE_ATOMIC", 0x10000, 0},
                                          XEND};
static const struct xlat whence[] = {X(SEEK_SET), X(SEEK_CUR), X(SEEK_END), X(SEEK_DATA), X(SEEK_HOLE), XEND};
static const struct xlat fcntl_cmds[] = {X(F_DUPFD),
                                         X(F_GETFD),
                                         X(F_SETFD),
                                         X(F_GETFL),
                                         X(F_SETFL),
                                         X(F_GETLK),
                                         X(F_SETLK),
                                         X(F_SETLKW),
                                         X(F_SETOWN),
                                         X(F_GETOWN),
                                         X(F_SETSIG),
                                         X(F_GETSIG),
                                         X(F_SETOWN_EX),
                                         X(F_GETOWN_EX),
                                         X(F_OFD_GETLK),
                                         X(F_OFD_SETLK),
                                         X(F_OFD_SETLKW),
                                         X(F_SETLEASE),
                                         X(F_GETLEASE),
                                         X(F_NOTIFY),
                                         X(F_DUPFD_CLOEXEC),
                                         X(F_SETPIPE_SZ),
                                         X(F_GETPIPE_SZ),
                                         X(F_ADD_SEALS),
                                         X(F_GET_SEALS),
                                         {"F_GETLK64", 12, 0},
                                         {"F_SETLK64", 13, 0},
                                         {"F_SETLKW64", 14, 0},
                                         {"F_GETOWNER_UIDS", 17, 0},
                                         {"F_DUPFD_QUERY", 1027, 0},
                                         {"F_CREATED_QUERY", 1028, 0},
                                         {"F_CANCELLK", 1029, 0},
                                         XEND};
static const struct xlat fd_flags[] = {X(FD_CLOEXEC), XEND};
static const struct xlat fcntl_seals[] = {X(F_SEAL_SEAL),
                                          X(F_SEAL_SHRINK),
                                          X(F_SEAL_GROW),
                                          X(F_SEAL_WRITE),
                                          {"F_SEAL_FUTURE_WRITE", 16, 0},
                                          {"F_SEAL_EXEC", 32, 0},
                                          XEND};
static const struct xlat owners[] = {X(F_OWNER_TID), X(F_OWNER_PID), X(F_OWNER_PGRP), XEND};
static const struct xlat notify[] = {X(DN_ACCESS),
                                     X(DN_MODIFY),
                                     X(DN_CREATE),
                                     X(DN_DELETE),
                                     X(DN_RENAME),
                                     X(DN_ATTRIB),
                                     {"DN_MULTISHOT", 0x80000000, 0},
                                     XEND};
static const struct xlat lock_types[] = {X(F_RDLCK),        X(F_WRLCK),        X(F_UNLCK),
                                         {"F_EXLCK", 4, 0}, {"F_SHLCK", 8, 0}, XEND};
static const struct xlat flock_ops[] = {X(LOCK_SH),
                                        X(LOCK_EX),
                                        X(LOCK_NB),
                                        X(LOCK_UN),
                                        X(LOCK_MAND),
                                        XM(LOCK_RW, LOCK_RW),
                                        XM(LOCK_READ, LOCK_RW),
                                        XM(LOCK_WRITE, LOCK_RW),
                                        XEND};
static const struct xlat poll_events[] = {X(POLLIN),
                                          X(POLLPRI),
                                          X(POLLOUT),
                                          X(POLLERR),
                                          X(POLLHUP),
                                          X(POLLNVAL),
                                          X(POLLRDNORM),
                                          X(POLLRDBAND),
                                          X(POLLWRNORM),
                                          X(POLLWRBAND),
                                          {"POLLMSG", 0x400, 0},
                                          {"POLLREMOVE", 0x1000, 0},
                                          X(POLLRDHUP),
                                          {"POLL_BUSY_LOOP", 0x8000, 0},
                                          XEND};
static const struct xlat epoll_events[] = {X(EPOLLIN),
                                           X(EPOLLPRI),
                                           X(EPOLLOUT),
                                           X(EPOLLERR),
                                           X(EPOLLHUP),
                                           {"EPOLLNVAL", POLLNVAL, 0},
                                           X(EPOLLRDNORM),
                                           X(EPOLLRDBAND),
                                           X(EPOLLWRNORM),
                                           X(EPOLLWRBAND),
                                           X(EPOLLMSG),
                                           X(EPOLLRDHUP),
                                           X(EPOLLEXCLUSIVE),
                                           X(EPOLLWAKEUP),
                                           X(EPOLLONESHOT),
                                           X(EPOLLET),
                                           XEND};
static const struct xlat epoll_ctls[] = {X(EPOLL_CTL_ADD), X(EPOLL_CTL_DEL), X(EPOLL_CTL_MOD), XEND};
static const struct xlat epoll_create_flags[] = {X(EPOLL_CLOEXEC), XEND};
static const struct xlat eventfd_flags[] = {X(EFD_SEMAPHORE), X(EFD_CLOEXEC), X(EFD_NONBLOCK), XEND};
static const struct xlat signalfd_flags[] = {X(SFD_CLOEXEC), X(SFD_NONBLOCK), XEND};
static const struct xlat timerfd_flags[] = {X(TFD_TIMER_ABSTIME), X(TFD_TIMER_CANCEL_ON_SET), X(TFD_CLOEXEC),
                                            X(TFD_NONBLOCK), XEND};
static const struct xlat inotify_mask[] = {X(IN_ACCESS),
                                           X(IN_MODIFY),
                                           X(IN_ATTRIB),
                                           X(IN_CLOSE_WRITE),
                                           X(IN_CLOSE_NOWRITE),
                                           X(IN_OPEN),
                                           X(IN_MOVED_FROM),
                                           X(IN_MOVED_TO),
                                           X(IN_CREATE),
                                           X(IN_DELETE),
                                           X(IN_DELETE_SELF),
                                           X(IN_MOVE_SELF),
                                           X(IN_UNMOUNT),
                                           X(IN_Q_OVERFLOW),
                                           X(IN_IGNORED),
                                           X(IN_ONLYDIR),
                                           X(IN_DONT_FOLLOW),
                                           X(IN_EXCL_UNLINK),
                                           {"IN_MASK_CREATE", 0x10000000, 0},
                                           X(IN_MASK_ADD),
                                           X(IN_ISDIR),
                                           X(IN_ONESHOT),
                                           XEND};
static const struct xlat inotify_init_flags[] = {X(IN_NONBLOCK), X(IN_CLOEXEC), XEND};
static const struct xlat falloc[] = {{"FALLOC_FL_KEEP_SIZE", 1, 0},      {"FALLOC_FL_PUNCH_HOLE", 2, 0},
                                     {"FALLOC_FL_NO_HIDE_STALE", 4, 0},  {"FALLOC_FL_COLLAPSE_RANGE", 8, 0},
                                     {"FALLOC_FL_ZERO_RANGE", 16, 0},    {"FALLOC_FL_INSERT_RANGE", 32, 0},
                                     {"FALLOC_FL_UNSHARE_RANGE", 64, 0}, XEND};
static const struct xlat fadvise[] = {X(POSIX_FADV_NORMAL),
                                      X(POSIX_FADV_RANDOM),
                                      X(POSIX_FADV_SEQUENTIAL),
                                      X(POSIX_FADV_WILLNEED),
                                      X(POSIX_FADV_DONTNEED),
                                      X(POSIX_FADV_NOREUSE),
                                      XEND};
static const struct xlat splice_flags[] = {X(SPLICE_F_MOVE), X(SPLICE_F_NONBLOCK), X(SPLICE_F_MORE),
                                           X(SPLICE_F_GIFT), XEND};
static const struct xlat sync_file_range_flags[] = {X(SYNC_FILE_RANGE_WAIT_BEFORE), X(SYNC_FILE_RANGE_WRITE),
                                                    X(SYNC_FILE_RANGE_WAIT_AFTER), XEND};
static const struct xlat rename_flags[] = {
    {"RENAME_NOREPLACE", 1, 0}, {"RENAME_EXCHANGE", 2, 0}, {"RENAME_WHITEOUT", 4, 0}, XEND};
static const struct xlat rwf_flags[] = {
    {"RWF_HIPRI", 1, 0},   {"RWF_DSYNC", 2, 0},     {"RWF_SYNC", 4, 0},    {"RWF_NOWAIT", 8, 0},
    {"RWF_APPEND", 16, 0}, {"RWF_NOAPPEND", 32, 0}, {"RWF_ATOMIC", 64, 0}, XEND};
static const struct xlat close_range_flags[] = {X(CLOSE_RANGE_UNSHARE), X(CLOSE_RANGE_CLOEXEC), XEND};
static const struct xlat xattr_flags[] = {X(XATTR_CREATE), X(XATTR_REPLACE), XEND};
static const struct xlat umount_flags[] = {X(MNT_FORCE), X(MNT_DETACH), X(MNT_EXPIRE), X(UMOUNT_NOFOLLOW),
                                           XEND};
static const struct xlat resolve_flags[] = {X(RESOLVE_NO_XDEV),
                                            X(RESOLVE_NO_MAGICLINKS),
                                            X(RESOLVE_NO_SYMLINKS),
                                            X(RESOLVE_BENEATH),
                                            X(RESOLVE_IN_ROOT),
                                            X(RESOLVE_CACHED),
                                            XEND};
static const struct xlat st_flags[] = {{"ST_VALID", 0x20, 0},
                                       X(ST_RDONLY),
                                       X(ST_NOSUID),
                                       X(ST_NODEV),
                                       X(ST_NOEXEC),
                                       X(ST_SYNCHRONOUS),
                                       X(ST_MANDLOCK),
                                       X(ST_NOATIME),
                                       X(ST_NODIRATIME),
                                       X(ST_RELATIME),
                                       {"ST_NOSYMFOLLOW", 0x2000, 0},
                                       XEND};
static const struct xlat fs_magics[] = {
    {"EXT2_SUPER_MAGIC", 0xef53, 0},        {"PROC_SUPER_MAGIC", 0x9fa0, 0},
    {"DEVPTS_SUPER_MAGIC", 0x1cd1, 0},      {"ISOFS_SUPER_MAGIC", 0x9660, 0},
    {"NFS_SUPER_MAGIC", 0x6969, 0},         {"TMPFS_MAGIC", 0x01021994, 0},
    {"V9FS_MAGIC", 0x01021997, 0},          {"CGROUP_SUPER_MAGIC", 0x27e0eb, 0},
    {"CGROUP2_SUPER_MAGIC", 0x63677270, 0}, {"ANON_INODE_FS_MAGIC", 0x09041934, 0},
    {"PIPEFS_MAGIC", 0x50495045, 0},        {"SOCKFS_MAGIC", 0x534f434b, 0},
    {"SYSFS_MAGIC", 0x62656572, 0},         {"OVERLAYFS_SUPER_MAGIC", 0x794c7630, 0},
    {"SQUASHFS_MAGIC", 0x73717368, 0},      {"RAMFS_MAGIC", 0x858458f6, 0},
    {"XFS_SUPER_MAGIC", 0x58465342, 0},     {"FUSE_SUPER_MAGIC", 0x65735546, 0},
    {"BTRFS_SUPER_MAGIC", 0x9123683e, 0},   {"HUGETLBFS_MAGIC", 0x958458f6, 0},
    {"F2FS_SUPER_MAGIC", 0xf2f52010, 0},    XEND};
static const struct xlat file_types[] = {
    {"S_IFREG", S_IFREG, 0}, {"S_IFSOCK", S_IFSOCK, 0}, {"S_IFIFO", S_IFIFO, 0}, {"S_IFLNK", S_IFLNK, 0},
    {"S_IFDIR", S_IFDIR, 0}, {"S_IFBLK", S_IFBLK, 0},   {"S_IFCHR", S_IFCHR, 0}, XEND};
const struct xlat_table xlat_fs[] = {{"open", open_flags, "O_???"},
                                     {"open_only", open_flags + ACCESS_MODES, "O_???"},
                                     {"access", access_modes, "?_OK"},
                                     {"at", at_flags, "AT_???"},
                                     {"fchmodat", fchmodat_flags, "AT_???"},
                                     {"xattr_at", fchmodat_flags, "AT_???"},
                                     {"handle_at", handle_at_flags, "AT_???"},
                                     {"faccessat", faccessat_flags, "AT_???"},
                                     {"statx_at", at_flags, "AT_???"},
                                     {"statx_sync", statx_syncs, "AT_STATX_???"},
                                     {"statx", statx_masks, "STATX_???"},
                                     {"whence", whence, "SEEK_???"},
                                     {"fcntl", fcntl_cmds, "F_???"},
                                     {"fd_flags", fd_flags, "FD_???"},
                                     {"seals", fcntl_seals, "F_SEAL_???"},
                                     {"lock_type", lock_types, "F_???"},
                                     {"owner", owners, "F_OWNER_???"},
                                     {"notify", notify, "DN_???"},
                                     {"flock", flock_ops, "LOCK_???"},
                                     {"poll", poll_events, "POLL???"},
                                     {"epoll", epoll_events, "EPOLL???"},
                                     {"epoll_ctl", epoll_ctls, "EPOLL_CTL_???"},
                                     {"epoll_create", epoll_create_flags, "EPOLL_???"},
                                     {"eventfd", eventfd_flags, "EFD_???"},
                                     {"signalfd", signalfd_flags, "SFD_???"},
                                     {"timerfd", timerfd_flags, "TFD_???"},
                                     {"inotify", inotify_mask, "IN_???"},
                                     {"inotify_init", inotify_init_flags, "IN_???"},
                                     {"fallocate", falloc, "FALLOC_FL_???"},
                                     {"fadvise", fadvise, "POSIX_FADV_???"},
                                     {"splice", splice_flags, "SPLICE_F_???"},
                                     {"sync_file_range", sync_file_range_flags, "SYNC_FILE_RANGE_???"},
                                     {"rename", rename_flags, "RENAME_??"} /* as strace has it */,
                                     {"rwf", rwf_flags, "RWF_???"},
                                     {"close_range", close_range_flags, "CLOSE_RANGE_???"},
                                     {"xattr", xattr_flags, "XATTR_???"},
                                     {"umount", umount_flags, "MNT_???"},
                                     {"resolve", resolve_flags, "RESOLVE_???"},
                                     {"statx_attr", statx_attributes, "STATX_ATTR_???"},
                                     {"st_flags", st_flags, "ST_???"},
                                     {"fs_magic", fs_magics, 0},
                                     {"file_type", file_types, 0},
                                     {0, 0, 0}};
