/* proc_files.c - facts on the directories of /proc: what programs count threads and descriptors by. */
#include "probe.h"

#include <pthread.h>

static long links_of(const char *path)
{
    struct stat st;

    return stat(path, &st) ? -1 : (long)st.st_nlink;
}

static long size_of(const char *path)
{
    struct stat st;

    return stat(path, &st) ? -1 : (long)st.st_size;
}

static void *in_thread(void *arg)
{
    is_num(links_of("/proc/self/task"), 4, "another thread, another link");
    return arg;
}

static long number_in(const char *path)
{
    char text[32] = "";
    int fd = open(path, O_RDONLY);

    if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
        return -1;
    close(fd);
    return atol(text);
}

int main(void)
{
    pthread_t thread;
    long before;

    is_num(links_of("/proc/self/task"), 3, "the links of task/: two, and one for each thread");
    must(pthread_create(&thread, NULL, in_thread, NULL));
    pthread_join(thread, NULL);
    is_num(links_of("/proc/self/fd"), 2, "those of fd/");
    before = size_of("/proc/self/fd");
    must(dup(1));
    is_num(size_of("/proc/self/fd") - before, 1, "its size: the descriptors that are open");
    is_true(links_of("/proc/self/") > 5, "a process' directory has others in it");
    is_true(links_of("/proc") > 4, "and all processes are in /proc");
    is_num(links_of("/proc/sys/kernel"), 1, "directories of /proc/sys have one");
    is_true(number_in("/proc/sys/fs/inotify/max_user_watches") > 0, "inotify's limits are there");
    is_num(number_in("/proc/sys/kernel/overflowuid"), 65534, "and nobody's number");
    return done();
}
