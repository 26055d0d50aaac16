/* strace.c - strace's text (coming: nothing is printed yet). */
#include "trace.h"

struct trace *trace_create(struct kernel *k, const struct trace_options *opt)
{
    return NULL;
}
void trace_destroy(struct trace *tr)
{
}
void trace_sys_enter(struct task *t)
{
}
void trace_sys_exit(struct task *t, int64_t ret)
{
}
void trace_signal(struct task *t, const struct ksiginfo *info)
{
}
void trace_stopped(struct task *t, int signo)
{
}
void trace_exit(struct task *t, int status)
{
}
void trace_flush(struct trace *tr)
{
}
