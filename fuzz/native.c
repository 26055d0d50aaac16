/*
 * native.c - the host kernel's side: a small process whose address space is full but for the arena.
 *
 *     fuzzer --pipe--> zygote --fork--> runner (one per sequence) [--fork--> the rest of it]
 *        \________ shared memory: sequence and answers ________/
 *
 * The zygote fills its address space once; each sequence gets a fresh copy of it. After its calls start, a
 * runner uses nothing of the C library that could map memory.
 */
#include "fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/prctl.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct shared {
    struct fuzz_seq seq;
    volatile unsigned done;
    struct fuzz_answer answer[MAX_OPS];
};

struct native {
    struct shared *sh;
    int to, from; /* pipes to and from the zygote */
    pid_t zygote;
};

/* ---- in the runner: what signals tell ---- */

static sigjmp_buf caught;
static volatile int caught_signo, caught_code, traps;
static volatile uint64_t caught_addr;

static void on_signal(int signo, siginfo_t *info, void *uc)
{
    if (signo == SIGTRAP && traps++ == 0)
        return; /* at the jump; the next one comes after the instruction jumped to */
    caught_signo = signo;
    caught_code = info->si_code;
    caught_addr = (uint64_t)(uintptr_t)info->si_addr;
    siglongjmp(caught, 1);
}

static int64_t sys(long nr, const uint64_t a[6])
{
    register uint64_t r10 __asm__("r10") = a[3], r8 __asm__("r8") = a[4], r9 __asm__("r9") = a[5];
    int64_t ret;

    __asm__ volatile("syscall"
                     : "=a"(ret)
                     : "0"(nr), "D"(a[0]), "S"(a[1]), "d"(a[2]), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return ret;
}

static int64_t sys3(long nr, uint64_t a, uint64_t b, uint64_t c)
{
    return sys(nr, (uint64_t[6]){a, b, c, 0, 0, 0});
}

/* Executes one instruction at addr: an `add %al,(%rax)` if the page is as calls leave it there, all zeroes.
 */
static void step_at(uint64_t addr)
{
    __asm__ volatile("sub $128, %%rsp\n\t"
                     "pushfq\n\t"
                     "orq $0x100, (%%rsp)\n\t"
                     "popfq\n\t"
                     "jmp *%1"
                     :
                     : "a"(SCRATCH), "r"(addr)
                     : "memory");
}

/* The kernel gives a handler rights of its own, and siglongjmp() keeps them. */
static bool has_pkeys;

static int64_t access_page(int kind, uint64_t addr, uint64_t value)
{
    volatile uint32_t pkru = has_pkeys ? fuzz_pkru() : 0;

    caught_signo = traps = 0;
    if (sigsetjmp(caught, 0) == 0) {
        if (kind == CALL_READ)
            return *(volatile int32_t *)addr & 0x7fffffff;
        if (kind == CALL_WRITE) {
            *(volatile int32_t *)addr = (int32_t)value;
            return 0;
        }
        step_at(addr);
    }
    if (has_pkeys)
        fuzz_set_pkru(pkru);
    if (caught_signo == SIGTRAP)
        return 0;
    return FAULT(caught_signo, caught_code, caught_addr != addr);
}

/* ---- in the runner: looking at itself ---- */

static char smaps_text[1 << 18];
static int smaps_fd = -1;

static void open_smaps(void)
{
    if (smaps_fd >= 0)
        close(smaps_fd);
    smaps_fd = open("/proc/self/smaps", O_RDONLY);
}

static void take_picture(char *out)
{
    size_t got = 0;
    ssize_t n;

    smaps_text[0] = 0;
    while (!picture_from_smaps(smaps_text, out, PICTURE_SIZE)) {
        n = pread(smaps_fd, smaps_text + got, sizeof(smaps_text) - got - 1, (off_t)got);
        if (n <= 0)
            break;
        got += (size_t)n;
        smaps_text[got] = 0;
    }
}

/* ---- in the runner: the calls ---- */

static int64_t run_mincore(uint64_t addr, uint64_t len)
{
    uint8_t *vec = (uint8_t *)SCRATCH;
    int64_t ret, bits = 0;

    memset(vec, 0, ARENA_PAGES);
    ret = sys3(SYS_mincore, addr, len, SCRATCH);
    if (ret < 0)
        return ret;
    for (unsigned i = 0; i < ARENA_PAGES - 1; i++)
        bits |= (int64_t)(vec[i] & 1) << i;
    return bits;
}

static int64_t run_pread(const uint64_t a[6])
{
    *(volatile int32_t *)SCRATCH = 0;
    int64_t ret = sys(SYS_pread64, (uint64_t[6]){a[0], SCRATCH, 4, a[1], 0, 0});

    return ret < 0 ? ret : ret << 32 | (*(volatile int32_t *)SCRATCH & 0x7fffffff);
}

static int64_t run_pwrite(const uint64_t a[6])
{
    *(volatile int32_t *)SCRATCH = (int32_t)a[2];
    return sys(SYS_pwrite64, (uint64_t[6]){a[0], SCRATCH, 4, a[1], 0, 0});
}

static int64_t run_shmstat(uint64_t id)
{
    int64_t ret = sys3(SYS_shmctl, id, IPC_STAT, SCRATCH);

    return ret < 0 ? ret : fuzz_pack_shmstat((const struct shmid_ds *)SCRATCH);
}

static int64_t set_rights(uint64_t key, uint64_t rights)
{
    uint32_t old;

    if (!has_pkeys)
        return -ENOSYS;
    old = fuzz_pkru();
    fuzz_set_pkru(fuzz_with_rights(old, key, rights));
    return old;
}

/* The child looks and goes, or goes on while the parent waits for its end. */
static int64_t run_fork(char *picture, bool stay)
{
    int64_t pid = sys3(SYS_fork, 0, 0, 0);
    int status;

    if (pid < 0)
        return pid;
    if (pid == 0) {
        open_smaps();
        if (stay)
            return 0;
        if (picture)
            take_picture(picture);
        _exit(0);
    }
    while (sys(SYS_wait4, (uint64_t[6]){(uint64_t)pid, (uint64_t)(uintptr_t)&status, 0, 0, 0, 0}) == -EINTR)
        ;
    if (stay)
        _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 99);
    return 0;
}

