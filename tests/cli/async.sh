# Standard input with O_ASYNC: a pipe and a terminal of the host tell by a signal that there is input.
if ! have /usr/bin/python3; then
    skip 'O_ASYNC of standard input' 'no python3'
    return
fi
cat >"$work/dir/told.py" <<'END'
import fcntl, os, signal, struct
F_GETOWN_EX, F_OWNER_PGRP = 16, 2

def handler(number, frame):
    os.write(1, b"told %r\n" % os.read(0, 9)) # print() may be at work below
    os._exit(0)

signal.signal(signal.SIGIO, handler)
if os.isatty(0):
    print("foreground", os.tcgetpgrp(0) == os.getpgrp())
else:
    fcntl.fcntl(0, fcntl.F_SETOWN, os.getpid())
fcntl.fcntl(0, fcntl.F_SETFL, fcntl.fcntl(0, fcntl.F_GETFL) | os.O_ASYNC)
if os.isatty(0):
    print("its group owns", struct.unpack("ii", fcntl.fcntl(0, F_GETOWN_EX, bytes(8))) == (F_OWNER_PGRP, os.getpgrp()))
print("ready", flush=True)
while True:
    signal.pause()
END
# Gives "hi" to a command when it says that it is ready: by a pipe, or with an argument -t by a terminal. Prints its words.
cat >"$work/give.py" <<'END'
import fcntl, os, pty, subprocess, sys, termios
terminal = sys.argv[1] == "-t"
ours, theirs = pty.openpty() if terminal else os.pipe()[::-1]
program = subprocess.Popen(sys.argv[2:], stdin=theirs, stdout=subprocess.PIPE, start_new_session=terminal,
                           preexec_fn=(lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0)) if terminal else None)
for line in program.stdout:
    sys.stdout.write(line.decode())
    if line == b"ready\n":
        os.write(ours, b"hi\n")
sys.exit(program.wait())
END

given() # NAME OPTION WORDS
{
    for command in '' "$program"; do
        # shellcheck disable=SC2086
        (cd "$work/dir" && timeout -k 5 60 /usr/bin/python3 "$work/give.py" "$2" $command /usr/bin/python3 told.py) >"$work/out" 2>"$work/err"
        status=$?
        is "$1${command:+, emulated}" 0 "$3" ''
    done
}
given 'O_ASYNC of a pipe from outside' -p "ready
told b'hi\\n'"
given 'O_ASYNC of a terminal' -t "foreground True
its group owns True
ready
told b'hi\\n'"
