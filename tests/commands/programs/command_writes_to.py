"""Runs a command of backport whose output goes to something unusual.

    python command_writes_to.py terminal|full_disk|closed_pipe ARGUMENT...

`terminal` prints what it has written there, the others its exit status and its
standard error.
"""
import os
import subprocess
import sys

COMMAND = [sys.executable, '-m', 'backport'] + sys.argv[2:]


def terminal():
    """Only standard error is a terminal."""
    import pty  # Windows has none.
    terminal, end = pty.openpty()
    subprocess.check_call(COMMAND, stdout=subprocess.DEVNULL, stderr=end)
    os.close(end)
    text = b''
    while True:
        try:
            text += os.read(terminal, 1000)
        except OSError:
            break
    print(ascii(text.decode()))


def full_disk():
    with open('/dev/full', 'w') as file:
        report(file)


def closed_pipe():
    read, write = os.pipe()
    os.close(read)
    report(write)


def report(stdout):
    process = subprocess.Popen(COMMAND, stdout=stdout, stderr=subprocess.PIPE)
    err = process.communicate()[1]
    print(process.returncode)
    print(err.decode(), end='')


globals()[sys.argv[1]]()
