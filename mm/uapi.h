/*
 * uapi.h - numbers of Linux' user interface that mm/ takes as arguments.
 *
 * They come from the C library's <sys/mman.h>; what Debian 12's is too old to know is added here, once.
 */
#ifndef MM_UAPI_H
#define MM_UAPI_H

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

#ifndef PROT_SEM
#define PROT_SEM 0x8
#endif
#ifndef MAP_DROPPABLE
#define MAP_DROPPABLE 0x08
#endif
#ifndef MAP_UNINITIALIZED
#define MAP_UNINITIALIZED 0x4000000
#endif
#ifndef MADV_SOFT_OFFLINE
#define MADV_SOFT_OFFLINE 101
#endif
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif
#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#define MADV_GUARD_REMOVE  103
#endif
#ifndef F_SEAL_EXEC
#define F_SEAL_EXEC 0x0020
#endif

#endif
