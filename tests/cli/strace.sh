# strace's options: line by line what Debian's strace prints of the same programs, run natively; and what it cannot be asked.

# Addresses, numbers of processes, and what depends on the machine are no difference.
plain()
{
    sed -E 's/\[[0-9a-f]{16}\]/[IP]/; s/0x[0-9a-f]{6,}/ADDR/g; s/[0-9]+ vars?/N vars/
        s/(set_tid_address\(ADDR\)|get(p|t)*[ip]*d\(\)) += (0x)?[0-9a-f]+/\1 = PID/; s/  +=/ =/
        s/, \.\.\.\}/, ...}/; s/st_size=[0-9]+/st_size=N/; s/\b[0-9]{5,}\b/N/g
        s/(F_GETFL.*flags )0x8001 \/\* (.*) \*\//\1\2/' "$1" | # newer ones print these flags by name only
        grep -vE '^(\[ *[0-9?]*\] )?(\[IP\] )?(rseq|prlimit64|getrandom|brk|arch_prctl|set_robust_list|mmap\((NULL|0), (8192|N|0x[23]000), (PROT_READ.PROT_WRITE|0x3)|rt_sigaction.*/\* SIG|.*glibc-hwcaps|(newfstatat\(1, ""|fstat\(1), \{st_dev|getppid)'
}

# compared OPTIONS COMMAND: word by word, without quotes.
compared()
{
    # shellcheck disable=SC2086
    (cd "$work/dir" && export TZ=UTC0 && strace $1 -o "$work/theirs" $2 >/dev/null 2>&1
     "$program" --strace $1 -o "$work/ours" $2 >/dev/null 2>&1)
    plain "$work/theirs" >"$work/theirs.plain"
    plain "$work/ours" >"$work/ours.plain"
    ok "strace $1 $2: the same lines" diff "$work/theirs.plain" "$work/ours.plain"
}

if have strace && strace -o /dev/null true 2>/dev/null; then
    for run in 'cat /etc/hostname' 'sh -c :' 'head -c 10 /dev/zero' 'wc /etc/hostname' 'env -i /bin/echo hello' 'cat /nonexistent'; do
        for options in '' '-y' '-X verbose' '-s 7' '-Z' '-e trace=%file'; do
            compared "$options" "$run"
        done
    done
    while read -r options; do
        compared "$options" 'cat /etc/hostname'
    done <<'END'
