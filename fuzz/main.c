/*
 * main.c - `mseal-emu fuzz`: makes up sequences, compares, shrinks, reports.
 */
#include "worlds.h"

#include <errno.h>
#include <getopt.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct options {
    const char *design, *save_dir;
    uint64_t seed, ops;
    unsigned length, jobs, seconds, stop_after;
    unsigned depth;
    const char *resume, *without;
    bool quiet, random, pair, worlds, host, all, excluded, cpu;
};

static const char usage[] =
    "usage: mseal-emu fuzz [OPTION...] [CASE...]\n"
    "Random sequences of memory calls, on the host's kernel and on the model; a difference is shrunk and "
    "shown.\n"
    "CASE: files with a sequence each (see --save), run instead of random ones; with --ops, before them.\n"
    "  --seed N      first seed (1); sequence i of job j of J has seed N + i * J + j\n"
    "  --ops N       calls in all (100000; 0: no limit)\n"
    "  --time SECS   stop after so long\n"
    "  --length N    calls in a sequence (64, with --pair 512; at most 1024)\n"
    "  --jobs J      processes (1)\n"
    "  --stop N      differences after which to stop (1)\n"
    "  --design NAME the model's sealing design (linux-6.18)\n"
    "  --pair        the tree against the naive model instead of the host's kernel\n"
    "  --with-cpu    the whole emulator instead of the model, but for jumps and segments\n"
    "  --worlds      every sequence of a few calls on four pages: the holes of --design NAME, or of all as "
    "docs/holes.md\n"
    "  --depth N     calls in a sequence of --worlds (3, at most 6)\n"
    "  --host        --worlds: compare with the host's kernel, too (linux-6.18)\n"
    "  --all-states  --worlds: go on from states seen before, too: the same holes, only slower\n"
    "  --save DIR    write each difference to DIR/SEED.case and DIR/SEED.c\n"
    "  --resume FILE go on where FILE (FILE.J with several jobs) says that a run with the same options "
    "stopped\n"
    "  --ignore LETTERS  flags of smaps not to compare, as \"gu mg\": for kernels without them\n"
    "  --exclude NAME  a known difference of other kernels; one that does not show is a difference "
    "(guest-tests/kernels.tsv has the names)\n"
    "  --without CALLS  do not make these calls, as \"exec_page,shmat\" (shmat: no segments at all), nor "
    "guards, droppable memory\n"
    "  --excluded    the CASEs show the documented exclusions, one file NAME.case for each: each must still "
    "differ\n"
    "  --quiet       no progress\n";

static double now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* The world and the calls of a seed. The model runs along, since calls aim at what it has. */
static int make_sequence(const struct options *o, struct model *m, struct fuzz_seq *seq,
                         struct fuzz_answer *answer, uint64_t seed, unsigned length)
{
    struct rng r = {.s = seed * UINT64_C(0x9e3779b97f4a7c15) + 1};
    struct fuzz_gen g = {.r = &r,
                         .m = m,
                         .pages = ARENA_PAGES,
                         .without = o->without,
                         .kernel = true,
                         .no_devices = o->cpu && !native_machine().dev_noexec,
                         .pkeys = model_has_pkeys(m)};
    int err;

    for (int i = 0; i < 4; i++)
        rng_next(&r);
    seq->seed = seed;
    seq->n = seq->blind = 0;
    seq->world.cap_ipc_lock = g.cap_ipc_lock = !one_in(&r, 3);
    seq->world.memlock = one_in(&r, 8) ? 0 : (4 + rng_below(&r, 40)) * MM_PAGE_SIZE;
    seq->world.shm = g.shm = one_in(&r, 5) && !fuzz_listed(o->without, "shmat");
    seq->world.as_room = one_in(&r, 8) ? 1 + rng_below(&r, 50) : 0;
    seq->world.data_room = one_in(&r, 8) ? 1 + rng_below(&r, 40) : 0;
    fuzz_take_habits(&g);
    err = model_start(m, &seq->world);
    while (!err && seq->n < length) {
        g.step = seq->n;
        fuzz_generate(&g, &seq->op[seq->n]);
        model_run(m, &seq->op[seq->n], &answer[seq->n], true);
        seq->n++;
    }
    model_stop(m);
    return err;
}

