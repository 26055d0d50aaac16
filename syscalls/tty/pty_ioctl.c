/*
 * pty_ioctl.c - ioctl(2) of pseudoterminals: settings, size, flow control, flushing, and what only masters know.
 */
#include "pty.h"

#include <linux/capability.h>

#include "../process.h"

/* ---- settings ---- */

static unsigned baud_of(unsigned bits, unsigned other)
{
    static const unsigned low[] = {0,   50,   75,   110,  134,  150,  200,   300,
                                   600, 1200, 1800, 2400, 4800, 9600, 19200, 38400};
    static const unsigned high[] = {0,       57600,   115200,  230400,  460800,  500000,  576000,  921600,
                                    1000000, 1152000, 1500000, 2000000, 2500000, 3000000, 3500000, 4000000};

    if (bits == BOTHER)
        return other;
    return bits & CBAUDEX ? high[bits & 15] : low[bits & 15];
}

/* Standard flow control, which a terminal may do by itself. */
static bool usual_flow(const struct termios2 *s)
{
    return s->c_iflag & IXON && s->c_cc[VSTOP] == 19 && s->c_cc[VSTART] == 17;
}

static void apply_settings(struct pty *p, struct termios2 *s)
{
    struct termios2 old = p->ldisc.termios;
    unsigned in = s->c_cflag >> IBSHIFT & CBAUD;
    bool extproc = (old.c_lflag | s->c_lflag) & EXTPROC;

    s->c_ospeed = baud_of(s->c_cflag & CBAUD, s->c_ospeed);
    s->c_ispeed = in ? baud_of(in, s->c_ispeed) : s->c_ospeed;
    s->c_cflag = (s->c_cflag & ~(unsigned)(CSIZE | PARENB)) | CS8 | CREAD;
    ldisc_set_termios(&p->ldisc, s);
    if (usual_flow(&old) != usual_flow(s))
        pty_status(p, TIOCPKT_DOSTOP | TIOCPKT_NOSTOP, usual_flow(s) ? TIOCPKT_DOSTOP : TIOCPKT_NOSTOP);
    if (extproc)
        pty_status(p, 0, TIOCPKT_IOCTL);
    pty_pump(p);
    pty_wake(p);
}

/* struct termio, of System V: the lower halves of the flags, and the first control characters. */
struct termio_sysv {
    uint16_t c_iflag, c_oflag, c_cflag, c_lflag;
    uint8_t c_line, c_cc[8];
};

static int get_termio(struct task *t, const struct termios2 *s, uint64_t arg)
{
    struct termio_sysv o = {(uint16_t)s->c_iflag, (uint16_t)s->c_oflag, (uint16_t)s->c_cflag,
                            (uint16_t)s->c_lflag, s->c_line};

    memcpy(o.c_cc, s->c_cc, sizeof(o.c_cc));
    return mm_copy_out(t->mm, arg, &o, sizeof(o));
}

static int settings_in(struct task *t, struct termios2 *s, uint64_t arg, size_t size)
{
    struct termio_sysv o;

    if (size != sizeof(o))
        return mm_copy_in(t->mm, s, arg, size);
    if (mm_copy_in(t->mm, &o, arg, sizeof(o)))
        return -EFAULT;
    s->c_iflag = (s->c_iflag & ~0xffffu) | o.c_iflag;
    s->c_oflag = (s->c_oflag & ~0xffffu) | o.c_oflag;
    s->c_cflag = (s->c_cflag & ~0xffffu) | o.c_cflag;
    s->c_lflag = (s->c_lflag & ~0xffffu) | o.c_lflag;
    s->c_line = o.c_line;
    memcpy(s->c_cc, o.c_cc, sizeof(o.c_cc));
    return 0;
}

/* size: of the structure, which says which of the three it is. */
static int64_t set_settings(struct task *t, struct pty *p, uint64_t arg, size_t size, bool flush)
{
    struct termios2 s = p->ldisc.termios;
    int err = tty_check_change(t, &p->tty, SIGTTOU);

    if (err)
        return err;
    if (settings_in(t, &s, arg, size))
        return -EFAULT;
    if (flush)
        ldisc_flush_input(&p->ldisc);
    apply_settings(p, &s);
    return 0;
}

