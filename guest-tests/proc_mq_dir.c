/* proc_mq_dir.c - the directory of POSIX message queues, /dev/mqueue: listing, status, reading, making and removing them by path. */
#include "probe.h"

#include <dirent.h>
#include <linux/magic.h>
#include <mqueue.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/statfs.h>

#ifndef MQUEUE_MAGIC
#define MQUEUE_MAGIC 0x19800202
#endif

static char dir[64] = "/dev/mqueue", prefix[32];

/* A queue of ours by its path and for mq_open(3). */
static const char *path(const char *name)
{
    static char text[2][128];
    static int turn;

    turn ^= 1;
    snprintf(text[turn], sizeof(text[turn]), "%s/%s%s", dir, prefix, name);
    return text[turn];
}
static const char *queue(const char *name)
{
    static char text[64];

    snprintf(text, sizeof(text), "/%s%s", prefix, name);
    return text;
}

/* Where there is none, one that only we see. */
static bool have_directory(void)
{
    char at[] = "/tmp/probe-XXXXXX";
    struct statfs fs;

    if (!statfs(dir, &fs) && fs.f_type == MQUEUE_MAGIC)
        return true;
    if (unshare(CLONE_NEWNS | CLONE_NEWIPC) || !mkdtemp(at))
        return false;
    if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) || mount("none", at, "mqueue", 0, NULL)) {
        rmdir(at);
        return false;
    }
    strcpy(dir, at);
    return true;
}

/* The names of ours in it, in order. */
static const char *names(void)
{
    static char text[256];
    struct dirent **list;
    int n = must(scandir(dir, &list, NULL, alphasort));

    *text = 0;
    for (int i = 0; i < n; i++) {
        if (!strncmp(list[i]->d_name, prefix, strlen(prefix)))
            sprintf(text + strlen(text), "%s%s ", list[i]->d_name + strlen(prefix),
                    list[i]->d_type == DT_REG ? "" : "?");
        free(list[i]);
    }
    free(list);
    return text;
}

static mqd_t make(const char *name, long messages, long size)
{
    struct mq_attr a = {.mq_maxmsg = messages, .mq_msgsize = size};

    return must(mq_open(name, O_CREAT | O_EXCL | O_RDWR, 0640, &a));
}

static void looking(void)
{
    mqd_t a = make(queue("a"), 4, 32), b = make(queue("b"), 4, 32);
    struct stat st, of_dir;
    char text[128] = "";
    int fd;

    must(stat(dir, &of_dir));
    is_true(of_dir.st_mode == (S_IFDIR | 01777) && of_dir.st_nlink == 2, "a directory for all, like /tmp");
    is_str(names(), "a b ", "that lists the queues");
    must(stat(path("a"), &st));
    is_true(st.st_mode == (S_IFREG | 0640) && st.st_size == 80 && st.st_nlink == 1, "as files of 80 bytes");
    is_true(st.st_dev == of_dir.st_dev && st.st_uid == geteuid(), "of who made them");
    must(fstat(a, &of_dir));
    is_true(st.st_ino == of_dir.st_ino && st.st_dev == of_dir.st_dev, "the same that mq_open gives");
    is_err(stat(path("c"), &st), "ENOENT", "others are not there");
    must(mq_send(a, "hello", 5, 1));
    must(mq_send(a, "you", 3, 2));
    fd = must(open(path("a"), O_RDONLY));
    must((int)read(fd, text, sizeof(text) - 1));
    is_str(text, "QSIZE:8          NOTIFY:0     SIGNO:0     NOTIFY_PID:0     \n",
           "what a queue says of itself");
    is_num(read(fd, text, sizeof(text)), 0, "once");
    is_num(mq_receive(fd, text, sizeof(text), NULL), 3, "the descriptor is one of a queue");
    is_err(mq_send(fd, "x", 1, 0), "EBADF", "as it was opened");
    close(fd);
    mq_close(b);
    mq_close(a);
}

static void changing(void)
{
    struct mq_attr attr;
    struct stat st;
    mqd_t q;
    int fd;

    is_ok(unlink(path("a")), "unlink removes a queue");
    is_err(mq_open(queue("a"), O_RDWR), "ENOENT", "which mq_open does not find any more");
    is_str(names(), "b ", "nor the directory");
    is_ok(mq_unlink(queue("b")), "mq_unlink");
    is_str(names(), "", "likewise");
    is_err(unlink(path("b")), "ENOENT", "what is gone is gone");

    fd = open(path("n"), O_CREAT | O_EXCL | O_RDWR, 0600);
    is_true(fd >= 0, "a file that is made there");
    q = mq_open(queue("n"), O_RDWR);
    is_true(q >= 0 && !mq_getattr(q, &attr) && attr.mq_maxmsg == 10 && attr.mq_msgsize == 8192, "is a queue");
    must(mq_send(q, "x", 1, 0));
    must(fchmod(fd, 0400));
    must(stat(path("n"), &st));
    is_num(st.st_mode & 07777, 0400, "chmod");
    is_err(open(path("n"), O_CREAT | O_EXCL | O_RDWR, 0600), "EEXIST", "made once");
    is_err(write(fd, "x", 1), "EINVAL", "it is not written to");
    is_err(mkdir(path("d"), 0700), "EPERM", "no directories");
    is_err(symlink("x", path("s")), "EPERM", "no links");
    is_err(link(path("n"), path("m")), "EPERM", "of neither kind");
    is_err(rename(path("n"), path("m")), "EPERM", "no other names");
    is_err(mknod(path("p"), S_IFIFO | 0600, 0), "EPERM", "nothing but queues");
    must(unlink(path("n")));
    must(fstat(fd, &st));
    is_true(!st.st_nlink && mq_receive(q, (char[8192]){0}, 8192, NULL) == 1,
            "a queue lives on while it is open");
    mq_close(q);
    close(fd);
}

int main(void)
{
    if (!have_directory()) {
        told_skip("the directory of queues", "none is mounted, and we may not");
        return done();
    }
    snprintf(prefix, sizeof(prefix), "probe-%d-", getpid());
    looking();
    changing();
    if (strncmp(dir, "/dev", 4) && !umount(dir))
        rmdir(dir);
    return done();
}