static void save(const struct options *o, const struct fuzz_seq *seq, const struct divergence *d)
{
    char path[4096];
    FILE *f;

    if (!o->save_dir)
        return;
    snprintf(path, sizeof(path), "%s/%llu.case", o->save_dir, (unsigned long long)seq->seed);
    f = fopen(path, "w");
    if (f) {
        fuzz_save(f, seq);
        fclose(f);
    }
    snprintf(path, sizeof(path), "%s/%llu.c", o->save_dir, (unsigned long long)seq->seed);
    f = fopen(path, "w");
    if (f) {
        char *comment = fuzz_comment(d);

        fuzz_emit_c(f, seq, comment ? comment : "");
        free(comment);
        fclose(f);
    }
}

/* How far a job has come: calls, sequences, differences. A file that isn't there is a run that has not begun.
 */
struct progress {
    uint64_t ops, sequences;
    unsigned found;
};

static void progress_file(const struct options *o, unsigned job, char *path, size_t size)
{
    if (o->jobs > 1)
        snprintf(path, size, "%s.%u", o->resume, job);
    else
        snprintf(path, size, "%s", o->resume);
}

static bool load_progress(const struct options *o, unsigned job, struct progress *p)
{
    unsigned long long ops, sequences, seed;
    char path[4096];
    bool good = true;
    FILE *f;

    *p = (struct progress){0};
    if (!o->resume)
        return true;
    progress_file(o, job, path, sizeof(path));
    f = fopen(path, "r");
    if (!f)
        return errno == ENOENT;
    if (fscanf(f, "seed %llu calls %llu sequences %llu differences %u", &seed, &ops, &sequences, &p->found) ==
            4 &&
        seed == o->seed) {
        p->ops = ops;
        p->sequences = sequences;
    } else {
        fprintf(stderr, "mseal-emu fuzz: %s is not from a run with seed %llu\n", path,
                (unsigned long long)o->seed);
        good = false;
    }
    fclose(f);
    return good;
}

static void save_progress(const struct options *o, unsigned job, const struct progress *p)
{
    char path[4096];
    FILE *f;

    if (!o->resume)
        return;
    progress_file(o, job, path, sizeof(path));
    f = fopen(path, "w");
    if (!f)
        return;
    fprintf(f, "seed %llu calls %llu sequences %llu differences %u\n", (unsigned long long)o->seed,
            (unsigned long long)p->ops, (unsigned long long)p->sequences, p->found);
    fclose(f);
}

static void tell(unsigned job, const struct progress *p, uint64_t began, double seconds)
{
    fprintf(stderr, "job %u: %llu calls in %llu sequences, %.0f/s, %u differences\n", job,
            (unsigned long long)p->ops, (unsigned long long)p->sequences, (double)(p->ops - began) / seconds,
            p->found);
}

/* The model knows the machine, and what stands in for it has been started. */
static bool set_up(const struct options *o, struct model *m, struct native *n)
{
    if (!m)
        return false;
    if (n)
        model_on_machine(m, native_machine());
    if (o->cpu)
        model_on_cpu(m, fuzz_cpu_create(o->design, model_has_pkeys(m)));
    return !o->cpu || model_cpu(m);
}

static void tear_down(struct model *m)
{
    if (m)
        fuzz_cpu_destroy(model_cpu(m));
    model_destroy(m);
}

