/*
 * print.h - the inside of the tracer: text being put together, and the description of arguments that directs
 * it.
 */
#ifndef SYSCALLS_TRACE_PRINT_H
#define SYSCALLS_TRACE_PRINT_H

#include "text.h"
#include "trace.h"
#include "xlat.h"

/* One call being printed. */
struct call {
    struct trace *tr;
    struct task *t;
    const uint64_t *args;
    int64_t ret;
    bool done; /* the call is over: outputs and ret are there */
    bool failed;
    struct text *out;
    struct text *aux; /* said after the result: "([{fd=0, revents=POLLIN}])" */
    int64_t ready;    /* descriptors told there */
    int at;           /* number of the argument being told */
    struct call_style style;
};

enum arg_kind {
    ARG_INT,
    ARG_UINT,
    ARG_LONG,
    ARG_ULONG,
    ARG_HEX,
    ARG_UHEX, /* 32 bits */
    ARG_OCTAL,
    ARG_PTR,
    ARG_SIZE,
    ARG_OFF,
    ARG_HEXOFF,
    ARG_FD,
    ARG_DIRFD,
    ARG_PID,
    ARG_ID,
    ARG_SIG,
    ARG_LSIG, /* 64 bits */
    ARG_MODE,
    ARG_DEV,
    ARG_PATH,
    ARG_STR,
    ARG_STR15, /* a name of a task: 15 bytes are shown */
    ARG_OPATH,
    ARG_IN,
    ARG_OUT,
    ARG_HEXOUT,
    ARG_PACKET, /* what goes through a socket, the first argument */
    ARG_ROOM,   /* what came through it, as far as there was room */
    ARG_XLAT,
    ARG_WIDE_XLAT, /* 64 bits */
    ARG_FLAGS,
    ARG_WIDE_FLAGS, /* 64 bits */
    ARG_STRUCT,
    ARG_NUMBER, /* a number told by a printer of structures */
    ARG_IOV,
    ARG_OIOV,
    ARG_RIOV,
    ARG_ARGV,
    ARG_ENVP,
    ARG_SIGSET,
    ARG_NUMP,
    ARG_VARIANT,
    ARG_PAD,
    ARG_FDRET,
    ARG_NONE,
    ARG_KINDS
};
#define LEN_NONE -1
#define LEN_RET  -2
#define NUM_PTR  16
#define NUM_HEX  17
#define NUM_ID   18 /* of a user or a group */
struct arg {
    enum arg_kind kind;
    int8_t len;         /* argument that gives length or count, LEN_* */
    int8_t num_size;    /* ARG_NUMP: bytes, negative when signed; NUM_* */
    bool short_len;     /* that argument has 32 bits */
    bool out;           /* printed when the call is over */
    bool mode_if_creat; /* "mode?N": only there if argument `len` has O_CREAT or O_TMPFILE */
    bool creat_only;    /* "mode+N": O_CREAT */
    const struct xlat_table *xlat;
    const struct struct_type *type;
    const struct variant_set *variant;
};
struct sig {
    int n;
    struct arg arg[6];
    struct arg ret;
};
/* Parse the text of syscalls.def. What cannot be understood becomes hex; the number of such words. */
int sig_parse(struct sig *sig, const char *text);
/*
 * What sig says of a call with these arguments: in the place of a variant stands what it became, nothing (-)
 * if it is not there. Either sig itself or *out.
 */
const struct sig *sig_resolve(const struct sig *sig, const uint64_t args[6], struct sig *out);
void print_arg(struct call *c, const struct arg *a, int index);
/* What the call gives back, if it did not fail. */
void print_result(struct call *c, const struct sig *sig);

