/* crash_json.c - the crash report as one JSON object (--crash-json), and the names both forms use. */
#include "crash.h"
#include "symbols.h"

#include "syscalls/trace/event.h"

#include <inttypes.h>
#include <string.h>

const char *const crash_reg_names[CRASH_REGS] = {"rax", "rbx", "rcx", "rdx",    "rsi",     "rdi",    "rbp",
                                                 "rsp", "r8",  "r9",  "r10",    "r11",     "r12",    "r13",
                                                 "r14", "r15", "rip", "rflags", "fs_base", "gs_base"};

uint64_t crash_reg(const struct crash *c, size_t i)
{
    const struct cpu_regs *r = &c->regs;
    const uint64_t v[CRASH_REGS] = {r->rax, r->rbx, r->rcx, r->rdx,    r->rsi,     r->rdi,    r->rbp,
                                    r->rsp, r->r8,  r->r9,  r->r10,    r->r11,     r->r12,    r->r13,
                                    r->r14, r->r15, r->rip, r->rflags, r->fs_base, r->gs_base};

    return v[i];
}

void crash_insn(struct crash_insn *to, const cs_insn *from)
{
    to->addr = from->address;
    snprintf(to->text, sizeof(to->text), "%s%s%s", from->mnemonic, *from->op_str ? " " : "", from->op_str);
}

/* The code a signal handler returns to, rt_sigreturn(2), tells its frame: mov $15, %eax or %rax; syscall. */
static bool is_sigreturn(struct task *t, uint64_t pc)
{
    static const uint8_t rax[] = {0x48, 0xc7, 0xc0, 15, 0, 0, 0, 0x0f, 0x05},
                         eax[] = {0xb8, 15, 0, 0, 0, 0x0f, 0x05};
    uint8_t code[sizeof(rax)];

    return mm_access_remote(t->mm, pc, code, sizeof(code), false, true) == sizeof(code) &&
           (!memcmp(code, rax, sizeof(rax)) || !memcmp(code, eax, sizeof(eax)));
}

size_t crash_frame_name(const struct crash *c, unsigned i, char *buf, size_t size)
{
    /* A call is over when it returns, so its address is before; a signal comes at the address itself. */
    bool called = i && !is_sigreturn(c->t, c->frame[i - 1]);

    if (called && is_sigreturn(c->t, c->frame[i]))
        return (size_t)snprintf(buf, size, "<signal handler called>");
    return symbols_name(c->t, c->frame[i] - called, buf, size);
}

static void put_maps(FILE *out, const struct crash *c)
{
    const char *sep = "";
    char line[4352];

    fputs(",\"maps\":[", out);
    for (const struct vma *v = mm_find_vma(c->t->mm, 0); v; v = mm_find_vma(c->t->mm, v->end), sep = ",") {
        size_t len = mm_maps_line(c->t->mm, v, line, sizeof(line));

        fprintf(out, "%s{\"hit\":%s,\"sealed\":%s,\"line\":", sep,
                c->has_address && v->start <= c->address && c->address < v->end ? "true" : "false",
                v->seal ? "true" : "false");
        json_put_string(out, line, len && line[len - 1] == '\n' ? len - 1 : len);
        fputc('}', out);
    }
    fputc(']', out);
}

void crash_print_json(FILE *out, const struct crash *c)
{
    const char *name = sigabbrev_np(c->info->signo);
    char sym[512];

    fprintf(out, "{\"signal\":\"SIG%s\",\"code\":%d,\"pid\":%d,\"tid\":%d,\"program\":", name ? name : "?",
            c->info->info.si_code, c->t->proc->pid, c->t->tid);
    json_put_string(out, c->t->comm, strlen(c->t->comm));
    if (c->reason)
        fprintf(out, ",\"reason\":\"%s\"", c->reason);
    if (c->has_address)
        fprintf(out, ",\"access\":\"%s\",\"address\":\"%#" PRIx64 "\"", c->access, c->address);
    fputs(",\"registers\":{", out);
    for (size_t i = 0; i < CRASH_REGS; i++)
        fprintf(out, "%s\"%s\":\"%#" PRIx64 "\"", i ? "," : "", crash_reg_names[i], crash_reg(c, i));
    fputs("},\"instructions\":[", out);
    for (unsigned i = 0; i < c->nr_insns; i++)
        fprintf(out, "%s{\"address\":\"%#" PRIx64 "\",\"text\":\"%s\",\"faulting\":%s}", i ? "," : "",
                c->insn[i].addr, c->insn[i].text, i == c->marked ? "true" : "false");
    fputs("],\"backtrace\":[", out);
    for (unsigned i = 0; i < c->nr_frames; i++) {
        fprintf(out, "%s{\"pc\":\"%#" PRIx64 "\",\"name\":", i ? "," : "", c->frame[i]);
        json_put_string(out, sym, crash_frame_name(c, i, sym, sizeof(sym)));
        fputc('}', out);
    }
    fputc(']', out);
    if (c->t->mm)
        put_maps(out, c);
    fputs(",\"history\":[", out);
    for (size_t at = 0; at < c->history.len;) {
        const char *line = c->history.s + at, *nl = memchr(line, '\n', c->history.len - at);
        size_t len = nl ? (size_t)(nl - line) : c->history.len - at;

        fputs(at ? "," : "", out);
        json_put_string(out, line, len);
        at += len + 1;
    }
    fputs("]}\n", out);
}
