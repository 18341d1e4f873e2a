"""Is killed while it writes a file, at every call into C.

    python killed_while_writing.py PATH

Each time a child of this program is killed, one call later than the one before.
Then this prints whether the file is there, and checks that it is whole.
"""
import os
import signal
import sys

from backport.commands import _enable

DATA = _enable._template('pth')


class Killer:
    """A profile function that kills the process after some calls."""

    def __init__(self, calls):
        self.calls = calls

    def __call__(self, frame, event, arg):
        if event in ('c_call', 'c_return'):
            self.calls -= 1
            if self.calls < 0:
                os.kill(os.getpid(), signal.SIGKILL)


def main(path):
    calls = 0
    while True:
        child = os.fork()
        if not child:
            sys.setprofile(Killer(calls))
            _enable._write(path, DATA)
            sys.setprofile(None)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        there = os.path.exists(path)
        if there:
            with open(path, 'rb') as file:
                assert file.read() == DATA
            os.unlink(path)
        if status == 0:
            assert there
            return
        assert status == signal.SIGKILL
        print(there)
        calls += 1


main(sys.argv[1])
