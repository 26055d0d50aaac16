/*
 * explain.c - one sentence on why a call or an access failed: the rule, the area, who made it, and what was
 * changed before.
 *
 * The rule comes from whoever decided: the sealing design (mm_last_refusal), the operation (mm_last_reason)
 * or the fault.
 */
#include "print.h"
#include "watch.h"
#include "../proc/seccomp.h"

#include <errno.h>
#include <inttypes.h>
#include <mseal-emu/design.h>
#include <signal.h>
#include <string.h>

static const char *const change_names[] = {
    [CHANGE_PROTECT] = "changing the protection of",
    [CHANGE_UNMAP] = "unmapping",
    [CHANGE_REPLACE] = "mapping over",
    [CHANGE_MOVE] = "moving away",
    [CHANGE_SHRINK] = "shrinking",
    [CHANGE_GROW] = "growing",
    [CHANGE_SAME] = "remapping in place",
    [CHANGE_DUPLICATE] = "mapping a second time",
    [CHANGE_DISCARD] = "dropping the contents of",
    [CHANGE_INHERIT] = "changing what a child inherits of",
    [CHANGE_GUARD] = "changing guards of",
    [CHANGE_ADVISE] = "advice on",
    [CHANGE_LOCK] = "locking or unlocking",
    [CHANGE_NAME] = "naming",
    [CHANGE_POLICY] = "changing the memory policy of",
    [CHANGE_STACK_GROW] = "growing the stack",
    [CHANGE_POKE] = "a forced write to",
    [CHANGE_SEAL] = "sealing",
    [CHANGE_POISON] = "declaring broken",
};

/* "mapped by main+0x12 (event 31)"; recordings do not keep who made each area: "mapped at event 31". */
static void put_who(const struct watch *w, const char *did, uint64_t event, struct text *out)
{
    const char *who = w ? watch_who(w, event) : "";

    if (*who)
        text_printf(out, "%s by %s (event %" PRIu64 ")", did, who, event);
    else
        text_printf(out, "%s at event %" PRIu64, did, event);
}

/* "7ffff7fb9000-7ffff7fba000 r--p /lib/x.so, mapped by ... (event 31), sealed by ... (event 32)" */
static void explain_area(const struct watch *w, struct task *t, const struct vma *v, struct text *out)
{
    char line[4352], *name = line;
    size_t len = mm_maps_line(t->mm, v, line, sizeof(line));

    if (len && line[len - 1] == '\n')
        line[--len] = '\0';
    for (int blanks = 0; *name && blanks < 5; name++)
        blanks += *name == ' ';
    while (*name == ' ')
        name++;
    text_printf(out, "%" PRIx64 "-%" PRIx64 " %c%c%c%c%s%s%s", v->start, v->end,
                v->flags & VM_READ ? 'r' : '-', v->flags & VM_WRITE ? 'w' : '-',
                v->flags & VM_EXEC ? 'x' : '-', v->flags & VM_MAYSHARE ? 's' : 'p', v->seal ? " sealed" : "",
                *name ? " " : "", name);
    if (v->flags & VM_PKEY_MASK)
        text_printf(out, " pkey %u", (unsigned)((v->flags & VM_PKEY_MASK) >> VM_PKEY_SHIFT));
    if (v->birth)
        put_who(w, ", mapped", v->birth, out);
    if (v->seal && v->sealed_at)
        put_who(w, ", sealed", v->sealed_at, out);
}

/* ---- calls ---- */

static void put_changed(const struct watch_change *c, struct text *out)
{
    if (!c->end)
        text_puts(out, "; nothing was changed before");
    else
        text_printf(out, "; changed before that and left so: %" PRIx64 "-%" PRIx64, c->start, c->end);
}

static void explain_refusal(struct watch *w, struct task *t, const struct mm_refusal *r, struct text *out)
{
    const struct mm_change *c = r->change;
    struct vma v = r->vma;
    const struct vma *now = mm_find_vma(t->mm, v.start);

    /* Its file pointer is only an identity: take the area as it is now, cut or not. */
    if (now && now->start <= v.start && now->file == v.file)
        v = *now;
    else
        v.file = NULL;
    text_printf(out, "%s: %s: %s %" PRIx64 "-%" PRIx64, mm_design(t->mm)->name, *r->why ? r->why : "refused",
                change_names[c->kind], c->start, c->end);
    if (c->kind == CHANGE_PROTECT)
        text_printf(out, " to %c%c%c", c->new_flags & VM_READ ? 'r' : '-',
                    c->new_flags & VM_WRITE ? 'w' : '-', c->new_flags & VM_EXEC ? 'x' : '-');
    text_puts(out, ", which is in ");
    explain_area(w, t, &v, out);
}

static void put_limit(struct text *out, const char *name, uint64_t limit, uint64_t used, uint64_t more)
{
    text_printf(out, ": %s is %" PRIu64 " bytes, %" PRIu64 " are in use, %" PRIu64 " more are asked for",
                name, limit, used, more);
}

