/* ebpf_commands.c - which fields the commands of bpf(2) have, in structures of Linux 6.13. */
#include <string.h>

#include "ebpf_commands.h"
#include "print_bpf.h"

/* ---- fields that are told in a way of their own; p is the whole structure ---- */

static uint64_t at(const void *p, unsigned where, unsigned size)
{
    uint64_t v = 0;

    memcpy(&v, (const uint8_t *)p + where, size);
    return v;
}

/* -1 has a name, which programs do not see: the number is always there. */
static void print_numa_node(struct call *c, const void *p)
{
    uint32_t node = (uint32_t)at(p, 24, 4);

    text_printf(c->out, "%u", node);
    if (node == UINT32_MAX && c->tr->opt.xlat != XLAT_RAW)
        text_puts(c->out, " /* NUMA_NO_NODE */");
}

static void print_map_extra(struct call *c, const void *p)
{
    uint64_t v = at(p, 64, 8);

    if (v == UINT64_MAX)
        print_decimal(c, "ebpf_extra", v);
    else
        text_printf(c->out, "%lu", v);
}

static void print_kernel_version(struct call *c, const void *p)
{
    uint32_t v = (uint32_t)at(p, 40, 4);

    if (print_raw(c, v, true))
        return;
    text_printf(c->out,
                c->tr->opt.xlat == XLAT_VERBOSE ? " /* KERNEL_VERSION(%u, %u, %u) */"
                                                : "KERNEL_VERSION(%u, %u, %u)",
                v >> 16, v >> 8 & 0xff, v & 0xff);
}

static void print_instruction(struct call *c, const void *p)
{
    const struct {
        uint8_t code, registers;
        int16_t off;
        uint32_t imm;
    } *i = p;

    text_puts(c->out, "{code=");
    print_bpf_code(c, i->code, true);
    text_puts(c->out, ", dst_reg=");
    print_xlat_named(c, "ebpf_register", i->registers & 15);
    text_puts(c->out, ", src_reg=");
    print_xlat_named(c, "ebpf_register", i->registers >> 4);
    text_printf(c->out, ", off=%d, imm=%#x}", i->off, i->imm);
}

static void print_program(struct call *c, const void *p)
{
    if (c->style.full)
        print_array(c, at(p, 8, 8), at(p, 4, 4), 8, print_instruction);
    else
        print_addr(c, at(p, 8, 8));
}

static void print_log(struct call *c, const void *p)
{
    print_nul(c, at(p, 32, 8), c->tr->opt.strsize, at(p, 28, 4));
}

static void print_types(struct call *c, const void *p)
{
    print_mem(c, at(p, 0, 8), at(p, 16, 4), false);
}

static void print_u32(struct call *c, const void *p)
{
    text_printf(c->out, "%u", *(const uint32_t *)p);
}

static void print_hex64(struct call *c, const void *p)
{
    text_printf(c->out, "%#lx", *(const uint64_t *)p);
}

static void print_string_at(struct call *c, const void *p)
{
    print_string(c, *(const uint64_t *)p);
}

static void print_map_link(struct call *c, const void *p)
{
    text_puts(c->out, "{map={map_fd=");
    print_fd(c, *(const int *)p);
    text_puts(c->out, "}}");
}

static void print_iterated(struct call *c, const void *p)
{
    print_array(c, at(p, 16, 8), at(p, 24, 4), 4, print_map_link);
}

static void print_symbols(struct call *c, const void *p)
{
    print_array(c, at(p, 24, 8), at(p, 20, 4), 8, print_string_at);
}

static void print_addresses(struct call *c, const void *p)
{
    print_array(c, at(p, 32, 8), at(p, 20, 4), 8, print_hex64);
}

static void print_cookies(struct call *c, const void *p)
{
    print_array(c, at(p, 40, 8), at(p, 20, 4), 8, print_hex64);
}

static void print_prog_ids(struct call *c, const void *p)
{
    if (c->failed && at(p, 24, 4))
        print_addr(c, at(p, 16, 8));
    else
        print_array(c, at(p, 16, 8), at(p, 24, 4), 4, print_u32);
}

/* Room for programs' numbers as the call began, and how many there were. */
static void print_prog_count(struct call *c, const void *p)
{
    const struct call_note *n = note_find(c);
    uint64_t now = at(p, 24, 4);

    if (n && n->v[0] != now)
        text_printf(c->out, "%lu => ", n->v[0]);
    text_printf(c->out, "%lu", now);
}

static void print_pid_there(struct call *c, const void *p)
{
    print_pid(c, (int)at(p, 0, 4));
}

