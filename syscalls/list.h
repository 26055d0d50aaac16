/* list.h - circular doubly linked lists embedded in the structures they link. */
#ifndef SYSCALLS_LIST_H
#define SYSCALLS_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct list_head {
    struct list_head *next, *prev;
};

#define container_of(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))

static inline void list_init(struct list_head *l)
{
    l->next = l->prev = l;
}
static inline bool list_empty(const struct list_head *l)
{
    return l->next == l;
}
static inline void list_add_tail(struct list_head *head, struct list_head *n)
{
    n->prev = head->prev;
    n->next = head;
    head->prev->next = n;
    head->prev = n;
}
static inline void list_add(struct list_head *head, struct list_head *n)
{
    list_add_tail(head->next, n);
}
/* Takes n out and leaves it empty: deleting twice is harmless. */
static inline void list_del(struct list_head *n)
{
    n->prev->next = n->next;
    n->next->prev = n->prev;
    list_init(n);
}
#define list_for_each(pos, head) for (struct list_head *pos = (head)->next; pos != (head); pos = pos->next)
#define list_for_each_safe(pos, tmp, head)                                                                   \
    for (struct list_head *pos = (head)->next, *tmp = pos->next; pos != (head); pos = tmp, tmp = pos->next)
#define list_first(head, type, member) container_of((head)->next, type, member)

#endif
