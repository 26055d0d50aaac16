/* proc_ipc.c - System V semaphores and message queues. */
#include "probe.h"
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <time.h>

/* Raw calls: the C library turns semop into semtimedop, and its semctl takes what it likes. */
static long semop_(int id, struct sembuf *s, size_t n)
{
    return syscall(SYS_semop, id, s, n);
}
static long semctl_(int id, int num, int cmd, long arg)
{
    return syscall(SYS_semctl, id, num, cmd, arg);
}
static long op(int id, int num, int change, int flags)
{
    struct sembuf s = {(unsigned short)num, (short)change, (short)flags};

    return semop_(id, &s, 1);
}
static int values_are(int id, int a, int b, int c)
{
    unsigned short v[3] = {9, 9, 9};

    return !semctl_(id, 0, GETALL, (long)v) && v[0] == a && v[1] == b && v[2] == c;
}
/* How many wait. First a sleep long enough for them to come, so that the same calls are made on every kernel. */
static int waiting(int id, int num, int cmd)
{
    int n = 0;

    for (int i = 0; i < 20 && !n; i++) {
        usleep(200000);
        n = (int)semctl_(id, num, cmd, 0);
    }
    return n;
}
static int status_of(pid_t pid)
{
    int s;

    must(waitpid(pid, &s, 0));
    return WIFEXITED(s) ? WEXITSTATUS(s) : -WTERMSIG(s);
}
static void nothing(int sig)
{
}

static void semaphores(void)
{
    int id = (int)must(semget(IPC_PRIVATE, 3, IPC_CREAT | 0600));
    unsigned short v[3] = {4, 5, 6}, big[3] = {1, 40000, 1};
    struct sembuf two[2] = {{0, -1, 0}, {1, -9, IPC_NOWAIT}};
    struct semid_ds ds;
    struct seminfo info;

    is_true(values_are(id, 0, 0, 0), "new semaphores are 0");
    is_ok(op(id, 0, 3, 0), "adding");
    is_num(semctl_(id, 0, GETVAL, 0), 3, "adds");
    is_num(semctl_(id, 0, GETPID, 0), getpid(), "GETPID is who did the last operation");
    is_num(semctl_(id, 1, GETPID, 0), 0, "and 0 before any");
    is_err(op(id, 0, -4, IPC_NOWAIT), "EAGAIN", "taking more than there is, without waiting");
    is_ok(op(id, 1, 0, IPC_NOWAIT), "a wait for zero on zero");
    is_err(op(id, 0, 0, IPC_NOWAIT), "EAGAIN", "a wait for zero on 3");
    is_err(semop_(id, two, 2), "EAGAIN", "of two operations the second fails");
    is_num(semctl_(id, 0, GETVAL, 0), 3, "and the first is not done either");
    is_err(op(id, 3, 1, 0), "EFBIG", "a semaphore past the last");
    is_err(op(id, 0, 32767, 0), "ERANGE", "over 32767");
    is_err(semop_(id, two, 0), "EINVAL", "no operations");
    is_err(semop_(id, two, 501), "E2BIG", "more than 500 operations");
    is_err(semop_(id, (void *)8, 1), "EFAULT", "operations nobody can read");
    is_err(semop_(-1, two, 1), "EINVAL", "a negative id");
    is_err(semtimedop(id, two, 1, &(struct timespec){0, 1000000000}), "EINVAL",
           "a time limit with a second of nanoseconds");
    two[0].sem_op = -10;
    is_err(semtimedop(id, two, 1, &(struct timespec){0, 10000000}), "EAGAIN", "a wait that takes too long");
    is_ok(semctl_(id, 0, SETALL, (long)v), "SETALL");
    is_true(values_are(id, 4, 5, 6), "GETALL reads what it set");
    is_err(semctl_(id, 0, SETALL, (long)big), "ERANGE", "SETALL with a value over 32767");
    is_true(values_are(id, 4, 5, 6), "sets none");
    is_err(semctl_(id, 1, SETVAL, -1), "ERANGE", "SETVAL of a negative value");
    is_err(semctl_(id, 3, SETVAL, 1), "EINVAL", "SETVAL past the last");
    is_err(semctl_(id, 0, GETALL, 8), "EFAULT", "GETALL to nowhere");
    is_err(semctl_(id, -1, GETVAL, 0), "EINVAL", "GETVAL of a negative number");
    is_err(semctl_(id, 0, 77, 0), "EINVAL", "an unknown command");
    is_ok(semctl_(id, 0, IPC_STAT, (long)&ds), "IPC_STAT");
    is_num((long)ds.sem_nsems, 3, "tells how many there are");
    is_num(ds.sem_perm.mode, 0600, "and the mode");
    is_true(ds.sem_otime > 0 && ds.sem_ctime > 0, "and when");
    ds.sem_perm.mode = 0640;
    is_ok(semctl_(id, 0, IPC_SET, (long)&ds), "IPC_SET");
    semctl_(id, 0, IPC_STAT, (long)&ds);
    is_num(ds.sem_perm.mode, 0640, "changes the mode");
    ds.sem_perm.uid = (unsigned)-1;
    is_err(semctl_(id, 0, IPC_SET, (long)&ds), "EINVAL", "IPC_SET of no user");
    is_true(semctl_(0, 0, IPC_INFO, (long)&info) >= 0 && info.semmsl == 32000 && info.semvmx == 32767,
            "IPC_INFO: the limits");
    is_true(semctl_(0, 0, SEM_INFO, (long)&info) >= 0 && info.semusz >= 1 && info.semaem >= 3,
            "SEM_INFO: what is used");
    is_num(semctl_(id & 0x7fff, 0, SEM_STAT, (long)&ds), id, "SEM_STAT by index tells the id");
    is_ok(semctl_(id, 0, IPC_RMID, 0), "IPC_RMID");
    is_err(op(id, 0, 1, 0), "EINVAL", "then nobody finds it");
    is_err(semctl_(id, 0, IPC_RMID, 0), "EINVAL", "to remove it again");
    is_err(semget(IPC_PRIVATE, 0, 0600), "EINVAL", "a set of none");
    is_err(semget(IPC_PRIVATE, 32001, 0600), "EINVAL", "a set of 32001");
}

