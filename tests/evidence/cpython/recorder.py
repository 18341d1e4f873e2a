"""Writes down in which interpreters the patch was on.

run.py puts a copy into the environment's site-packages, with the two names
below filled in.  A .pth file starts it in every interpreter.  The path of the
log is part of the copy, because some tests start children with an empty
environment.  It prints nothing, whatever happens, because tests compare what
their children print.
"""
import os
import sys

LOG = None      # path of a file that exists
BREAK = None    # what to break, see run.py


def write(word):
    """Append a line: process id, *word*, and I or E where that flag is set."""
    flags = sys.flags
    flag = 'I' if flags.isolated else 'E' if flags.ignore_environment else '-'
    try:
        fd = os.open(LOG, os.O_WRONLY | os.O_APPEND)
        try:
            os.write(fd, ('%d %s %s\n' % (os.getpid(), word, flag)).encode())
        finally:
            os.close(fd)
    except OSError:
        pass    # There is a test that forbids to open files.


def record_states(installer):
    """Have it written what becomes of each module that is to be patched."""
    apply = installer.apply

    def recorded(name, module):
        if BREAK == 'upstream':
            import upstream_lock  # noqa: F401
            write('upstream')
            return None
        problem = apply(name, module)
        if BREAK == 'exit-handler':
            import atexit
            atexit.unregister(module._python_exit)
        write('applied' if problem is None else 'refused')
        return problem

    installer.apply = recorded


class Finder:
    """Finds no module: it is asked, after the package's own, for the pools.

    The installer is loaded when a pool has been; here a moment before.
    """

    recorded = False

    def find_spec(self, name, path=None, target=None):
        finder = sys.modules.get('_backport_bpo31783._finder')
        if finder and name in finder.PATCHES.values() and not self.recorded:
            self.recorded = True
            record_states(finder.package()._installer)


write('started')
sys.meta_path.insert(0, Finder())
