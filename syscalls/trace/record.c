#include "event.h"
struct recorder *recorder_create(FILE *out, const char *design, const char *program)
{
    return NULL;
}
void recorder_event(struct recorder *r, const struct event *ev, const uint64_t args[6])
{
}
void recorder_destroy(struct recorder *r)
{
}
