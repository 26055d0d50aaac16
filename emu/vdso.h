/* vdso.h - the ELF image that --vdso maps into every program. */
#ifndef EMU_VDSO_H
#define EMU_VDSO_H

#include <stddef.h>

extern const void *const vdso_image;
extern const size_t vdso_image_size; /* bytes, a multiple of the page size */

#endif
