/* record.h - the tags of a recording; record.c describes the form. */
#ifndef SYSCALLS_TRACE_RECORD_H
#define SYSCALLS_TRACE_RECORD_H

#define RECORD_MAGIC "MSEALREC1\n"
enum { RECORD_STRING = 1, RECORD_CALL, RECORD_AREAS, RECORD_WHO, RECORD_WHY, RECORD_NOTE };

#endif
