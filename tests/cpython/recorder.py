"""Writes down where the patch was on: a copy starts with every interpreter.

run.py puts the copy into the environment's site-packages, with the two names
below filled in, and starts it by a .pth file, after the one that activates the
package.  The path of the log is part of the copy, because some tests start
children with an empty environment.  Silent, whatever happens: tests compare
what their children print.
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
        pass    # a test that forbids to open files


def record_states(hook):
    """Have the patches' states written whenever *hook* has patched a module."""
    patch = hook.loaded

    def loaded(module_name, module):
        if BREAK == 'upstream':
            import upstream_lock  # noqa: F401
            write('upstream')
            return
        patch(module_name, module)
        if BREAK == 'exit-handler':
            import atexit
            atexit.unregister(module._python_exit)
        for record in hook.status():
            if hook.PATCHES[record.name] == module_name:
                write(record.state)

    hook.loaded = loaded


write('started')
# Not imported: that would activate it.
if 'backport._hook' in sys.modules:
    record_states(sys.modules['backport._hook'])
