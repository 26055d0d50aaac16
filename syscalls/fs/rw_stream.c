/*
 * rw_stream.c - read and write of streams: pipes, sockets, terminals.
 *
 * What is read there is gone, so one call moves the bytes through a buffer of ours. Where the guest's memory
 * ends early, what counts as moved is as in Linux: a pipe's page or a socket's message goes whole or stays,
 * though as much of it as there is room for is in memory then.
 */
#include "../handlers.h"
#include "fs_calls.h"

#include <mseal-emu/uffd.h>
#include <signal.h>
#include <stdlib.h>

#define STREAM_CHUNK (256u << 10)

/* Bytes of a vector, from its beginning, to which there is memory that can be written; at most len. */
static uint64_t writable(struct task *t, const struct iovec *iov, int n, uint64_t len)
{
    bool watched = !list_empty(&t->k->uffds);
    uint64_t done = 0;
    struct mm_fault f;

    for (int i = 0; i < n && done < len; i++) {
        uint64_t addr = (uintptr_t)iov[i].iov_base, left = iov[i].iov_len, part;

        for (left = left < len - done ? left : len - done; left; left -= part, addr += part, done += part) {
            part = MM_PAGE_SIZE - addr % MM_PAGE_SIZE;
            part = part < left ? part : left;
            if (watched && mm_uffd_missing(t->mm, addr, part, MM_WRITE, &f))
                continue;
            if (!mm_user_ptr(t->mm, addr, &part, MM_WRITE))
                return done;
        }
    }
    return done;
}

uint64_t iov_scatter(struct task *t, const struct iovec *iov, int n, const char *buf, uint64_t len)
{
    uint64_t at = 0;

    for (int i = 0; i < n && at < len; i++) {
        uint64_t part = iov[i].iov_len < len - at ? iov[i].iov_len : len - at;
        uint64_t ok = mm_copy_out_partial(t->mm, (uintptr_t)iov[i].iov_base, buf + at, part);

        at += ok;
        if (ok < part)
            break;
    }
    return at;
}

int64_t rw_stream_cut(struct task *t, struct file *f, const struct iovec *iov, int n, uint64_t len)
{
    uint64_t there, room, whole;
    char *buf;

    if (!f->ops->peek)
        return (int64_t)len;
    there = f->ops->peek(f, NULL, len, 0, &whole);
    room = writable(t, iov, n, there);
    if (room == there)
        return (int64_t)len;
    buf = malloc(room + 1);
    if (!buf)
        return -ENOMEM;
    f->ops->peek(f, buf, len, room, &whole);
    iov_scatter(t, iov, n, buf, room);
    free(buf);
    return whole ? (int64_t)whole : -EFAULT;
}

int64_t rw_stream_read(struct task *t, struct file *f, const struct iovec *iov, int n, uint64_t total)
{
    uint64_t want = total < STREAM_CHUNK ? total : STREAM_CHUNK, at;
    char small[4096], *buf = small;
    int64_t got = rw_stream_cut(t, f, iov, n, want);

    if (got < 0)
        return got;
    want = (uint64_t)got;
    if (want > sizeof(small))
        buf = malloc(want);
    if (!buf)
        return -ENOMEM;
    got = f->ops->read(t, f, buf, want, NULL);
    if (got > 0) {
        at = iov_scatter(t, iov, n, buf, (uint64_t)got);
        if (at < (uint64_t)got && f->ops->unit)
            at -= at % f->ops->unit;
        got = at ? (int64_t)at : -EFAULT;
    }
    if (buf != small)
        free(buf);
    return got;
}

/* Of a write of len bytes: how many go if the memory ends after `have`. */
static uint64_t goes(struct file *f, uint64_t len, uint64_t have)
{
    if (f->ops->write_cut)
        return f->ops->write_cut(f, len, have);
    return f->ops->unit ? have - have % f->ops->unit : have;
}

/* What the file took in an earlier run of this call (it blocked half way) is in restart_data[0]. */
int64_t rw_stream_write(struct task *t, struct file *f, const struct iovec *iov, int n, uint64_t total)
{
    int64_t put = 0;
    char small[4096] = "", *big = NULL;

    if (!total)
        return f->ops->write(t, f, small, 0, NULL);
    do {
        uint64_t want = total - t->restart_data[0], have = 0, off = t->restart_data[0];
        char *buf = small;
        bool fault = false;

        if (want > STREAM_CHUNK)
            want = STREAM_CHUNK;
        if (want > sizeof(small)) {
            if (!big && !(big = malloc(STREAM_CHUNK))) {
                put = -ENOMEM;
                break;
            }
            buf = big;
        }
        for (int i = 0; i < n && have < want && !fault; i++) {
            if (off >= iov[i].iov_len) {
                off -= iov[i].iov_len;
                continue;
            }
            uint64_t part = iov[i].iov_len - off < want - have ? iov[i].iov_len - off : want - have;
            uint64_t ok = mm_copy_in_partial(t->mm, buf + have, (uintptr_t)iov[i].iov_base + off, part);

            have += ok;
            fault = ok < part;
            off = 0;
        }
        if (fault)
            have = goes(f, want, have);
        if (!have) {
            put = -EFAULT;
            break;
        }
        put = f->ops->write(t, f, buf, have, NULL);
        if (put < 0)
            break;
        t->restart_data[0] += put;
        if (fault || ((uint64_t)put < have && !f->ops->byte_stream))
            break;
    } while (t->restart_data[0] < total);
    free(big);
    if (put == SYS_BLOCK)
        return put;
    return t->restart_data[0] ? (int64_t)t->restart_data[0] : put;
}

void send_sigpipe(struct task *t)
{
    struct ksiginfo info = {.signo = SIGPIPE};

    info.info.si_signo = SIGPIPE;
    info.info.si_code = SI_USER;
    info.info.rt.pid = t->proc->pid;
    info.info.rt.uid = t->cred.uid;
    send_signal_task(t, &info);
}
