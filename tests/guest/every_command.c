/*
 * every_command.c GROUP - calls whose arguments point to a structure that a command decides, each field of it varied: bpf,
 * perf, quota, filters, terminals, requests.
 *
 * Only to be run as tests/cli/strace_every.sh does, with -e inject, so that nothing of it happens: what is compared is how
 * calls are told.
 */
#include "every.h"

enum {
    SYS_IOCTL = 16,
    SYS_SETSOCKOPT = 54,
    SYS_GETSOCKOPT = 55,
    SYS_PTRACE = 101,
    SYS_PRCTL = 157,
    SYS_QUOTACTL = 179,
    SYS_PERF_EVENT_OPEN = 298,
    SYS_SECCOMP = 317,
    SYS_BPF = 321,
    SYS_QUOTACTL_FD = 443,
};
#define COUNT(a) (sizeof(a) / sizeof(*(a)))

/* The structure, as bytes, halves and whole words. */
static union {
    uint8_t b[8192];
    uint16_t h[4096];
    uint32_t w[2048];
    uint64_t d[1024];
} u __attribute__((aligned(4096)));

enum pattern { NOTHING, ALL_BITS, COUNTING, TEXTS, TEXTS_ODD, TEXTS_EVEN, PATTERNS };

static void fill_with(enum pattern p)
{
    for (unsigned i = 0; i < COUNT(u.d); i++) {
        uint64_t pair = (uint64_t)(2 * i + 2) << 32 | (2 * i + 1), there = (uint64_t)short_text;

        u.d[i] = p == NOTHING                       ? 0
                 : p == ALL_BITS                    ? ~0ull
                 : p == COUNTING                    ? pair
                 : p == TEXTS                       ? there
                 : (p == TEXTS_ODD) == (int)(i & 1) ? there
                                                    : pair;
    }
}

/* ---- bpf ---- */

#define COMMANDS 40
static uint64_t instructions[256];

static void ask_bpf(unsigned cmd, unsigned size)
{
    call(SYS_BPF, (const uint64_t[ARGS]){cmd, (uint64_t)&u, size});
}

static void bpf_sizes(void)
{
    for (unsigned cmd = 0; cmd < COMMANDS; cmd++)
        for (int p = 0; p < PATTERNS; p++) {
            fill_with(p);
            for (unsigned size = 0; size < 160; size += size < 64 ? 1 : 4)
                ask_bpf(cmd, size);
            ask_bpf(cmd, 4096);
            ask_bpf(cmd, 4097);
            ask_bpf(cmd, 0xffffffff);
        }
}

/* One number of it at a time: constants, flags. */
static void bpf_fields(void)
{
    for (unsigned cmd = 0; cmd < COMMANDS; cmd++)
        for (unsigned field = 0; field < (cmd == 5 /* BPF_PROG_LOAD */ ? 20u : 8u); field++) {
            fill_with(COUNTING);
            for (unsigned v = 0; v < 64; v++) {
                u.w[field] = v;
                ask_bpf(cmd, 128);
            }
            for (unsigned bit = 6; bit < 32; bit++) {
                u.w[field] = 1u << bit;
                ask_bpf(cmd, 128);
            }
        }
}

static void bpf_programs(void)
{
    for (unsigned code = 0; code < 256; code++)
        instructions[code] = code | (code * 7ull & 0xff) << 8 | (uint64_t)(code * 0x01030501ull) << 16;
    fill_with(NOTHING);
    for (unsigned i = 0; i < 256; i++) {
        u.w[1] = i % 7;
        u.d[1] = (uint64_t)&instructions[i];
        u.d[2] = (uint64_t)short_text;
        u.w[7] = i % 50;
        u.d[4] = (uint64_t)text;
        u.w[10] = i << 8 | i << 16 | i;
        ask_bpf(5 /* BPF_PROG_LOAD */, 128);
    }
}

/* What a link is attached to decides what the rest is. */
static void bpf_links(void)
{
    for (unsigned kind = 0; kind < 64; kind++)
        for (unsigned n = 0; n < 4; n++)
            for (unsigned size = 16; size <= 64; size += 4) {
                fill_with(NOTHING);
                u.w[2] = kind;
                u.w[4] = n;
                u.w[5] = n;
                u.d[3] = (uint64_t)(kind == 42 ? (void *)strings : (void *)(uint64_t)n);
                u.d[4] = (uint64_t)small;
                u.d[5] = (uint64_t)words;
                if (kind == 28)
                    u.d[2] = (uint64_t)small;
                ask_bpf(28 /* BPF_LINK_CREATE */, size);
                u.b[size - 1] = 1;
                ask_bpf(28, size);
            }
}

static void bpf(void)
{
    bpf_sizes();
    bpf_fields();
    bpf_programs();
    bpf_links();
}

/* ---- perf_event_open ---- */

