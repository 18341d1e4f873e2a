"""Prints that a module is left as it is, and the line of BACKPORT_REPORT."""
import atexit
import os
import sys

_warned = set()     # texts


def warn(name, module_name, reason):
    """Warn, once for each reason, that a module is left as it is."""
    text = ('backport leaves %s as it is: %s. Work submitted while the '
            'interpreter exits can be lost (bpo-31783). BACKPORT_DISABLE=%s '
            'silences this warning.' % (module_name, reason, name))
    if text in _warned:
        return
    _warned.add(text)
    import warnings
    try:
        warnings.warn(text, RuntimeWarning, stacklevel=2)
    except RuntimeWarning:
        # -W error: it must still not be raised out of somebody else's import.
        if sys.stderr is not None:
            print(text, file=sys.stderr)


def register(status, patches):
    """Report at exit, after the exit handlers registered from now on.

    *status* and *patches* are those of `_api`.
    """
    atexit.register(_report, status, patches)


def _report(status, patches):
    try:
        text = line(status(), patches) + '\n'
        try:
            descriptor = sys.stderr.fileno()
        except Exception:
            sys.stderr.write(text)      # the program's own object
        else:
            # A buffer that a full disk leaves behind makes the exit status 120.
            os.write(descriptor, text.encode())
    except Exception:
        pass    # standard error is closed or not there


def line(records, patches):
    """Return what was done in this process."""
    states = [vars(sys.modules[name])['_backport']
              for name in patches.values()
              if '_backport' in vars(sys.modules.get(name, sys))]
    return ('backport, process %d: %s; starts that exit waited for: %d; '
            'submits refused: %d' % (
                os.getpid(),
                ', '.join('%s %s' % (record.name, record.state)
                          for record in records),
                sum(state.waits for state in states),
                sum(state.refusals for state in states)))