static void run_op(const struct fuzz_op *op, struct fuzz_answer *out, bool picture)
{
    const struct fuzz_call *c = &fuzz_calls[op->call];

    out->picture[0] = 0;
    switch (c->kind) {
    case CALL_READ:
    case CALL_WRITE:
    case CALL_EXEC:
        out->ret = access_page(c->kind, op->a[0], op->a[1]);
        break;
    case CALL_MINCORE:
        out->ret = run_mincore(op->a[0], op->a[1]);
        break;
    case CALL_PREAD:
        out->ret = run_pread(op->a);
        break;
    case CALL_PWRITE:
        out->ret = run_pwrite(op->a);
        break;
    case CALL_SHMSTAT:
        out->ret = run_shmstat(op->a[0]);
        break;
    case CALL_RIGHTS:
        out->ret = set_rights(op->a[0], op->a[1]);
        break;
    case CALL_FORK_LOOK:
        out->ret = run_fork(picture ? out->picture : NULL, false);
        return;
    case CALL_FORK_STAY:
        out->ret = run_fork(NULL, true);
        break;
    default:
        out->ret = sys(c->nr, op->a);
    }
    if (picture)
        take_picture(out->picture);
}

/* ---- the runner ---- */

static void drop_capability(unsigned cap)
{
    struct __user_cap_header_struct h = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct d[2];

    if (syscall(SYS_capget, &h, d))
        return;
    d[cap / 32].effective &= ~(1u << cap % 32);
    d[cap / 32].permitted &= ~(1u << cap % 32);
    d[cap / 32].inheritable &= ~(1u << cap % 32);
    syscall(SYS_capset, &h, d);
}

static void make_memfd(const char *name, int fd)
{
    int made = memfd_create(name, MFD_ALLOW_SEALING);

    if (made < 0 || ftruncate(made, MEMFD_PAGES * MM_PAGE_SIZE) || dup2(made, fd) != fd)
        _exit(98);
    close(made);
}

/* A field of /proc/self/status in bytes. */
static uint64_t status_bytes(const char *field)
{
    static char text[8192];
    int fd = open("/proc/self/status", O_RDONLY);
    ssize_t n = read(fd, text, sizeof(text) - 1);
    const char *at;

    close(fd);
    text[n > 0 ? n : 0] = 0;
    at = strstr(text, field);
    return at ? strtoull(at + strlen(field) + 1, NULL, 10) << 10 : 0;
}

