/* print.c - arguments by type, as strace shows them. */
#include "print.h"

#include "print_socket.h"
#include "strace.h"

bool get(struct call *c, void *p, uint64_t addr, size_t size)
{
    return addr && c->t->mm && !mm_copy_in(c->t->mm, p, addr, size);
}

void print_addr(struct call *c, uint64_t addr)
{
    if (addr)
        text_printf(c->out, "%#lx", addr);
    else
        text_puts(c->out, "NULL");
}

static uint64_t length_of(const struct call *c, const struct arg *a)
{
    if (a->len == LEN_RET)
        return c->ret > 0 ? (uint64_t)c->ret : 0;
    if (a->len < 0)
        return 1;
    return a->short_len ? (uint32_t)c->args[(int)a->len] : c->args[(int)a->len];
}

static void print_struct(struct call *c, const struct arg *a, uint64_t v)
{
    const struct struct_type *s = a->type;
    uint8_t buf[512] __attribute__((aligned(8)));

    if (a->out && c->failed && s->how != STRUCT_ON_ERROR) {
        if (a->len >= 0 && !a->mode_if_creat && v && !length_of(c, a))
            text_puts(c->out, "[]");
        else
            print_addr(c, v);
        return;
    }
    if (s->print2) {
        s->print2(c, v, a);
        return;
    }
    if (a->len != LEN_NONE && !a->mode_if_creat) {
        print_array(c, v, length_of(c, a), s->size, s->print);
        return;
    }
    if (!get(c, buf, v, s->size))
        print_addr(c, v);
    else
        s->print(c, buf);
}

static void print_nump(struct call *c, const struct arg *a, uint64_t v)
{
    int size = a->num_size == NUM_ID    ? 4
               : a->num_size >= NUM_PTR ? 8
               : a->num_size < 0        ? -a->num_size
                                        : a->num_size;
    int64_t n = 0;

    if ((a->out && c->failed) || !get(c, &n, v, (size_t)size)) {
        print_addr(c, v);
        return;
    }
    if (a->num_size == NUM_ID) {
        text_putc(c->out, '[');
        print_id(c, (uint32_t)n);
        text_putc(c->out, ']');
    } else if (a->num_size == NUM_PTR)
        text_printf(c->out, n ? "[%#lx]" : "[NULL]", (uint64_t)n);
    else if (a->num_size == NUM_HEX)
        text_printf(c->out, "[%#lx]", (uint64_t)n);
    else if (a->num_size == -4)
        text_printf(c->out, "[%d]", (int)n);
    else
        text_printf(c->out, a->num_size < 0 ? "[%ld]" : "[%lu]", n);
}

/* What -e verbose=!SET does not follow; texts are shown all the same. */
static bool points_to_data(const struct arg *a)
{
    enum arg_kind kind = a->kind;

    return (kind == ARG_STRUCT && a->type->how != STRUCT_TEXT) || kind == ARG_NUMP || kind == ARG_SIGSET ||
           kind == ARG_IOV || kind == ARG_OIOV || kind == ARG_RIOV || kind == ARG_ARGV || kind == ARG_ENVP;
}

/* Of elements that an argument counts. */
static bool is_vector(const struct arg *a)
{
    return a->kind == ARG_STRUCT ? !a->type->sized
                                 : a->kind == ARG_IOV || a->kind == ARG_OIOV || a->kind == ARG_RIOV;
}

/* The register itself says it all; false: a is of another kind. */
static bool word_arg(struct call *c, const struct arg *a, uint64_t v)
{
    switch (a->kind) {
    case ARG_INT:
        text_printf(c->out, "%d", (int)v);
        return true;
    case ARG_UINT:
        text_printf(c->out, "%u", (unsigned)v);
        return true;
    case ARG_LONG:
    case ARG_OFF:
        text_printf(c->out, "%ld", (int64_t)v);
        return true;
    case ARG_ULONG:
    case ARG_SIZE:
        text_printf(c->out, "%lu", v);
        return true;
    case ARG_HEX:
    case ARG_HEXOFF:
        text_printf(c->out, "%#lx", v);
        return true;
    case ARG_UHEX:
        text_printf(c->out, "%#x", (unsigned)v);
        return true;
    case ARG_OCTAL:
        text_printf(c->out, "%#03o", (unsigned)(uint16_t)v);
        return true;
    case ARG_PTR:
        print_addr(c, v);
        return true;
    default:
        return false;
    }
}

