/*
 * vdso.c - a vDSO of our own: the functions of Linux's, each of which just makes its system call.
 *
 * The clock of the machine is virtual and every look at it is an event, so there is nothing to be had without
 * a call. What the image is for is that programs find one: the C libraries look its symbols up, debuggers
 * read it, and sealing it, moving it or taking it away can be tried out. It is laid out here rather than by a
 * linker, so that it is the same bytes whatever tools the emulator was built with:
 *
 *     page 0   ELF header, segments, symbols and their version LINUX_2.6, unwinding, section headers
 *     page 1   the code, 16 bytes a function
 */
#include "vdso.h"

#include <elf.h>
#include <stdint.h>
#include <sys/syscall.h>

#define CALLS(F) F(clock_gettime) F(gettimeofday) F(clock_getres) F(time) F(getcpu)

#define SONAME        "linux-vdso.so.1"
#define SONAME_HASH   0xdeebfa1 /* SysV hash, as the names below */
#define VERSION       "LINUX_2.6"
#define VERSION_HASH  0x3ae75f6
#define VERSION_INDEX 2
#define PAGE          4096

/* Each string is a member, so that its offset is a constant. "clock_gettime" is the end of
 * "__vdso_clock_gettime". */
struct strings {
    char none[1], soname[sizeof(SONAME)], version[sizeof(VERSION)];
#define F(name) char name[sizeof("__vdso_" #name)];
    CALLS(F)
#undef F
};

struct section_names {
    char none[1];
    char hash[6], dynsym[8], dynstr[8], version[13], version_d[15], dynamic[9], eh_frame_hdr[14],
        eh_frame[10], text[6], shstrtab[10];
};

struct function {
    uint8_t mov_eax, nr[4], syscall[2], ret, fill[8];
};

struct text {
#define F(name) struct function name;
    CALLS(F)
#undef F
};

enum {
#define F(name) SYM_VDSO_##name, SYM_##name,
    SYM_NONE,
    CALLS(F) NR_SYMS
#undef F
};

enum {
    SEC_NONE,
    SEC_HASH,
    SEC_DYNSYM,
    SEC_DYNSTR,
    SEC_VERSION,
    SEC_VERSION_D,
    SEC_DYNAMIC,
    SEC_EH_FRAME_HDR,
    SEC_EH_FRAME,
    SEC_TEXT,
    SEC_SHSTRTAB,
    NR_SECS
};

/* One rule for all of the code: nothing is pushed, so the return address is on top of the stack. */
struct unwinding {
    struct {
        uint32_t length, id;
        uint8_t version, augmentation[3], code_align, data_align, ra, augmentation_length, pc_encoding,
            rules[7];
    } cie;
    struct {
        uint32_t length, cie;
        int32_t pc;
        uint32_t pc_range;
        uint8_t augmentation_length, fill[7];
    } fde;
    uint32_t end;
};

