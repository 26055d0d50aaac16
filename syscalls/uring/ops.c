/*
 * ops.c - the operations of io_uring, one row each (io_uring/opdef.c, Linux 6.18), and the way from a row to
 * the system call that does the work.
 *
 * An operation without a row ends with EINVAL, as on a kernel from before it came, and IORING_REGISTER_PROBE
 * says so: MSG_RING, SEND_ZC, URING_CMD, futex, waitid.
 */
#include "uring.h"

#include <linux/fs.h>
#include <sys/socket.h>

#define RECVSEND_POLL_FIRST 1u
#define RECV_MULTISHOT      2u
#define ACCEPT_MULTISHOT    1u
#define ACCEPT_DONTWAIT     2u
#define ACCEPT_POLL_FIRST   4u
#define NOP_INJECT_RESULT   1u
#define FD_IN_FIXED         (1u << 31)

/* ---- small ones ---- */

static int nop_prep(struct uring_req *req)
{
    return (unsigned)req->sqe.rw_flags & ~NOP_INJECT_RESULT ? -EINVAL : 0;
}

static int64_t nop_issue(struct uring_req *req)
{
    return (unsigned)req->sqe.rw_flags & NOP_INJECT_RESULT ? (int32_t)req->sqe.len : 0;
}

static int fsync_prep(struct uring_req *req)
{
    return req->sqe.fsync_flags & ~IORING_FSYNC_DATASYNC ? -EINVAL : 0;
}

static int64_t call_madvise(struct task *t, const uint64_t a[6])
{
    creds_to_mm(t);
    return mm_uring_madvise(t->mm, a[0], a[1], arg_int(a[2]));
}

/* A descriptor that closes on exec cannot go to a registered slot. */
static int open_prep(struct uring_req *req)
{
    return req->sqe.file_index && req->sqe.open_flags & O_CLOEXEC ? -EINVAL : 0;
}

static int socket_prep(struct uring_req *req)
{
    return req->sqe.file_index && req->sqe.off & SOCK_CLOEXEC ? -EINVAL : 0;
}

static int close_prep(struct uring_req *req)
{
    return req->sqe.fd && req->sqe.file_index ? -EINVAL : 0;
}

static int64_t close_issue(struct uring_req *req)
{
    struct file *f = fd_file_raw(&req->w, req->sqe.fd);

    if (req->sqe.file_index)
        return files_close(req->ring, req->sqe.file_index - 1);
    return !f || file_is_uring(f) ? -EBADF : fd_close(&req->w, req->sqe.fd);
}

static int files_update_prep(struct uring_req *req)
{
    return req->sqe.len ? 0 : -EINVAL;
}

static int64_t files_update_issue(struct uring_req *req)
{
    return files_update(&req->w, req->ring, (unsigned)req->sqe.off, req->sqe.addr, req->sqe.len, 0);
}

/* ---- sockets ---- */

static int message_prep(struct uring_req *req)
{
    if (req->sqe.ioprio & ~RECVSEND_POLL_FIRST)
        return -EINVAL;
    req->no_wait = req->sqe.msg_flags & MSG_DONTWAIT;
    return 0;
}

static int recv_prep(struct uring_req *req)
{
    if (req->sqe.ioprio & ~(RECVSEND_POLL_FIRST | RECV_MULTISHOT))
        return -EINVAL;
    req->multishot = req->sqe.ioprio & RECV_MULTISHOT;
    if (req->multishot && (!(req->sqe.flags & IOSQE_BUFFER_SELECT) || req->sqe.msg_flags & MSG_WAITALL))
        return -EINVAL;
    req->no_wait = req->sqe.msg_flags & MSG_DONTWAIT;
    return 0;
}

static int64_t recv_issue(struct uring_req *req)
{
    uint64_t addr = req->sqe.addr;
    uint32_t len = req->sqe.len;
    bool picks = req->sqe.flags & IOSQE_BUFFER_SELECT;
    int64_t r = picks ? kbuf_pick(req, &addr, &len) : 0;

    if (!r)
        r = sys_recvfrom(&req->w, (uint64_t[6]){(uint64_t)WORK_FD, addr, len, req->sqe.msg_flags});
    if (picks && r > 0)
        kbuf_used(req, (uint32_t)r);
    else if (picks)
        kbuf_give_back(req);
    return r;
}

