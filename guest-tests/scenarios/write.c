/* write.c - W: changing the contents of sealed memory without changing the mapping. */
#define _GNU_SOURCE
#include "scenario.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static char evil[PG];

static long force_write(void *p)
{
    int fd = open("/proc/self/mem", O_RDWR);
    if (fd < 0)
        broken("/proc/self/mem");
    fill(evil, 1, 'N');
    return pwrite(fd, evil, PG, (off_t)(uintptr_t)p);
}

static void w01(void)
{
    char *p = area(2, R);
    seal_pages(p, 2);
    say("%s", result(force_write(p)));
    show(p, 2);
}

static void w02(void)
{
    char *p = file_area(2, RX, MAP_PRIVATE, NULL);
    seal_pages(p, 2);
    say("%s", result(force_write(p)));
    show(p, 2);
}

static void traced(void *arg)
{
    volatile char *p = arg;
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL))
        _exit(1);
    raise(SIGSTOP);
    printf(" child saw %c", *p);
}

static void w03(void)
{
    char *p = area(1, R);
    int status;
    seal_pages(p, 1);
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        traced(p);
        fflush(stdout);
        _exit(0);
    }
    if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
        skip("no ptrace");
    printf("%s", result(ptrace(PTRACE_POKEDATA, pid, p, (void *)0x4e4e4e4e4e4e4e4eul)));
    fflush(stdout);
    ptrace(PTRACE_CONT, pid, NULL, NULL);
    waitpid(pid, &status, 0);
}

static void w04(void)
{
    char *p = area(2, R);
    struct iovec from = {evil, PG}, to = {p, PG};
    seal_pages(p, 2);
    say("%s", result(syscall(SYS_process_vm_writev, getpid(), &from, 1ul, &to, 1ul, 0ul)));
    show(p, 2);
}

static void w05(void)
{
    int fd;
    char *p = file_area(2, RX, MAP_PRIVATE, &fd);
    seal_pages(p, 2);
    fill(evil, 1, 'N');
    say("%s", result(pwrite(fd, evil, PG, 0)));
    show(p, 2);
}

static void w06(void)
{
    int fd;
    char *p = file_area(2, R, MAP_SHARED, &fd);
    seal_pages(p, 2);
    fill(map_at(room(2, NONE), 2, RW, MAP_SHARED, fd), 1, 'N');
    show(p, 2);
}

static void w07(void)
{
    int fd;
    char *p = file_area(2, R, MAP_PRIVATE, &fd);
    seal_pages(p, 2);
    say("%s", result(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, PG)));
    show(p, 2);
}

static void w08(void)
{
    int fd;
    char *p = file_area(2, RX, MAP_PRIVATE, &fd);
    seal_pages(p, 2);
    say("%s", result(ftruncate(fd, 0)));
    show(p, 2);
}

static void w13(void)
{
    int fd = file_of_f(2);
    char *p = area(2, R);
    seal_pages(p, 2);
    say("%s", result(pread(fd, p, PG, 0)));
    show(p, 2);
}

const struct scenario write_scenarios[] = {
    {"W01", "/proc/self/mem writes read-only anonymous memory", w01},
    {"W02", "/proc/self/mem writes code", w02},
    {"W03", "a tracer pokes", w03},
    {"W04", "control: process_vm_writev into read-only memory", w04},
    {"W05", "write(2) to the file behind private code", w05},
    {"W06", "a second, writable mapping of the object", w06},
    {"W07", "a hole punched in the file behind a private mapping", w07},
    {"W08", "the file truncated to nothing", w08},
    {"W13", "control: read(2) into read-only memory", w13},
    {0},
};