/* The register names something: a process, a file, a signal, a constant; false: a is of another kind. */
static bool name_arg(struct call *c, const struct arg *a, uint64_t v)
{
    switch (a->kind) {
    case ARG_PID:
        print_pid(c, (int)v);
        return true;
    case ARG_FD:
        print_fd(c, (int)v);
        return true;
    case ARG_DIRFD:
        print_dirfd(c, (int)v);
        return true;
    case ARG_ID:
        print_id(c, (uint32_t)v);
        return true;
    case ARG_SIG:
        print_signo(c, (int)v);
        return true;
    case ARG_LSIG:
        if (v > INT32_MAX)
            text_printf(c->out, "%lu", v);
        else
            print_signo(c, (int)v);
        return true;
    case ARG_MODE:
        if (a->mode_if_creat)
            text_printf(c->out, "%#03o", (unsigned)(uint16_t)v);
        else
            print_st_mode(c, (uint16_t)v);
        return true;
    case ARG_DEV:
        print_dev(c, (uint32_t)v);
        return true;
    case ARG_XLAT:
        print_xlat(c, a->xlat, (uint32_t)v);
        return true;
    case ARG_WIDE_XLAT:
        print_xlat(c, a->xlat, v);
        return true;
    case ARG_FLAGS:
        print_flags(c, a->xlat, (uint32_t)v);
        return true;
    case ARG_WIDE_FLAGS:
        print_flags(c, a->xlat, v);
        return true;
    case ARG_NUMBER:
        a->type->print2(c, v, a);
        return true;
    default:
        return false;
    }
}

/* Texts and bytes, n of them where the call counts them; false: a is of another kind. */
static bool bytes_arg(struct call *c, const struct arg *a, uint64_t v, uint64_t n)
{
    switch (a->kind) {
    case ARG_PATH:
    case ARG_OPATH:
        print_nul(c, v, 4095, SIZE_MAX);
        return true;
    case ARG_STR:
        print_string(c, v);
        return true;
    case ARG_STR15:
        print_nul(c, v, c->tr->opt.strsize, a->out ? 16 : 15);
        return true;
    case ARG_IN:
    case ARG_OUT:
    case ARG_HEXOUT:
        print_mem(c, v, n, a->kind == ARG_HEXOUT);
        return true;
    case ARG_PACKET:
        print_packet(c, v, n);
        return true;
    case ARG_ROOM:
        print_packet(c, v, n < (uint64_t)c->ret ? n : (uint64_t)c->ret);
        return true;
    default:
        return false;
    }
}

/* What lies there is made of parts, n of them where the call counts them. */
static void parts_arg(struct call *c, const struct arg *a, uint64_t v, uint64_t n)
{
    ksigset_t set = 0;

    switch (a->kind) {
    case ARG_STRUCT:
        print_struct(c, a, v);
        break;
    case ARG_IOV:
        print_iov(c, v, n, print_data, UINT64_MAX);
        break;
    case ARG_OIOV:
        print_iov(c, v, n, c->failed ? NULL : print_data, c->failed ? 0 : (uint64_t)c->ret);
        break;
    case ARG_RIOV:
        print_iov(c, v, n, NULL, 0);
        break;
    case ARG_ARGV:
        print_argv(c, v);
        break;
    case ARG_ENVP:
        print_envp(c, v);
        break;
    case ARG_SIGSET:
        if (n != sizeof(set) || !get(c, &set, v, n))
            print_addr(c, v);
        else
            print_sigset(c, set);
        break;
    case ARG_NUMP:
        print_nump(c, a, v);
        break;
    default:
        break;
    }
}

/* Nothing else than what the call answers lies there. */
static bool is_answer(const struct arg *a)
{
    return a->kind == ARG_OPATH || a->kind == ARG_OUT || a->kind == ARG_HEXOUT || a->kind == ARG_ROOM ||
           (a->out && (a->kind == ARG_STR15 || a->kind == ARG_SIGSET));
}

void print_arg(struct call *c, const struct arg *a, int index)
{
    uint64_t v = c->args[index], n = length_of(c, a);

    c->at = index;
    if (c->style.shallow && points_to_data(a)) {
        if (v && !n && (a->len >= 0 || (a->len == LEN_RET && !c->failed)) && !a->mode_if_creat &&
            is_vector(a))
            text_puts(c->out, "[]");
        else
            print_addr(c, v);
    } else if (c->failed && is_answer(a)) {
        print_addr(c, v);
    } else if (!word_arg(c, a, v) && !name_arg(c, a, v) && !bytes_arg(c, a, v, n)) {
        parts_arg(c, a, v, n);
    }
}