static int accept_prep(struct uring_req *req)
{
    unsigned flags = req->sqe.ioprio;

    if (flags & ~(ACCEPT_MULTISHOT | ACCEPT_DONTWAIT | ACCEPT_POLL_FIRST))
        return -EINVAL;
    if (req->sqe.file_index && req->sqe.accept_flags & SOCK_CLOEXEC)
        return -EINVAL;
    if (req->sqe.accept_flags & ~(unsigned)(SOCK_CLOEXEC | SOCK_NONBLOCK))
        return -EINVAL;
    req->multishot = flags & ACCEPT_MULTISHOT;
    req->no_wait = flags & ACCEPT_DONTWAIT;
    return 0;
}

/* ---- pipes ---- */

static int splice_prep(struct uring_req *req)
{
    return req->sqe.splice_flags & ~(FD_IN_FIXED | 15u) ? -EINVAL : 0;
}

static struct file *splice_in(struct uring_req *req)
{
    return req->sqe.splice_flags & FD_IN_FIXED ? files_get_slot(req->ring, (unsigned)req->sqe.splice_fd_in)
                                               : fd_file(&req->w, req->sqe.splice_fd_in);
}

static int64_t splice_issue(struct uring_req *req)
{
    uint64_t in_at = req->sqe.splice_off_in, out_at = req->sqe.off;
    struct file *in = splice_in(req);

    req->want = req->sqe.len;
    if (!in)
        return -EBADF;
    if (!req->sqe.len)
        return 0;
    return file_splice(&req->w, in, in_at == UINT64_MAX ? NULL : &in_at, req->file,
                       out_at == UINT64_MAX ? NULL : &out_at, req->sqe.len,
                       req->sqe.splice_flags & ~FD_IN_FIXED);
}

static int64_t tee_issue(struct uring_req *req)
{
    struct file *in = splice_in(req);

    req->want = req->sqe.len;
    if (!in)
        return -EBADF;
    return req->sqe.len ? file_tee(&req->w, in, req->file, req->sqe.len, req->sqe.splice_flags & ~FD_IN_FIXED)
                        : 0;
}

/* The ring waits where connect(2) does not. */
static int64_t call_connect(struct task *t, const uint64_t a[6])
{
    int64_t r = sys_connect(t, a);

    return r == -EINPROGRESS ? sys_connect(t, a) : r;
}

/* ---- the table ---- */