/* One job. Exit status: 0 no difference, 1 some, 125 could not run. */
static int run_job(const struct options *o, unsigned job)
{
    struct native *n = o->pair ? NULL : native_create();
    struct model *m = n || o->pair ? model_create(o->design) : NULL;
    static struct fuzz_answer answer[MAX_OPS];
    static struct fuzz_seq seq;
    static struct divergence d;
    uint64_t limit = o->ops / o->jobs, began;
    double start = now(), told = start;
    struct progress p;
    int status = 125;

    if (!set_up(o, m, n) || !load_progress(o, job, &p))
        goto out;
    began = p.ops;
    while ((!o->ops || p.ops < limit) && (!o->seconds || now() - start < o->seconds) &&
           p.found < o->stop_after && !(o->cpu && fuzz_cpu_lost(model_cpu(m)))) {
        uint64_t seed = o->seed + p.sequences * o->jobs + job;
        bool differs;

        if (o->pair) {
            differs = pair_random(m, &seq, seed, o->length) && pair_compare(m, &seq, &d);
        } else {
            if (make_sequence(o, m, &seq, answer, seed, o->length))
                goto out;
            differs = fuzz_compare(m, n, &seq, answer, &d);
        }
        p.sequences++;
        p.ops += seq.n;
        if (differs) {
            p.found++;
            fuzz_shrink(m, n, &seq, &d);
            fuzz_print_divergence(stdout, &seq, &d);
            printf("\n");
            fflush(stdout);
            save(o, &seq, &d);
        }
        if (now() - told > 5) {
            told = now();
            save_progress(o, job, &p);
            if (!o->quiet)
                tell(job, &p, began, told - start);
        }
    }
    save_progress(o, job, &p);
    if (!o->quiet)
        tell(job, &p, began, now() - start);
    status = p.found != 0;
    if (fuzz_exclusion_unseen()) {
        printf("%s: no call differs so; take the exclusion out\n", fuzz_exclusion_unseen());
        status = 1;
    }
    if (m && o->cpu && fuzz_cpu_lost(model_cpu(m)))
        status = 125;
out:
    tear_down(m);
    native_destroy(n);
    return status;
}

/* Does the case still show the exclusion it is named after? */
static bool still_excluded(const char *path, const char *excluded)
{
    const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    size_t len = strcspn(name, ".");

    if (excluded && strlen(excluded) == len && !memcmp(name, excluded, len))
        return true;
    printf("%s: no longer differs as fuzz/exclude.c says; take the exclusion out\n", path);
    return false;
}

static int run_cases(const struct options *o, char **paths)
{
    struct native *n = o->pair ? NULL : native_create();
    struct model *m = n || o->pair ? model_create(o->design) : NULL;
    static struct fuzz_seq seq;
    static struct divergence d;
    bool ready = set_up(o, m, n);
    int status = ready ? 0 : 125;
    unsigned known = 0;

    for (; ready && *paths; paths++) {
        FILE *f = fopen(*paths, "r");

        if (!f || fuzz_load(f, &seq)) {
            fprintf(stderr, "mseal-emu fuzz: %s: not a sequence of calls\n", *paths);
            status = 125;
        } else if (fuzz_compare(m, n, &seq, NULL, &d)) {
            printf("%s: differs\n", *paths);
            fuzz_print_divergence(stdout, &seq, &d);
            status = status ? status : 1;
        } else if (o->excluded && !still_excluded(*paths, d.excluded)) {
            status = status ? status : 1;
        }
        known += o->excluded;
        if (f)
            fclose(f);
    }
    if (o->excluded && known && fuzz_exclusion(known)) {
        printf("%s: there is no case that shows this exclusion\n", fuzz_exclusion(known));
        status = status ? status : 1;
    }
    if (ready && o->cpu && fuzz_cpu_lost(model_cpu(m)))
        status = 125;
    tear_down(m);
    native_destroy(n);
    return status;
}

static int run_jobs(const struct options *o)
{
    int status = 0, st;

    if (o->jobs == 1)
        return run_job(o, 0);
    for (unsigned j = 0; j < o->jobs; j++) {
        pid_t pid = fork();

        if (pid == 0)
            exit(run_job(o, j));
        if (pid < 0)
            status = 125;
    }
    while (wait(&st) > 0) {
        if (!WIFEXITED(st))
            status = 125;
        else if (WEXITSTATUS(st) > status)
            status = WEXITSTATUS(st);
    }
    return status;
}

static bool number(const char *s, uint64_t most, uint64_t *n)
{
    char *end;

    errno = 0;
    *n = strtoull(s, &end, 0);
    if (*s >= '0' && *s <= '9' && !*end && !errno && *n <= most)
        return true;
    fprintf(stderr, "mseal-emu fuzz: not a number: '%s'\n", s);
    return false;
}

