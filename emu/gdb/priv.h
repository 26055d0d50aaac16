/*
 * priv.h - the inside of the debugger stub, for the files of emu/gdb/.
 *
 * conn.c moves packets; server.c finds the function for each; the others are one subject each: regs.c, mem.c,
 * points.c (break- and watchpoints), resume.c (what each thread may do), run.c (user code), events.c (signals
 * and calls), session.c (coming and going), stop.c (stop replies), text.c (numbers and ids), query.c, xfer.c
 * (qXfer), vfile.c (the guest's files), monitor.c. The protocol: gdb's manual, appendix "Remote Protocol",
 * gdb 13.
 */
#ifndef EMU_GDB_PRIV_H
#define EMU_GDB_PRIV_H

#include "../machine.h"
#include "gdb.h"
#include "syscalls/process.h"
#include "syscalls/table.h"

#include <pthread.h>

#define PACKET_MAX  0x4000u /* bytes of a packet's contents, both ways */
#define MAX_ACTIONS 64u
#define MAX_FILES   32u
#define WATCH_MAX   4096u /* bytes of one watchpoint */

/* An id in packets: pPID.TID; 0: any, -1: all. */
struct gdb_id {
    int pid, tid;
};

/* A process that gdb debugs. */
struct inferior {
    struct list_head node; /* gdb.inferiors */
    struct process *p;     /* a reference: its status outlives it */
    int pid;
    bool ran_before; /* it ran when gdb came: detached, not killed, when gdb goes */
    struct list_head points;
};

enum point_type { POINT_SOFT, POINT_HARD, WATCH_WRITE, WATCH_READ, WATCH_ACCESS }; /* Z0 .. Z4 */
struct point {
    struct list_head node; /* inferior.points */
    enum point_type type;
    uint64_t addr, len;
    uint8_t *old; /* watchpoints: the bytes as gdb saw them last, */
    bool known;   /* if they could be read then */
};

/* What gdb said in its last vCont for some threads. */
struct action {
    struct gdb_id who;
    bool step;
    uint64_t start, end; /* step until RIP is outside */
    int signo;           /* Linux' number; 0: none */
};

/* What is remembered of a task between stops; made when needed. */
struct gdb_task {
    struct list_head node; /* gdb.tasks */
    struct task *t;
    bool call_waits; /* stands before a system call that was not made yet */
    bool entry_told; /* and gdb knows */
    uint64_t nr;     /* number of the call in progress */
    bool vforked;    /* a vfork call is not over */
    bool execed;     /* its call replaced the program */
    bool has_info;
    struct ksiginfo info; /* of the signal it stopped with: goes back with the signal */
    struct task *child;   /* its call made this process */
};

struct gdb {
    struct machine *m;
    struct machine_ops ops; /* the machine's, with some calls looked at on the way */
    /* ---- conn.c ---- */
    int listener, conn; /* -1: none */
    int wake;           /* eventfd: the watcher has something to watch again */
    char *path;         /* of the socket, to be removed */
    pthread_t watcher;
    bool has_watcher;
    int running, attention, quit; /* shared with the watcher: atomic */
    bool wait, noack;
    char in[PACKET_MAX + 8]; /* the packet in hand, with a NUL behind its in_len bytes */
    size_t in_len;
    uint8_t raw[4096]; /* received, not looked at yet */
    size_t raw_at, raw_len;
    char out[2 * PACKET_MAX + 64]; /* the reply: '$' and contents */
    size_t out_len;
    bool silent; /* no reply to this packet now */
    /* ---- server.c ---- */
    bool stopped; /* gdb has the word */
    bool extended, multiprocess, fork_events, vfork_events, exec_events, swbreak, hwbreak, no_resumed;
    struct list_head inferiors, tasks;
    struct gdb_id general, cont; /* Hg, Hc */
    struct gdb_id last;          /* who stopped last, */
    int last_signo;              /* with what: for `?` */
    /* ---- resume.c ---- */
    struct action actions[MAX_ACTIONS];
    unsigned nr_actions;
    ksigset_t pass;       /* signals gdb need not hear of */
    ksigset_t keep;       /* signals that the program gets after all if gdb lets go of it at one */
    uint8_t catching[64]; /* QCatchSyscalls: bit per number */
    bool catch_all;
    /* ---- run.c ---- */
    struct task *stepping; /* has TF set by us in this run */
    bool guest_tf;         /* its own TF was set, too */
    uint64_t step_from;    /* RIP it started at */
    struct task *open;     /* may make one access unseen: its instruction is being run alone */
    struct {
        unsigned access; /* the access that was refused: MM_* */
        uint64_t addr, size;
    } watch;
    struct history *history; /* NULL: nothing noted yet */
    /* ---- vfile.c ---- */
    struct file *files[MAX_FILES];
    int fs_pid; /* vFile:setfs: whose eyes; 0: the current process' */
};

/* ---- conn.c ---- */
int conn_listen(struct gdb *g, const char *where); /* 0 or the exit status, after one line on stderr */
void conn_unlisten(struct gdb *g);
bool conn_accept(struct gdb *g, bool block);
void conn_close(struct gdb *g);
/* Reads one packet into g->in. False: the connection is gone. */
bool conn_read(struct gdb *g);
void conn_send(struct gdb *g); /* g->out */
/* While user code runs somebody has to look at the connection: the watcher, a thread that kicks the
 * processor. */
bool conn_watcher_start(struct gdb *g);
void conn_watcher_stop(struct gdb *g);
void conn_running(struct gdb *g, bool running);
enum conn_news { NEWS_NONE, NEWS_CONNECT, NEWS_INTERRUPT, NEWS_PACKET, NEWS_GONE };
enum conn_news conn_news(struct gdb *g, bool block);