static const struct uring_op ops[UOP_LAST] = {
    [IORING_OP_NOP] = {"NOP", .prep = nop_prep, .issue = nop_issue},
    [IORING_OP_READV] = {"READV", OP_FILE | OP_IOPRIO | OP_POLLIN | OP_SHORT_FAILS | OP_BUFFER,
                         .prep = rw_prep, .issue = rw_issue},
    [IORING_OP_WRITEV] = {"WRITEV", OP_FILE | OP_IOPRIO | OP_POLLOUT | OP_SHORT_FAILS | OP_PARTIAL,
                          .prep = rw_prep, .issue = rw_issue},
    [IORING_OP_FSYNC] = {"FSYNC", OP_FILE, "abs", "f", sys_fsync, .prep = fsync_prep},
    [IORING_OP_READ_FIXED] = {"READ_FIXED", OP_FILE | OP_IOPRIO | OP_POLLIN | OP_SHORT_FAILS, .prep = rw_prep,
                              .issue = rw_issue},
    [IORING_OP_WRITE_FIXED] = {"WRITE_FIXED", OP_FILE | OP_IOPRIO | OP_POLLOUT | OP_SHORT_FAILS | OP_PARTIAL,
                               .prep = rw_prep, .issue = rw_issue},
    [IORING_OP_POLL_ADD] = {"POLL_ADD", OP_FILE, "oab", .prep = poll_prep, .issue = poll_issue},
    [IORING_OP_POLL_REMOVE] = {"POLL_REMOVE", .zero = "bs", .prep = poll_remove_prep,
                               .issue = poll_remove_issue},
    [IORING_OP_SYNC_FILE_RANGE] = {"SYNC_FILE_RANGE", OP_FILE, "abs", "folr", sys_sync_file_range},
    [IORING_OP_SENDMSG] = {"SENDMSG", OP_FILE | OP_IOPRIO | OP_POLLOUT | OP_PARTIAL, "os", "fag", sys_sendmsg,
                           .prep = message_prep},
    [IORING_OP_RECVMSG] = {"RECVMSG", OP_FILE | OP_IOPRIO | OP_POLLIN, "os", "far", sys_recvmsg,
                           .prep = message_prep},
    [IORING_OP_TIMEOUT] = {"TIMEOUT", .zero = "bs", .prep = timeout_prep, .issue = timeout_issue},
    [IORING_OP_TIMEOUT_REMOVE] = {"TIMEOUT_REMOVE", .zero = "bls", .prep = timeout_remove_prep,
                                  .issue = timeout_remove_issue},
    [IORING_OP_ACCEPT] = {"ACCEPT", OP_FILE | OP_IOPRIO | OP_POLLIN | OP_NEW_FD, "lb", "faor", sys_accept4,
                          .prep = accept_prep},
    [IORING_OP_ASYNC_CANCEL] = {"ASYNC_CANCEL", .zero = "os", .prep = cancel_prep, .issue = cancel_issue},
    [IORING_OP_LINK_TIMEOUT] = {"LINK_TIMEOUT", .zero = "obs", .prep = timeout_prep,
                                .issue = link_timeout_issue},
    [IORING_OP_CONNECT] = {"CONNECT", OP_FILE | OP_POLLOUT, "lbrs", "fao", call_connect},
    [IORING_OP_FALLOCATE] = {"FALLOCATE", OP_FILE, "brs", "floa", sys_fallocate},
    [IORING_OP_OPENAT] = {"OPENAT", OP_NEW_FD | OP_NO_FIXED, "b", "darl", sys_openat, .prep = open_prep},
    [IORING_OP_CLOSE] = {"CLOSE", OP_NO_FIXED, "oalrb", .prep = close_prep, .issue = close_issue},
    [IORING_OP_FILES_UPDATE] = {"FILES_UPDATE", .zero = "rs", .prep = files_update_prep,
                                .issue = files_update_issue},
    [IORING_OP_STATX] = {"STATX", OP_NO_FIXED, "bs", "darlo", sys_statx},
    [IORING_OP_READ] = {"READ", OP_FILE | OP_IOPRIO | OP_POLLIN | OP_SHORT_FAILS | OP_BUFFER, .prep = rw_prep,
                        .issue = rw_issue},
    [IORING_OP_WRITE] = {"WRITE", OP_FILE | OP_IOPRIO | OP_POLLOUT | OP_SHORT_FAILS | OP_PARTIAL,
                         .prep = rw_prep, .issue = rw_issue},
    [IORING_OP_FADVISE] = {"FADVISE", OP_FILE, "bs", "fomr", sys_fadvise64},
    [IORING_OP_MADVISE] = {"MADVISE", 0, "bs", "anr", call_madvise},
    [IORING_OP_SEND] = {"SEND", OP_FILE | OP_IOPRIO | OP_POLLOUT | OP_PARTIAL, NULL, "falgoS", sys_sendto,
                        .prep = message_prep},
    [IORING_OP_RECV] = {"RECV", OP_FILE | OP_IOPRIO | OP_POLLIN | OP_BUFFER | OP_END_AT_0, "os",
                        .prep = recv_prep, .issue = recv_issue},
    [IORING_OP_OPENAT2] = {"OPENAT2", OP_NEW_FD | OP_NO_FIXED, "b", "daol", sys_openat2},
    [IORING_OP_EPOLL_CTL] = {"EPOLL_CTL", 0, "bs", "dloa", sys_epoll_ctl},
    [IORING_OP_SPLICE] = {"SPLICE", OP_FILE | OP_SHORT_FAILS, "b", .prep = splice_prep,
                          .issue = splice_issue},
    [IORING_OP_TEE] = {"TEE", OP_FILE | OP_SHORT_FAILS, "aob", .prep = splice_prep, .issue = tee_issue},
    [IORING_OP_SHUTDOWN] = {"SHUTDOWN", OP_FILE, "oarbs", "fl", sys_shutdown},
    [IORING_OP_RENAMEAT] = {"RENAMEAT", OP_NO_FIXED, "bs", "dalor", sys_renameat2},
    [IORING_OP_UNLINKAT] = {"UNLINKAT", OP_NO_FIXED, "olbs", "dar", sys_unlinkat},
    [IORING_OP_MKDIRAT] = {"MKDIRAT", OP_NO_FIXED, "orbs", "dal", sys_mkdirat},
    [IORING_OP_SYMLINKAT] = {"SYMLINKAT", OP_NO_FIXED, "lrbs", "ado", sys_symlinkat},
    [IORING_OP_LINKAT] = {"LINKAT", OP_NO_FIXED, "bs", "dalor", sys_linkat},
    [IORING_OP_FSETXATTR] = {"FSETXATTR", OP_FILE, NULL, "faolr", sys_fsetxattr},
    [IORING_OP_SETXATTR] = {"SETXATTR", OP_NO_FIXED, NULL, "Aaolr", sys_setxattr},
    [IORING_OP_FGETXATTR] = {"FGETXATTR", OP_FILE, "r", "faol", sys_fgetxattr},
    [IORING_OP_GETXATTR] = {"GETXATTR", OP_NO_FIXED, "r", "Aaol", sys_getxattr},
    [IORING_OP_PROVIDE_BUFFERS] = {"PROVIDE_BUFFERS", .zero = "rs", .prep = provide_prep,
                                   .issue = provide_issue},
    [IORING_OP_REMOVE_BUFFERS] = {"REMOVE_BUFFERS", .zero = "ralos", .prep = remove_prep,
                                  .issue = remove_issue},
    [UOP_READ_MULTISHOT] = {"READ_MULTISHOT", OP_FILE | OP_IOPRIO | OP_POLLIN | OP_BUFFER | OP_END_AT_0,
                            .prep = read_multishot_prep, .issue = read_multishot_issue},
    [IORING_OP_SOCKET] = {"SOCKET", OP_NEW_FD, "arb", "dol", sys_socket, .prep = socket_prep},
    [UOP_FTRUNCATE] = {"FTRUNCATE", OP_FILE, "rabls", "fo", sys_ftruncate},
    [UOP_BIND] = {"BIND", OP_FILE, "lbrs", "fao", sys_bind},
    [UOP_LISTEN] = {"LISTEN", OP_FILE, "abrso", "fl", sys_listen},
};

const struct uring_op *uring_op(unsigned opcode)
{
    return opcode < UOP_LAST && ops[opcode].name ? &ops[opcode] : NULL;
}

static uint64_t argument(const struct io_uring_sqe *sqe, char which)
{
    switch (which) {
    case 'f':
        return (uint64_t)WORK_FD;
    case 'd':
        return (uint64_t)sqe->fd;
    case 'a':
        return sqe->addr;
    case 'A':
        return sqe->addr3;
    case 'o':
        return sqe->off;
    case 'l':
        return sqe->len;
    case 'm': /* a long length, or the short one */
        return sqe->addr ? sqe->addr : sqe->len;
    case 'n':
        return sqe->off ? sqe->off : sqe->len;
    case 'r':
        return (unsigned)sqe->rw_flags;
    case 'g':
        return sqe->msg_flags | MSG_NOSIGNAL;
    case 'S':
        return sqe->addr_len;
    }
    return 0;
}

int64_t uring_call(struct uring_req *req)
{
    uint64_t a[6] = {0};
    unsigned n = 0;

    for (const char *c = req->op->args; *c; c++)
        a[n++] = argument(&req->sqe, *c);
    return req->op->call(&req->w, a);
}
