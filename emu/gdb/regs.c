/*
 * regs.c - registers as gdb numbers them: one table makes the target description, the order in `g` packets,
 * and each access.
 */
#include "priv.h"

#include <stddef.h>
#include <string.h>

enum { CORE, SSE, LINUX, SEGMENTS, NR_FEATURES };
static const char *const features[] = {"org.gnu.gdb.i386.core", "org.gnu.gdb.i386.sse",
                                       "org.gnu.gdb.i386.linux", "org.gnu.gdb.i386.segments"};

/* Where a value lives in struct cpu_regs: FIXED is not there at all, TAGS in another form. */
enum place { GENERAL, FIXED, FX, TAGS };

struct reg {
    const char *name, *type;
    uint8_t size, feature; /* bytes as gdb sees it */
    uint8_t place, stored; /* bytes that are stored */
    uint16_t at; /* offset in struct cpu_regs (GENERAL), in the FXSAVE image (FX); the value (FIXED) */
};

#define GPR(name, type)                                                                                      \
    {                                                                                                        \
#name, type, 8, CORE, GENERAL, 8, offsetof(struct cpu_regs, name)                                    \
    }
#define SEG(name, value)                                                                                     \
    {                                                                                                        \
#name, "int32", 4, CORE, FIXED, 0, value                                                             \
    }
#define ST(n)                                                                                                \
    {                                                                                                        \
        "st" #n, "i387_ext", 10, CORE, FX, 10, 32 + 16 * n                                                   \
    }
#define FCTL(name, stored, at)                                                                               \
    {                                                                                                        \
        name, "int", 4, CORE, FX, stored, at                                                                 \
    }
#define XMM(n)                                                                                               \
    {                                                                                                        \
        "xmm" #n, "vec128", 16, SSE, FX, 16, 160 + 16 * n                                                    \
    }
static const struct reg regs[] = {
    GPR(rax, "int64"),
    GPR(rbx, "int64"),
    GPR(rcx, "int64"),
    GPR(rdx, "int64"),
    GPR(rsi, "int64"),
    GPR(rdi, "int64"),
    GPR(rbp, "data_ptr"),
    GPR(rsp, "data_ptr"),
    GPR(r8, "int64"),
    GPR(r9, "int64"),
    GPR(r10, "int64"),
    GPR(r11, "int64"),
    GPR(r12, "int64"),
    GPR(r13, "int64"),
    GPR(r14, "int64"),
    GPR(r15, "int64"),
    GPR(rip, "code_ptr"),
    {"eflags", "i386_eflags", 4, CORE, GENERAL, 4, offsetof(struct cpu_regs, rflags)},
    SEG(cs, 0x33),
    SEG(ss, 0x2b),
    SEG(ds, 0),
    SEG(es, 0),
    SEG(fs, 0),
    SEG(gs, 0),
    ST(0),
    ST(1),
    ST(2),
    ST(3),
    ST(4),
    ST(5),
    ST(6),
    ST(7),
    FCTL("fctrl", 2, 0),
    FCTL("fstat", 2, 2),
    {"ftag", "int", 4, CORE, TAGS, 1, 4},
    FCTL("fiseg", 0, 0),
    FCTL("fioff", 4, 8),
    FCTL("foseg", 0, 0),
    FCTL("fooff", 4, 16),
    FCTL("fop", 2, 6),
    XMM(0),
    XMM(1),
    XMM(2),
    XMM(3),
    XMM(4),
    XMM(5),
    XMM(6),
    XMM(7),
    XMM(8),
    XMM(9),
    XMM(10),
    XMM(11),
    XMM(12),
    XMM(13),
    XMM(14),
    XMM(15),
    {"mxcsr", "i386_mxcsr", 4, SSE, FX, 4, 24},
    {"orig_rax", "int64", 8, LINUX, GENERAL, 8, offsetof(struct cpu_regs, orig_rax)},
    {"fs_base", "int64", 8, SEGMENTS, GENERAL, 8, offsetof(struct cpu_regs, fs_base)},
    {"gs_base", "int64", 8, SEGMENTS, GENERAL, 8, offsetof(struct cpu_regs, gs_base)},
};
#define NR_REGS (sizeof(regs) / sizeof(*regs))
_Static_assert(sizeof(((struct cpu_regs *)0)->fx) == 512, "an FXSAVE image");

static const char core_types[] =
    "<flags id=\"i386_eflags\" size=\"4\">"
    "<field name=\"CF\" start=\"0\" end=\"0\"/><field name=\"\" start=\"1\" end=\"1\"/>"
    "<field name=\"PF\" start=\"2\" end=\"2\"/><field name=\"AF\" start=\"4\" end=\"4\"/>"
    "<field name=\"ZF\" start=\"6\" end=\"6\"/><field name=\"SF\" start=\"7\" end=\"7\"/>"
    "<field name=\"TF\" start=\"8\" end=\"8\"/><field name=\"IF\" start=\"9\" end=\"9\"/>"
    "<field name=\"DF\" start=\"10\" end=\"10\"/><field name=\"OF\" start=\"11\" end=\"11\"/>"
    "<field name=\"RF\" start=\"16\" end=\"16\"/><field name=\"AC\" start=\"18\" end=\"18\"/>"
    "<field name=\"ID\" start=\"21\" end=\"21\"/></flags>";