static void keys(void)
{
    int key = 0x5e000000 | getpid(), id = (int)must(semget(key, 2, IPC_CREAT | IPC_EXCL | 0600)), q;

    is_num(semget(key, 2, 0), id, "a key finds the set");
    is_num(semget(key, 0, 0), id, "without saying how many");
    is_err(semget(key, 3, 0), "EINVAL", "with more than there are");
    is_err(semget(key, 2, IPC_CREAT | IPC_EXCL), "EEXIST", "exclusively");
    semctl_(id, 0, IPC_RMID, 0);
    is_err(semget(key, 2, 0), "ENOENT", "a key of nothing");
    q = (int)must(msgget(key, IPC_CREAT | 0600));
    is_num(msgget(key, 0), q, "keys of queues are others");
    is_err(msgget(key, IPC_CREAT | IPC_EXCL), "EEXIST", "a queue, exclusively");
    msgctl(q, IPC_RMID, NULL);
    is_err(msgget(key, 0), "ENOENT", "a key of no queue");
}

static void waiting_for_semaphores(void)
{
    int id = (int)must(semget(IPC_PRIVATE, 3, IPC_CREAT | 0600));
    struct sigaction sa = {.sa_handler = nothing, .sa_flags = SA_RESTART};
    pid_t pid;

    fflush(stdout);
    if (!(pid = fork()))
        _exit(op(id, 0, -2, 0) ? errno : 0);
    is_num(waiting(id, 0, GETNCNT), 1, "GETNCNT counts who waits for more");
    is_num(semctl_(id, 0, GETZCNT, 0), 0, "GETZCNT does not");
    op(id, 0, 1, 0);
    is_num(waiting(id, 0, GETNCNT), 1, "not enough yet");
    op(id, 0, 2, 0);
    is_num(status_of(pid), 0, "then it goes on");
    is_num(semctl_(id, 0, GETVAL, 0), 1, "and has taken its part");
    if (!(pid = fork()))
        _exit(op(id, 0, 0, 0) ? errno : 0);
    is_num(waiting(id, 0, GETZCNT), 1, "GETZCNT counts who waits for zero");
    semctl_(id, 0, SETVAL, 0);
    is_num(status_of(pid), 0, "SETVAL lets it go on");
    if (!(pid = fork())) {
        sigaction(SIGUSR1, &sa, NULL);
        _exit(op(id, 1, -1, 0) ? errno : 0);
    }
    waiting(id, 1, GETNCNT);
    kill(pid, SIGUSR1);
    is_num(status_of(pid), EINTR, "a signal ends the wait, SA_RESTART or not");
    is_num(semctl_(id, 1, GETNCNT, 0), 0, "and it waits no more");
    if (!(pid = fork())) {
        struct sembuf s[2] = {{0, 5, SEM_UNDO}, {1, 1, 0}};

        semop_(id, s, 2);
        _exit(op(id, 0, -1, SEM_UNDO) ? 1 : 0);
    }
    is_num(status_of(pid), 0, "operations with SEM_UNDO");
    is_true(values_are(id, 0, 1, 0), "are taken back at the end of the process, the others are not");
    op(id, 0, 3, 0);
    if (!(pid = fork())) {
        op(id, 0, -3, SEM_UNDO);
        pause();
    }
    usleep(50000);
    is_num(semctl_(id, 0, GETVAL, 0), 0, "another holds it");
    kill(pid, SIGKILL);
    status_of(pid);
    is_num(op(id, 0, -3, 0), 0, "its death gives it back");
    if (!(pid = fork())) {
        op(id, 2, 4, SEM_UNDO);
        semctl_(id, 2, SETVAL, 7);
        _exit(0);
    }
    status_of(pid);
    is_num(semctl_(id, 2, GETVAL, 0), 7, "SETVAL makes SEM_UNDO forget");
    if (!(pid = fork()))
        _exit(op(id, 1, -9, 0) ? errno : 0);
    waiting(id, 1, GETNCNT);
    semctl_(id, 0, IPC_RMID, 0);
    is_num(status_of(pid), EIDRM, "the set goes while somebody waits");
}

