/* structs_ioctl.c - requests of ioctl(2) by their names, or by their parts, and what goes with unknown ones. */
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "../file.h"
#include "../fs/vfs.h"
#include "../process.h"
#include "strace.h"

/* A request that terminals and sequencers have, and no terminal that says which it is. */
static bool is_clash(const struct call *c, unsigned code)
{
    const struct file *f = (int)c->args[0] >= 0 ? fd_file_raw(c->t, (int)c->args[0]) : NULL;
    unsigned type = f && f->inode && S_ISCHR(f->inode->mode) ? major(f->inode->rdev) : 0;

    return xlat_name(xlat_find("ioctl_clashing")->x, code) && !(type >= 3 && type <= 5) &&
           !(type >= 136 && type <= 143);
}

/* Requests that have no name are told by their parts. */
static void print_ioctl(struct call *c, uint64_t request, const struct arg *a)
{
    unsigned code = (unsigned)request;
    const struct xlat_table *names = xlat_find(is_clash(c, code) ? "ioctl_clashing" : "ioctl");
    bool verbose = c->tr->opt.xlat == XLAT_VERBOSE;

    if (xlat_name(names->x, code)) {
        print_xlat(c, names, code);
        return;
    }
    if (print_raw(c, code, true))
        return;
    text_puts(c->out, verbose ? " /* _IOC(" : "_IOC(");
    if (_IOC_DIR(code) == _IOC_NONE)
        text_puts(c->out, "_IOC_NONE");
    else
        text_printf(c->out, "%s%s%s", _IOC_DIR(code) & _IOC_READ ? "_IOC_READ" : "",
                    _IOC_DIR(code) == (_IOC_READ | _IOC_WRITE) ? "|" : "",
                    _IOC_DIR(code) & _IOC_WRITE ? "_IOC_WRITE" : "");
    text_printf(c->out, ", %#x, %#x, %#x)%s", _IOC_TYPE(code), _IOC_NR(code), _IOC_SIZE(code),
                verbose ? " */" : "");
}

/* Types of which strace knows some requests: the others of them it tells by their argument alone. */
static const uint8_t known_types[] = {0x03, 0x12, 0x21, 0x22, 0x24, 0x3d, 0x3e, 'E',  'I',  'K', 'L',
                                      'M',  'O',  'R',  'T',  'V',  'W',  'X',  'f',  'i',  'o', 'p',
                                      0x89, 0x8a, 0x94, 0xa4, 0xaa, 0xab, 0xae, 0xb4, 0xb7, 0xfd};

/* The argument of a request that nobody knows; with -v the bytes it says to be of, before and after. */
static void print_unknown(struct call *c, uint64_t arg, const struct arg *a)
{
    unsigned code = (unsigned)c->args[1], size = _IOC_SIZE(code), dir = _IOC_DIR(code);
    bool in = dir != _IOC_READ, out = dir != _IOC_WRITE;
    uint8_t shown[4096];
    size_t n = size < c->tr->opt.strsize ? size : c->tr->opt.strsize;

    if (!c->style.full || !size || !arg || memchr(known_types, _IOC_TYPE(code), sizeof(known_types))) {
        if (!c->done)
            text_printf(c->out, "%#lx", arg);
        return;
    }
    if (c->done ? !out || (in && !get(c, shown, arg, n < sizeof(shown) ? n : sizeof(shown))) : !in)
        return;
    if (c->done && in)
        text_puts(c->out, " => ");
    print_mem(c, arg, size, true);
}

const struct struct_type structs_ioctl[] = {
    {"ioctl", 0, NULL, print_ioctl, false, STRUCT_PLAIN},
    {"ioctl_unknown", 0, NULL, print_unknown, true, STRUCT_SPLIT},
    {NULL, 0, NULL, NULL, false, STRUCT_PLAIN},
};
