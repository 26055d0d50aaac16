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
emu "$B/tests/guest/hostile" pointers
is 'every kind of pointer to every system call' 0
emu --memory 256M "$B/tests/guest/hostile" memory
ok 'endless allocation ends' [ "$status" != 124 ]
ok 'without harm to the emulator' [ "$status" != 134 ]
emu "$B/tests/guest/hostile" recursion
is 'endless recursion is SIGSEGV' 139