-n
-n -i
-a 20
-a 0
-q
-qq
-qqq
-e quiet=exit
-e quiet=!exit
-P /etc/hostname
-P /nonexistent -P /etc/hostname
-yy
-e decode-fds=none
-e decode-fds=path,dev
-e raw=openat,read
-e raw=all
-e raw=%file -e trace=%file
-e verbose=none
-e verbose=!newfstatat
-e abbrev=!newfstatat
-e read=3
-e read=all -e write=1
-e read=3 -xx
--timestamps=none
--trace=openat,read
--raw=openat --read=3
--decode-fds=path --decode-pids=none
--decode-fds=dev
--status=failed --quiet=exit
--strings-in-hex
--strings-in-hex=none
--strings-in-hex=non-ascii
--strings-in-hex=non-ascii-chars
--abbrev=all --verbose=none
--signal=none --silence=all
--fault=close:error=EBADF:when=1 --trace=close
-e status=failed
-e status=unfinished
-e status=!failed
-e status=none
END
    compared '-e abbrev=none' 'env -i /bin/cat /etc/hostname'
    compared '-v -e trace=execve,newfstatat' 'env -i /bin/cat /etc/hostname'
    compared '-e raw=all' 'cat /nonexistent'
    compared '-e signal=none' "sh -c kill"
    strace -e trace=futex -o "$work/theirs" "$guest/proc_requeue_pi" >"$work/out"
    "$program" --strace -e trace=futex -o "$work/ours" "$guest/proc_requeue_pi" >"$work/out"
    for side in ours theirs; do
        sed -E 's/^[0-9]+ +//; s/0x[0-9a-f]{6,}/ADDR/g; s/  +=/ =/' "$work/$side" | grep -E '^futex.*(CMP_REQUEUE|TRYLOCK|FUTEX_WAKE, |WAIT_REQUEUE.*= -1 E)' |
            grep -v _PRIVATE >"$work/$side.plain"
    done
    ok 'strace of futex: the same lines' diff "$work/theirs.plain" "$work/ours.plain"
    ok 'which are there' grep -q '^futex(ADDR, FUTEX_CMP_REQUEUE_PI, 1, 10, ADDR, 0) = 3$' "$work/ours.plain"
    calls=mq_open,mq_unlink,mq_timedsend,mq_timedreceive,mq_notify,mq_getsetattr
    strace -e trace=$calls -o "$work/theirs.mq" "$guest/proc_mqueue" >"$work/out"
    "$program" --strace -e trace=$calls -o "$work/ours.mq" "$guest/proc_mqueue" >"$work/out"
    for side in ours theirs; do # what waits is told otherwise when another process is traced, too
        sed -E 's/^[0-9]+ +//; s/0x[0-9a-f]{6,}/ADDR/g; s/  +=/ =/; s/probe-mq(2?)-[0-9]+/NAME\1/' "$work/$side.mq" |
            grep '^mq_' | grep -vE 'unfinished|from the child|fill|waited' >"$work/$side.plain.mq"
    done
    ok 'strace of message queues: the same lines' diff "$work/theirs.plain.mq" "$work/ours.plain.mq"
    ok 'many of them' [ "$(wc -l <"$work/ours.plain.mq")" -gt 50 ]
    strace -f -e trace=rt_sigtimedwait -o "$work/theirs" "$guest/net_async" >"$work/out"
    "$program" --strace -e trace=rt_sigtimedwait -o "$work/ours" "$guest/net_async" >"$work/out"
    for side in ours theirs; do
        grep -oE '\{si_signo=[^}]*si_code=(POLL|SI_SIGIO|SI_KERNEL|0x)[^}]*\}' "$work/$side" >"$work/$side.plain"
    done
    ok 'strace of what O_ASYNC sends: the same lines' diff "$work/theirs.plain" "$work/ours.plain"
    ok 'which say why' grep -q '{si_signo=SIGIO, si_code=POLL_IN, si_band=65, si_fd=[0-9]*}$' "$work/ours.plain"
    if "$guest/uring" | grep -q '^skip'; then
        skip 'strace of io_uring compared' 'no io_uring here'
    else
        calls=io_uring_setup,io_uring_register older=
        strace_since 6 13 || older='; s/, user_addr=0\}/}/g; # and flags it has no name for
            /flags=[^,]*(SETUP_(SINGLE_ISSUER|DEFER_TASKRUN|NO_[A-Z]*|REGISTERED_FD_ONLY|HYBRID_IOPOLL|\?\?\?)|\|0x)/d'
        strace -e trace=$calls -o "$work/theirs" "$guest/uring" >"$work/out" 2>&1
        "$program" --strace -e trace=$calls -o "$work/ours" "$guest/uring" >"$work/out" 2>&1
        for side in ours theirs; do # what a kernel's io_uring can do is its own affair
            plain "$work/$side" | sed -E 's/^[0-9]+ +//; s/features=[^,]*/features=F/'"$older"'; /REGISTER_PROBE/d' | grep ^io_uring >"$work/$side.plain"
        done
        ok 'strace of io_uring: the same lines' diff "$work/theirs.plain" "$work/ours.plain"
        ok 'and there are many' [ "$(grep -c . "$work/ours.plain")" -gt 40 ]
    fi
    # Calls that never end, told with another process's between: the last lines of the one that waits.
    for call in read readv write poll select epoll_wait nanosleep pause sigtimedwait wait4 waitid futex accept recvfrom recvmsg sendmsg; do
        timeout 60 strace -f -o "$work/theirs" "$B/tests/guest/blocked" $call >"$work/out" 2>&1
        "$program" --strace -f -o "$work/ours" "$B/tests/guest/blocked" $call >"$work/out" 2>&1
        for side in ours theirs; do
            awk 'NR == 1 { pid = $1 } $1 == pid' "$work/$side" | tail -n 3 | sed -E 's/^[0-9]+ +//; s/0x[0-9a-f]{6,}/ADDR/g' >"$work/$side.plain"
        done
        ok "a killed $call: the same lines" diff "$work/theirs.plain" "$work/ours.plain"
        ok '... the call, its end, and that of the process' \
            [ "$(grep -cE '^[a-z0-9_]+\(.* <unfinished|^<... [a-z0-9_]+ resumed>.*\) += \?$|^\+\+\+ killed by SIGKILL' "$work/ours.plain")" = 3 ]
    done
    emu --strace -o "$work/trace" --trace-json "$work/json" "$B/tests/guest/blocked" read
    "$program" history --text "$work/json" >"$work/text"
    ok 'JSON -> text of a call that never ends' sh -c "cmp '$work/trace' '$work/text' && grep -q 'read resumed> <unfinished' '$work/text'"
    # The memory calls of guest tests, by shape: how often they come and what numbers they have is the kernel's business.
    older=
    strace_since 6 13 || older='; s/(MREMAP_MAYMOVE.MREMAP_DONTUNMAP), [^)]*\)/\1)/'
    for compare in aio:'io_[a-z]*' mlock:mincore mremap:mremap \
        userfault:'userfaultfd|ioctl\(N, UFFDIO_(COPY|ZEROPAGE|UNREGISTER|WAKE)'; do
        strace -f -o "$work/theirs" "$guest/${compare%%:*}" >"$work/out" 2>&1
        "$program" --strace -f -o "$work/ours" "$guest/${compare%%:*}" >"$work/out" 2>&1
        for side in ours theirs; do
            sed -E 's/^[0-9]+ +//; s/0x[0-9a-f]+/N/g; s/"([^"\\]|\\.)*"(\.\.\.)?/S/g; s/-?[0-9]+/N/g; s/  +=/ =/; s/\) = .*/)/'"$older" "$work/$side" |
                grep -E "^(${compare#*:})" | grep -v -e unfinished -e resumed | sort -u >"$work/$side.plain"
        done
        ok "strace of guest-tests/${compare%%:*}: no other shapes" sh -c "comm -23 '$work/theirs.plain' '$work/ours.plain' | grep . && exit 1; [ \$(wc -l <'$work/ours.plain') -ge 2 ]"
    done