/* The hole at addr, and its neighbours if they are near enough to have been meant. */
#define NEAR (1 << 20)
static void put_hole(const struct watch *w, struct task *t, uint64_t addr, struct text *out)
{
    const struct vma *above = mm_find_vma(t->mm, addr);
    const struct vma *below = NULL;
    uint64_t event = w ? watch_unmapped(w, mm_id(t->mm), addr) : 0;

    text_printf(out, "0x%" PRIx64 " is not mapped", addr);
    if (event)
        put_who(w, " since it was unmapped", event, out);
    if (above && above->start - addr <= NEAR) {
        text_printf(out, "; the next area above begins %#" PRIx64 " bytes on: ", above->start - addr);
        explain_area(w, t, above, out);
    }
    for (const struct vma *v = addr < MM_TASK_SIZE ? mm_find_vma(t->mm, addr > NEAR ? addr - NEAR : 0) : NULL;
         v && v->end <= addr; v = mm_find_vma(t->mm, v->end))
        below = v;
    if (below) {
        text_printf(out, "; the one below ends %#" PRIx64 " bytes before: ", addr - below->end);
        explain_area(w, t, below, out);
    }
}

/* What is at addr. */
static void put_place(const struct watch *w, struct task *t, uint64_t addr, struct text *out)
{
    const struct vma *v = mm_find_vma(t->mm, addr);

    text_puts(out, ": ");
    if (!v || v->start > addr) {
        put_hole(w, t, addr, out);
        return;
    }
    text_printf(out, "0x%" PRIx64 " lies in ", addr);
    explain_area(w, t, v, out);
}

/* A copy that failed on the way need not be what the call fails for. */
static bool is_about_copy(const struct mm_reason *r)
{
    return r->about == MM_ABOUT_COPY_IN || r->about == MM_ABOUT_COPY_OUT;
}

static void explain_reason(struct watch *w, struct task *t, const struct mm_reason *r, struct text *out)
{
    const struct vma *v;
    struct mm_stats st;

    text_puts(out, r->why);
    mm_get_stats(t->mm, &st);
    switch (r->about) {
    case MM_ABOUT_VMA:
        v = mm_find_vma(t->mm, r->at);
        if (v && v->start <= r->at) {
            text_puts(out, ": the area is ");
            explain_area(w, t, v, out);
        }
        break;
    case MM_ABOUT_HOLE:
        text_puts(out, ": ");
        put_hole(w, t, r->at, out);
        break;
    case MM_ABOUT_COPY_IN:
    case MM_ABOUT_COPY_OUT:
        put_place(w, t, r->at, out);
        break;
    case MM_ABOUT_AS:
        put_limit(out, "it", mm_get_rlimit(t->mm, MM_RLIMIT_AS), st.total_vm << MM_PAGE_SHIFT, r->at);
        break;
    case MM_ABOUT_DATA:
        put_limit(out, "it", mm_get_rlimit(t->mm, MM_RLIMIT_DATA), st.data_vm << MM_PAGE_SHIFT, r->at);
        break;
    case MM_ABOUT_STACK:
        put_limit(out, "it", mm_get_rlimit(t->mm, MM_RLIMIT_STACK), st.stack_vm << MM_PAGE_SHIFT, r->at);
        break;
    case MM_ABOUT_MEMLOCK:
        put_limit(out, "it", mm_get_rlimit(t->mm, MM_RLIMIT_MEMLOCK), st.locked_vm << MM_PAGE_SHIFT, r->at);
        break;
    case MM_ABOUT_MAP_COUNT:
        text_printf(out, ": it is %" PRIu64 ", and there are %" PRIu64 " areas", t->k->sys.max_map_count,
                    mm_vma_count(t->mm));
        break;
    case MM_ABOUT_COMMIT:
        text_printf(out, ": %" PRIu64 " bytes more, the machine has %" PRIu64 " (--memory)", r->at,
                    t->k->sys.phys.nframes << MM_PAGE_SHIFT);
        break;
    default:
        break;
    }
}

/* EFAULT: the first pointer among the arguments that leads nowhere. */
static bool explain_efault(struct watch *w, struct task *t, const struct sig *sig, struct text *out)
{
    for (int i = 0; sig && i < sig->n; i++) {
        enum arg_kind k = sig->arg[i].kind;
        bool string = k == ARG_PATH || k == ARG_STR || k == ARG_ARGV || k == ARG_ENVP;
        bool pointer = string || k == ARG_PTR || k == ARG_OPATH || k == ARG_IN || k == ARG_PACKET ||
                       k == ARG_OUT || k == ARG_HEXOUT || k == ARG_STRUCT || k == ARG_IOV || k == ARG_OIOV ||
                       k == ARG_RIOV || k == ARG_SIGSET || k == ARG_NUMP;
        bool writes = sig->arg[i].out || k == ARG_OPATH || k == ARG_OUT || k == ARG_HEXOUT;
        const struct vma *v = mm_find_vma(t->mm, t->args[i]);

        if (!pointer || (!t->args[i] && !string))
            continue;
        if (!v || v->start > t->args[i]) {
            text_printf(out, "argument %d points where nothing is mapped: ", i + 1);
            put_hole(w, t, t->args[i], out);
            return true;
        }
        if (!(v->flags & (writes ? VM_WRITE : VM_READ))) {
            text_printf(out, "argument %d points to memory that cannot be %s: ", i + 1,
                        writes ? "written" : "read");
            explain_area(w, t, v, out);
            return true;
        }
    }
    return false;
}