static int64_t set_size(struct task *t, struct pty *p, uint64_t arg)
{
    struct winsize to;

    if (mm_copy_in(t->mm, &to, arg, sizeof(to)))
        return -EFAULT;
    if (memcmp(&to, &p->size, sizeof(to))) {
        tty_signal_pgrp(p->k, p->tty.pgrp, SIGWINCH, NULL);
        p->size = to;
    }
    return 0;
}

/* ---- flow and flushing ---- */

static int64_t flow_control(struct pty *p, uint64_t what)
{
    struct ldisc *l = &p->ldisc;
    uint8_t c = l->termios.c_cc[what == TCIOFF ? VSTOP : VSTART];

    switch (what) {
    case TCOOFF:
        l->tc_stopped = true;
        ldisc_stop(l);
        return 0;
    case TCOON:
        if (l->tc_stopped) {
            l->tc_stopped = false;
            ldisc_start(l);
            ldisc_process_echoes(l);
        }
        return 0;
    case TCIOFF:
    case TCION:
        if (c && ldisc_room(l))
            l->ops->put(p, &c, 1);
        return 0;
    }
    return -EINVAL;
}

static int64_t flush(struct pty *p, uint64_t what, bool master)
{
    if (what > TCIOFLUSH)
        return -EINVAL;
    if (master) { /* its input is what was shown, its output what was typed */
        if (what != TCOFLUSH)
            p->shown_tail = p->shown_head;
        if (what != TCIFLUSH)
            p->typed_tail = p->typed_head;
    } else {
        if (what != TCOFLUSH) {
            p->typed_tail = p->typed_head;
            ldisc_flush_input(&p->ldisc);
            pty_status(p, 0, TIOCPKT_FLUSHREAD);
        }
        if (what != TCIFLUSH)
            pty_flush_shown(p);
    }
    pty_wake(p);
    return 0;
}

/* Type a byte for somebody: CONFIG_LEGACY_TIOCSTI is off, so only an administrator may. */
static int64_t simulate_input(struct task *t, struct pty *p, uint64_t arg)
{
    uint8_t c;

    if (!task_capable(t, CAP_SYS_ADMIN))
        return -EIO;
    if (mm_copy_in(t->mm, &c, arg, 1))
        return -EFAULT;
    ldisc_receive(&p->ldisc, &c, 1);
    pty_wake(p);
    return 0;
}

/* ---- line disciplines: N_TTY, and N_NULL, which has nothing ---- */

#ifndef N_NULL
#define N_NULL 27
#endif

/* The master's is only known to be one or the other. What the old one had is lost; what comes while N_NULL is there waits. */
static int64_t set_ldisc(struct task *t, struct pty *p, uint64_t arg, bool master)
{
    bool *null = master ? &p->null_master : &p->null_slave;
    int n;

    if (mm_copy_in(t->mm, &n, arg, sizeof(n)))
        return -EFAULT;
    if (n != N_TTY && n != N_NULL)
        return -EINVAL;
    if (*null == (n == N_NULL))
        return 0;
    *null = n == N_NULL;
    if (master && *null)
        p->shown_tail = p->shown_head;
    if (!master) {
        ldisc_flush_input(&p->ldisc);
        p->ldisc.termios.c_line = (cc_t)n;
        pty_pump(p);
    }
    pty_wake(p);
    return 0;
}

/* Is this request one that N_TTY answers? */
static bool is_of_ldisc(unsigned cmd)
{
    switch (cmd) {
    case TCGETS:
    case TCGETS2:
    case TCSETS:
    case TCSETSW:
    case TCSETSF:
    case TCSETS2:
    case TCSETSW2:
    case TCSETSF2:
    case TCGETA:
    case TCSETA:
    case TCSETAW:
    case TCSETAF:
    case TIOCOUTQ:
    case TCXONC:
    case TCFLSH:
        return true;
    }
    return false;
}

/* ---- both sides ---- */

static int64_t put_int(struct task *t, uint64_t arg, int n)
{
    return mm_copy_out(t->mm, arg, &n, sizeof(n));
}