static void ask_perf(unsigned size)
{
    u.w[1] = size;
    call(SYS_PERF_EVENT_OPEN, (const uint64_t[ARGS]){(uint64_t)&u, 1, 2, 99, 8});
}

static void perf(void)
{
    static const unsigned sizes[] = {0,   1,   63,  64,  65,  72,  80,  88,  92,  96,  100,  104,
                                     108, 110, 112, 116, 120, 128, 136, 137, 144, 200, 4096, ~0u};

    for (int p = 0; p < PATTERNS; p++)
        for (unsigned i = 0; i < COUNT(sizes); i++) {
            fill_with(p);
            ask_perf(sizes[i]);
        }
    for (unsigned type = 0; type < 8; type++) {
        for (unsigned config = 0; config < 14; config++)
            for (unsigned shift = 0; shift < 40; shift += 8) {
                fill_with(NOTHING);
                u.w[0] = type;
                u.d[1] = (uint64_t)config << shift | (shift & 8 ? 0x500000000ull : 0);
                u.w[13] = config;
                u.w[23] = config;
                ask_perf(136);
            }
        for (unsigned word = 3; word < 16; word++)
            for (unsigned bit = 0; bit < 64; bit++) {
                fill_with(NOTHING);
                u.w[0] = type;
                u.d[word] = 1ull << bit;
                ask_perf(136);
                u.d[3] |= 1 << 11 | 1 << 13; /* samples of branches and of the stack */
                u.d[5] |= 1 << 25;           /* its own clock */
                ask_perf(112);
            }
    }
}

/* ---- quotas ---- */

static void quota(void)
{
    static const uint32_t families[] = {0, 0x800000, 'X' << 8};

    for (unsigned f = 0; f < COUNT(families); f++)
        for (uint32_t cmd = 0; cmd < 20; cmd++)
            for (uint32_t kind = 0; kind < 4; kind++)
                for (int p = 0; p < PATTERNS; p++) {
                    uint64_t op = (uint64_t)(families[f] | cmd) << 8 | kind;

                    fill_with(p);
                    for (int64_t id = -1; id < 7; id++) {
                        call(SYS_QUOTACTL,
                             (const uint64_t[ARGS]){op, (uint64_t)text, (uint64_t)id, (uint64_t)&u});
                        call(SYS_QUOTACTL_FD, (const uint64_t[ARGS]){99, op, (uint64_t)id, (uint64_t)&u});
                    }
                    call(SYS_QUOTACTL, (const uint64_t[ARGS]){op, 0, 1, 0});
                    call(SYS_QUOTACTL_FD, (const uint64_t[ARGS]){99, op, 1, 16});
                }
    for (unsigned bit = 0; bit < 32; bit++) { /* flags of their structures */
        for (unsigned word = 0; word < 20; word++) {
            fill_with(NOTHING);
            u.w[word] = 1u << bit;
            for (unsigned cmd = 1; cmd < 10; cmd++) {
                call(SYS_QUOTACTL_FD,
                     (const uint64_t[ARGS]){99, (uint64_t)(0x800000 | cmd) << 8, 1, (uint64_t)&u});
                call(SYS_QUOTACTL_FD,
                     (const uint64_t[ARGS]){99, (uint64_t)('X' << 8 | cmd) << 8, 1, (uint64_t)&u});
            }
        }
    }
}

/* ---- programs of the classic filter ---- */

static struct {
    uint16_t len;
    uint64_t filter;
} program;

static void ask_filters(unsigned n, uint64_t where)
{
    uint32_t len = n;

    program.len = (uint16_t)n;
    program.filter = where;
    call(SYS_SECCOMP, (const uint64_t[ARGS]){1, 0, (uint64_t)&program});
    call(SYS_PRCTL, (const uint64_t[ARGS]){22 /* PR_SET_SECCOMP */, 2, (uint64_t)&program});
    call(SYS_SETSOCKOPT, (const uint64_t[ARGS]){99, 1, 26 /* SO_ATTACH_FILTER */, (uint64_t)&program, 16});
    call(SYS_SETSOCKOPT, (const uint64_t[ARGS]){99, 1, 51 /* ..._REUSEPORT_CBPF */, (uint64_t)&program, 16});
    u.w[1000] = len;
    call(SYS_GETSOCKOPT, (const uint64_t[ARGS]){99, 1, 26, where, (uint64_t)&u.w[1000]});
}

