# Real programs: what --strace tells of them is what Debian's strace tells of the same program run natively, task by task.
. tests/strace_form.sh

# by_task FILE: calls told in two parts are joined, and the lines of each task come together: the first process, its first child,
# the first child of that ... their numbers and how they took turns are gone.
by_task()
{
    awk '
    { pid = $1; line = $0; sub(/^[0-9]+ +/, "", line) }
    NR == 1 { first = pid }
    line ~ /^<\.\.\. [a-z0-9_]+ resumed>/ { sub(/^<\.\.\. [a-z0-9_]+ resumed>/, "", line); line = open[pid] line; delete open[pid] }
    line ~ / <unfinished \.\.\.>$/ { sub(/ <unfinished \.\.\.>$/, "", line); open[pid] = line; next }
    line ~ /^(clone3?|v?fork)\(/ && match(line, / = [0-9]+$/) { child[pid, ++children[pid]] = substr(line, RSTART + 3) }
    { sub(/^\+\+\+ /, "ended: ", line); said[pid] = said[pid] line "\n" }
    function tell(pid, name, i)
    {
        printf "task %s\n%s", name, said[pid]
        if (pid in open)
            print open[pid] " ..."
        for (i = 1; i <= children[pid]; i++)
            tell(child[pid, i], name "." i)
    }
    END { tell(first, 1) }' "$1"
}

# What the emulator has of its own on purpose, and what is not the same in two runs on one kernel either. A rule says why.
machine()
{
    sed -E '
        # nobody is in the foreground of a terminal until a child takes it
        /^openat\(.*"\/proc\/0\/cmdline", O_RDONLY\) = -1 ENOENT/d
        # numbers of processes
        s/^((clone3?|v?fork|set_tid_address|get(p|t)*[ig]*d|getpgrp|getsid|getpgid|setsid|wait4|waitid)\(.*\)) = [0-9]+/\1 = PID/
        s/^((wait4|kill|tkill|setpgid|getpgid|getsid|pidfd_open|prlimit64|sched_[a-z]*)\()[0-9]{3,}/\1PID/; s/^(tgkill\()[0-9]+, [0-9]+/\1PID, PID/
        s/(si_pid|child_tid|P_PID, |TIOC[GS]PGRP, \[)=?[0-9]+/\1=PID/g; s/parent_tid=\[[0-9]+/parent_tid=[PID/; s/(\/proc\/|GMfifo)[0-9]+/\1PID/g
        # moments and how long things take; the seed; names made of it, and what is written of both
        s/tv_(n|u)?sec=[0-9]+/tv_\1sec=N/g; s/ \/\* [0-9-]+T[0-9:.+]+ \*\///g; s/stx?_[a-z]time(_nsec)?=[^,}]*/TIME/g; s/si_[us]time=[0-9]+/si_time=N/g
        s/ru_[a-z]*=\{[^}]*\}/RU/g; s/(\b(cc|sed|lua_|tcl_|tmp_obj_)|\.git\/t)[A-Za-z0-9]{6}\b/\1RANDOM/g; /^getrandom\(/d
        s/^([a-z0-9]+\([0-9]+<(\/dev\/u?random|.*-journal|.*\.git\/index(\.lock)?)>, )".*"/\1BYTES/
        # the size of the machine: memory, processors, tasks; its name, its disks; whether areas can have names
        s/^sysinfo\(.*\}/sysinfo(S/; s/^(sched_getaffinity\(.*\)) = [0-9]+/\1 = N/; s/(RLIMIT_(NPROC|SIGPENDING|NOFILE), ).*\)/\1LIMIT)/; s/nodename="[^"]*"/nodename=N/
        s/f_(type|blocks|bfree|bavail|files|ffree)=[^,]*/f_\1=N/g; s/^(prctl\(PR_SET_VMA.*\)) = .*/\1/
        # what io_uring does not do here
        s/(\{flags=IORING_SETUP.* features)=[^,]*/\1=F/
        # what processes may do here, protection keys, control groups
        s/(effective|permitted|inheritable)=[^,}]*/\1=CAPS/g; s/^(pkey_alloc\(.*\)) = .*/\1/; /"\/sys\/fs\/cgroup/d
        # what /proc and /sys say
        /^read\([0-9]+<\/(proc|sys)\//d
        # there is no vDSO, and so its clocks are calls; collectors of garbage look at others now and then
        /^(clock_(gettime|getres)\(CLOCK_|gettimeofday\(|time\(|getcpu\()/d
        # restartable sequences are left out of this kernel
        /^rseq\(/d
        # memory of the loader and of malloc: how much they take depends on the features of the processor, and where on alignment
        /^(brk|munmap)\(|^mmap\(NULL, [0-9]+, PROT_READ\|PROT_WRITE, MAP_PRIVATE\|MAP_ANONYMOUS, -1, 0\)|glibc-hwcaps/d
        s/ss_size=[0-9]+/ss_size=N/; s/sival_int=-?[0-9]+, sival_ptr/sival_ptr/
        # java looks whether signals keep the registers of newer processors
        /^--- SIGSEGV .*si_addr=NULL/d
        # which task waits for which, and in the midst of what the end of a child is told
        /^futex\(|^--- SIGCHLD|^rt_sigreturn\(|^wait4\(-1, .*WNOHANG/d' "$1" |
        # nor is there the page that newer C libraries give the getrandom of the vDSO, with signals blocked
        sed -E '/^rt_sigprocmask\(SIG_BLOCK, ~\[\]/{N; /MAP_DROPPABLE/{N; /\nrt_sigprocmask\(SIG_SETMASK[^\n]*$/d}; P; D}'
}

# as_shapes FILE: which shapes of calls there are, in no order; but for what waited, and for memory, which runtimes lay out by where
# it is.
as_shapes()
{
    sed -E 's/"([^"\\]|\\.)*"(\.\.\.)?/S/g; s/0x[0-9a-f]+/N/g; s/\[[^]]*\]/[LIST]/g; s/<[^>]*>/<PATH>/g; s/-?[0-9]+/N/g
        /EAGAIN|EINTR|ERESTART| \.\.\.$|^(poll|epoll|nanosleep|clock_nanosleep|mmap|mprotect|madvise)/d' "$1" | sort -u >"$work/shapes"
    mv "$work/shapes" "$1"
}

# one processor on both sides
processor=$(taskset -pc $$ 2>/dev/null | sed 's/.*: *//; s/[^0-9].*//')

# observe SIDE TRACER... -- COMMAND...: its trace, comparable, is left in $work/SIDE.plain.
observe()
{
    side=$1
    shift
    rm -rf "$work/dir" && mkdir "$work/dir"
    (cd "$work/dir" && ulimit -S -n 1024 2>/dev/null; env -i PATH=/usr/bin:/bin:/usr/sbin:/sbin PWD="$work/dir" HOME=/nonexistent LC_ALL=C TZ=UTC0 TERM=dumb TMPDIR="$work/dir" \
        PYTHONHASHSEED=0 PYTHONDONTWRITEBYTECODE=1 PERL_HASH_SEED=0 data="$data" timeout -k 5 100 "$@" >"$work/out" 2>"$work/err" </dev/null)
    by_task "$work/$side" >"$work/$side.tasks"
    same_form "$work/$side.tasks" >"$work/$side.form"
    machine "$work/$side.form" >"$work/$side.plain"
    [ -z "${unordered-}" ] || as_shapes "$work/$side.plain"
}

# real NAME LEAST COMMAND...: at least so many lines are compared. ONLY=NAME: no others.
real()
{
    name=$1 least=$2
    shift 2
    [ -z "${ONLY-}" ] || case $name in *$ONLY*) ;; *) return ;; esac
    if ! have "$1"; then
        skip "cli: strace of $name ($label)" "no $1 here"
        return
    fi
    observe theirs ${processor:+taskset -c "$processor"} "$(command -v strace)" -f -y -s 256 -o "$work/theirs" "$@"
    observe ours "$program" --no-memory-failure --rw "$work/dir" --strace -f -y -s 256 -o "$work/ours" -- "$@"
    ok "strace of $name: the same lines" diff -U 2 "$work/theirs.plain" "$work/ours.plain"
    ok "... at least $least" [ "$(wc -l <"$work/ours.plain")" -ge "$least" ]
}

# The same of programs with many threads.
shapes()
{
    unordered=1
    real "$@"
    unordered=
}

# shellcheck disable=SC2016
programs()
{
    # files
    real 'ls -l' 50 ls -l "$data/one"
    real 'cp -r' 60 cp --reflink=never -r "$data/tree" copy # not every file system can share blocks
    real 'sort' 60 sort -n -r -o sorted "$data/numbers"
    real 'find' 60 find "$data/tree" -type f -printf '%p %s %m\n'
    real 'dd' 30 dd if=/dev/zero of=zeroes bs=4k count=3 conv=fsync status=none
    real 'tar' 400 bash -c 'tar -cf t.tar -C "$data/tree" . && mkdir out && tar -xpf t.tar -C out && tar -tf t.tar'
    real 'grep -r' 60 grep -rn other "$data/tree"
    real 'sed -i' 200 bash -c 'cat "$data/one" >one && sed -i s/some/any/ one'
    real 'mkdir, ln, mv, chmod ...' 900 bash -c 'mkdir -p a/b; touch a/b/c; ln -s x a/l; ln a/b/c a/d; mv a/d a/e; chmod 600 a/e; truncate -s 100 a/e
        stat -c "%s %a %F %h" a/e; rm a/l a/e; du -s a; rm -r a; sync; tee x </dev/null; split -b 3 "$data/one"; cat "$data/one" >y; readlink -f y; od -c y; mkfifo f
        timeout 5 true; stdbuf -o0 true; id; env; cmp y "$data/one"; diff -r "$data/tree" "$data/tree"'
    real 'jq' 40 jq -n '[range(3)]'
    real 'xz -T2' 60 xz -T2 -k -c "$data/numbers"
    real 'zstd -T2' 60 zstd -T2 -q -c "$data/numbers"
    real 'sqlite3' 100 sqlite3 t.db 'create table t(a); insert into t values (1); select * from t'
    real 'openssl' 50 openssl dgst -sha256 "$data/numbers"
    real 'vim' 100 vim -nes -u NONE -c 'normal ihello' -c 'w f' -c q
    # shells and what they start
    real 'bash: pipes and jobs' 300 bash -c 'echo b | tr b c | cat; (exit 3) & wait $!; echo $?; x=$(echo hi); echo $x >f; read y <f
        trap "echo got" USR1; kill -USR1 $$; cat <<<two; cat <(echo three); ulimit -n 100; cd /; pwd'
    real 'dash' 60 dash -c 'echo a >f; while read -r l; do echo "$l"; done <f; (exit 3); echo $?; umask; set -- *; echo $1'
    real 'busybox sh' 60 busybox sh -c 'echo b | busybox tr b c >f; cat f; (exit 3); echo $?; mkdir d; busybox ls -l d'
    real 'awk' 100 awk '{ n += $1; print | "cat" } END { close("cat"); system("true"); "echo x" | getline d; print n, d }' "$data/one"
    real 'make -j2' 300 bash -c 'printf "all: a b\na:\n\techo a >a\nb: a\n\tcat a >b\n" >Makefile; make -j2'
    real 'gcc' 1500 gcc -O1 -o prog "$data/prog.c"
    # (git reads a file again that was not changed before its index was written: this one was, long ago)
    real 'git' 900 bash -c 'export GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_DATE=@0 GIT_COMMITTER_DATE=@0; git init -q --template= r; cd r; echo x >f; touch -d @1000 f
        git add f; git -c user.name=a -c user.email=b commit -qm m; git log --oneline; git status'
    # languages
    real 'python3: json, os, stat' 300 /usr/bin/python3 -c 'import json, os; print(json.dumps(json.loads("[1, {\"a\": 2}]")), os.stat("/").st_mode)'
    real 'python3: all of os' 400 /usr/bin/python3 -c 'import os, fcntl, mmap, pty, resource, select, termios
f = os.open("f", os.O_RDWR | os.O_CREAT); fcntl.flock(f, fcntl.LOCK_EX); fcntl.lockf(f, fcntl.LOCK_EX); os.posix_fallocate(f, 0, 4096)
m = mmap.mmap(f, 4096); m[0] = 1; m.flush(); os.fsync(f); os.fdatasync(f); os.link("f", "g"); os.symlink("x", "s"); os.chmod("f", 0o600); os.utime("f", (1, 2))
os.truncate("f", 10); os.rename("g", "h"); os.statvfs("."); os.sched_getscheduler(0); os.getgroups(); os.umask(0); os.sendfile(1, f, 0, 1)
os.copy_file_range(f, f, 1, 0, 5); os.pwritev(f, [b"a", b"b"], 3); os.preadv(f, [bytearray(2)], 0); e = os.eventfd(1); os.eventfd_read(e)
os.memfd_create("x"); os.pidfd_open(os.getpid()); p = select.epoll(); p.register(e); p.poll(0); os.mkfifo("p"); os.getrandom(3); print(resource.getrlimit(3))
master, slave = pty.openpty(); termios.tcgetattr(slave); os.write(master, b"x\n"); os.read(slave, 3); os.posix_spawn("/bin/true", ["true"], {}); os.wait()'
    real 'python3: sqlite3' 300 /usr/bin/python3 -c 'import sqlite3
d = sqlite3.connect(":memory:"); d.execute("create table t(a)"); d.execute("insert into t values (1)"); print(d.execute("select * from t").fetchall())'
    real 'python3: a thread' 300 /usr/bin/python3 -c 'import threading
t = threading.Thread(target=print, args=("x",)); t.start(); t.join()'
    real 'python3: subprocess' 500 /usr/bin/python3 -c 'import subprocess
print(subprocess.run(["cat"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)); subprocess.check_call(["sh", "-c", "exit 0"], close_fds=False)'
    real 'python3: signals and timers' 300 /usr/bin/python3 -c 'import signal, time, select, os
signal.signal(signal.SIGALRM, lambda *a: print("alarm")); signal.setitimer(signal.ITIMER_REAL, 0.02); signal.pause()
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1]); os.kill(os.getpid(), signal.SIGUSR1)
print(signal.sigwaitinfo([signal.SIGUSR1]).si_signo, signal.sigtimedwait([signal.SIGUSR1], 0.01), select.select([], [], [], 0.01)); time.sleep(0.01)'
    real 'python3: sockets' 400 /usr/bin/python3 -c 'import socket
s = socket.create_server(("127.0.0.1", 0)); c = socket.create_connection(s.getsockname()); a = s.accept()[0]; c.sendall(b"hi"); print(a.recv(9))
a.close(); print(c.recv(9)); u = socket.socketpair(); socket.send_fds(u[0], [b"x"], [1]); print(len(socket.recv_fds(u[1], 9, 1)[1]))'
    real 'python3: asyncio' 900 /usr/bin/python3 -c 'import asyncio
async def main():
    q = asyncio.Queue(); await asyncio.gather(q.put(1), asyncio.sleep(0.01)); print(await q.get())
asyncio.run(main())'
    real 'perl' 300 perl -e 'use POSIX; pipe(R, W); if (!fork) { print W "x\n"; exit 5 } close W; print <R>; wait; print $? >> 8; open my $f, ">", "f"; print $f "hi"
        close $f; print -s "f"; opendir D, "."; print sort readdir D; print `echo hi`; $SIG{ALRM} = sub { print "alarm" }; alarm 1; pause'
    real 'lua' 150 lua5.4 -e 'local f = io.open("f", "w") f:write("x") f:close() print(io.popen("echo hi"):read("a")) os.execute("true") os.rename("f", "g") os.remove("g")'
    real 'tclsh' 100 tclsh "$data/x.tcl"
    real 'ruby' 1500 ruby -e 'puts 1; File.write("f", "x"); puts Dir.children(".").sort'
    real 'php' 700 php -r 'echo json_encode([1]); file_put_contents("f", "x");'
    shapes 'gdb --batch' 60 gdb --batch -nx --data-directory=/nonexistent -ex 'info line main' "$data/threads"
    real 'a C program of threads' 60 "$data/threads"
    real 'ssh-keygen' 60 ssh-keygen -l -f "$data/key"
    real 'curl' 100 curl -s "file://$data/one"
    real 'socat' 100 socat -u "OPEN:$data/one" -
    # many threads and processes
    shapes 'node' 100 node -e 'const fs = require("fs"); fs.writeFileSync("f", "x"); console.log(fs.readFileSync("f", "utf8"))
        require("child_process").execFile("echo", ["hi"], (e, o) => console.log(o)); setTimeout(() => 0, 10)'
    shapes 'java' 60 java -Xint -XX:+UseSerialGC -XX:-UsePerfData -Xmx64m -cp "$data" H
    # (redis-tools has the server, under another name)
    [ -z "$(command -v redis-check-rdb)" ] || shapes 'redis' 100 bash -c '(exec -a redis-server redis-check-rdb --port 0 --unixsocket $PWD/s --save "" --dir $PWD) >log & p=$!
        until [ -S s ] || ! kill -0 $p; do sleep 0.1; done
        redis-cli -s s set a 1; redis-cli -s s get a; redis-cli -s s shutdown nosave; wait'
    # (it starts a set-group-ID program, which somebody else than root does not see run as its group)
    [ "$(id -u)" != 0 ] || shapes 'tmux' 100 bash -c 'tmux -S $PWD/s -f /dev/null new-session -d "sleep 0.2; exit"; sleep 0.5; tmux -S $PWD/s ls'
    shapes 'curl and http.server' 100 bash -c '/usr/bin/python3 -u -m http.server 0 --bind 127.0.0.1 -d "$data/tree" >log 2>&1 & p=$!
        until port=$(grep -ao "port [0-9]*" log) || ! kill -0 $p; do sleep 0.1; done; curl -s http://127.0.0.1:${port#port }/sub/file; kill $p; wait'
}

if [ "$label" != unicorn ]; then
    : # what the kernel answers is the same with each version of the engine
elif have strace && strace -o /dev/null true 2>/dev/null; then
    data=$work/real_data
    mkdir -p "$data/tree/sub"
    seq 1 3000 >"$data/numbers"
    echo some text >"$data/one"
    echo other text >"$data/tree/sub/file"
    echo 'puts [exec echo hi]; set f [open f w]; puts $f x; close $f; file delete f' >"$data/x.tcl"
    echo 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f someone' >"$data/key"
    cat >"$data/prog.c" <<'END'
#include <pthread.h>
#include <stdio.h>
static void *run(void *arg)
{
    printf("%d\n", *(int *)arg);
    return NULL;
}
int main(void)
{
    int n[3] = {1, 2, 3};
    pthread_t t;

    for (int i = 0; i < 3; i++) {
        pthread_create(&t, NULL, run, n + i);
        pthread_join(t, NULL);
    }
    return 3;
}
END
    echo 'class H { public static void main(String[] a) throws Exception { Thread t = new Thread(() -> System.out.println("hi")); t.start(); t.join(); } }' >"$data/H.java"
    ! have javac || javac -d "$data" "$data/H.java"
    find "$data" -exec touch -d @0 {} +
    ! have gcc || gcc -g -o "$data/threads" "$data/prog.c"
    programs
else
    skip 'strace of real programs compared' 'no strace, or it may not trace here'
fi
