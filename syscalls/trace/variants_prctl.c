/* variants_prctl.c - what the options of prctl and arch_prctl take and give back; rows as in variants.c. */
#include <asm/prctl.h>
#include <linux/prctl.h>

#include "print.h"

#define OTHERWISE VARIANT_OTHERWISE
/* Of newer kernels' headers. */
#define PR_SET_MDWE_               65
#define PR_GET_MDWE_               66
#define ARCH_GET_XCOMP_SUPP_       0x1021
#define ARCH_GET_XCOMP_PERM_       0x1022
#define ARCH_REQ_XCOMP_PERM_       0x1023
#define ARCH_GET_XCOMP_GUEST_PERM_ 0x1024
#define ARCH_REQ_XCOMP_GUEST_PERM_ 0x1025

static const struct variant prctl_variants[] = {
    {PR_SET_PDEATHSIG, "lsig"},
    {PR_GET_PDEATHSIG, "o:signal_there"},
    {PR_GET_DUMPABLE, NULL, "name:dumpable"},
    {PR_SET_DUMPABLE, "X:dumpable"},
    {PR_GET_UNALIGN, "o:unalign_there"},
    {PR_SET_UNALIGN, "f:unalign"},
    {PR_GET_KEEPCAPS, NULL},
    {PR_SET_KEEPCAPS, "ulong"},
    {PR_GET_FPEMU, "ouintp"},
    {PR_SET_FPEMU, "ulong"},
    {PR_GET_FPEXC, "ouintp"},
    {PR_SET_FPEXC, "ulong"},
    {PR_GET_TIMING, NULL},
    {PR_SET_TIMING, "ulong"},
    {PR_SET_NAME, "str15"},
    {PR_GET_NAME, "ostr15"},
    {PR_GET_ENDIAN, "ouintp"},
    {PR_SET_ENDIAN, "ulong"},
    {PR_GET_SECCOMP, NULL},
    {PR_SET_SECCOMP, "X:seccomp_mode,v:prctl_seccomp"},
    {PR_CAPBSET_READ, "X:cap"},
    {PR_CAPBSET_DROP, "X:cap"},
    {PR_GET_TSC, "o:tsc_there"},
    {PR_SET_TSC, "x:tsc"},
    {PR_GET_SECUREBITS, NULL, "flags:securebits"},
    {PR_SET_SECUREBITS, "F:securebits"},
    {PR_SET_TIMERSLACK, "long"},
    {PR_GET_TIMERSLACK, NULL},
    {PR_TASK_PERF_EVENTS_DISABLE, NULL},
    {PR_TASK_PERF_EVENTS_ENABLE, NULL},
    {PR_MCE_KILL, "X:mce_kill,v:mce_kill"},
    {PR_MCE_KILL_GET, "hex,hex,hex,hex", "name:mce_policy"},
    {PR_SET_MM, "x:set_mm,hex,hex,hex"},
    {PR_SET_PTRACER, "n:ptracer"},
    {PR_SET_CHILD_SUBREAPER, "ulong"},
    {PR_GET_CHILD_SUBREAPER, "ouintp"},
    {PR_SET_NO_NEW_PRIVS, "ulong,hex,hex,hex"},
    {PR_GET_NO_NEW_PRIVS, "hex,hex,hex,hex"},
    {PR_GET_TID_ADDRESS, "optrp"},
    {PR_SET_THP_DISABLE, "ulong,hex,hex,hex"},
    {PR_GET_THP_DISABLE, "hex,hex,hex,hex"},
    {PR_SET_FP_MODE, "f:fp_mode"},
    {PR_GET_FP_MODE, NULL, "flags:fp_mode"},
    {PR_CAP_AMBIENT, "X:cap_ambient,v:cap_ambient"},
    {PR_SVE_GET_VL, NULL},
    {PR_GET_SPECULATION_CTRL, "X:speculation", "anyflags:spec_control"},
    {PR_SET_SPECULATION_CTRL, "X:speculation,v:speculation"},
    {PR_PAC_RESET_KEYS, "F:pac,hex,hex,hex"},
    {PR_SET_IO_FLUSHER, "ulong,hex,hex,hex"},
    {PR_GET_IO_FLUSHER, "hex,hex,hex,hex"},
    {PR_SET_SYSCALL_USER_DISPATCH, "X:user_dispatch,hex,hex,ptr"},
    {PR_PAC_SET_ENABLED_KEYS, "F:pac,F:pac,hex,hex"},
    {PR_SCHED_CORE, "x:sched_core,v:sched_core"},
    {PR_SET_MDWE_, "f:mdwe,hex,hex,hex"},
    {PR_GET_MDWE_, "hex,hex,hex,hex", "flags:mdwe"},
    {PR_SET_VMA, "x:vma_op,v:vma_op"},
    {OTHERWISE, "hex,hex,hex,hex"},
};
static const struct variant seccomp_variants[] = {
    {1, NULL}, /* SECCOMP_MODE_STRICT */
    {2, "i:seccomp_prog"},
    {OTHERWISE, "hex,hex,hex"},
};
static const struct variant mce_kill_variants[] = {
    {PR_MCE_KILL_SET, "X:mce_policy,hex,hex"},
    {OTHERWISE, "hex,hex,hex"},
};
static const struct variant ambient_variants[] = {
    {PR_CAP_AMBIENT_IS_SET, "X:cap,hex,hex"},
    {PR_CAP_AMBIENT_RAISE, "X:cap,hex,hex"},
    {PR_CAP_AMBIENT_LOWER, "X:cap,hex,hex"},
    {OTHERWISE, "hex,hex,hex"},
};
static const struct variant speculation_variants[] = {
    {PR_SPEC_STORE_BYPASS, "F:spec_control"},
    {PR_SPEC_INDIRECT_BRANCH, "F:spec_control"},
    {PR_SPEC_L1D_FLUSH, "F:spec_control"},
    {OTHERWISE, "hex"},
};
static const struct variant sched_core_variants[] = {
    {PR_SCHED_CORE_GET, "pid,x:pidtype,ohexp"},
    {OTHERWISE, "pid,x:pidtype,hex"},
};
static const struct variant vma_variants[] = {
    {PR_SET_VMA_ANON_NAME, "ptr,size,str"},
    {OTHERWISE, "hex,hex,hex"},
};

static const struct variant arch_prctl_variants[] = {
    {ARCH_GET_FS, "optrp"},
    {ARCH_GET_GS, "optrp"},
    {ARCH_GET_CPUID, NULL},
    {ARCH_GET_XCOMP_SUPP_, "o:xfeatures_there"},
    {ARCH_GET_XCOMP_PERM_, "o:xfeatures_there"},
    {ARCH_GET_XCOMP_GUEST_PERM_, "o:xfeatures_there"},
    {ARCH_REQ_XCOMP_PERM_, "n:xfeature", "flags:xfeature_mask"},
    {ARCH_REQ_XCOMP_GUEST_PERM_, "n:xfeature", "flags:xfeature_mask"},
    {OTHERWISE, "hex"},
};

const struct variant_set variant_sets_prctl[] = {
    {"prctl", prctl_variants, 0},
    {"prctl_seccomp", seccomp_variants, 0},
    {"mce_kill", mce_kill_variants, 0},
    {"cap_ambient", ambient_variants, 0},
    {"speculation", speculation_variants, 0},
    {"sched_core", sched_core_variants, 0},
    {"vma_op", vma_variants, 0},
    {"arch_prctl", arch_prctl_variants, 0},
    {NULL, NULL, 0},
};