static void filters(void)
{
    static const uint32_t numbers[] = {0,          1,          0x7fff0000, 0x7ffc0000, 0x7ff00003, 0x7fc00000,
                                       0x00050001, 0x00030002, 0x00000000, 0x80000000, 0x12345678, 0xfffff000,
                                       0xfffff004, 0xfffff024, 0xfffff03c, 0xfffff040, 0xffffffff, 0xfff00000,
                                       0xfff00011, 0xffe00000, 0xffe00012, 0xffdfffff};

    for (unsigned code = 0; code < 0x200; code++)
        for (unsigned k = 0; k < COUNT(numbers); k++) {
            u.h[0] = (uint16_t)code;
            u.h[1] = 0;
            u.w[1] = numbers[k];
            u.h[4] = (uint16_t)code;
            u.h[5] = (uint16_t)(k << 8 | (code & 1));
            u.w[3] = numbers[k];
            if (k && code % 8 != 0 && code % 8 != 6)
                break; /* its number says nothing */
            ask_filters(2, (uint64_t)&u);
        }
    fill_with(COUNTING);
    ask_filters(0, (uint64_t)&u);
    ask_filters(40, (uint64_t)&u);
    ask_filters(3, (uint64_t)(last + sizeof(last) - 16));
    ask_filters(0xffff, (uint64_t)&u);
    ask_filters(3, 0);
    ask_filters(3, 16);
    for (unsigned len = 0; len < 20; len++)
        call(SYS_SETSOCKOPT, (const uint64_t[ARGS]){99, 1, 26, (uint64_t)&program, len});
}

/* ---- terminals ---- */

static void ask_terminal(unsigned request)
{
    call(SYS_IOCTL, (const uint64_t[ARGS]){99, request, (uint64_t)&u});
}

static void terminals(void)
{
    static const unsigned requests[] = {0x5401, 0x5402, 0x5403,     0x5404,     0x5405,     0x5406,
                                        0x5407, 0x5408, 0x802c542a, 0x402c542b, 0x402c542c, 0x402c542d};

    for (unsigned i = 0; i < COUNT(requests); i++) {
        for (int p = 0; p < PATTERNS; p++) {
            fill_with(p);
            ask_terminal(requests[i]);
        }
        fill_with(NOTHING);
        for (unsigned word = 0; word < 5; word++) {
            for (unsigned bit = 0; bit < 32; bit++) {
                u.w[word] = 1u << bit;
                ask_terminal(requests[i]);
            }
            for (unsigned v = 0; v < 0x2000; v += 17) {
                u.w[word] = v;
                ask_terminal(requests[i]);
            }
            u.w[word] = 0;
        }
    }
    for (unsigned request = 0x5400; request < 0x5480; request++) {
        for (int p = 0; p < PATTERNS; p++) {
            fill_with(p);
            ask_terminal(request);
        }
        for (unsigned v = 0; v < 8; v++)
            call(SYS_IOCTL, (const uint64_t[ARGS]){99, request, v});
        call(SYS_IOCTL, (const uint64_t[ARGS]){99, request, ~0ull});
    }
    for (unsigned byte = 0; byte < 256; byte++) {
        u.b[0] = (uint8_t)byte;
        ask_terminal(0x5412 /* TIOCSTI */);
    }
}

/* ---- other requests ---- */

static void requests(void)
{
    static const unsigned numbers[] = {
        0xc018aa3f, 0xc020aa00, 0x8010aa01, 0x8010aa02, 0xc028aa03, 0xc020aa04, 0xc028aa05,
        0xc018aa06, 0xc020aa07, 0xc020aa08,                                     /* userfaultfd */
        0xc0502100, 0xc0182101, 0x40082102, 0x80082102, 0x40182103, 0x40082104, /* seccomp */
        0xc0606610,                                                             /* PAGEMAP_SCAN */
        0xc0686611,                                                             /* PROCMAP_QUERY */
        0x0000ee00, 0x0010ee01, 0x4010ee02, 0x8010ee03, 0xc010ee04, 0x8200ee05, 0xc001ee06, /* unknown ones */
    };

    for (unsigned i = 0; i < COUNT(numbers); i++) {
        for (int p = 0; p < PATTERNS; p++) {
            fill_with(p);
            ask_terminal(numbers[i]);
        }
        for (unsigned word = 0; word < 13; word++)
            for (unsigned bit = 0; bit < 64; bit++) {
                fill_with(NOTHING);
                u.d[word] = 1ull << bit;
                ask_terminal(numbers[i]);
            }
        for (unsigned v = 0; v < 8; v++)
            call(SYS_IOCTL, (const uint64_t[ARGS]){99, numbers[i], v});
        call(SYS_IOCTL, (const uint64_t[ARGS]){99, numbers[i], (uint64_t)(last + sizeof(last) - 8)});
    }
}

/* ---- */

static const struct {
    const char *name;
    void (*run)(void);
} groups[] = {{"bpf", bpf},         {"perf", perf},           {"quota", quota},
              {"filters", filters}, {"terminals", terminals}, {"requests", requests}};

static int is_same(const char *a, const char *b)
{
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

static void run(const long *stack)
{
    int found = 0;

    fill();
    for (unsigned i = 0; stack[0] == 2 && i < COUNT(groups); i++)
        if (is_same(groups[i].name, (const char *)stack[2])) {
            groups[i].run();
            found = 1;
        }
    call(231, (const uint64_t[ARGS]){!found});
    for (;;)
        ;
}