static void print_task_text(struct call *c, const void *p)
{
    const struct call_note *n = note_find(c);
    uint64_t now = at(p, 12, 4);

    print_nul(c, at(p, 16, 8), c->tr->opt.strsize, n && n->v[0] < now ? n->v[0] : now);
}

/* ---- the fields of each command: name, where, bytes, kind, first byte that must be there, table ---- */

#define U(name, where)                                                                                       \
    {                                                                                                        \
        name, where, 4, FIELD_UNSIGNED                                                                       \
    }
#define FD(name, where)                                                                                      \
    {                                                                                                        \
        name, where, 4, FIELD_FD                                                                             \
    }
#define HEX(name, where)                                                                                     \
    {                                                                                                        \
        name, where, 4, FIELD_HEX                                                                            \
    }
#define PTR(name, where)                                                                                     \
    {                                                                                                        \
        name, where, 8, FIELD_PTR                                                                            \
    }
#define OWN(name, where, f)                                                                                  \
    {                                                                                                        \
        name, where, 8, FIELD_OWN, .own = (f)                                                                \
    }

/* clang-format off */
static const struct field map_create[] = {
    {"map_type", 0, 4, FIELD_CONST, 0, "ebpf_map"}, U("key_size", 4), U("value_size", 8), U("max_entries", 12),
    {"map_flags", 16, 4, FIELD_FLAGS, 1, "ebpf_map_flags"},
    {"inner_map_fd", 20, 4, FIELD_FD, 1},
    {"numa_node", 24, 4, FIELD_OWN, 1, .if_at = 16, .if_mask = 4 /* BPF_F_NUMA_NODE */, .own = print_numa_node},
    {"map_name", 28, 16, FIELD_NAME, 1},
    {"map_ifindex", 44, 4, FIELD_IFINDEX, 1},
    {"btf_fd", 48, 4, FIELD_FD, 1}, U("btf_key_type_id", 52), U("btf_value_type_id", 56),
    {"btf_vmlinux_value_type_id", 60, 4, FIELD_UNSIGNED, 1},
    {"map_extra", 64, 8, FIELD_OWN, 1, .own = print_map_extra},
    FIELDS_END};
static const struct field map_lookup[] = {
    FD("map_fd", 0), PTR("key", 8), PTR("value", 16), {"flags", 24, 8, FIELD_FLAGS, 1, "ebpf_lookup"}, FIELDS_END};
static const struct field map_update[] = {
    FD("map_fd", 0), PTR("key", 8), PTR("value", 16), {"flags", 24, 8, FIELD_CONST, 0, "ebpf_update"}, FIELDS_END};
static const struct field map_delete[] = {FD("map_fd", 0), PTR("key", 8), FIELDS_END};
static const struct field map_next[] = {FD("map_fd", 0), PTR("key", 8), PTR("next_key", 16), FIELDS_END};
static const struct field map_freeze[] = {FD("map_fd", 0), FIELDS_END};
static const struct field prog_load[] = {
    {"prog_type", 0, 4, FIELD_CONST, 0, "ebpf_prog"}, U("insn_cnt", 4), OWN("insns", 8, print_program),
    {"license", 16, 8, FIELD_STRING},
    {"log_level", 24, 4, FIELD_UNSIGNED, 1}, U("log_size", 28), OWN("log_buf", 32, print_log),
    {"kern_version", 40, 4, FIELD_OWN, 1, .own = print_kernel_version},
    {"prog_flags", 44, 4, FIELD_FLAGS, 1, "ebpf_prog_flags"},
    {"prog_name", 48, 16, FIELD_NAME, 1},
    {"prog_ifindex", 64, 4, FIELD_IFINDEX, 1},
    {"expected_attach_type", 68, 4, FIELD_CONST, 1, "ebpf_attach"},
    {"prog_btf_fd", 72, 4, FIELD_FD, 1}, U("func_info_rec_size", 76), PTR("func_info", 80), U("func_info_cnt", 88),
    U("line_info_rec_size", 92), PTR("line_info", 96), U("line_info_cnt", 104),
    {"attach_btf_id", 108, 4, FIELD_UNSIGNED, 1},
    {"attach_prog_fd", 112, 4, FIELD_FD, 1},
    {"fd_array", 120, 8, FIELD_PTR, 1},
    FIELDS_END};
static const struct field object[] = {
    {"pathname", 0, 8, FIELD_PATH}, FD("bpf_fd", 8),
    {"file_flags", 12, 4, FIELD_FLAGS, 1, "ebpf_file"},
    {"path_fd", 16, 4, FIELD_DIRFD, 1},
    FIELDS_END};