else
    skip 'strace compared' 'no strace, or it may not trace here'
fi

# ---- what differs on purpose, or is not there ----
emu -Y -e getpid,kill sh -c 'kill -0 $$'
ok '-Y: names of processes' grep -Eq '^kill\(1000<sh>, 0\) += 0$' "$work/err"
emu -Y -f -e none -o "$work/trace" sh -c 'sleep 0; exit 0'
ok '... before each line too' grep -q '^1001<sleep> +++ exited' "$work/trace"
emu -v -e uname,getrusage uname
ok '-v: whole structures' grep -q '^uname({sysname="Linux", nodename="[^"]*", release="6.18.0-mseal-emu", .*, domainname="(none)"}) = 0$' "$work/err"
emu -v -E A=1 -E HOME -e execve env -i A=1 /bin/true
ok '... and environments' grep -q '^execve("/bin/true", \["/bin/true"\], \["A=1"\])' "$work/err"
mkdir -p "$work/dir/one" && touch "$work/dir/one/a"
emu -v -e getdents64 ls one
ok '... and directories' grep -Eq '^getdents64\(3, \[.*\{d_ino=[0-9]+, d_off=[0-9]+, d_reclen=24, d_type=DT_REG, d_name="a"\}\], 32768\) = 72$' "$work/err"
if have busybox; then # in the guest's root a link leads elsewhere than on the host
    mkdir -p "$work/seen/bin" && cp "$(command -v busybox)" "$work/seen/bin/busybox" && echo inside >"$work/seen/here" && ln -sf /here "$work/seen/link"
    emu --root "$work/seen" -P /link -e openat,sendfile -qq -o "$work/trace" /bin/busybox cat /here /bin/../here
    ok '-P: what a link leads to in the root of the guest' \
        sh -c "grep -q '^sendfile(1, 3, ' '$work/trace' && grep -q '^open.*\"/here\"' '$work/trace' && ! grep -q bin '$work/trace'"
else
    skip '-P in a root' 'no busybox'