static const char sse_types[] =
    "<vector id=\"v4f\" type=\"ieee_single\" count=\"4\"/><vector id=\"v2d\" type=\"ieee_double\" "
    "count=\"2\"/>"
    "<vector id=\"v16i8\" type=\"int8\" count=\"16\"/><vector id=\"v8i16\" type=\"int16\" count=\"8\"/>"
    "<vector id=\"v4i32\" type=\"int32\" count=\"4\"/><vector id=\"v2i64\" type=\"int64\" count=\"2\"/>"
    "<union id=\"vec128\"><field name=\"v4_float\" type=\"v4f\"/><field name=\"v2_double\" type=\"v2d\"/>"
    "<field name=\"v16_int8\" type=\"v16i8\"/><field name=\"v8_int16\" type=\"v8i16\"/>"
    "<field name=\"v4_int32\" type=\"v4i32\"/><field name=\"v2_int64\" type=\"v2i64\"/>"
    "<field name=\"uint128\" type=\"uint128\"/></union>"
    "<flags id=\"i386_mxcsr\" size=\"4\">"
    "<field name=\"IE\" start=\"0\" end=\"0\"/><field name=\"DE\" start=\"1\" end=\"1\"/>"
    "<field name=\"ZE\" start=\"2\" end=\"2\"/><field name=\"OE\" start=\"3\" end=\"3\"/>"
    "<field name=\"UE\" start=\"4\" end=\"4\"/><field name=\"PE\" start=\"5\" end=\"5\"/>"
    "<field name=\"DAZ\" start=\"6\" end=\"6\"/><field name=\"IM\" start=\"7\" end=\"7\"/>"
    "<field name=\"DM\" start=\"8\" end=\"8\"/><field name=\"ZM\" start=\"9\" end=\"9\"/>"
    "<field name=\"OM\" start=\"10\" end=\"10\"/><field name=\"UM\" start=\"11\" end=\"11\"/>"
    "<field name=\"PM\" start=\"12\" end=\"12\"/><field name=\"FZ\" start=\"15\" end=\"15\"/></flags>";

void regs_xml(struct gdb *g, FILE *out)
{
    fputs("<?xml version=\"1.0\"?><!DOCTYPE target SYSTEM \"gdb-target.dtd\"><target>"
          "<architecture>i386:x86-64</architecture><osabi>GNU/Linux</osabi>",
          out);
    for (unsigned f = 0; f < NR_FEATURES; f++) {
        fprintf(out, "<feature name=\"%s\">%s", features[f],
                f == CORE  ? core_types
                : f == SSE ? sse_types
                           : "");
        for (size_t i = 0; i < NR_REGS; i++)
            if (regs[i].feature == f)
                fprintf(out, "<reg name=\"%s\" bitsize=\"%u\" type=\"%s\" regnum=\"%zu\"/>", regs[i].name,
                        regs[i].size * 8u, regs[i].type, i);
        fputs("</feature>", out);
    }
    fputs("</target>\n", out);
}

/* ---- x87 tags: two bits for a register, where FXSAVE has one that says "not empty" ---- */

static uint16_t full_tags(const uint8_t *fx)
{
    unsigned top = fx[3] >> 3 & 7;
    uint16_t tags = 0;

    for (unsigned i = 0; i < 8; i++) {
        const uint8_t *st = fx + 32 + 16 * ((i - top) & 7);
        uint64_t mantissa;
        uint16_t exp;
        unsigned tag;

        memcpy(&mantissa, st, 8);
        memcpy(&exp, st + 8, 2);
        exp &= 0x7fff;
        if (!(fx[4] >> i & 1))
            tag = 3; /* empty */
        else if (!exp && !mantissa)
            tag = 1; /* zero */
        else
            tag = exp && exp != 0x7fff && mantissa >> 63 ? 0 : 2; /* valid, special */
        tags |= (uint16_t)(tag << 2 * i);
    }
    return tags;
}

static uint8_t short_tags(uint16_t tags)
{
    uint8_t r = 0;

    for (unsigned i = 0; i < 8; i++)
        if ((tags >> 2 * i & 3) != 3)
            r |= (uint8_t)(1u << i);
    return r;
}

/* ---- one register ---- */

static void *stored_at(struct cpu_regs *r, const struct reg *reg)
{
    return reg->place == GENERAL ? (uint8_t *)r + reg->at : r->fx + reg->at;
}

unsigned reg_size(uint64_t n)
{
    return n < NR_REGS ? regs[n].size : 0;
}

void reg_get(struct cpu_regs *r, uint64_t n, uint8_t buf[16])
{
    const struct reg *reg = &regs[n];
    uint16_t tags;

    memset(buf, 0, 16);
    switch (reg->place) {
    case FIXED:
        buf[0] = (uint8_t)reg->at;
        break;
    case TAGS:
        tags = full_tags(r->fx);
        memcpy(buf, &tags, 2);
        break;
    default:
        memcpy(buf, stored_at(r, reg), reg->stored);
    }
}

void reg_put(struct cpu_regs *r, uint64_t n, const uint8_t buf[16])
{
    const struct reg *reg = &regs[n];
    uint16_t tags;

    if (reg->place == TAGS) {
        memcpy(&tags, buf, 2);
        r->fx[4] = short_tags(tags);
    } else if (reg->place != FIXED) {
        memcpy(stored_at(r, reg), buf, reg->stored);
    }
}
