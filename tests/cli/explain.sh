# --explain: each refused call and each fault says why.
emu --explain "$B/tests/guest/refused"
ok 'dies of the write' [ "$status" = 139 ]
explains() { ok "$1" sh -c "grep -A1 -e '$2' '$work/err' | grep -q -e '    why: .*$3'"; }
explains 'a refused mprotect names the rule of the design' '^mprotect' 'linux-6.18: the protection of a sealed area is fixed'
explains '... who mapped' '^mprotect' 'mapped by .*make_table+0x[0-9a-f]* (refused.c:[0-9]*) <- main.* (event [0-9]*)'
explains '... who sealed' '^mprotect' 'sealed by .*protect_table+.* (event [0-9]*)'
explains '... and what was changed before' '^mprotect' 'changed before that and left so: 7'
explains 'a refused munmap changed nothing' '^munmap' 'nothing was changed before'
explains 'EINVAL names the argument' 'MAP_FIXED|MAP_ANONYMOUS' 'not a multiple of the page size'
explains 'EEXIST names the area' 'NOREPLACE' 'the area is [0-9a-f]*-[0-9a-f]* ---p'
explains 'ENOMEM names the hole, and who made it' '^madvise' 'is not mapped since it was unmapped by .*main+'
explains 'EFAULT names the argument' '^write' 'argument 2 points where nothing is mapped: 0x1234 is not mapped'
explains '... or the memory that may not be written' '^getrandom' 'argument 1 points to memory that cannot be written: [0-9a-f]*-[0-9a-f]* r--p .*sealed by '
explains 'limits are told with their numbers' '^mmap(NULL' 'RLIMIT_AS .* it is 4096 bytes, [0-9]* are in use, 12288 more'
explains 'a fault names area and instruction' '^--- SIGSEGV' 'does not permit writing: .* sealed, .*; the instruction is at 0x[0-9a-f]*, main+'
ok 'nothing is said of calls that work' sh -c "! grep -q '^mprotect.* = 0' '$work/err'"
crashes=$B/tests/guest/crashes
emu --explain "$crashes" null
explains 'a small address is no decimal number' '^--- SIGSEGV' 'executing 0x0: 0x0 is not mapped; the return address is 0x[0-9a-f]*, behind main+'
emu --explain "$crashes" wild
explains 'an address that no process has' '^--- SIGSEGV' 'writing 0x4141414141414141: no process has such an address (bits 47 to 63 differ); the instruction is at 0x.*, main+'
emu --explain --design none "$B/tests/guest/refused"
ok 'without a design nothing names one' sh -c "! grep -q 'none: ' '$work/err'"
emu --explain --design linux-6.11 "$B/tests/guest/refused"
explains 'linux-6.11 refuses before anything is changed' '^mprotect' 'nothing was changed before'
emu --explain "$guest/scenarios/scenarios" D17
explains 'a refusal that io_uring_enter itself does not tell' '^io_uring_enter.* = 1' 'linux-6.18: sealed anonymous memory that the caller cannot write keeps its contents: .*sealed by '
emu --explain --design none "$guest/scenarios/scenarios" D17
ok 'nothing is said of a request that works' sh -c "! grep -q '^io_uring_enter' '$work/err'"
emu --explain --design seccomp "$guest/scenarios/scenarios" D27
explains 'memory that is not declared broken' 'MADV_HWPOISON' 'for addresses in the window: declaring broken [0-9a-f]'
emu --explain "$B/tests/guest/filters" memory
ok 'a program that a filter kills dies of SIGSYS' [ "$status" = 159 ]
explains 'a filter that refuses a call is named' '^mprotect.* EACCES' 'seccomp: filter 1 of 2 (installed at event [0-9]*) answers SECCOMP_RET_ERRNO in its instruction 2; the call was not made$'
explains 'so is one that kills' '^munmap' 'seccomp: filter 1 of 2 .* answers SECCOMP_RET_KILL_PROCESS in its instruction 4'
explains 'what filters permit has its own reasons' '^madvise.* EINVAL' 'advice'
emu -o "$work/trace" -e trace=%creds "$B/tests/guest/filters" refusals
ok 'SIGSYS is told as strace tells it' grep -q -e '^--- SIGSYS {si_signo=SIGSYS, si_code=SYS_SECCOMP, si_errno=EAGAIN, si_call_addr=0x[0-9a-f]*, si_syscall=__NR_geteuid, si_arch=AUDIT_ARCH_X86_64} ---$' "$work/trace"
ok 'but not the one that kills' sh -c "grep -A1 '^getegid() *= 108$' '$work/trace' | grep -q '^+++ killed by SIGSYS +++$'"
# Each memory call that fails by its arguments, the address space or a limit says why: all of the guest tests' and of random calls.
unexplained()  # PROGRAM [ARGUMENTS]
{
    emu --trace-json "$work/json" "$1" $2
    grep -E '"call":"(mmap|munmap|mremap|mprotect|pkey_[a-z]*|madvise|process_madvise|brk|mlock2?|munlock|mlockall|msync|mincore|remap_file_pages|shm(get|at|dt|ctl)|[a-z_]*mempolicy[a-z_]*|mbind|migrate_pages|mseal)"' "$work/json" |
        grep -E '"result":"-1 E(NOMEM|INVAL|ACCES|EXIST|FAULT) ' >>"$work/failed"
}
if [ "$label" = unicorn ]; then
    : >"$work/failed"
    for g in "$guest"/*; do
        if [ -f "$g" ] && [ -x "$g" ]; then
            unexplained "$g"
        fi
    done
    [ ! -x "$B/mseal-fuzz-static" ] || unexplained "$B/mseal-fuzz-static" '--without exec_page,shmat --ops 2000 --seed 5'
    ok 'memory calls that fail: there are many' [ "$(wc -l <"$work/failed")" -gt 140 ]
    ok '... and each says why' sh -c '! grep -v "\"why\":\"." "$1"' - "$work/failed"
fi
emu --explain /bin/true
is 'a program without failures is told nothing about' 0 '' ''
emu --strace --explain "$B/tests/guest/refused"
ok 'with --strace the other calls are there too' grep -q '^mprotect.* = 0' "$work/err"
