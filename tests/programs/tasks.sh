# Programs of many tasks: shells, builds, threads of several languages, and stress-ng's own checks.

prog 'bash pipelines and PIPESTATUS' bash -c 'seq 1 1000 | sort -rn | head -n 3 | tac; echo ${PIPESTATUS[*]}
false | true | sh -c "exit 7"; echo ${PIPESTATUS[*]}; set -o pipefail; false | cat; echo $?
diff <(seq 3) <(seq 4); cat "$data/tree/one" -E -n | cat --show-all --number --squeeze-blank | md5sum --text'
prog 'bash background jobs' bash -c 'for i in 3 1 2; do (sleep 0.$i; exit $i) & pids="$pids $!"; done
for p in $pids; do wait $p; echo $?; done; sleep 5 & kill $!; wait $!; echo $?
coproc cat; echo through >&${COPROC[1]}; read -r line <&${COPROC[0]}; echo $line; kill $COPROC_PID; wait
(sleep 0.1; echo last) & wait -n; echo $?; wait'
prog 'bash traps' bash -c 'trap "echo usr1" USR1; trap "echo bye" EXIT; trap "echo err" ERR
kill -USR1 $$; (trap "echo sub; exit 3" TERM; kill -TERM $BASHPID; sleep 1); echo $?
trap "echo child" CHLD; set -m; (exit 4) & wait $!; echo $?; false'
prog 'bash here-documents' bash -c 'cat <<A; cat <<-"B"; tr a-z A-Z <<<word
$((6*7)) $(echo sub | cat)
A
	no $expansion `here`
	B
while read -r a b; do echo "$b-$a"; done <<C | sort
2 two
1 one
C'
prog 'bash job control' bash -c 'set -m; sleep 100 & kill -STOP %1; sleep 0.1; kill -CONT %1; kill %1; wait %1; echo $?'
prog 'xargs -P' bash -c 'seq 1 12 | xargs -n 1 -P 4 sh -c "echo \$((\$0 * \$0))" | sort -n'
slow 'make -j4 of a C project' bash -c 'for i in 1 2 3 4 5; do
    echo "#include <stdio.h>