static const struct field prog_attach[] = {
    FD("target_fd", 0), FD("attach_bpf_fd", 4), {"attach_type", 8, 4, FIELD_CONST, 0, "ebpf_attach"},
    {"attach_flags", 12, 4, FIELD_FLAGS, 0, "ebpf_attach_flags"},
    {"replace_bpf_fd", 16, 4, FIELD_FD, 1},
    FIELDS_END};
static const struct field prog_detach[] = {
    FD("target_fd", 0), {"attach_type", 8, 4, FIELD_CONST, 0, "ebpf_attach"}, FIELDS_END};
static const struct field test_run[] = {
    FD("prog_fd", 0), U("retval", 4), U("data_size_in", 8), U("data_size_out", 12), PTR("data_in", 16),
    PTR("data_out", 24), U("repeat", 32), U("duration", 36),
    {"ctx_size_in", 40, 4, FIELD_UNSIGNED, 1}, U("ctx_size_out", 44), PTR("ctx_in", 48), PTR("ctx_out", 56),
    {"flags", 64, 4, FIELD_FLAGS, 1, "ebpf_run"}, U("cpu", 68),
    {"batch_size", 72, 4, FIELD_UNSIGNED, 1},
    FIELDS_END};
static const struct field next_id[] = {U("start_id", 0), U("next_id", 4), FIELDS_END};
static const struct field open_flags[] = {{"open_flags", 8, 4, FIELD_FLAGS, 1, "ebpf_open"}, FIELDS_END};
static const struct field prog_by_id[] = {
    U("prog_id", 0), U("next_id", 4), {"open_flags", 8, 4, FIELD_FLAGS, 1, "ebpf_open"}, FIELDS_END};
static const struct field map_by_id[] = {
    U("map_id", 0), U("next_id", 4), {"open_flags", 8, 4, FIELD_FLAGS, 1, "ebpf_open"}, FIELDS_END};
static const struct field info[] = {FD("bpf_fd", 0), U("info_len", 4), FIELDS_END};
static const struct field info_told[] = {PTR("info", 8), FIELDS_END};
static const struct field query[] = {
    FD("target_fd", 0), {"attach_type", 4, 4, FIELD_CONST, 0, "ebpf_attach"},
    {"query_flags", 8, 4, FIELD_FLAGS, 0, "ebpf_query"},
    {"attach_flags", 12, 4, FIELD_FLAGS, 0, "ebpf_attach_flags"},
    FIELDS_END};
static const struct field query_told[] = {
    OWN("prog_ids", 16, print_prog_ids), OWN("prog_cnt", 24, print_prog_count), FIELDS_END};
static const struct field tracepoint[] = {
    {"name", 0, 8, FIELD_STRING}, FD("prog_fd", 8), {"cookie", 16, 8, FIELD_HEX, 8}, FIELDS_END};
static const struct field btf_load[] = {
    OWN("btf", 0, print_types), PTR("btf_log_buf", 8), U("btf_size", 16), U("btf_log_size", 20),
    U("btf_log_level", 24), FIELDS_END};
static const struct field btf_by_id[] = {U("btf_id", 0), FIELDS_END};
static const struct field task_query[] = {
    OWN("pid", 0, print_pid_there), FD("fd", 4), U("flags", 8), U("buf_len", 12), FIELDS_END};
static const struct field task_told[] = {
    OWN("buf", 16, print_task_text), U("prog_id", 24), {"fd_type", 28, 4, FIELD_CONST, 0, "ebpf_fd"},
    {"probe_offset", 32, 8, FIELD_HEX}, {"probe_addr", 40, 8, FIELD_HEX}, FIELDS_END};
#define BATCH                                                                                                \
    U("count", 32), FD("map_fd", 36), {"elem_flags", 40, 8, FIELD_FLAGS, 0, "ebpf_lookup"},                  \
    {"flags", 48, 8, FIELD_HEX}, FIELDS_END
static const struct field lookup_batch[] = {
    PTR("in_batch", 0), PTR("out_batch", 8), PTR("keys", 16), PTR("values", 24), BATCH};
static const struct field update_batch[] = {PTR("keys", 16), PTR("values", 24), BATCH};
static const struct field delete_batch[] = {PTR("keys", 16), BATCH};
static const struct field link_create[] = {
    FD("prog_fd", 0), FD("target_fd", 4), {"attach_type", 8, 4, FIELD_CONST, 0, "ebpf_attach"}, HEX("flags", 12),
    FIELDS_END};