fi
echo first >"$work/trace"
emu -A -o "$work/trace" -e none true
ok '-A: adds to the file' [ "$(cat "$work/trace")" = "first
+++ exited with 0 +++" ]
emu -n -i -e kill sh -c 'kill -SEGV $$'
ok '-n -i: a signal has the number of the call before it, an end no place' \
    sh -c "grep -Eq '^\[  62\] \[0000[0-9a-f]{12}\] --- SIGSEGV' '$work/err' && grep -Eq '^\[ +62\] \[\?{16}\] \+\+\+ killed' '$work/err'"
emu -n -e none sh -c 'kill $$'
ok '... traced or not' grep -q '^\[  62\] --- SIGTERM' "$work/err"
emu -n -i -Y -a 60 -qq -f -o "$work/trace" --trace-json "$work/json" bash -c 'true | cat'
"$program" history --text --help >"$work/text"
for each in '-n -i -Y -a 60 -qq' '-n' '-i -a 1' '-Y -q'; do
    # shellcheck disable=SC2086
    emu $each -o "$work/trace" --strace --trace-json "$work/json" bash -c 'true | cat'
    # shellcheck disable=SC2086
    "$program" history --text $each "$work/json" >"$work/text"
    ok "JSON -> text with $each" sh -c "cmp '$work/trace' '$work/text' && [ \$(wc -l <'$work/text') -gt 100 ]"
done
emu --strace -e write=1 -o "$work/trace" --trace-json "$work/json" echo hello
"$program" history --text "$work/json" >"$work/text"
ok '... with bytes written' sh -c "cmp '$work/trace' '$work/text' && grep -q '^ | 00000  68 65 6c 6c 6f 0a   .* hello.  *|\$' '$work/text'"

# ---- times ----
while read -r options; do
    pattern=${options#*: }
    options=${options%%: *}
    case $options in
    *quiet*) ;; # which does not go with -q
    *) options="-qq $options" ;;
    esac
    # shellcheck disable=SC2086
    emu $options -e getpid,kill sh -c 'kill -0 $$'
    ok "$options" sh -c "grep -c . '$work/err' | grep -qx 2 && ! grep -Evq '^$pattern' '$work/err'"
done <<'END'
-t -e signal=none: [0-9]{2}:[0-9]{2}:[0-9]{2} [gk+]
-r: [ ]{5}[0-9]\.[0-9]{6} [gk+]
-r -tt: [0-9:]{8}\.[0-9]{6} \(\+ {5}[0-9]\.[0-9]{6}\) [gk+]
--timestamps=unix: [0-9]{10} [gk+]
--timestamps=format:unix,precision:ms --relative-timestamps=s: [0-9]{10}\.[0-9]{3} \(\+ {5}[0-9]\) [gk+]
--absolute-timestamps=ns: [0-9:]{8}\.[0-9]{9} [gk+]
--relative-timestamps=ns: [ ]{5}[0-9]\.[0-9]{9} [gk+]
--syscall-times=ns -e quiet=exit: .* = [0-9]+ <0\.[0-9]{9}>$
--syscall-times=ms -qq: .* = [0-9]+ <0\.[0-9]{3}>$
-T --quiet=exit: .* = [0-9]+ <0\.[0-9]{6}>$
END
emu --timestamps=unix,ms --relative-timestamps=ns --syscall-times=ns --strace -o "$work/trace" --trace-json "$work/json" bash -c 'true | cat'
"$program" history --text --timestamps=unix,ms --relative-timestamps=ns --syscall-times=ns "$work/json" >"$work/text"
ok 'JSON -> text with times' cmp "$work/trace" "$work/text"

# ---- less of it ----
emu --strace --syscall-limit=3 -o "$work/trace" --trace-json "$work/json" cat /etc/hostname
ok '--syscall-limit: so many calls, then nothing' sh -c "[ \$(grep -c '(.*) *= ' '$work/trace') = 3 ] && [ \$(wc -l <'$work/trace') = 3 ]"
ok '... the program goes on' cmp "$work/out" /etc/hostname
"$program" history --text "$work/json" >"$work/text"
ok '... from JSON, too' cmp "$work/trace" "$work/text"
# It counts calls that came back, of those told; strace has it since 6.3.
limited() # TRACER OPTION...
{
    (cd "$work/dir" && "$@" --syscall-limit=3 -o "$work/trace" sh -c '(exit 3); (exit 4); (exit 5); (exit 6); exit 7' >"$work/out" 2>&1 </dev/null)
    shift
    ok "$* --syscall-limit=3: what is counted" [ "$(grep -cE ' = -?[0-9]' "$work/trace")" = 3 ]
}
while read -r options; do
    # shellcheck disable=SC2086
    limited "$program" --strace $options
    # shellcheck disable=SC2086
    ! strace_since 6 3 || ! strace -o /dev/null true 2>/dev/null || limited strace $options
done <<'END'
-f -e trace=exit_group,wait4
-z -e trace=access,openat,close
-Z -f -e trace=wait4
END
emu -k --stack-trace-frame-limit=1 -e write echo hello
ok '--stack-trace-frame-limit: so many frames' sh -c "[ \$(grep -c '^ > .*\[0x' '$work/err') = 1 ] && grep -qx ' > too many stack frames' '$work/err'"
emu --trace-fds=3 cat /etc/hostname
ok '--trace-fds: what is about a descriptor' sh -c "grep -q '^close(3)' '$work/err' && ! grep -Eq '^(write|close\((1|2))' '$work/err'"
emu --decode-pids=comm -e kill sh -c 'kill -0 $$'
ok '--decode-pids=comm' grep -q '^kill(1000<sh>, 0)' "$work/err"