int f$i(int x) { char s[16]; snprintf(s, sizeof s, \"%d\", x * $i); return s[0]; }" >f$i.c; done
echo "#include <stdio.h>
int f1(int), f2(int), f3(int), f4(int), f5(int);
int main(void) { printf(\"%d\\n\", f1(7) + f2(7) + f3(7) + f4(7) + f5(7)); return 0; }" >main.c
printf "prog: main.o f1.o f2.o f3.o f4.o f5.o\n\tgcc -o \$@ \$^\n%%.o: %%.c\n\tgcc -O2 -c -o \$@ \$<\nclean:; rm -f *.o\n" >Makefile
make -s -j4 && ./prog && make -j4 -q; echo $?; make -s clean; rm prog'
prog 'xz -T4' bash -c 'xz -T4 --block-size=50000 -c "$data/numbers" >n.xz; xz -dc -T4 n.xz | md5sum; xz -l n.xz | tail -n 1 | cut -c -30'
prog 'perl fork, pipe, wait and signals' perl -e '$| = 1; pipe(R, W); for my $i (1 .. 4) { if (!fork) { close R; syswrite W, "$i\n"; exit $i } }
close W; print sort <R>; my $sum = 0; while (wait > 0) { $sum += $? >> 8 } print "$sum\n"; $SIG{ALRM} = sub { print "alarm\n" };
alarm 1; select undef, undef, undef, 5; open(P, "-|", "echo from sh; exit 3"); print <P>; close P; print $? >> 8, "\n"'
slow 'git' bash -c 'export GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_DATE="2024-01-01T00:00:00Z" GIT_COMMITTER_DATE="2024-01-01T00:00:00Z"
git init -q -b main r && cd r && git config user.email a@b.c && git config user.name n && cp "$data/tree/one" . && git add . &&
git commit -qm first && echo more >>one && git commit -qam second && git log --stat --format="%H %s" && git diff HEAD~ &&
git checkout -q -b other HEAD~ && echo x >two && git add two && git commit -qm third && git merge -q -m merged main &&
git log --graph --oneline --all && git gc -q && git fsck && git status --short; cd .. && rm -rf r'
prog 'python3 threading' /usr/bin/python3 -c 'import threading, queue
q, out, lock = queue.Queue(5), [], threading.Lock()
def work():
    while (x := q.get()) is not None:
        with lock: out.append(x * x)
ts = [threading.Thread(target=work) for _ in range(8)]
for t in ts: t.start()
for i in range(200): q.put(i)
for t in ts: q.put(None)
for t in ts: t.join()
b, e, c = threading.Barrier(4), threading.Event(), threading.Condition()
ts = [threading.Thread(target=lambda: (b.wait(), e.wait())) for _ in range(4)]
for t in ts: t.start()
e.set()
for t in ts: t.join()
print(len(out), sum(out), threading.active_count())'
prog 'python3 multiprocessing' /usr/bin/python3 -c 'import multiprocessing as mp, os
def square(x): return x * x
def put(q, v, n):
    q.put("child")
    with n.get_lock(): n.value += 1
if __name__ == "__main__":
    mp.set_start_method("fork")
    with mp.Pool(3) as pool: print(pool.map(square, range(20)), pool.apply_async(square, (9,)).get())
    q, n = mp.Queue(), mp.Value("i", 0)
    ps = [mp.Process(target=put, args=(q, i, n)) for i in range(3)]
    for p in ps: p.start()
    print([q.get() for _ in ps])
    for p in ps: p.join()
    print(n.value, [p.exitcode for p in ps])
    a, b = mp.Pipe()
    p = mp.Process(target=lambda: (b.send({"x": 1}), os._exit(5))); p.start(); print(a.recv()); p.join(); print(p.exitcode)'
prog 'python3 subprocess' /usr/bin/python3 -c 'import subprocess as s
print(s.run("exit 3", shell=True).returncode, s.check_output(["sort", "-r"], input=b"1\n2\n"))
p = s.Popen(["sleep", "100"]); p.terminate(); print(p.wait())
try: s.run(["sleep", "100"], timeout=0.2)
except s.TimeoutExpired as e: print("late")
a = s.Popen(["seq", "5"], stdout=s.PIPE); b = s.Popen(["wc", "-l"], stdin=a.stdout, stdout=s.PIPE); a.stdout.close(); print(b.communicate())
try: s.run(["/nonexistent"])
except FileNotFoundError as e: print(e)'
prog 'python3 asyncio' /usr/bin/python3 -c 'import asyncio, signal, os
async def echo(r, w):
    w.write((await r.readline()).upper()); await w.drain(); w.close()
async def nap(n):
    await asyncio.sleep(n / 50); return n
async def main():
    print(await asyncio.gather(*(nap(n) for n in (3, 1, 2))))
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async def ask(i):
        r, w = await asyncio.open_connection("127.0.0.1", port); w.write(b"line %d\n" % i); s = await r.read(); w.close(); return s
    print(await asyncio.gather(*(ask(i) for i in range(5))))
    p = await asyncio.create_subprocess_exec("cat", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE)
    print(await p.communicate(b"through cat"))
    got = asyncio.Event(); asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, got.set); os.kill(os.getpid(), signal.SIGUSR1)
    await asyncio.wait_for(got.wait(), 5)
    try: await asyncio.wait_for(asyncio.sleep(100), 0.1)
    except asyncio.TimeoutError: print("timeout")
    print(await asyncio.get_running_loop().run_in_executor(None, sum, range(1000)))
asyncio.run(main())'
prog 'python3 sqlite3 from threads and processes' /usr/bin/python3 -c 'import sqlite3, threading, os
db = sqlite3.connect("x.db"); db.execute("pragma journal_mode=wal"); db.execute("create table t(a, b)"); db.commit()
def insert(n):
    d = sqlite3.connect("x.db", timeout=60)
    for i in range(5): d.execute("insert into t values(?, ?)", (n, i)); d.commit()
    d.close()
ts = [threading.Thread(target=insert, args=(i,)) for i in range(4)]
for t in ts: t.start()
for t in ts: t.join()
for i in range(3):
    if not os.fork(): insert(10 + i); os._exit(0)
while True:
    try: os.wait()
    except ChildProcessError: break
print(db.execute("select count(*), sum(a), sum(b) from t").fetchall(), db.execute("pragma integrity_check").fetchall())
db.close(); os.unlink("x.db")'
slow 'nodejs with a worker thread' /usr/bin/node -e 'const { Worker } = require("worker_threads"), { execFileSync, spawn } = require("child_process"), fs = require("fs");
const w = new Worker(`const { parentPort, workerData } = require("worker_threads"); let s = 0;
for (let i = 0; i < 300000; i++) s = (s * 31 + workerData[i % 3]) % 1000003; parentPort.postMessage({ s })`, { eval: true, workerData: [1, 2, 3] });
w.on("message", m => console.log("worker says", m)); w.on("exit", c => { console.log("worker exit", c);
  console.log(execFileSync("sh", ["-c", "echo from sh; exit 0"]).toString().trim());
  fs.promises.readFile(process.env.data + "/tree/one", "utf8").then(t => { console.log(t.trim());
    const c = spawn("cat"); c.stdout.on("data", d => console.log("cat:", d.toString())); c.on("close", s => console.log("closed", s)); c.stdin.end("hello");
    setTimeout(() => console.log("late"), 50); }); });'
prog 'strace inside' bash -c 'strace -f -qq -e trace=write -e signal=none -o t sh -c "echo hello | cat; echo bye"; grep -c write t; rm t'
prog 'strace of one process' strace -qq -e trace=write,getppid -e inject=getppid:retval=42 busybox sh -c 'echo $PPID; exit 3'
prog 'pthread stress' "$B/tests/guest/pthread_stress"

# stress-ng checks what it does itself; natively it is quick to show that the same arguments work. Newer ones warn of
# work that was done in no time, which is the clock's affair. --mutex is not asked: natively its first thread may do all of
# the work before the next is made, and it then fails for want of threads.
for stressor in 'mmap 2' 'mprotect 20' 'mremap 2' 'madvise 2' 'fork 20' 'vfork 20' 'futex 200' 'signal 200' 'sigsegv 50' 'pipe 200' 'switch 100' \
    'eventfd 100' 'epoll 50' 'poll 50' 'timer 20' 'pthread 20' 'wait 20' 'kill 50' 'dup 10' 'itimer 20' 'timerfd 20' 'sigq 50' 'sigrt 20' 'daemon 5' 'zombie 20' 'nanosleep 5' 'sem-sysv 100' 'msg 100' 'mq 100' 'inotify 20'; do
    set -- $stressor
    slow "stress-ng --$1" bash -o pipefail -c 'stress-ng -q --verify --temp-path . "$@" 2>&1 | { grep -v "finished prematurely" || :; }' - \
        "--$1" 2 "--$1-ops" "$2"
done