/*
 * The heap begins in the arena. The other numbers of the layout only have to be in order (prctl(2),
 * PR_SET_MM_MAP: the one way that needs no capability).
 */
static void move_brk(uint64_t base, uint64_t data_size)
{
    struct prctl_mm_map map = {
        .start_code = FILLER_START,
        .end_code = FILLER_START + MM_PAGE_SIZE,
        .start_data = FILLER_START,
        .end_data = FILLER_START + data_size,
        .start_brk = base,
        .brk = base,
        .start_stack = MM_TASK_SIZE - 1,
        .arg_start = FILLER_START,
        .arg_end = FILLER_START,
        .env_start = FILLER_START,
        .env_end = FILLER_START,
        .exe_fd = (uint32_t)-1,
    };

    if (prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof(map), 0))
        _exit(96);
}

/* The limit leaves so many pages. brk(2) counts the data segment of the file, which stands for what else we
 * have. */
static void limit_room(const struct fuzz_world *w, int resource, const char *field, unsigned pages)
{
    uint64_t now = status_bytes(field);
    struct rlimit lim = {.rlim_cur = now + pages * MM_PAGE_SIZE, .rlim_max = RLIM_INFINITY};

    if (resource == RLIMIT_DATA)
        move_brk(fuzz_brk_base(w), now - MM_PAGE_SIZE); /* all but the scratch page, the model's only data */
    setrlimit(resource, &lim);
}

static void runner(struct shared *sh)
{
    const struct fuzz_seq *seq = &sh->seq;
    struct rlimit lim = {.rlim_cur = seq->world.memlock, .rlim_max = seq->world.memlock};
    int ro;

    alarm(20);
    if (seq->world.pages && seq->world.pages < ARENA_PAGES) {
        if (mmap((void *)(ARENA + seq->world.pages * MM_PAGE_SIZE),
                 (ARENA_PAGES - seq->world.pages) * MM_PAGE_SIZE, PROT_NONE,
                 MAP_SHARED | MAP_FIXED | MAP_NORESERVE, FD_FILLER, 0) == MAP_FAILED)
            _exit(97);
        move_brk(fuzz_brk_base(&seq->world), 0);
    }
    if (seq->world.shm && unshare(CLONE_NEWIPC))
        _exit(95);
    make_memfd("memfd0", FD_MEMFD0);
    make_memfd("memfd1", FD_MEMFD1);
    ro = open("/proc/self/fd/100", O_RDONLY);
    if (dup2(ro, FD_MEMFD0_RO) != FD_MEMFD0_RO)
        _exit(98);
    close(ro);
    open_smaps();
    setrlimit(RLIMIT_MEMLOCK, &lim);
    if (seq->world.as_room)
        limit_room(&seq->world, RLIMIT_AS, "VmSize", seq->world.as_room);
    if (seq->world.data_room)
        limit_room(&seq->world, RLIMIT_DATA, "VmData", seq->world.data_room);
    drop_capability(CAP_SYS_RAWIO); /* so that mmap_min_addr counts */
    if (!seq->world.cap_ipc_lock)
        drop_capability(CAP_IPC_LOCK);
    for (unsigned i = 0; i < seq->n; i++) {
        run_op(&seq->op[i], &sh->answer[i], i >= seq->blind);
        sh->done = i + 1;
    }
    _exit(0);
}

/* ---- the zygote ---- */

static void fill(uint64_t start, uint64_t end)
{
    if (start < end && mmap((void *)start, end - start, PROT_NONE,
                            MAP_SHARED | MAP_FIXED_NOREPLACE | MAP_NORESERVE, FD_FILLER, 0) == MAP_FAILED)
        _exit(97);
}

/* [start, end) less the arena and the scratch page. */
static void fill_around(uint64_t start, uint64_t end)
{
    static const struct {
        uint64_t start, end;
    } free_place[] = {{ARENA, ARENA_END}, {SCRATCH, SCRATCH + MM_PAGE_SIZE}};

    for (int i = 0; i < 2; i++) {
        if (free_place[i].end <= start || free_place[i].start >= end)
            continue;
        fill(start, free_place[i].start);
        start = free_place[i].end;
    }
    fill(start, end);
}

