# Files that are no programs, and programs that mean harm: a clean error or signal, never a crash of the emulator.
mkdir -p "$work/elf"
base=$guest/brk
# elf NAME OFFSET BYTES: a copy of a good program with bytes changed.
elf()
{
    head -c "${size:-100000000}" "$base" >"$work/elf/$1"
    [ -z "${2-}" ] || printf "$3" | dd of="$work/elf/$1" bs=1 seek="$2" conv=notrunc status=none
    chmod +x "$work/elf/$1"
}
# The host's kernel is asked first; it must be the same errno.
same()
{
    "$work/elf/$1" >/dev/null 2>&1
    native=$?
    emu "$work/elf/$1"
    case $native in
    126 | 127) is "ELF: $2" 126 '' 'mseal-emu: ' ;;
    *) ok "ELF: $2: as natively ($native)" [ "$status" = "$native" ] ;;
    esac
}
for n in 1 4 16 63 64 100 1000; do
    size=$n elf cut$n
    same cut$n "cut to $n bytes"
done
size=
elf magic 0 '\177ELG' && same magic 'a wrong magic'
elf class 4 '\001' && same class 'a 32-bit class byte'
elf type 16 '\001' && same type 'a relocatable type'
elf machine 18 '\003' && same machine 'another machine'
elf phoff 32 '\377\377\377\377\377\377\377\177' && same phoff 'program headers at an absurd offset'
elf phentsize 54 '\377\377' && same phentsize 'an absurd program header size'
elf phnum0 56 '\000\000' && same phnum0 'no program headers'
elf phnum 56 '\377\377' && same phnum '65,535 program headers'
elf entry 24 '\000\000\000\000\000\000\000\000' && same entry 'an entry point of 0'
elf vaddr 80 '\000\000\000\000\000\000\000\200' && same vaddr 'a segment at a kernel address'
elf filesz 96 '\377\377\377\377\377\377\377\377' && same filesz 'an endless file size'
elf memsz 104 '\377\377\377\377\377\377\377\377' && same memsz 'an endless memory size'

# Memory the emulator needs at most while the guest has 64 MiB; a sanitized build needs more of its own.
hostile=$B/tests/guest/hostile
bounded()  # NAME MODE STATUS [OUT [ERR]]
{
    name=$1 mode=$2
    shift 2
    emu --memory 64M "$hostile" "$mode"
    is "$name" "$@"
    [ "$SANITIZE" = 1 ] || {
        kb=$( (cd "$work/dir" && exec python3 -c '
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' timeout 60 "$program" --memory 64M "$hostile" "$mode") )
        ok "$name: the emulator stays small (${kb} KiB)" [ "$kb" -lt 150000 ]
    }
}
bounded 'endless mmap and touch is SIGKILL, with a line that says why' map-touch 137 '' 'out of memory'
bounded 'endless mmap is ENOMEM at max_map_count' map-only 0 ENOMEM ''
bounded 'the address space ends in ENOMEM' address-space 0 ENOMEM ''
bounded 'an endless heap is SIGKILL' heap 137 '' 'out of memory'
bounded 'an endless file is ENOSPC' file 0 ENOSPC ''
bounded 'endless pipes are EMFILE' descriptors 0 EMFILE ''
bounded 'page tables without end are SIGKILL' tables 137 '' 'out of memory'
bounded 'endless recursion is SIGSEGV' recursion 139 '' 'SIGSEGV'
bounded 'recursion in the handler of recursion is SIGSEGV' handler 139 '' 'SIGSEGV'

# Deadlock is our failure; nothing may be left over then (a sanitized build looks; what Unicorn keeps is not ours).
if [ "$SANITIZE" = 1 ]; then
    saved=$ASAN_OPTIONS
    export ASAN_OPTIONS=detect_leaks=1:exitcode=77 LSAN_OPTIONS=suppressions=$top/tests/lsan.supp:print_suppressions=0
    emu "$hostile" deadlock
    is 'deadlock, without a leak' 125 '' 'deadlock'
    export ASAN_OPTIONS="$saved"
    unset LSAN_OPTIONS
else
    emu "$hostile" deadlock
    is 'deadlock is our failure' 125 '' 'deadlock'
fi

# A second open through /proc/self/fd: once a crash for what has no open file operations. A pidfd opens again natively only.
emu "$hostile" reopen
sed '/^pidfd/d' "$work/out" >"$work/reopen"
"$hostile" reopen | sed '/^pidfd/d' >"$work/reopen.host"
ok 'a second open of every kind of descriptor: as natively' cmp "$work/reopen" "$work/reopen.host"

# Traces decode what the guest passes: nothing in it may harm the emulator, nor differ from one version or run to the next.
emu --strace -o "$work/trace" "$hostile" addresses
is 'addresses of sockets of every family and length, traced' 0 '' ''
ok 'the trace shows them' grep -q 'sun_path' "$work/trace"
emu --memory 64M --strace -o "$work/trace" "$hostile" calls
is 'every system call with arguments of every kind, traced' 0 '24576 calls'
first=$work/calls-traced
if [ -f "$first" ]; then
    ok 'byte for byte as with the other Unicorn' cmp "$work/trace" "$first"
    rm -f "$first"
else
    mv "$work/trace" "$first"
fi
