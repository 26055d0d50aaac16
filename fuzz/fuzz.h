/*
 * fuzz.h - the fuzzer that holds mm/ against the host's kernel.
 *
 * A sequence of memory calls is made up while the model (libmseal-mm, no CPU) runs it; then a forked child of
 * ours runs the same sequence on the host kernel, at the same addresses. After every call both sides give
 * their result and a picture of the arena: the lines of /proc/self/smaps that matter, normalised. The first
 * difference is a divergence.
 *
 *     low filler      arena (calls aim here)    filler   scratch   filler .............................. top
 *     |###############|                         |########|         |###################################|
 *
 * Fillers occupy everything else, so that a search for free space ends in the arena on both sides.
 */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <mseal-emu/design.h>
#include <setjmp.h>

#define ARENA        UINT64_C(0x50000000) /* within reach of MAP_32BIT */
#define ARENA_PAGES  64u
#define ARENA_END    (ARENA + ARENA_PAGES * MM_PAGE_SIZE)
#define FILLER_START UINT64_C(0x10000)    /* mmap_min_addr */
#define SCRATCH      UINT64_C(0x70000000) /* one page that calls write their answers to */
#define MAX_OPS      1024u
#define PICTURE_SIZE 8192u

/* Descriptors the calls use, the same numbers on both sides. */
enum { FD_MEMFD0 = 100, FD_MEMFD1, FD_MEMFD0_RO, FD_ZERO, FD_FILLER, FD_BAD = 99 };
#define MEMFD_PAGES 8u /* size at the start of a sequence */

struct fuzz_op {
    unsigned call; /* index into the table of calls */
    uint64_t a[6];
};

/* Answers of one side to one call. */
struct fuzz_answer {
    int64_t ret;                /* value, -errno, or FAULT() */
    char picture[PICTURE_SIZE]; /* one line per VMA of the arena */
};
/* A memory access that ended in a signal. */
#define FAULT(sig, code, wrong_addr)                                                                         \
    (-(INT64_C(0x100000) | ((sig) << 8) | ((code)&0xff) | ((wrong_addr) ? 0x10000 : 0)))
static inline bool is_fault(int64_t ret)
{
    return ret <= -INT64_C(0x100000) && ret > -INT64_C(0x200000);
}

/* What the process is like for one sequence. */
struct fuzz_world {
    bool cap_ipc_lock;
    bool shm;                    /* System V segments, in a namespace of its own */
    uint64_t memlock;            /* RLIMIT_MEMLOCK in bytes */
    unsigned as_room, data_room; /* pages that RLIMIT_AS and RLIMIT_DATA leave at the start; 0: no limit */
    unsigned pages;              /* of the arena, the rest of its place is filler; 0: ARENA_PAGES */
};
static inline unsigned fuzz_arena_pages(const struct fuzz_world *w)
{
    return w->pages ? w->pages : ARENA_PAGES;
}
/* The heap begins in the last quarter of the arena. */
static inline uint64_t fuzz_brk_base(const struct fuzz_world *w)
{
    return ARENA + fuzz_arena_pages(w) * 3 / 4 * MM_PAGE_SIZE;
}

struct fuzz_seq {
    uint64_t seed;
    struct fuzz_world world;
    unsigned n;
    unsigned blind; /* first calls after which nobody takes a picture */
    struct fuzz_op op[MAX_OPS];
};

/* ---- random choices (rng.c) ---- */
struct rng {
    uint64_t s;
};
uint64_t rng_next(struct rng *r);
unsigned rng_below(struct rng *r, unsigned n); /* 0 .. n - 1 */
static inline bool one_in(struct rng *r, unsigned n)
{
    return rng_below(r, n) == 0;
}

/* ---- the model's side (model.c) ---- */
struct model;
struct model *model_create(const char *design);
/* What machines differ in, and the model has to know. All false at first. */
struct fuzz_machine {
    bool pkeys;      /* the processor has protection keys: execute-only memory takes one */
    bool dev_noexec; /* /dev is mounted noexec: /dev/zero can't be mapped for execution */
};
void model_on_machine(struct model *m, struct fuzz_machine machine);
void model_destroy(struct model *m);
/* A fresh process in a fresh world. 0, or -ENOMEM. */
int model_start(struct model *m, const struct fuzz_world *w);
void model_stop(struct model *m);
struct mm *model_mm(struct model *m);
struct mm_file *model_file(struct model *m, int fd);
void model_run(struct model *m, const struct fuzz_op *op, struct fuzz_answer *out, bool picture);
/* The same by itself. After CALL_FORK_LOOK the child is what runs, until model_look_ends(). */
int64_t model_call(struct model *m, const struct fuzz_op *op);
void model_look_ends(struct model *m);
const char *model_design(const struct model *m);
bool model_has_pkeys(const struct model *m);
#define MAX_PARENTS 64u /* processes that wait for a child: more forks are -EAGAIN */