static void fill_address_space(void)
{
    static struct {
        uint64_t start, end;
    } gaps[256];
    static char text[1 << 16];
    uint64_t at = FILLER_START;
    unsigned n = 0;
    ssize_t got = 0, r;
    int fd = open("/proc/self/maps", O_RDONLY);

    while ((r = read(fd, text + got, sizeof(text) - 1 - (size_t)got)) > 0)
        got += r;
    close(fd);
    for (const char *line = text; *line; line = strchr(line, '\n') + 1) {
        unsigned long start, end;

        if (sscanf(line, "%lx-%lx", &start, &end) != 2 || start >= MM_TASK_SIZE)
            break;
        gaps[n].start = at;
        gaps[n++].end = start;
        at = end;
    }
    gaps[n].start = at;
    gaps[n++].end = MM_TASK_SIZE;
    for (unsigned i = 0; i < n; i++)
        fill_around(gaps[i].start, gaps[i].end);
    if (mmap((void *)SCRATCH, MM_PAGE_SIZE, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == MAP_FAILED)
        _exit(97);
}

static void zygote(struct shared *sh, int from, int to)
{
    struct sigaction sa = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_NODEFER};
    int zero = open("/dev/zero", O_RDWR), filler = memfd_create("filler", 0), status;
    char byte;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    has_pkeys = fuzz_has_pkeys();
    if (has_pkeys)
        fuzz_set_pkru(FUZZ_PKRU_INIT);
    sigaction(SIGSEGV, &sa, NULL);
    sigaction(SIGBUS, &sa, NULL);
    sigaction(SIGTRAP, &sa, NULL);
    if (dup2(zero, FD_ZERO) < 0 || dup2(filler, FD_FILLER) < 0)
        _exit(97);
    fill_address_space();
    move_brk(fuzz_brk_base(&(struct fuzz_world){0}), 0);
    byte = 'r';
    for (;;) {
        pid_t pid;

        if (write(to, &byte, 1) != 1 || read(from, &byte, 1) != 1)
            _exit(0);
        pid = (pid_t)syscall(SYS_fork);
        if (pid == 0)
            runner(sh);
        byte = 'x';
        if (pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0)
            byte = 'k';
    }
}

/* ---- the fuzzer's end ---- */

struct native *native_create(void)
{
    struct native *n = calloc(1, sizeof(*n));
    int there[2], back[2];
    char byte;

    if (!n || pipe2(there, O_CLOEXEC) || pipe2(back, O_CLOEXEC))
        goto fail;
    n->sh = mmap(NULL, sizeof(*n->sh), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (n->sh == MAP_FAILED)
        goto fail;
    n->zygote = fork();
    if (n->zygote == 0) {
        close(there[1]);
        close(back[0]);
        zygote(n->sh, there[0], back[1]);
    }
    close(there[0]);
    close(back[1]);
    n->to = there[1];
    n->from = back[0];
    if (n->zygote < 0 || read(n->from, &byte, 1) != 1 || byte != 'r') {
        fprintf(stderr, "mseal-emu fuzz: the host's kernel can't prepare the process to compare with "
                        "(CONFIG_CHECKPOINT_RESTORE is needed)\n");
        native_destroy(n);
        return NULL;
    }
    return n;
fail:
    perror("mseal-emu fuzz");
    free(n);
    return NULL;
}

struct fuzz_machine native_machine(void)
{
    struct fuzz_machine machine = {0};
    struct statvfs st;

    machine.pkeys = fuzz_has_pkeys();
    machine.dev_noexec = statvfs("/dev/zero", &st) == 0 && st.f_flag & ST_NOEXEC;
    return machine;
}

void native_destroy(struct native *n)
{
    int status;

    if (!n)
        return;
    close(n->to);
    close(n->from);
    if (n->zygote > 0)
        waitpid(n->zygote, &status, 0);
    munmap(n->sh, sizeof(*n->sh));
    free(n);
}

const struct fuzz_answer *native_run(struct native *n, const struct fuzz_seq *seq, unsigned *done)
{
    char byte = 'g';

    memcpy(&n->sh->seq, seq, offsetof(struct fuzz_seq, op) + seq->n * sizeof(seq->op[0]));
    n->sh->done = 0;
    *done = 0;
    if (write(n->to, &byte, 1) != 1 || read(n->from, &byte, 1) != 1)
        return n->sh->answer;
    *done = n->sh->done;
    return n->sh->answer;
}
