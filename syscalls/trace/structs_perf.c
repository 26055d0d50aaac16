/* structs_perf.c - what perf_event_open(2) is to count, as strace shows it. */
#include <errno.h>
#include <string.h>

#include "strace.h"

/* struct perf_event_attr of Linux 6.13: where its numbers are. */
enum {
    TYPE = 0,
    SIZE = 4,
    CONFIG = 8,
    PERIOD = 16,
    SAMPLES = 24,
    FORMAT = 32,
    FLAGS = 40,
    WAKEUP = 48, /* what follows is only told with -v */
    BREAKPOINT = 52,
    CONFIG1 = 56,
    CONFIG2 = 64,
    BRANCHES = 72,
    USER_REGS = 80,
    USER_STACK = 88,
    CLOCK = 92,
    INTR_REGS = 96,
    AUX_WATERMARK = 104,
    MAX_STACK = 108,
    RESERVED = 110,
    AUX_SIZE = 112,
    AUX_ACTION = 116,
    SIG_DATA = 120,
    CONFIG3 = 128,
    ATTR_SIZE = 136,
    FIRST_SIZE = 64, /* that there ever was, and what 0 stands for */
};
enum { HARDWARE, SOFTWARE, TRACEPOINT, HW_CACHE, RAW, ON_BREAKPOINT }; /* types */
#define SAMPLE_BRANCHES (1u << 11)
#define SAMPLE_STACK    (1u << 13)

/* Bits of FLAGS; PRECISE has two. */
enum { FREQ = 10, WATERMARK = 14, PRECISE = 15, USE_CLOCK = 25, NR_BITS = 38 };
static const char *const bits[NR_BITS] = {"disabled",
                                          "inherit",
                                          "pinned",
                                          "exclusive",
                                          "exclude_user",
                                          "exclude_kernel",
                                          "exclude_hv",
                                          "exclude_idle",
                                          "mmap",
                                          "comm",
                                          "freq",
                                          "inherit_stat",
                                          "enable_on_exec",
                                          "task",
                                          "watermark",
                                          "precise_ip",
                                          NULL,
                                          "mmap_data",
                                          "sample_id_all",
                                          "exclude_host",
                                          "exclude_guest",
                                          "exclude_callchain_kernel",
                                          "exclude_callchain_user",
                                          "mmap2",
                                          "comm_exec",
                                          "use_clockid",
                                          "context_switch",
                                          "write_backward",
                                          "namespaces",
                                          "ksymbol",
                                          "bpf_event",
                                          "aux_output",
                                          "cgroup",
                                          "text_poke",
                                          "build_id",
                                          "inherit_thread",
                                          "remove_on_exec",
                                          "sigtrap"};

static uint64_t at(const uint8_t *p, unsigned where, unsigned size)
{
    uint64_t v = 0;

    memcpy(&v, p + where, size);
    return v;
}

/* ---- what is counted ---- */

static void put_shifted(struct call *c, const char *table, uint64_t v, int by)
{
    print_xlat_named(c, table, v);
    text_printf(c->out, "<<%d|", by);
}

/* The upper half says which of several units of a kind is meant. */
static void put_unit(struct call *c, uint64_t config)
{
    if (config >> 32)
        text_printf(c->out, "%#lx<<32|", config >> 32);
}

static void put_config(struct call *c, uint64_t type, uint64_t config)
{
    text_puts(c->out, ", config=");
    switch (type) {
    case HARDWARE:
        put_unit(c, config);
        print_xlat_named(c, "perf_hardware", (uint32_t)config);
        break;
    case SOFTWARE:
        print_xlat_named(c, "perf_software", config);
        break;
    case TRACEPOINT:
        text_printf(c->out, "%lu", config);
        break;
    case HW_CACHE:
        put_unit(c, config);
        if ((uint32_t)config >> 24)
            text_printf(c->out, "%#x<<24|", (uint32_t)config >> 24);
        put_shifted(c, "perf_cache_result", config >> 16 & 0xff, 16);
        put_shifted(c, "perf_cache_op", config >> 8 & 0xff, 8);
        print_xlat_named(c, "perf_cache", config & 0xff);
        break;
    default:
        text_printf(c->out, "%#lx", config);
    }
}

/* With -v all of them, else those that are set. */
static void put_flags(struct call *c, uint64_t flags)
{
    static const char *const precise[] = {"arbitrary skid", "constant skid", "requested to have 0 skid",
                                          "must have 0 skid"};

    for (int bit = 0; bit < NR_BITS; bit++) {
        if (bit == PRECISE)
            text_printf(c->out, ", %s=%lu /* %s */", bits[bit], flags >> bit & 3, precise[flags >> bit & 3]);
        else if (bits[bit] && (c->style.full || flags >> bit & 1))
            text_printf(c->out, ", %s=%lu", bits[bit], flags >> bit & 1);
    }
    if (flags >> NR_BITS)
        text_printf(c->out, ", __reserved_1=%#lx /* Bits 63..38 */", flags >> NR_BITS);
}

/* ---- what is only told with -v, as far as the structure goes ---- */

static void put_breakpoint(struct call *c, const uint8_t *p, uint64_t type)
{
    const struct xlat_table *kinds = xlat_find("perf_breakpoint");
    struct xlat_table told = *kinds;
    uint64_t kind = at(p, BREAKPOINT, 4);

    if (type != ON_BREAKPOINT) {
        text_printf(c->out, ", config1=%#lx", at(p, CONFIG1, 8));
        return;
    }
    if (kind <= 7) /* all of them are known, but make no sense together */
        told.unknown = "HW_BREAKPOINT_INVALID";
    text_puts(c->out, ", bp_type=");
    print_xlat(c, &told, kind);
    text_printf(c->out, ", bp_addr=%#lx", at(p, CONFIG1, 8));
}