# ---- the table ----
emu -c -S name -U name,calls,errors sh -c 'exec cat /nonexistent'
ok '-c -U: these columns' sh -c "head -n 1 '$work/err' | grep -q 'nonexistent' || sed -n 2p '$work/err' | grep -qx '[-]* [-]* [-]*'"
ok '... sorted by name' sh -c "sed -n '/^[a-z0-9_]* *[0-9]/p' '$work/err' | grep -v '^total' | sort -c"
emu -c -S calls -U calls,name true
ok '-S calls: the most first' sh -c "sed '1,2d; /^-/,\$d' '$work/err' | awk '{print \$1}' | sort -rnc"
emu -c -U max-time,name sleep 3
ok '-c: time the processor works' grep -Eq '^ *0\.0[0-9]* clock_nanosleep$' "$work/err"
emu -c -w -U max-time,name sleep 3
ok '-w: time that passes' grep -Eq '^3\.[0-9]* clock_nanosleep$' "$work/err"
if have strace && strace -o /dev/null true 2>/dev/null; then
    for columns in calls,name name,calls,errors time-percent,total-time,min-time,max-time,avg-time,calls,errors,name errors; do
        strace -c -U $columns -o "$work/theirs" true 2>/dev/null
        "$program" -c -U $columns -o "$work/ours" true
        ok "-U $columns: strace's head" [ "$(head -n 2 "$work/theirs")" = "$(head -n 2 "$work/ours")" ]
    done
fi

# ---- wrong ones ----
while read -r options; do
    what=${options#*: }
    options=${options%%: *}
    # shellcheck disable=SC2086
    emu $options true
    is "$options is a usage error" 2 '' "$what"
done <<'END'
-p 1: cannot be traced
-D: no process of its own
-b write: -b 'write': is execve
--secontext: no SELinux
-u root: runs as the caller
-I 1: signals reach the program
-O 5: times are virtual
--attach=1: cannot be traced
--seccomp-bpf: no call has to be stopped
--tips: there are none
--trace: needs a value
--timestamps=foo: --timestamps 'foo': is of
--relative-timestamps=m: is s, ms, us or ns
--syscall-times=x: is s, ms, us or ns
--strings-in-hex=x: is none, non-ascii-chars
--stack-trace=source: is symbol
--decode-pids=x: decode-pids is of
-a x: not a number
-S nonsense -c: -S 'nonsense': is time
-U calls,nonsense -c: -U 'calls,nonsense': is of
-U calls,calls -c: -U 'calls,calls': is of
-e status=good: status is of
-e quiet=never: quiet is of
-e decode-fds=x: decode-fds is of
-e read=x: not a number
-e raw=nonsense: no such system call
-e kvm=vcpu: no kvm here
-e nonsense=1: -e takes trace=
END
emu --strace -e trace=statmount,listmount "$B/guest-tests/file_mounts"
ok 'statmount: what is asked and told' grep -qF 'statmount({size=32, mnt_id=0x8000001b, param=STATMOUNT_SB_BASIC|STATMOUNT_MNT_BASIC|STATMOUNT_PROPAGATE_FROM|STATMOUNT_MNT_ROOT|STATMOUNT_MNT_POINT|STATMOUNT_FS_TYPE, mnt_ns_id=0}, {size=526, mask=STATMOUNT_SB_BASIC|STATMOUNT_MNT_BASIC|STATMOUNT_PROPAGATE_FROM|STATMOUNT_MNT_ROOT|STATMOUNT_MNT_POINT|STATMOUNT_FS_TYPE, sb_dev_major=0, sb_dev_minor=21, sb_magic=PROC_SUPER_MAGIC, sb_flags=0, fs_type="proc", mnt_id=0x8000001b, mnt_parent_id=0x80000019, mnt_id_old=0x1b, mnt_parent_id_old=0x19, mnt_attr=MOUNT_ATTR_NOEXEC, mnt_propagation=MS_PRIVATE, mnt_peer_group=0, mnt_master=0, propagate_from=0, mnt_root="/", mnt_point="/proc"}, 4608, 0) = 0' "$work/err"
ok 'listmount: numbers, by one' grep -qF 'listmount({size=32, mnt_id=LSMT_ROOT, param=0, mnt_ns_id=0}, [0x80000019, 0x8000001a], 2, 0) = 2' "$work/err"