/* ---- structures (structs_*.c; structs.c finds them) ---- */
struct struct_type {
    const char *name;
    size_t size; /* bytes the printer gets; 0: it reads by itself (print2) */
    void (*print)(struct call *c, const void *p);
    void (*print2)(struct call *c, uint64_t addr, const struct arg *a); /* variable ones */
    bool at_entry; /* io: shown as it goes in, the printer adds to aux at the end */
    enum {
        STRUCT_PLAIN,
        STRUCT_TEXT, /* shown with -e verbose=none, too */
        STRUCT_ON_ERROR,
        STRUCT_SPLIT
    } how;                                         /* ON_ERROR: decides itself what a failed call shows;
            * SPLIT: printed in two parts, arguments after it come with the second */
    void (*before)(struct call *c, uint64_t addr); /* outputs: as the call begins; NULL: nothing */
    bool sized; /* the argument that goes with it is its size, not a number of elements */
};
extern const struct struct_type structs_proc[], structs_time[], structs_signal[], structs_fs[],
    structs_stat[], structs_tty[], structs_mem[], structs_ipc[], structs_uring[], structs_socket[],
    structs_sockopt[], structs_message[], structs_sched[], structs_ptrace[], structs_seccomp[],
    structs_admin[], structs_landlock[], structs_number[], structs_bpf[], structs_xattr[], structs_mount[],
    structs_statmount[], structs_lsm[], structs_quota[], structs_perf[], structs_ebpf[], structs_ioctl[],
    structs_keys[];
const struct struct_type *struct_find(const char *name);

/* ---- notes.c: what a call writes over, of one task ---- */
struct call_note {
    struct call_note *next;
    int tid;
    uint64_t n, v[]; /* the values, of which n are known */
};
struct call_note *note_make(struct call *c, uint64_t n); /* room for n; NULL: out of memory */
struct call_note *note_find(const struct call *c);       /* NULL: there is none */
void note_drop(struct call *c);
void notes_destroy(struct call_note *list);

/* ---- variants: an argument whose meaning the one before decides (variants.c) ---- */
struct variant {
    uint64_t value;   /* of the argument before; the last row of a set has VARIANT_OTHERWISE */
    const char *type; /* types of this one and those that follow; NULL: they are not shown */
    const char *ret;  /* result, a word of print_result.c; NULL: decimal */
};
struct variant_set {
    const char *name;
    const struct variant *v;
    uint64_t mask; /* of the argument before, the bits that decide; 0: all */
};
extern const struct variant_set variant_sets[], variant_sets_ioctl[], variant_sets_prctl[],
    variant_sets_quota[], variant_sets_keys[];                /* end with name NULL */
const struct variant_set *variant_set_find(const char *name); /* NULL: there is none */
const struct variant *variant_find(const struct variant_set *set, uint64_t value);
/* The most arguments that one stands for. */
int variant_most_args(const struct variant_set *set);
#define VARIANT_OTHERWISE UINT64_MAX

/* ---- pieces: print_const.c, print_text.c, print_vector.c ---- */
bool get(struct call *c, void *p, uint64_t addr, size_t size);
bool get_string(struct call *c, uint64_t addr, char *buf, size_t size); /* false: no such string, or longer */
void print_addr(struct call *c, uint64_t addr);
/* -X raw, -X verbose: v as a number, named: a name follows. True: that was all. */
bool print_raw(struct call *c, uint64_t v, bool named);
/* n elements of size bytes (512 at most) as print shows each. */
void print_array(struct call *c, uint64_t addr, uint64_t n, size_t size,
                 void (*print)(struct call *c, const void *p));