/* ---- replies (text.c): each adds to g->out ---- */
void reply(struct gdb *g, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void reply_ok(struct gdb *g);
void reply_error(struct gdb *g, int err); /* E and two digits */
void reply_hex(struct gdb *g, const void *data, size_t len);
/* Binary with escapes, as much as fits; how many bytes of data went in. */
size_t reply_binary(struct gdb *g, const void *data, size_t len);
void reply_id(struct gdb *g, const struct task *t);
/* Parsers move *s past what they took; false: it is not there. */
bool take_hex(const char **s, uint64_t *v);
bool take_id(const char **s, struct gdb_id *id);
bool take_char(const char **s, char c);
/* Pairs of digits into bytes; how many, at most size. */
size_t take_bytes(const char **s, void *buf, size_t size);
/* Packets (server.c) until gdb lets something run or is gone. */
void serve(struct gdb *g);
void hang_up(struct gdb *g); /* gdb is gone: the programs go on, as when it detaches */

/* ---- inferiors (stop.c) ---- */
struct inferior *inferior_find(const struct gdb *g, int pid);
struct inferior *inferior_of(const struct gdb *g, const struct task *t);
struct inferior *inferior_add(struct gdb *g, struct process *p, bool ran_before);
void inferior_remove(struct gdb *g, struct inferior *inf);
void inferior_remove_all(struct gdb *g);
bool task_over(const struct task *t);
/* The task of an id among the processes debugged: any of a process for tid 0 or -1. NULL: there is none. */
struct task *task_of_id(const struct gdb *g, struct gdb_id id);
struct task *general_task(const struct gdb *g);           /* Hg; NULL: gone */
struct gdb_task *gdb_task(struct gdb *g, struct task *t); /* NULL: out of memory */
struct gdb_task *gdb_task_find(const struct gdb *g, const struct task *t);

/* ---- stop.c ---- */
/* Tell gdb that t stopped (extra: "watch:7fff;" and the like, may be ""), and serve it until it lets go. */
void stop_report(struct gdb *g, struct task *t, int signo, const char *extra);
/* Processes that ended are told; true if gdb may have changed anything. */
bool stop_report_exits(struct gdb *g);
/* All threads that gdb let run are over: it is told. False: that is not so (or gdb would not understand). */
bool stop_nobody_runs(struct gdb *g);
void packet_why(struct gdb *g, const char *args);
/* gdb came to a machine that runs. */
void stop_connected(struct gdb *g, struct task *t);
int linux_signal(int gdb_signo);

/* ---- run.c ---- */
void report_watch(struct gdb *g, struct task *t, const struct point *p);
/* t's step is over, unless it is one over a range and RIP is still inside. */
void report_step(struct gdb *g, struct task *t);

/* ---- events.c ---- */
void events_hook(struct gdb *g); /* the machine's operations go through ours */

/* ---- resume.c ---- */
struct action *action_of(struct gdb *g, const struct task *t); /* NULL: held, or not debugged */
void resume_everything(struct gdb *g);
bool is_stepping(struct gdb *g, const struct task *t);
void packet_vcont(struct gdb *g, const char *args);
void packet_continue(struct gdb *g, const char *args);
void packet_step(struct gdb *g, const char *args);

/* ---- regs.c ---- */
void regs_xml(struct gdb *g, FILE *out);
unsigned reg_size(uint64_t n); /* bytes; 0: there is no such register */
void reg_get(struct cpu_regs *r, uint64_t n, uint8_t buf[16]);
void reg_put(struct cpu_regs *r, uint64_t n, const uint8_t buf[16]);

/* ---- reg_packets.c ---- */
void packet_get_regs(struct gdb *g, const char *args);
void packet_set_regs(struct gdb *g, const char *args);
void packet_get_reg(struct gdb *g, const char *args);
void packet_set_reg(struct gdb *g, const char *args);
void regs_expedite(struct gdb *g, struct task *t);

/* ---- points.c ---- */
void packet_insert_point(struct gdb *g, const char *args);
void packet_remove_point(struct gdb *g, const char *args);
void points_clear(struct gdb *g, struct inferior *inf);
void points_copy(struct gdb *g, struct inferior *to, const struct inferior *from);
/* The point a stop at addr is due to; NULL: none. */
const struct point *point_at(const struct gdb *g, const struct task *t, uint64_t addr);
/* An access to watched memory of t is about to be made: what the bytes are, of memory that was not there before. */
void watch_learn(const struct gdb *g, const struct task *t);
/* The watchpoint that changed (writes), or that the refused access met; NULL: none. Notes the new bytes. */
const struct point *watch_hit(struct gdb *g, const struct task *t, bool access);

/* ---- history.c ---- */
void history_note(struct gdb *g, struct task *t, uint64_t nr, int64_t ret); /* a call of t is over */
void history_print(struct gdb *g, struct task *t, uint64_t addr, FILE *out);
void history_free(struct gdb *g);

/* ---- the other packets ---- */
void packet_read_memory(struct gdb *g, const char *args);
void packet_write_memory(struct gdb *g, const char *args);
void packet_write_binary(struct gdb *g, const char *args);
void packet_search_memory(struct gdb *g, const char *args);
void packet_query(struct gdb *g, const char *args); /* q... */
void query_tls(struct gdb *g, const char *args);    /* tls.c */
void packet_set(struct gdb *g, const char *args);   /* Q... */
void packet_xfer(struct gdb *g, const char *args);
void packet_vfile(struct gdb *g, const char *args);
void packet_monitor(struct gdb *g, const char *args);
void vfile_close_all(struct gdb *g);

#endif
