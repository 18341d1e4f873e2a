"""BACKPORT_REPORT: one line on standard error at exit."""
import atexit
import os
import sys

from . import _hook


def register():
    """Report at exit, after the exit handlers registered from now on."""
    atexit.register(_report)


def _report():
    try:
        text = line() + '\n'
        try:
            descriptor = sys.stderr.fileno()
        except Exception:
            sys.stderr.write(text)      # the program's own object
        else:
            # What stays in a buffer, of a full disk, makes the exit status 120.
            os.write(descriptor, text.encode())
    except Exception:
        pass    # standard error is closed or not there


def line():
    """Return what was done in this process."""
    records = _hook.status()
    states = [state for state in (
        vars(sys.modules[module]).get('_backport')
        for module in _hook.PATCHES.values() if module in sys.modules) if state]
    return ('backport, process %d: %s; exit waited for %s that were being '
            'started, %s refused' % (
                os.getpid(),
                ', '.join('%s %s' % (record.name, record.state)
                          for record in records),
                _number(sum(state.waits for state in states), 'worker'),
                _number(sum(state.refusals for state in states), 'submit')))


def _number(number, noun):
    return '%d %s%s' % (number, noun, '' if number == 1 else 's')