static void put_aux(struct call *c, const uint8_t *p)
{
    static const char *const actions[] = {"aux_start_paused", "aux_pause", "aux_resume"};
    uint64_t v = at(p, AUX_ACTION, 4);

    for (unsigned i = 0; i < 3; i++)
        text_printf(c->out, ", %s=%lu", actions[i], v >> i & 1);
    if (v >> 3)
        text_printf(c->out, ", __reserved_3=%#lx /* Bits 931..959 */", v >> 3);
}

static void put_sampling(struct call *c, const uint8_t *p, uint64_t size)
{
    uint64_t samples = at(p, SAMPLES, 8);

    if (size > BRANCHES && samples & SAMPLE_BRANCHES) {
        text_puts(c->out, ", branch_sample_type=");
        print_flags_named(c, "perf_branch", at(p, BRANCHES, 8));
    }
    if (size > USER_REGS)
        text_printf(c->out, ", sample_regs_user=%#lx", at(p, USER_REGS, 8));
    if (size > USER_STACK && samples & SAMPLE_STACK)
        text_printf(c->out, ", sample_stack_user=%#lx", at(p, USER_STACK, 4));
    if (size > CLOCK && at(p, FLAGS, 8) >> USE_CLOCK & 1) {
        text_puts(c->out, ", clockid=");
        print_xlat_named(c, "clock", at(p, CLOCK, 4));
    }
    if (size > INTR_REGS)
        text_printf(c->out, ", sample_regs_intr=%#lx", at(p, INTR_REGS, 8));
    if (size > AUX_WATERMARK)
        text_printf(c->out, ", aux_watermark=%lu", at(p, AUX_WATERMARK, 4));
    if (size > MAX_STACK)
        text_printf(c->out, ", sample_max_stack=%lu", at(p, MAX_STACK, 2));
    if (size > RESERVED && at(p, RESERVED, 2))
        text_printf(c->out, " /* bytes 110..111: %#lx */", at(p, RESERVED, 2));
}

static void put_rest(struct call *c, const uint8_t *p, uint64_t size)
{
    uint64_t type = at(p, TYPE, 4);
    bool watermark = at(p, FLAGS, 8) >> WATERMARK & 1;

    text_printf(c->out, ", wakeup_%s=%lu", watermark ? "watermark" : "events", at(p, WAKEUP, 4));
    put_breakpoint(c, p, type);
    if (size > CONFIG2)
        text_printf(c->out, type == ON_BREAKPOINT ? ", bp_len=%lu" : ", config2=%#lx", at(p, CONFIG2, 8));
    put_sampling(c, p, size);
    if (size > AUX_SIZE)
        text_printf(c->out, ", aux_sample_size=%lu", at(p, AUX_SIZE, 4));
    if (size > AUX_ACTION)
        put_aux(c, p);
    if (size > SIG_DATA)
        text_printf(c->out, ", sig_data=%#lx", at(p, SIG_DATA, 8));
    if (size > CONFIG3)
        text_printf(c->out, ", config3=%#lx", at(p, CONFIG3, 8));
}

/* ---- */

/* The kernel writes there which size it would know, if the program's is too large. */
static void note_size(struct call *c, uint64_t addr)
{
    struct call_note *n = note_make(c, 1);
    uint32_t size;

    if (n && get(c, &size, addr + SIZE, sizeof(size)))
        n->v[0] = size;
    else
        note_drop(c);
}

static void print_attr(struct call *c, uint64_t addr, const struct arg *a)
{
    const struct call_note *n = note_find(c);
    uint8_t p[ATTR_SIZE] = {0};
    uint64_t given = n ? n->v[0] : 0, size = given ? given : FIRST_SIZE;
    bool there = n && size >= FIRST_SIZE;

    note_drop(c);
    size = !c->style.full ? WAKEUP : size < ATTR_SIZE ? size : ATTR_SIZE;
    if (!there || !get(c, p, addr, size)) {
        print_addr(c, addr);
        return;
    }
    text_puts(c->out, "{type=");
    print_xlat_named(c, "perf_type", at(p, TYPE, 4));
    text_puts(c->out, ", size=");
    print_xlat_named(c, "perf_size", given);
    if (c->failed && c->ret == -E2BIG) {
        text_puts(c->out, " => ");
        print_xlat_named(c, "perf_size", at(p, SIZE, 4));
    }
    put_config(c, at(p, TYPE, 4), at(p, CONFIG, 8));
    text_printf(c->out, at(p, FLAGS, 8) >> FREQ & 1 ? ", sample_freq=%lu" : ", sample_period=%lu",
                at(p, PERIOD, 8));
    text_puts(c->out, ", sample_type=");
    print_flags_named(c, "perf_sample", at(p, SAMPLES, 8));
    text_puts(c->out, ", read_format=");
    print_flags_named(c, "perf_format", at(p, FORMAT, 8));
    put_flags(c, at(p, FLAGS, 8));
    if (c->style.full)
        put_rest(c, p, size);
    text_puts(c->out, given > size || !c->style.full ? ", ...}" : "}");
}

const struct struct_type structs_perf[] = {
    {"perf_attr", 0, NULL, print_attr, false, STRUCT_ON_ERROR, note_size},
    {NULL, 0, NULL, NULL, false, STRUCT_PLAIN},
};