/* What a structure of size bytes has behind the `known` ones: nothing if it is all zeros. False: nothing. */
bool print_tail(struct call *c, uint64_t addr, uint64_t known, uint64_t size);
void print_xlat(struct call *c, const struct xlat_table *x, uint64_t v);
void print_flags(struct call *c, const struct xlat_table *x, uint64_t v);
void print_flag_names(struct call *c, const struct xlat_table *x, uint64_t v); /* whatever -X says */
bool has_flag(const struct xlat_table *x, uint64_t v);                         /* one with a name is in v */
/* A decimal number with its name behind it, or just the name. */
void print_decimal(struct call *c, const char *table, uint64_t v);
void print_xlat_named(struct call *c, const char *table, uint64_t v);
void print_flags_named(struct call *c, const char *table, uint64_t v);
/* A number of the first table, and behind a | the flags of the second, if there are any. */
void print_with_flags(struct call *c, const char *table, uint64_t v, const char *flag_table, uint64_t flags);
void print_id(struct call *c, uint32_t id); /* of a user or a group; -1 for none */
void print_signo(struct call *c, int signo);
void print_signal_name(struct call *c, int signo); /* whatever -X says */
void print_sigset(struct call *c, uint64_t set);
void print_mem(struct call *c, uint64_t addr, uint64_t len, bool hex);
enum quoting { QUOTE_OCTAL, QUOTE_HEX_CHARS, QUOTE_HEX }; /* characters that do not print, or all */
void print_quoted(struct text *out, const uint8_t *p, size_t len, bool more, enum quoting quoting);
/* -x: how this string is to be shown. White space counts as ASCII. */
enum quoting in_hex(const struct call *c, const void *bytes, size_t len);
void print_bytes(struct call *c, const void *p, size_t len); /* quoted, all of them */
/* A string that ends with a NUL among the first `seen` bytes; limit: how many are shown. */
void print_nul(struct call *c, uint64_t addr, size_t limit, size_t seen);
void print_string(struct call *c, uint64_t addr);
/* A number of a system call (__NR_getpid); an errno, negative ones with their sign (-EPERM). */
void print_sysno(struct call *c, unsigned nr);
void print_errno(struct call *c, int err);
void print_siginfo(struct call *c, const struct ksiginfo *info);
void print_timespec(struct call *c, const void *p);
void print_timeval(struct call *c, const void *p);
/* The date, as a comment; nothing for 0 or a fraction that is none. digits: 9 or 6. */
void print_when(struct call *c, int64_t sec, uint64_t fraction, int digits);
/* 2001-09-09T01:46:40 of seconds since 1970. False: there is no such date. */
bool put_date(char date[32], int64_t sec);
/* A time in clock ticks, and in seconds as a comment. */
void print_ticks(struct call *c, const char *before, uint64_t n);
void print_argv(struct call *c, uint64_t addr);
void print_envp(struct call *c, uint64_t addr);
/* avail: bytes that are there, of all elements together; data: how they are told, NULL: only where they are. */
void print_iov(struct call *c, uint64_t addr, uint64_t n,
               void (*data)(struct call *c, uint64_t addr, uint64_t len), uint64_t avail);
void print_data(struct call *c, uint64_t addr, uint64_t len); /* quoted */
bool is_too_many(const struct call *c, uint64_t i);           /* elements: beyond -s */
void print_st_mode(struct call *c, unsigned mode);
void print_dev(struct call *c, uint64_t dev);

/* ---- print_fd.c ---- */
void print_fd(struct call *c, int fd); /* with -y: what it stands for */
void print_dirfd(struct call *c, int fd);
void print_pid(struct call *c, int pid);                     /* with -Y: its name */
bool is_about_wanted(struct call *c, const struct sig *sig); /* -P, -e trace-fds= */

/* ---- structs_number.c ---- */
void put_ioprio(struct call *c, const char *fmt,
                uint32_t v); /* IOPRIO_PRIO_VALUE(class, level); fmt: of the number */

/* ---- print_endpoint.c ---- */
/* <TCP:[127.0.0.1:1->127.0.0.1:2]>, <UNIX:[12->13,"path"]>. False: f is no socket. */
bool print_endpoint(struct call *c, struct file *f);

/* ---- dump.c: -e read=, -e write= ---- */
/* The bytes c read or wrote, if somebody wants them, to out. */
void dump_call(struct call *c, const struct sig *sig, struct text *out);

#endif