static int64_t pty_ioctl(struct task *t, struct file *f, unsigned cmd, uint64_t arg, bool master)
{
    struct pty *p = pty_of(f);
    struct ldisc *l = &p->ldisc;
    bool null = master ? p->null_master : p->null_slave;
    int64_t r;

    if (null && is_of_ldisc(cmd))
        return -EINVAL;
    switch (cmd) {
    case TCGETS:
        return mm_copy_out(t->mm, arg, &l->termios, sizeof(struct termios));
    case TCGETS2:
        return mm_copy_out(t->mm, arg, &l->termios, sizeof(struct termios2));
    case TCSETS:
    case TCSETSW:
    case TCSETSF:
        return set_settings(t, p, arg, sizeof(struct termios), cmd == TCSETSF);
    case TCSETS2:
    case TCSETSW2:
    case TCSETSF2:
        return set_settings(t, p, arg, sizeof(struct termios2), cmd == TCSETSF2);
    case TCGETA:
        return get_termio(t, &l->termios, arg);
    case TCSETA:
    case TCSETAW:
    case TCSETAF:
        return set_settings(t, p, arg, sizeof(struct termio_sysv), cmd == TCSETAF);
    case TIOCGWINSZ:
        return mm_copy_out(t->mm, arg, &p->size, sizeof(p->size));
    case TIOCSWINSZ:
        return set_size(t, p, arg);
    case TIOCOUTQ:
        return put_int(t, arg, 0); /* nothing waits in the hardware there is not */
    case TIOCGETD:
        return put_int(t, arg, null ? N_NULL : N_TTY);
    case TIOCSETD:
        return set_ldisc(t, p, arg, master);
    case TIOCVHANGUP:
        return pty_vhangup(t, f, master);
    case TIOCEXCL:
    case TIOCNXCL:
        p->exclusive = cmd == TIOCEXCL;
        return 0;
    case TIOCGEXCL:
        return put_int(t, arg, p->exclusive);
    case TIOCGDEV:
        return put_int(t, arg, (int)p->tty.dev);
    case TIOCSTI:
        return simulate_input(t, p, arg);
    case TCSBRK:
    case TCSBRKP:
    case TCXONC:
    case TCFLSH:
        r = master ? 0 : tty_check_change(t, &p->tty, SIGTTOU);
        if (r || cmd == TCSBRK || cmd == TCSBRKP)
            return r;
        return cmd == TCXONC ? flow_control(p, arg) : flush(p, arg, master);
    }
    r = tty_jobctl_ioctl(t, &p->tty, f, cmd, arg, !master);
    return r != 1 ? r : null ? -EINVAL : -ENOTTY;
}

int64_t pts_ioctl(struct task *t, struct file *f, unsigned cmd, uint64_t arg)
{
    struct pty *p = pty_of(f);

    if (cmd == FIONREAD && !p->null_slave)
        return put_int(t, arg, (int)ldisc_count(&p->ldisc));
    return pty_ioctl(t, f, cmd, arg, false);
}

/* ---- the master's own ---- */

static int64_t open_peer(struct task *t, struct pty *p, unsigned flags)
{
    struct file *f;
    int64_t err = file_open_dentry(t, p->dentry, flags, &f);

    return err ? err : fd_install_new(t, f, flags);
}

static int64_t signal_slave(struct pty *p, int signo)
{
    if (signo != SIGINT && signo != SIGQUIT && signo != SIGTSTP)
        return -EINVAL;
    tty_signal_pgrp(p->k, p->tty.pgrp, signo, NULL);
    return 0;
}

int64_t ptmx_ioctl(struct task *t, struct file *f, unsigned cmd, uint64_t arg)
{
    struct pty *p = pty_of(f);
    size_t shown = p->shown_head - p->shown_tail;
    int on;

    switch (cmd) {
    case FIONREAD:
        if (p->null_master)
            return -EINVAL;
        return put_int(t, arg, (int)(shown < PTY_READ ? shown : PTY_READ));
    case TIOCGPTN:
        return put_int(t, arg, (int)p->index);
    case TIOCGPTLCK:
        return put_int(t, arg, p->locked);
    case TIOCGPKT:
        return put_int(t, arg, p->packet);
    case TIOCSPTLCK:
    case TIOCPKT:
        if (mm_copy_in(t->mm, &on, arg, sizeof(on)))
            return -EFAULT;
        if (cmd == TIOCSPTLCK) {
            p->locked = on;
        } else {
            if (on && !p->packet)
                p->status = 0;
            p->packet = on;
        }
        return 0;
    case TIOCGPTPEER:
        return open_peer(t, p, (unsigned)arg);
    case TIOCSIG:
        return signal_slave(p, (int)arg);
    }
    return pty_ioctl(t, f, cmd, arg, true);
}