/* Each option says where its value goes; those that do something else are in parse(). */
enum option_kind { FLAG, NUMBER, NUMBER64, TEXT };
/* clang-format off */
#define VALUE_OPTIONS(F)                                                                                    \
    F("seed", NUMBER64, seed) F("ops", NUMBER64, ops) F("time", NUMBER, seconds) F("length", NUMBER, length) \
    F("jobs", NUMBER, jobs) F("stop", NUMBER, stop_after) F("depth", NUMBER, depth) F("design", TEXT, design) \
    F("save", TEXT, save_dir) F("resume", TEXT, resume) F("without", TEXT, without) F("quiet", FLAG, quiet) \
    F("pair", FLAG, pair) F("worlds", FLAG, worlds) F("host", FLAG, host) F("all-states", FLAG, all)        \
    F("with-cpu", FLAG, cpu) F("excluded", FLAG, excluded)
/* clang-format on */
static const struct value_option {
    enum option_kind kind;
    size_t at; /* in struct options */
} value_options[] = {
#define F(name, kind, field) {kind, offsetof(struct options, field)},
    VALUE_OPTIONS(F)
#undef F
};
#define NR_VALUE_OPTIONS (int)(sizeof(value_options) / sizeof(*value_options))

/* False, with a line on stderr: it is to be a number. */
static bool set_value(struct options *o, const struct value_option *v, const char *arg)
{
    void *at = (char *)o + v->at;
    uint64_t n = 0;

    if ((v->kind == NUMBER || v->kind == NUMBER64) &&
        !number(arg, v->kind == NUMBER ? UINT32_MAX : UINT64_MAX, &n))
        return false;
    switch (v->kind) {
    case FLAG:
        *(bool *)at = true;
        break;
    case NUMBER:
        *(unsigned *)at = (unsigned)n;
        break;
    case NUMBER64:
        *(uint64_t *)at = n;
        o->random |= at == &o->ops;
        break;
    case TEXT:
        *(const char **)at = arg;
        break;
    }
    return true;
}

/* -1: go on; else the exit status. */
static int parse(struct options *o, int argc, char **argv)
{
    enum { IGNORE = NR_VALUE_OPTIONS, EXCLUDE, ANSWER, HELP };
    static const struct option longopts[] = {
#define F(name, kind, field) {name, kind == FLAG ? no_argument : required_argument, NULL, 0},
        VALUE_OPTIONS(F)
#undef F
            {"ignore", required_argument, NULL, 0},
        {"exclude", required_argument, NULL, 0},
        {"answer", no_argument, NULL, 0}, /* what --with-cpu runs as a guest */
        {"help", no_argument, NULL, 0},
        {NULL, 0, NULL, 0},
    };
    int c, i;

    optind = 1;
    while ((c = getopt_long(argc, argv, "", longopts, &i)) == 0) {
        if (i < NR_VALUE_OPTIONS && !set_value(o, &value_options[i], optarg))
            return 2;
        if (i == IGNORE)
            picture_ignore(optarg);
        if (i == EXCLUDE && !fuzz_exclude(optarg)) {
            fprintf(stderr, "mseal-emu fuzz: there is no exclusion %s\n", optarg);
            return 2;
        }
        if (i == ANSWER)
            return fuzz_answer();
        if (i == HELP) {
            fputs(usage, stdout);
            return 0;
        }
    }
    if (c != -1 || o->depth < 1 || o->depth > 6) {
        fputs(usage, stderr);
        return 2;
    }
    return -1;
}

int fuzz_main(int argc, char **argv)
{
    struct options o = {.depth = 3, .seed = 1, .ops = 100000, .jobs = 1, .stop_after = 1};
    int status = parse(&o, argc, argv);

    if (status >= 0)
        return status;
    if (o.worlds)
        return worlds_main(o.design, o.depth, (o.host ? WORLDS_HOST : 0) | (o.all ? WORLDS_ALL : 0), o.quiet,
                           o.save_dir);
    if (!o.design)
        o.design = "linux-6.18";
    if (!o.length)
        o.length = o.pair ? 512 : 64;
    if (o.cpu && !o.without)
        o.without = "exec_page,shmat"; /* no trap flag, no namespaces */
    if (o.length > MAX_OPS || !o.jobs || (o.cpu && o.pair)) {
        fputs(usage, stderr);
        return 2;
    }
    if (optind < argc) {
        status = run_cases(&o, argv + optind);
        if (status || !o.random)
            return status;
    }
    return run_jobs(&o);
}
