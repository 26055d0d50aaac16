# Many tasks: the same interleaving each time, another one on request, an end when nobody can go on, and nothing left over.
pipeline='for i in 1 2 3; do echo $i; done | sort -r | (read -r x; echo $x; cat) & sleep 0.01 & wait; trap "echo t" USR1; kill -USR1 $$; cat <<<end'
again()  # LABEL RUNS ARG...: the trace is the same RUNS times
{
    what=$1 runs=$2 same=0
    shift 2
    emu --strace -o "$work/trace.0" "$@"
    for n in $(seq 2 "$runs"); do
        emu --strace -o "$work/trace.1" "$@"
        cmp -s "$work/trace.0" "$work/trace.1" && same=$((same + 1))
    done
    ok "$what: $runs runs give the same trace" [ -s "$work/trace.0" -a "$same" = $((runs - 1)) ]
    key=$(echo "$what" | tr -c 'a-z0-9\n' _)
    if [ -e "$work/other.$key" ]; then
        ok "$what: the same on both versions of Unicorn" cmp "$work/other.$key" "$work/trace.0"
    fi
    cp "$work/trace.0" "$work/other.$key"
}
again 'bash with pipelines and jobs' 20 bash -c "$pipeline"
again 'pthreads' 20 "$B/tests/guest/pthread_stress" 8 10
again 'chaos' 5 --chaos --seed 3 "$B/tests/guest/race"
if have /usr/bin/python3; then
    again 'python3 with threads and processes' 3 /usr/bin/python3 -c 'import threading, subprocess
ts = [threading.Thread(target=lambda: subprocess.run(["true"])) for _ in range(3)]
for t in ts: t.start()
for t in ts: t.join()'
fi

losses=0 same=yes
for seed in 1 2 3 4 5 6 7 8; do
    emu --chaos --seed $seed "$B/tests/guest/race"
    [ "$status" != 1 ] || losses=$((losses + 1))
    cp "$work/out" "$work/first"
    emu --chaos --seed $seed "$B/tests/guest/race"
    cmp -s "$work/out" "$work/first" || same=no
done
ok '--chaos finds a race' [ $losses -ge 2 ]
ok '... and finds it again' [ $same = yes ]
emu "$B/tests/guest/race"
is 'which the usual interleaving hides' 0 '800 of 800' ''
emu --chaos --seed 2 "$B/tests/guest/pthread_stress" 16 10
ok '--chaos breaks no program without races' sh -c '[ "$1" = 0 ] && ! grep WRONG "$2"' - "$status" "$work/out"

emu bash -c 'mkfifo /tmp/f; cat /tmp/f & wait'
is 'a deadlock is told' 125 '' '^mseal-emu: deadlock: no task can go on and no timer is pending'
ok '... with what each task waits for' sh -c 'grep -q "cat (pid [0-9]*, tid [0-9]*) waits in openat(.*: open of a FIFO" "$1" &&
    grep -q "bash (pid 1000, tid 1000) waits in wait4(.*: a child" "$1"' - "$work/err"

emu "$B/tests/guest/many_tasks"
is 'a thousand tasks, ten thousand forks, a fork bomb' 0 '1000 processes at once
1000 threads at once
10000 forks in a row
memory: came back
a fork bomb: stopped by its limit' ''

if [ "$SANITIZE" = 1 ]; then
    leaks=${ASAN_OPTIONS%detect_leaks=*}detect_leaks=1:handle_segv=1
    without_leaks()
    {
        ASAN_OPTIONS=$leaks LSAN_OPTIONS=suppressions=$top/tests/lsan.supp:print_suppressions=0 emu "$@"
    }
    without_leaks bash -c 'seq 3 | sort; sleep 1 & wait; cat <(echo x); exit 0'
    is 'everything is freed at the end' 0 '1
2
3
x' ''
    without_leaks "$B/tests/guest/pthread_stress" 8 10
    is '... also with threads' 0
    without_leaks "$B/tests/guest/many_tasks"
    is '... after a thousand tasks, ten thousand forks and a fork bomb' 0
    for facts in proc_fork proc_signal proc_futex proc_requeue_pi proc_time proc_ptrace proc_ptrace_exit proc_clone3 userfault_calls userfault_events proc_ipc proc_mqueue proc_mq_wait proc_inotify proc_core; do
        without_leaks "$guest/$facts"
        ok "... after $facts" sh -c '[ "$1" = 0 ] && ! grep -q LeakSanitizer "$2"' - "$status" "$work/err"
    done
fi