/* ---- the host's side (native.c) ---- */
struct native;
/* Forks the process that all sequences are forked from; call it before anything big is allocated. NULL: says
 * why on stderr. */
struct native *native_create(void);
void native_destroy(struct native *n);
struct fuzz_machine native_machine(void);
/* Runs seq; answers (seq->n of them) stay valid until the next call. Fewer than seq->n in *done: the child
 * died. */
const struct fuzz_answer *native_run(struct native *n, const struct fuzz_seq *seq, unsigned *done);

/* ---- the whole emulator in the model's place (with_cpu.c) ---- */
struct fuzz_cpu;
/* Starts mseal-emu with the static fuzzer as its guest. NULL: says why on stderr. */
struct fuzz_cpu *fuzz_cpu_create(const char *design, bool pkeys);
void fuzz_cpu_destroy(struct fuzz_cpu *c);
/* seq->n answers, valid until the next call; NULL: the emulator has ended (told on stderr). */
const struct fuzz_answer *fuzz_cpu_run(struct fuzz_cpu *c, const struct fuzz_seq *seq);
bool fuzz_cpu_lost(const struct fuzz_cpu *c);
/* The guest's end of it: standard input to standard output. Exit status. */
int fuzz_answer(void);
/* From now on c answers instead of the model when sequences are compared. */
void model_on_cpu(struct model *m, struct fuzz_cpu *c);
struct fuzz_cpu *model_cpu(const struct model *m);

/* ---- the calls (calls.c): one row each ---- */
struct fuzz_gen {
    struct rng *r;
    struct model *m;
    unsigned step, pages;
    bool shm, cap_ipc_lock; /* as the world has them */
    bool kernel;            /* the other side is one: calls that the naive model leaves out can be made */
    bool pkeys;             /* the processor has them */
    bool no_devices;        /* the two sides differ in how /dev is mounted */
    const char *without;    /* names of calls not to make, with commas between; NULL: none */
    struct fuzz_habits {
        bool any;               /* those below are more frequent than others */
        unsigned call, mapping; /* index of fuzz_calls[]; gen_mmap()'s kind */
        uint64_t prot;
    } habits;
};
/* Gives some sequences habits, so that rare calls and rare kinds of memory meet their like. After all else of
 * *g is set. */
void fuzz_take_habits(struct fuzz_gen *g);
/* Is name among the words of list (NULL: no words)? */
bool fuzz_listed(const char *list, const char *name);
enum {
    CALL_SYSCALL,
    CALL_READ,
    CALL_WRITE,
    CALL_EXEC,
    CALL_MINCORE,
    CALL_PREAD,
    CALL_PWRITE,
    CALL_SHMSTAT,
    CALL_RIGHTS,
    CALL_FORK_LOOK,
    CALL_FORK_STAY
};
enum { NEEDS_SHM = 1, NEEDS_KERNEL = 2, NEEDS_PKEYS = 4 };
struct fuzz_call {
    const char *name;
    int kind; /* CALL_* : how the host's side does it */
    int nr;   /* system call number */
    unsigned weight, nargs;
    void (*gen)(struct fuzz_gen *g, uint64_t a[6]);
    int64_t (*model)(struct model *m, const uint64_t a[6]);
    unsigned needs; /* NEEDS_*: only where there are segments, a kernel, protection keys */
};
extern const struct fuzz_call fuzz_calls[];
extern const unsigned fuzz_ncalls;
void fuzz_generate(struct fuzz_gen *g, struct fuzz_op *op);
/* A range of the arena as a[0] and a[1], and a protection. */
void fuzz_gen_range(struct fuzz_gen *g, uint64_t a[6]);
uint64_t fuzz_gen_prot(struct fuzz_gen *g);
/* What of shmctl(IPC_STAT) must agree, as one number. */
struct shmid_ds;
int64_t fuzz_pack_shmstat(const struct shmid_ds *ds);

