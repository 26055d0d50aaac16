# Programs that make terminals for others.
prog 'script' bash -c 'script -qec "stty size; tty -s; echo \$?; echo hello; exit 4" /dev/null </dev/null; echo $?'
prog 'python3 pty.spawn' /usr/bin/python3 -c 'import pty, sys, os
sys.exit(os.waitstatus_to_exitcode(pty.spawn(["sh", "-c", "stty -a; exit 3"], stdin_read=lambda fd: b"")))'
prog 'python3: a dialogue with bash in a terminal' /usr/bin/python3 -c 'import pty, os, signal
pid, m = pty.fork()
if not pid:
    os.execvp("bash", ["bash", "-c", "trap \"echo caught; exit 5\" INT; read -r x; echo \"<$x>\"; read -rs y; echo \"<$y>\"; while :; do sleep 0.1; done"])
def expect(text):
    got = b""
    while text not in got:
        got += os.read(m, 1000)
    print(got)
os.write(m, b"one twoo\177\n"); expect(b"<one two>\r\n")
import termios, time
while termios.tcgetattr(m)[3] & termios.ECHO: time.sleep(0.01)
os.write(m, b"secret\n"); expect(b"<secret>\r\n")
os.write(m, b"\3"); expect(b"caught\r\n")
try: os.read(m, 100)
except OSError as e: print(e)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))'
prog 'python3: job control of bash' /usr/bin/python3 -c 'import pty, os
pid, m = pty.fork()
if not pid:
    os.environ["PS1"] = "> "
    os.execvp("bash", ["bash", "--norc", "--noediting", "-i"])
got = b""
def expect(text):
    global got
    while text not in got:
        got += os.read(m, 1000)
    before, got = got.split(text, 1)
    return before + text
expect(b"> ")
os.write(m, b"stty -echo\n"); expect(b"> ")
os.write(m, b"sh -c \"echo ready; exec sleep 1000\"\n"); expect(b"ready") # from here on it may be stopped
os.write(m, b"\032"); expect(b"Stopped"); expect(b"> ")
os.write(m, b"jobs; fg\n"); expect(b"Stopped")
import time
while os.tcgetpgrp(m) == pid: time.sleep(0.01)
os.write(m, b"\003"); expect(b"> ")
os.write(m, b"echo status $?; exit 7\n")
print(expect(b"130"))
while True:
    try:
        if not os.read(m, 100): break
    except OSError as e:
        break
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))'
slow 'tmux' bash -c 'export TMUX_TMPDIR=/tmp; t() { tmux -L test-$$ -f /dev/null "$@"; }
t new-session -d -x 40 -y 6 "read -r x; echo \"got \$x\"; stty size; tmux -L test-$$ wait-for -S over; sleep 100"
t send-keys hello Enter; t wait-for over; t capture-pane -p; t kill-server; echo $?'
