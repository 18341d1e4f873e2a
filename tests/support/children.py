"""Programs are run in real child interpreters, and really exit."""
import os
import re
import signal
import subprocess
import sys
import tempfile

import gates

HERE = os.path.dirname(os.path.abspath(__file__))

WINDOWS = os.name == 'nt'

# For children.  In the folder that nox sets, the name of forkserver's socket
# would be too long unless the checkout has a short path.  Windows has none.
TEMPORARY = tempfile.TemporaryDirectory(dir=None if WINDOWS else '/tmp')

HANG = 5    # seconds after which a child that should have exited has not


class Child:
    """What became of a child process."""

    def __init__(self, returncode, out, err, orphaned=False):
        self.returncode = returncode    # None: it hung and was killed
        self.orphaned = orphaned        # a process of its own outlived it
        self.out = out
        self.err = err
        self.words = out.split()

    @property
    def hung(self):
        return self.returncode is None

    def __repr__(self):
        return 'Child(%s)\n%s\n%s' % (
            'hung' if self.hung else self.returncode, self.out, self.err)


class Session:
    """A child process and all that it has started."""

    def __init__(self, child):
        self.id = child.pid

    def is_there(self, number=0):
        """Return whether it has any members, zombies included."""
        try:
            os.killpg(self.id, number)
        except ProcessLookupError:
            return False
        return True

    def kill(self):
        self.is_there(signal.SIGKILL)


if WINDOWS:
    # A job is the same.  The import is here, for some runners that use this
    # module have no backport.
    from backport.commands._verify import _Job as Session   # noqa: F811


def find_program(folder, name):
    """Return the path of a program that the tests in *folder* run.

    It is in the folder `programs` there, or here if several folders use it.
    """
    path = os.path.join(folder, 'programs', name)
    return path if os.path.exists(path) else os.path.join(HERE, name)


def run_python(*args, env=None, timeout=60, python=sys.executable,
               interrupt_at=None, grace=2):
    """Run an interpreter with *args*; return the `Child`.

    *grace*: seconds that its own children have to end after it.
    *interrupt_at*: send SIGINT when the child has printed this word (POSIX).
    """
    environ = {name: value for name, value in os.environ.items()
               if not name.startswith(('BACKPORT_', 'PYTHONWARNINGS'))}
    environ['PYTHONPATH'] = HERE
    environ['TMPDIR'] = TEMPORARY.name
    environ.update(env or {})
    # A session or a job of its own, so that its children can be killed with
    # it; files, because an orphan would keep pipes open.
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(
            [python] + list(args), env=environ, cwd=HERE,
            stdin=subprocess.DEVNULL, stdout=out, stderr=err,
            start_new_session=True,
            preexec_fn=None if WINDOWS else accept_ctrl_c)
        group = Session(process)
        try:
            if interrupt_at:
                assert gates.until(lambda: interrupt_at in text(out)), text(err)
                process.send_signal(signal.SIGINT)
            returncode = process.wait(timeout * gates.SLOWER)
            orphaned = not gates.until(lambda: not group.is_there(),
                                       grace * gates.SLOWER)
        except subprocess.TimeoutExpired:
            returncode, orphaned = None, False
        finally:
            group.kill()
            process.wait()
        return Child(returncode, text(out), text(err), orphaned)


def accept_ctrl_c():
    # A shell starts what is in the background with SIGINT ignored.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def text(file):
    if WINDOWS:     # There the child has ended.
        file.seek(0)
        return one_lib(file.read().decode().replace('\r\n', '\n'))
    # Not seek(): the child writes where the position is.
    return os.pread(file.fileno(), 1 << 24, 0).decode()


def one_lib(text):
    """On Windows the site module calls a folder lib, and sysconfig Lib."""
    return re.sub(r'\\lib(?=\\)', r'\\Lib', text)
