/* code.c - memory that holds instructions: written, copied, replaced; what runs is what is there now. */
#include "probe.h"

#define RWX (PROT_READ | PROT_WRITE | PROT_EXEC)

/* mov $k, %eax; ret */
static void emit(void *at, int k)
{
    unsigned char insns[6] = {0xb8, 0, 0, 0, 0, 0xc3};

    memcpy(insns + 1, &k, 4);
    memcpy(at, insns, sizeof(insns));
}

static int call(void *at)
{
    return ((int (*)(void))at)();
}

static int file_with_code(int k)
{
    static char page[PG];
    int fd = must(memfd_create("code", 0));

    emit(page, k);
    must(write(fd, page, PG));
    return fd;
}

static void written(void)
{
    char *p = pages(2, RWX);
    int fd, right = 0;

    for (int i = 0; i < 20; i++) {
        emit(p, i);
        right += call(p) == i;
    }
    is_num(right, 20, "code written over code that ran");
    fd = file_with_code(7);
    must(read(fd, p, 6));
    is_num(call(p), 19, "read(2) at the end of a file changes nothing");
    must(pread(fd, p, 6, 0));
    is_num(call(p), 7, "read(2) into code that ran");
    emit(p, 8);
    must(pwrite(fd, p, 6, 0));
    p = must(mmap(NULL, PG, RX, MAP_SHARED, fd, 0));
    is_num(call(p), 8, "a shared mapping of a file");
    emit(must(mmap(NULL, PG, RW, MAP_SHARED, fd, 0)), 9);
    is_num(call(p), 9, "written through another mapping of it");
    char insns[6];
    emit(insns, 10);
    must(pwrite(fd, insns, 6, 0));
    is_num(call(p), 10, "write(2) to the file");
    close(fd);
}

static void replaced(void)
{
    char *p = pages(2, RWX);
    int right = 0, after = 0;

    for (int i = 0; i < 20; i++) {
        int fd = file_with_code(i);

        must(mmap(p, PG, RWX, ANON | MAP_FIXED, -1, 0));
        emit(p, 1000 + i);
        right += call(p) == 1000 + i;
        must(munmap(p, PG));
        must(mmap(p, PG, RWX, MAP_PRIVATE | MAP_FIXED, fd, 0));
        ((volatile char *)p)[PG / 2] = 1; /* copies the page into memory that held other code */
        right += call(p) == i;
        close(fd);
    }
    is_num(right, 40, "code in a page that is copied where other code was");
    for (int i = 0; i < 20; i++) {
        int fd = file_with_code(i);

        must(mmap(p, PG, RWX, MAP_PRIVATE | MAP_FIXED, fd, 0));
        right += call(p) == i;
        emit(p, 2000 + i); /* copy on write of a page that ran */
        after += call(p) == 2000 + i;
        close(fd);
    }
    is_num(right, 60, "code in a private file page");
    is_num(after, 20, "changed after it ran");
}

/* A page whose first function writes a number into its second and jumps there, through a register. */
static void of_its_own_page(void)
{
    static const unsigned char insns[] = {
        0x89, 0x3d, 0x3b, 0,    0, 0,    /* mov %edi, 0x41(page) */
        0x48, 0x8d, 0x05, 0x33, 0, 0, 0, /* lea 0x40(page), %rax */
        0xff, 0xe0,                      /* jmp *%rax */
    };
    char *p = pages(1, RWX);
    int (*first)(int), right = 0;

    memcpy(p, insns, sizeof(insns));
    emit(p + 0x40, -1);
    memcpy(&first, &p, sizeof(first));
    for (int i = 0; i < 1000; i++)
        right += first(i) == i;
    is_num(right, 1000, "code that changes code of its own page");
}

/* The same of two functions at once, which are called afterwards. */
static void twice_of_its_own_page(void)
{
    static const unsigned char insns[] = {
        0x89, 0x3d, 0x3b, 0, 0, 0, /* mov  %edi, 0x41(page) */
        0x89, 0x3d, 0x75, 0, 0, 0, /* mov  %edi, 0x81(page) */
        0xe8, 0x2f, 0,    0, 0,    /* call 0x40(page) */
        0x89, 0xc1,                /* mov  %eax, %ecx */
        0xe8, 0x68, 0,    0, 0,    /* call 0x80(page) */
        0x01, 0xc8,                /* add  %ecx, %eax */
        0xc3,                      /* ret */
    };
    char *p = pages(1, RWX);
    int (*first)(int), right = 0;

    memcpy(p, insns, sizeof(insns));
    emit(p + 0x40, -1);
    emit(p + 0x80, -1);
    memcpy(&first, &p, sizeof(first));
    for (int i = 0; i < 1000; i++)
        right += first(i) == 2 * i;
    is_num(right, 1000, "code that changes two functions of its own page");
}

static void forked(void)
{
    char *p = pages(1, RWX);
    int status = 0;
    pid_t pid;

    emit(p, 1);
    call(p);
    pid = must(fork());
    if (!pid) {
        emit(p, 2);
        _exit(call(p));
    }
    must(waitpid(pid, &status, 0));
    is_num(WEXITSTATUS(status), 2, "a child changes its own copy");
    is_num(call(p), 1, "the parent's is as it was");
}

/*
 * A function of a page loads a number over and over, with a jump to what follows after every ten: all of them are more code than a
 * translator keeps, and it gets to know so between two pieces that jump to each other.
 */
static void plenty(void)
{
    enum { FUNCTIONS = 448, PIECES = 180, LOADS = 10 };
    char *p = pages(FUNCTIONS, RWX);
    long sum = 0;

    for (int i = 0; i < FUNCTIONS; i++) {
        int (*f)(const int *);
        char *at = p + i * PG;

        memcpy(&f, &at, sizeof(f));
        for (int k = 0; k < PIECES; k++) {
            for (int n = 0; n < LOADS; n++, at += 2)
                memcpy(at, "\x8b\x07", 2); /* mov (%rdi), %eax */
            memcpy(at, "\xeb\x00", 2);     /* jmp to what follows */
            at += 2;
        }
        *at = '\xc3';
        sum += f(&i);
    }
    is_num(sum, FUNCTIONS * (FUNCTIONS - 1) / 2, "more code than a translator keeps");
}

int main(void)
{
    plenty(); /* in a process that has had no other beside it */
    written();
    replaced();
    of_its_own_page();
    twice_of_its_own_page();
    forked();
    return done();
}