/* ---- protection keys (pkeys.c) ---- */
bool fuzz_has_pkeys(void); /* the processor's and the kernel's: only then may the next two be called */
uint32_t fuzz_pkru(void);
void fuzz_set_pkru(uint32_t pkru);
/* pkru with other rights (PKEY_DISABLE_*) for one key. */
uint32_t fuzz_with_rights(uint32_t pkru, uint64_t key, uint64_t rights);
#define FUZZ_PKRU_INIT 0x55555554u /* Linux': nothing may be done with any key but 0 */
void fuzz_gen_pkey_alloc(struct fuzz_gen *g, uint64_t a[6]);
void fuzz_gen_pkey_free(struct fuzz_gen *g, uint64_t a[6]);
void fuzz_gen_pkey_mprotect(struct fuzz_gen *g, uint64_t a[6]);
void fuzz_gen_rights(struct fuzz_gen *g, uint64_t a[6]);
int64_t fuzz_model_pkey_alloc(struct model *m, const uint64_t a[6]);
int64_t fuzz_model_pkey_free(struct model *m, const uint64_t a[6]);
int64_t fuzz_model_pkey_mprotect(struct model *m, const uint64_t a[6]);

/* ---- pictures (picture.c) ---- */
/* Flags of smaps that are not compared from now on, as "gu mg": kernels that do not have them. */
void picture_ignore(const char *letters);
/* From the text of smaps to a picture; returns false when text ends before the arena does. */
bool picture_from_smaps(const char *text, char *out, size_t size);
void picture_from_model(struct model *m, char *out, size_t size);

/* ---- known differences (exclude.c, exclude_kernels.c) ---- */
/* The name of the documented reason why the two may differ here, or NULL. */
const char *fuzz_excluded(const struct fuzz_seq *seq, unsigned at, const struct fuzz_answer *model,
                          const struct fuzz_answer *host);

/* Their names, for the test that each still differs; NULL after the last. */
const char *fuzz_exclusion(unsigned i);

/* Exclude this too, which only other kernels than the model's do. False: there is no such exclusion. */
bool fuzz_exclude(const char *name);
/* As fuzz_excluded(), of what was asked for. */
const char *fuzz_excluded_for_kernel(const struct fuzz_seq *seq, unsigned at, const struct fuzz_answer *model,
                                     const struct fuzz_answer *host);
/* After a difference of this name the rest can be compared all the same. */
bool fuzz_exclusion_goes_on(const char *name);
/* One that was asked for and has never applied in this process, or NULL. */
const char *fuzz_exclusion_unseen(void);

/* ---- what to do with a divergence ---- */
struct divergence {
    unsigned at;          /* index of the call */
    const char *excluded; /* the first exclusion that applied before it, NULL: none */
    struct fuzz_answer model, host;
};
/*
 * Runs seq on both sides; true: they differ, *d says where. known: the model's answers if it ran seq already,
 * else NULL. n NULL: the other side is the naive model (naive.h), not the host.
 */
bool fuzz_compare(struct model *m, struct native *n, const struct fuzz_seq *seq,
                  const struct fuzz_answer *known, struct divergence *d);
/* The shortest sequence found that still differs; *d is brought up to date. */
void fuzz_shrink(struct model *m, struct native *n, struct fuzz_seq *seq, struct divergence *d);
void fuzz_print_op(FILE *out, const struct fuzz_op *op);
void fuzz_print_divergence(FILE *out, const struct fuzz_seq *seq, const struct divergence *d);
/* What the comment of a divergence says; to be freed. */
char *fuzz_comment(const struct divergence *d);
/* A C program that makes the calls and prints each result and the arena's maps. */
void fuzz_emit_c(FILE *out, const struct fuzz_seq *seq, const char *comment);
/* Sequences as text, one call a line, for regression cases. Reading: 0, or -EINVAL. */
void fuzz_save(FILE *out, const struct fuzz_seq *seq);
int fuzz_load(FILE *in, struct fuzz_seq *seq);

/* ---- the naive model beside the tree (pair.c) ---- */
struct naive;
/* Both after the same calls: is every page the same? False: *at is the first that is not. */
bool pair_same(struct model *m, struct naive *w, unsigned *at);
bool pair_compare(struct model *m, const struct fuzz_seq *seq, struct divergence *d);
/* Random sequences on the pair; true: they differ, *seq is what was run until then. */
bool pair_random(struct model *m, struct fuzz_seq *seq, uint64_t seed, unsigned length);

int fuzz_main(int argc, char **argv); /* `mseal-emu fuzz ...`: exit status */

#endif
