"""The functions for programs: `activate`, `deactivate`, `require`, `status`."""
import os
import sys

from . import _finder

PATCHES, decided = _finder.PATCHES, _finder.decided
_reports = []   # not empty: the report at exit has been registered


def activate():
    """Apply each patch now, or as soon as its module has been loaded.

    Returns None and raises nothing: `status` tells what came of it.  May be
    called again, from any thread, also after `deactivate`.
    """
    _finder.package()
    _finder.decide()
    try:
        if (os.environ.get('BACKPORT_REPORT', '') not in ('', '0')
                and not _reports):
            _reports.append(True)
            from . import _report
            _report.register(status, PATCHES)
    except Exception:
        pass    # no report, then
    names = [name for name in PATCHES if decided[name][0] == 'pending']
    if not names:
        return
    try:
        _finder.install()
        for name in names:
            module = _loaded(PATCHES[name])
            if module is not None:
                _finder.patch(name, module)
    except Exception as exc:
        for name in names:
            _finder.refuse(name, 'the import hook failed: %s: %s' % (
                type(exc).__name__, exc))


def _loaded(module_name):
    """Return a module that has run its code, or None.

    Waits for an import in another thread, as ``import`` would.  None as well if
    that waits for this thread, or if this thread is importing the module.
    """
    from _frozen_importlib import _DeadlockError, _module_locks
    # The thread that imports a module holds its lock.  importlib's functions
    # for this are not used: those of 3.6.2 and 3.6.3 want different things.
    reference = _module_locks.get(module_name)
    lock = reference and reference()
    if lock:
        try:
            lock.acquire()
        except _DeadlockError:
            return None
        held = lock.count > 1
        lock.release()
        if held:
            return None
    return sys.modules.get(module_name)


def deactivate():
    """Put the stock code back; return a record for each patch, as `status`.

    Raises nothing.  Where another tool has changed a function since, that
    patch is left as it is, and its record says so.  ``_global_shutdown_lock``
    stays, for calls that are under way.
    """
    _finder.package()
    for name in PATCHES:
        if not _finder.is_off(name):
            decided[name] = 'disabled', 'backport.deactivate() was called'
        try:
            module = sys.modules.get(PATCHES[name])
            if module is not None and not _finder.is_lazy(module):
                _finder.carry_out(name, module)
        except Exception:
            pass    # the record says so
    return status()


def status():
    """Return a tuple with a record for each patch.  Raises nothing.

    Its attributes: ``name``; ``state``, one of ``applied``, ``pending``,
    ``not-needed``, ``not-supported``, ``disabled``, ``refused``; ``reason``, a
    sentence; ``source``, the path of the stdlib file or None; ``sha256`` of
    that file with the line ends of Unix, in hex, or None; ``releases`` of
    CPython that the code is known from, or None.
    """
    return tuple(_look(name)[0] for name in PATCHES)


def require():
    """Raise RuntimeError unless each patch that is needed is in force.

    That is: it is applied, or it will be when the program loads the module,
    which is looked for, not loaded, and whose code is known.  The message has
    the reasons.  Returns None, also where no patch is needed.
    """
    problems = []
    for name in PATCHES:
        record, in_force = _look(name)
        if not in_force:
            problems.append('%s is %s, %s' % (name, record.state,
                                              record.reason))
    if problems:
        raise RuntimeError('backport.require(): ' + '; '.join(problems))


def _look(name):
    """Return (the record of a patch, whether `require` is content with it)."""
    state, reason = decided[name]
    # The namespace type, without an import.
    record = type(sys.implementation)(
        name=name, state=state, reason=reason, source=None, sha256=None,
        releases=None)
    try:
        _finder.package()
        from . import _inspect
        return record, _inspect.complete(record, PATCHES[name])
    except Exception as exc:
        # The interpreter is being torn down, or our own files are broken.
        if state == 'not-needed':
            return record, True
        record.state = 'refused'
        record.reason = 'the installer failed: %s: %s' % (
            type(exc).__name__, exc)
        return record, False
