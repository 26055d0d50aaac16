/*
 * x87.c - exceptions of x87.
 *
 * The engine computes with the precision and rounding the guest asked for, and its software notes what was inexact,
 * too large or invalid, but only a division by zero ever reaches the status word. Here each instruction begins
 * with no note, and what was noted after it goes where the processor would have it:
 *
 *      notes := none     the engine's own function     status |= notes, and an error if one is not masked
 *
 * An error is told by the next fwait or instruction that waits, as the engine does. Results are stored although they would not be.
 * What goes beyond arithmetic (fsin, f2xm1 and the like) has no notes worth telling.
 */
#include "engine.h"

#include <string.h>

#define FLAGS       0x3fu   /* the same in a note, the control and the status word, from INVALID to INEXACT */
#define ERROR       0x8080u /* ES and B */
#define CONTROL     0x037fu /* as after fninit */
#define ROUND_UP    0x0800u
#define STATUS_KEPT 0x7f00u /* by fnclex */

/* Where things are in the engine's state: control word, status word before it, and what was noted; 0: not found. */
static unsigned control_at, notes_at;

static inline uint16_t *control(void *state)
{
    return (uint16_t *)((uint8_t *)state + control_at);
}

static inline uint16_t *status(void *state)
{
    return control(state) - 1;
}

static inline uint8_t *notes(void *state)
{
    return (uint8_t *)state + notes_at;
}

struct before {
    uint16_t status;
    uint8_t notes;
};

static inline struct before begin(void *state)
{
    struct before b = {0};

    if (control_at) {
        b.status = *status(state);
        b.notes = *notes(state);
        *notes(state) = 0;
    }
    return b;
}

static inline void end(void *state, struct before b)
{
    unsigned flags;

    if (!control_at)
        return;
    flags = (b.status | *notes(state)) & FLAGS;
    *notes(state) |= b.notes;
    *status(state) = (uint16_t)((*status(state) & ~(FLAGS | ERROR)) | flags);
    if (flags & ~(unsigned)*control(state))
        *status(state) |= ERROR;
}

#define ON_STACK(name)                                                                                       \
    WRAP(void, name, void *state)                                                                            \
    {                                                                                                        \
        struct before b = begin(state);                                                                      \
                                                                                                             \
        __real_##name(state);                                                                                \
        end(state, b);                                                                                       \
    }

#define WITH(name, type)                                                                                     \
    WRAP(void, name, void *state, type value)                                                                \
    {                                                                                                        \
        struct before b = begin(state);                                                                      \
                                                                                                             \
        __real_##name(state, value);                                                                         \
        end(state, b);                                                                                       \
    }

#define GIVES(name, type)                                                                                    \
    WRAP(type, name, void *state)                                                                            \
    {                                                                                                        \
        struct before b = begin(state);                                                                      \
        type r = __real_##name(state);                                                                       \
                                                                                                             \
        end(state, b);                                                                                       \
        return r;                                                                                            \
    }

ON_STACK(helper_fadd_ST0_FT0_x86_64)
ON_STACK(helper_fmul_ST0_FT0_x86_64)
ON_STACK(helper_fsub_ST0_FT0_x86_64)
ON_STACK(helper_fsubr_ST0_FT0_x86_64)
ON_STACK(helper_fdiv_ST0_FT0_x86_64)
ON_STACK(helper_fdivr_ST0_FT0_x86_64)
ON_STACK(helper_fsqrt_x86_64)
ON_STACK(helper_frndint_x86_64)
ON_STACK(helper_fcom_ST0_FT0_x86_64)
ON_STACK(helper_fucom_ST0_FT0_x86_64)
ON_STACK(helper_fcomi_ST0_FT0_x86_64)
ON_STACK(helper_fucomi_ST0_FT0_x86_64)
WITH(helper_fadd_STN_ST0_x86_64, int)
WITH(helper_fmul_STN_ST0_x86_64, int)
WITH(helper_fsub_STN_ST0_x86_64, int)
WITH(helper_fsubr_STN_ST0_x86_64, int)
WITH(helper_fdiv_STN_ST0_x86_64, int)
WITH(helper_fdivr_STN_ST0_x86_64, int)
WITH(helper_flds_FT0_x86_64, uint32_t)
WITH(helper_fldl_FT0_x86_64, uint64_t)
WITH(helper_flds_ST0_x86_64, uint32_t)
WITH(helper_fldl_ST0_x86_64, uint64_t)
GIVES(helper_fsts_ST0_x86_64, uint32_t)
GIVES(helper_fstl_ST0_x86_64, uint64_t)
GIVES(helper_fistl_ST0_x86_64, int32_t)
GIVES(helper_fistll_ST0_x86_64, int64_t)
GIVES(helper_fisttl_ST0_x86_64, int32_t)
GIVES(helper_fisttll_ST0_x86_64, int64_t)

/* ---- where all that is: ask the engine ---- */

void helper_fldcw_x86_64(void *state, uint32_t value) __attribute__((weak));
void helper_fclex_x86_64(void *state) __attribute__((weak));

/*
 * A control word loaded into a state that is all zeros is there itself, and as softfloat's rounding (2: up), followed by
 * the notes and the precision (80 bits).
 */
void x87_look(void)
{
    static uint8_t blank[4096] __attribute__((aligned(16)));
    const uint16_t value = CONTROL | ROUND_UP;
    unsigned control_found = 0, rounding_found = 0, word = 0, rounding = 0;
    uint16_t ones = UINT16_MAX, kept = 0;

    if (!helper_fldcw_x86_64 || !helper_fclex_x86_64)
        return; /* the shared library */
    helper_fldcw_x86_64(blank, value);
    for (unsigned i = 2; i < sizeof(blank) - 2; i++) {
        if (!memcmp(blank + i, &value, sizeof(value))) {
            word = i;
            control_found++;
        }
        if (blank[i] == 2 && blank[i + 1] == 0 && blank[i + 2] == 80) {
            rounding = i;
            rounding_found++;
        }
    }
    if (control_found != 1 || rounding_found != 1 || word % 2)
        return;
    memcpy(blank + word - 2, &ones, sizeof(ones));
    helper_fclex_x86_64(blank);
    memcpy(&kept, blank + word - 2, sizeof(kept));
    if (kept != STATUS_KEPT)
        return;
    control_at = word;
    notes_at = rounding + 1;
}