static const struct field link_update[] = {
    FD("link_fd", 0), FD("new_prog_fd", 4), {"flags", 8, 4, FIELD_FLAGS, 0, "ebpf_attach_flags"},
    {"old_prog_fd", 12, 4, FIELD_FD, .if_at = 8, .if_mask = 4 /* BPF_F_REPLACE */}, FIELDS_END};
static const struct field link_by_id[] = {U("link_id", 0), FIELDS_END};
static const struct field stats[] = {{"type", 0, 4, FIELD_CONST, 0, "ebpf_stats"}, FIELDS_END};
static const struct field iter_create[] = {FD("link_fd", 0), HEX("flags", 4), FIELDS_END};
static const struct field link_detach[] = {FD("link_fd", 0), FIELDS_END};
static const struct field bind_map[] = {FD("prog_fd", 0), FD("map_fd", 4), HEX("flags", 8), FIELDS_END};
static const struct field token[] = {HEX("flags", 0), FD("bpffs_fd", 4), FIELDS_END};

/* What is behind link_create's first 16 bytes, which the kind of attachment decides. */
static const struct field link_none[] = {FIELDS_END};
static const struct field link_target[] = {
    {"target_btf_id", 16, 4, FIELD_UNSIGNED, .if_at = 16, .if_mask = UINT32_MAX}, FIELDS_END};
static const struct field link_iterator[] = {
    OWN("iter_info", 16, print_iterated), U("iter_info_len", 24), FIELDS_END};
static const struct field link_event[] = {{"bpf_cookie", 16, 8, FIELD_HEX}, FIELDS_END};
static const struct field link_probes[] = {
    {"flags", 16, 4, FIELD_FLAGS, 0, "ebpf_kprobe"}, U("cnt", 20), OWN("syms", 24, print_symbols),
    OWN("addrs", 32, print_addresses), OWN("cookies", 40, print_cookies), FIELDS_END};

static const struct {
    uint32_t attach_type;
    struct ebpf_part part;
} link_kinds[] = {
    {0 /* of an extension: BPF_CGROUP_INET_INGRESS has the same number */, {link_target, 20, NULL}},
    {28 /* BPF_TRACE_ITER */, {link_iterator, 28, NULL}},
    {41 /* BPF_PERF_EVENT */, {link_event, 24, "perf_event"}},
    {42 /* BPF_TRACE_KPROBE_MULTI */, {link_probes, 48, "kprobe_multi"}},
};

/* ---- commands, by their numbers ---- */

static const struct ebpf_command commands[] = {
    {map_create, 72},
    {map_lookup, 32},
    {map_update, 32},
    {map_delete, 16},
    {map_next, 24},
    {prog_load, 128},
    {object, 20},
    {object, 20},
    {prog_attach, 20},
    {prog_detach, 12},
    {test_run, 76, "test"},
    {next_id, 12, NULL, 4, open_flags},
    {next_id, 12, NULL, 4, open_flags},
    {prog_by_id, 12},
    {map_by_id, 12},
    {info, 16, "info", 4, info_told},
    {query, 28, "query", 24, query_told, .told_there = true},
    {tracepoint, 24, "raw_tracepoint"},
    {btf_load, 28},
    {btf_by_id, 4},
    {task_query, 48, "task_fd_query", 12, task_told},
    {map_lookup, 32},
    {map_freeze, 4},
    {next_id, 12, NULL, 4, open_flags},
    {lookup_batch, 56, "batch", 32},
    {lookup_batch, 56, "batch", 32},
    {update_batch, 56, "batch", 32},
    {delete_batch, 56, "batch", 32},
    {link_create, 48, "link_create", .link = true},
    {link_update, 16, "link_update"},
    {link_by_id, 4},
    {next_id, 12, NULL, 4, open_flags},
    {stats, 4, "enable_stats"},
    {iter_create, 8, "iter_create"},
    {link_detach, 4, "link_detach"},
    {bind_map, 12, "prog_bind_map"},
    {token, 8, "token_create"},
};
/* clang-format on */

const struct ebpf_command *ebpf_command(unsigned nr)
{
    return nr < sizeof(commands) / sizeof(*commands) ? &commands[nr] : NULL;
}

const struct ebpf_part *ebpf_link(uint32_t attach_type)
{
    static const struct ebpf_part other = {link_none, EBPF_LINK_SIZE, NULL};

    for (unsigned i = 0; i < sizeof(link_kinds) / sizeof(*link_kinds); i++)
        if (link_kinds[i].attach_type == attach_type)
            return &link_kinds[i].part;
    return &other;
}
