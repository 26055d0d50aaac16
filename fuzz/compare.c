/*
 * compare.c - a sequence on both sides, the first difference, and the shortest sequence that shows it.
 */
#include "fuzz.h"

#include <string.h>

/* Everything of seq on the model. Negative: it could not be set up. */
static int run_model(struct model *m, const struct fuzz_seq *seq, struct fuzz_answer *answer)
{
    int err = model_start(m, &seq->world);

    for (unsigned i = 0; !err && i < seq->n; i++)
        model_run(m, &seq->op[i], &answer[i], i >= seq->blind);
    model_stop(m);
    return err;
}

bool fuzz_compare(struct model *m, struct native *n, const struct fuzz_seq *seq,
                  const struct fuzz_answer *known, struct divergence *d)
{
    static struct fuzz_answer ours[MAX_OPS];
    const struct fuzz_answer *host;
    const char *excluded;
    unsigned done;

    if (!n)
        return pair_compare(m, seq, d);
    if (model_cpu(m)) {
        known = fuzz_cpu_run(model_cpu(m), seq);
        if (!known)
            return false;
    } else if (!known && run_model(m, seq, ours) < 0) {
        fprintf(stderr, "mseal-emu fuzz: the model could not be set up\n");
        return false;
    }
    if (!known)
        known = ours;
    d->excluded = NULL;
    host = native_run(n, seq, &done);
    for (d->at = 0; d->at < seq->n; d->at++) {
        const struct fuzz_answer *a = &known[d->at], *b = &host[d->at];

        if (d->at >= done) {
            d->model = *a;
            d->host.ret = 0;
            snprintf(d->host.picture, sizeof(d->host.picture), "(the process died in this call)\n");
            return true;
        }
        if (a->ret == b->ret && !strcmp(a->picture, b->picture))
            continue;
        excluded = fuzz_excluded(seq, d->at, a, b);
        if (!d->excluded)
            d->excluded = excluded;
        if (!excluded) {
            d->model = *a;
            d->host = *b;
            return true;
        }
        if (strcmp(a->picture, b->picture) != 0 && !fuzz_exclusion_goes_on(excluded))
            return false; /* what follows cannot be compared any more */
    }
    return false;
}

/* Does seq without the calls [from, from + n) still differ? Then it becomes seq. */
static bool try_without(struct model *m, struct native *n, struct fuzz_seq *seq, unsigned from,
                        unsigned count, struct divergence *d)
{
    struct fuzz_seq less = *seq;
    struct divergence e;

    memmove(&less.op[from], &less.op[from + count], (less.n - from - count) * sizeof(less.op[0]));
    less.n -= count;
    if (!fuzz_compare(m, n, &less, NULL, &e))
        return false;
    less.n = e.at + 1;
    *seq = less;
    *d = e;
    return true;
}

/* Does it still differ with argument `arg` of call i as `value`? */
static bool try_argument(struct model *m, struct native *n, struct fuzz_seq *seq, unsigned i, unsigned arg,
                         uint64_t value, struct divergence *d)
{
    uint64_t old = seq->op[i].a[arg];
    struct divergence e;

    if (old == value)
        return false;
    seq->op[i].a[arg] = value;
    if (fuzz_compare(m, n, seq, NULL, &e) && e.at + 1 == seq->n) {
        *d = e;
        return true;
    }
    seq->op[i].a[arg] = old;
    return false;
}

void fuzz_shrink(struct model *m, struct native *n, struct fuzz_seq *seq, struct divergence *d)
{
    bool better = true;

    seq->n = d->at + 1;
    seq->blind = 0;
    while (better) {
        better = false;
        for (unsigned chunk = seq->n / 2 ? seq->n / 2 : 1; chunk; chunk /= 2) {
            for (unsigned from = 0; seq->n > 1 && from + chunk <= seq->n;) {
                if (try_without(m, n, seq, from, chunk, d))
                    better = true;
                else
                    from += chunk;
            }
        }
        for (unsigned i = 0; i < seq->n; i++) {
            const struct fuzz_call *c = &fuzz_calls[seq->op[i].call];

            if (c->nr != 9 && c->nr != 10 && c->nr != 25) /* lengths of mmap, mprotect, mremap */
                continue;
            better |= try_argument(m, n, seq, i, 1, MM_PAGE_SIZE, d);
            if (c->nr == 9)
                better |= try_argument(m, n, seq, i, 2, 3, d) || try_argument(m, n, seq, i, 3, 0x32, d);
        }
    }
}