static const struct image {
    Elf64_Ehdr eh;
    Elf64_Phdr ph[4];
    struct {
        uint32_t nbucket, nchain, bucket[1], chain[NR_SYMS];
    } hash;
    Elf64_Sym sym[NR_SYMS];
    struct strings str;
    Elf64_Half versym[NR_SYMS];
    struct {
        Elf64_Verdef def;
        Elf64_Verdaux aux;
    } verdef[2];
    Elf64_Dyn dyn[10];
    struct {
        uint8_t version, pointer_encoding, count_encoding, table_encoding;
        int32_t eh_frame;
        uint32_t count;
        int32_t pc, fde;
    } eh_frame_hdr;
    struct unwinding eh_frame;
    struct section_names secstr;
    Elf64_Shdr sh[NR_SECS];
    _Alignas(PAGE) struct text text;
} image = {
#define AT(member)       offsetof(struct image, member)
#define SIZE(member)     sizeof(((struct image *)0)->member)
#define FROM(to, member) ((int32_t)AT(to) - (int32_t)AT(member)) /* pc-relative */
    .eh =
        {
            .e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
            .e_type = ET_DYN,
            .e_machine = EM_X86_64,
            .e_version = EV_CURRENT,
            .e_entry = AT(text),
            .e_phoff = AT(ph),
            .e_shoff = AT(sh),
            .e_ehsize = sizeof(Elf64_Ehdr),
            .e_phentsize = sizeof(Elf64_Phdr),
            .e_phnum = SIZE(ph) / sizeof(Elf64_Phdr),
            .e_shentsize = sizeof(Elf64_Shdr),
            .e_shnum = NR_SECS,
            .e_shstrndx = SEC_SHSTRTAB,
        },
    .ph =
        {
            {PT_LOAD, PF_R | PF_X, 0, 0, 0, sizeof(struct image), sizeof(struct image), PAGE},
            {PT_DYNAMIC, PF_R, AT(dyn), AT(dyn), AT(dyn), SIZE(dyn), SIZE(dyn), 8},
            {PT_GNU_EH_FRAME, PF_R, AT(eh_frame_hdr), AT(eh_frame_hdr), AT(eh_frame_hdr), SIZE(eh_frame_hdr),
             SIZE(eh_frame_hdr), 4},
            /* Linux's has none, but who loads the image as a file may insist on it */
            {PT_GNU_STACK, PF_R | PF_W},
        },
    /* One chain through all symbols. */
    .hash = {1, NR_SYMS, {1}, {0, 2, 3, 4, 5, 6, 7, 8, 9, 10}},
    .sym =
        {
#define SYM(id, prefix, call, bind)                                                                          \
    [id] = {offsetof(struct strings, call) + sizeof(prefix) - 1,                                             \
            ELF64_ST_INFO(bind, STT_FUNC),                                                                   \
            STV_DEFAULT,                                                                                     \
            SEC_TEXT,                                                                                        \
            AT(text.call),                                                                                   \
            8}
#define F(name) SYM(SYM_VDSO_##name, "", name, STB_GLOBAL), SYM(SYM_##name, "__vdso_", name, STB_WEAK),
            CALLS(F)
#undef F
        },
    .str = {.soname = SONAME,
            .version = VERSION,
#define F(name) .name = "__vdso_" #name,
            CALLS(F)
#undef F
    },
    .versym =
        {
#define F(name) [SYM_VDSO_##name] = VERSION_INDEX, [SYM_##name] = VERSION_INDEX,
            CALLS(F)
#undef F
        },
    .verdef =
        {
            {{VER_DEF_CURRENT, VER_FLG_BASE, VER_NDX_GLOBAL, 1, SONAME_HASH, sizeof(Elf64_Verdef),
              sizeof(Elf64_Verdef) + sizeof(Elf64_Verdaux)},
             {offsetof(struct strings, soname), 0}},
            {{VER_DEF_CURRENT, 0, VERSION_INDEX, 1, VERSION_HASH, sizeof(Elf64_Verdef), 0},
             {offsetof(struct strings, version), 0}},
        },
    .dyn =
        {
            {DT_SONAME, {offsetof(struct strings, soname)}},
            {DT_HASH, {AT(hash)}},
            {DT_STRTAB, {AT(str)}},
            {DT_SYMTAB, {AT(sym)}},
            {DT_STRSZ, {SIZE(str)}},
            {DT_SYMENT, {sizeof(Elf64_Sym)}},
            {DT_VERDEF, {AT(verdef)}},
            {DT_VERDEFNUM, {2}},
            {DT_VERSYM, {AT(versym)}},
            {DT_NULL, {0}},
        },
    .eh_frame_hdr =
        {
            .version = 1,
            .pointer_encoding = 0x1b, /* pc-relative, 4 bytes signed */
            .count_encoding = 0x03,   /* 4 bytes */
            .table_encoding = 0x3b,   /* relative to this header, 4 bytes signed */
            .eh_frame = FROM(eh_frame, eh_frame_hdr.eh_frame),
            .count = 1,
            .pc = FROM(text, eh_frame_hdr),
            .fde = FROM(eh_frame.fde, eh_frame_hdr),
        },
    .eh_frame =
        {
            .cie =
                {
                    .length = SIZE(eh_frame.cie) - 4,
                    .version = 1,
                    .augmentation = "zR",
                    .code_align = 1,
                    .data_align = 0x78, /* -8 */
                    .ra = 16,
                    .augmentation_length = 1,
                    .pc_encoding = 0x1b,
                    .rules = {0x0c, 7, 8 /* the CFA is rsp + 8 */, 0x90,
                              1 /* the return address lies at CFA - 8 */},
                },
            .fde =
                {
                    .length = SIZE(eh_frame.fde) - 4,
                    .cie = FROM(eh_frame.fde.cie, eh_frame.cie),
                    .pc = FROM(text, eh_frame.fde.pc),
                    .pc_range = SIZE(text),
                },
        },
    .secstr = {"", ".hash", ".dynsym", ".dynstr", ".gnu.version", ".gnu.version_d", ".dynamic",
               ".eh_frame_hdr", ".eh_frame", ".text", ".shstrtab"},
    .sh =
        {
#define SECTION(id, member, called, type, flags, link, info, entry)                                          \
    [id] = {offsetof(struct section_names, called),                                                          \
            type,                                                                                            \
            flags,                                                                                           \
            ((flags) != 0) * AT(member),                                                                     \
            AT(member),                                                                                      \
            SIZE(member),                                                                                    \
            link,                                                                                            \
            info,                                                                                            \
            __alignof__(((struct image *)0)->member),                                                        \
            entry}
            SECTION(SEC_HASH, hash, hash, SHT_HASH, SHF_ALLOC, SEC_DYNSYM, 0, 4),
            SECTION(SEC_DYNSYM, sym, dynsym, SHT_DYNSYM, SHF_ALLOC, SEC_DYNSTR, 1, sizeof(Elf64_Sym)),
            SECTION(SEC_DYNSTR, str, dynstr, SHT_STRTAB, SHF_ALLOC, 0, 0, 0),
            SECTION(SEC_VERSION, versym, version, SHT_GNU_versym, SHF_ALLOC, SEC_DYNSYM, 0, 2),
            SECTION(SEC_VERSION_D, verdef, version_d, SHT_GNU_verdef, SHF_ALLOC, SEC_DYNSTR, 2, 0),
            SECTION(SEC_DYNAMIC, dyn, dynamic, SHT_DYNAMIC, SHF_ALLOC, SEC_DYNSTR, 0, sizeof(Elf64_Dyn)),
            SECTION(SEC_EH_FRAME_HDR, eh_frame_hdr, eh_frame_hdr, SHT_PROGBITS, SHF_ALLOC, 0, 0, 0),
            SECTION(SEC_EH_FRAME, eh_frame, eh_frame, SHT_PROGBITS, SHF_ALLOC, 0, 0, 0),
            SECTION(SEC_TEXT, text, text, SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, 0, 0, 0),
            SECTION(SEC_SHSTRTAB, secstr, shstrtab, SHT_STRTAB, 0, 0, 0, 0),
        },
    .text =
        {
#define F(name)                                                                                              \
    .name = {0xb8,                                                                                           \
             {SYS_##name & 255, SYS_##name >> 8},                                                            \
             {0x0f, 0x05},                                                                                   \
             0xc3,                                                                                           \
             {0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc}},
            CALLS(F)
#undef F
        },
};

const void *const vdso_image = &image;
const size_t vdso_image_size = sizeof(image);