struct message {
    long type;
    char text[100];
};
static long send(int q, long type, const char *text, int flags)
{
    struct message m = {type, ""};

    strcpy(m.text, text);
    return msgsnd(q, &m, strlen(text) + 1, flags);
}
static const char *receive(int q, long type, int flags)
{
    static struct message m;

    memset(&m, 0, sizeof(m));
    return msgrcv(q, &m, sizeof(m.text), type, flags) < 0 ? result(-1, errno) : m.text;
}

static void messages(void)
{
    int q = (int)must(msgget(IPC_PRIVATE, IPC_CREAT | 0600));
    struct message m;
    struct msqid_ds ds;
    struct msginfo info;
    pid_t pid;

    is_str(receive(q, 0, IPC_NOWAIT), "ENOMSG", "an empty queue");
    is_ok(send(q, 3, "three", 0), "sending");
    send(q, 1, "one", 0);
    send(q, 2, "two", 0);
    send(q, 1, "uno", 0);
    is_ok(msgctl(q, IPC_STAT, &ds), "IPC_STAT");
    is_num((long)ds.msg_qnum, 4, "counts the messages");
    is_num((long)ds.__msg_cbytes, 18, "and their bytes");
    is_num(ds.msg_lspid, getpid(), "and knows the sender");
    is_str(receive(q, 2, 0), "two", "by type");
    is_str(receive(q, -2, 0), "one", "the lowest up to a type");
    is_str(receive(q, 1, IPC_NOWAIT | MSG_EXCEPT), "three", "any other type");
    is_str(receive(q, 9, IPC_NOWAIT), "ENOMSG", "a type nobody sent");
    is_err(msgrcv(q, &m, 2, 0, 0), "E2BIG", "a buffer too small");
    is_num(msgrcv(q, &m, 2, 0, MSG_NOERROR), 2, "MSG_NOERROR cuts");
    is_str(receive(q, 0, IPC_NOWAIT), "ENOMSG", "and the rest is gone");
    is_err(send(q, 0, "x", 0), "EINVAL", "type 0");
    is_err(msgsnd(q, &m, 8193, 0), "EINVAL", "more than 8192 bytes");
    is_err(msgsnd(q, (void *)8, 1, 0), "EFAULT", "from nowhere");
    is_err(msgrcv(q, &m, 8, 0, MSG_EXCEPT | MSG_COPY | IPC_NOWAIT), "EINVAL", "MSG_COPY with MSG_EXCEPT");
    is_true(msgctl(q, IPC_INFO, (void *)&info) >= 0 && info.msgmax == 8192 && info.msgmnb == 16384,
            "IPC_INFO: the limits");
    ds.msg_qbytes = 20;
    is_ok(msgctl(q, IPC_SET, &ds), "IPC_SET of the room");
    send(q, 1, "0123456789", 0);
    is_err(send(q, 1, "0123456789", IPC_NOWAIT), "EAGAIN", "a full queue");
    fflush(stdout);
    if (!(pid = fork()))
        _exit(send(q, 1, "abcdefghij", 0) ? errno : 0);
    usleep(50000);
    is_str(receive(q, 0, 0), "0123456789", "somebody takes one");
    is_num(status_of(pid), 0, "and the sender goes on");
    is_str(receive(q, 0, 0), "abcdefghij", "with its message");
    if (!(pid = fork()))
        _exit(strcmp(receive(q, 5, 0), "five"));
    usleep(50000);
    send(q, 4, "four", 0);
    send(q, 5, "five", 0);
    is_num(status_of(pid), 0, "a receiver waits for its type");
    is_str(receive(q, 0, IPC_NOWAIT), "four", "and leaves the others");
    if (!(pid = fork()))
        _exit(msgrcv(q, &m, 8, 0, 0) < 0 ? errno : 0);
    usleep(50000);
    msgctl(q, IPC_RMID, NULL);
    is_num(status_of(pid), EIDRM, "the queue goes while somebody waits");
    is_err(send(q, 1, "x", 0), "EINVAL", "then nobody finds it");
}

static void tables(void)
{
    int id = (int)must(semget(IPC_PRIVATE, 3, IPC_CREAT | 0600)), q = (int)must(msgget(IPC_PRIVATE, 0640));
    char row[100];

    snprintf(row, sizeof(row), "\n%10d %10d  %4o %10u ", 0, id, 0600, 3);
    is_true(strstr(proc_read("/proc/sysvipc/sem"), row) != NULL, "/proc/sysvipc/sem has the set");
    snprintf(row, sizeof(row), "\n%10d %10d  %4o  %10u %10u ", 0, q, 0640, 0, 0);
    is_true(strstr(proc_read("/proc/sysvipc/msg"), row) != NULL, "/proc/sysvipc/msg has the queue");
    is_true(strstr(proc_read("/proc/sysvipc/shm"), "shmid perms                  size") != NULL,
            "/proc/sysvipc/shm is there");
    semctl_(id, 0, IPC_RMID, 0);
    msgctl(q, IPC_RMID, NULL);
}

int main(void)
{
    semaphores();
    keys();
    waiting_for_semaphores();
    messages();
    tables();
    return done();
}