static void explain(struct watch *w, struct task *t, const struct sig *sig, int64_t ret,
                    const struct watch_change *changed, struct text *out)
{
    bool brk_refused = t->sysno == 12 && t->args[0] && ret >= 0 && (uint64_t)ret != t->args[0];
    bool requests = t->sysno == 426 && ret >= 0; /* io_uring_enter does not tell what became of them */
    const struct mm_refusal *refusal;
    const struct mm_reason *reason;

    if ((ret >= 0 && !brk_refused && !requests) || ret < -4095 || !t->mm)
        return;
    refusal = mm_last_refusal(t->mm);
    reason = mm_last_reason(t->mm);
    if (reason && is_about_copy(reason) && ret != -EFAULT)
        reason = NULL;
    if (requests && (!refusal || refusal->change->door != DOOR_URING))
        return;
    if (refusal && (brk_refused || requests || refusal->err == ret || !reason || reason->err != ret)) {
        explain_refusal(w, t, refusal, out);
        put_changed(changed, out);
    } else if (ret == -EFAULT && (!reason || is_about_copy(reason)) && explain_efault(w, t, sig, out)) {
        return;
    } else if (reason) {
        explain_reason(w, t, reason, out);
        if (changed->end)
            put_changed(changed, out);
    }
}

#define INJECTED_WHY "-e inject= put this error in the place of the call, which was not made"

void explain_call(struct watch *w, struct task *t, const struct sig *sig, int64_t ret,
                  const struct watch_change *changed, struct text *out)
{
    char said[256];

    if (t->inject.done & INJECTED_RESULT)
        text_puts(out, ret < 0 && !(t->inject.done & INJECTED_VALUE) ? INJECTED_WHY : "");
    else if (t->seccomp.mode && seccomp_tell(t, said, sizeof(said)))
        text_puts(out, said);
    else
        explain(w, t, sig, ret, changed, out);
}

/* ---- faults ---- */

void explain_fault(const struct watch *w, struct task *t, const struct mm_fault *f, unsigned access,
                   struct text *out)
{
    const char *doing = access & MM_EXEC ? "executing" : access & MM_WRITE ? "writing" : "reading";
    const struct vma *v = mm_find_vma(t->mm, f->addr);
    const struct mm_refusal *refusal = mm_last_refusal(t->mm);
    const struct mm_reason *reason = mm_last_reason(t->mm);
    bool hit = v && v->start <= f->addr;

    text_printf(out, "%s 0x%" PRIx64 ": ", doing, f->addr);
    switch (f->reason) {
    case MM_FAULT_NO_VMA:
        put_hole(w, t, f->addr, out);
        return;
    case MM_FAULT_STACK_LIMIT:
        text_puts(out, "the stack above may not grow down to it: ");
        if (refusal)
            text_printf(out, "%s: %s", mm_design(t->mm)->name, refusal->why);
        else if (reason)
            explain_reason((struct watch *)w, t, reason, out);
        return;
    case MM_FAULT_PROT:
        text_printf(out, "the area does not permit %s", doing);
        break;
    case MM_FAULT_PKEY:
        text_printf(out, "protection key %d denies it (PKRU %#x)", f->pkey, mm_pkru(t->mm));
        break;
    case MM_FAULT_PAST_EOF:
        text_puts(out, "the page lies wholly past the end of the mapped file");
        break;
    case MM_FAULT_GUARD:
        text_puts(out, "a guard was installed on the page (MADV_GUARD_INSTALL)");
        break;
    case MM_FAULT_USERFAULT:
        text_puts(out, "a userfaultfd watches the page and wants the signal (UFFD_FEATURE_SIGBUS)");
        break;
    case MM_FAULT_POISON:
        text_puts(out, "the page is lost (UFFDIO_POISON, MADV_HWPOISON)");
        break;
    case MM_FAULT_NO_HUGE:
        text_puts(out, "no huge pages are reserved (vm.nr_hugepages)");
        break;
    case MM_FAULT_IO:
        text_puts(out, "the file behind the page could not be read");
        break;
    case MM_FAULT_OOM:
        text_puts(out, "the machine has no memory left (--memory)");
        break;
    case MM_FAULT_NONCANONICAL:
        text_puts(out, "no process has such an address (bits 47 to 63 differ)");
        return;
    default:
        break;
    }
    if (hit) {
        text_puts(out, ": ");
        explain_area(w, t, v, out);
    }
}
