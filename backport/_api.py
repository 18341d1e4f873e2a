"""What a program may call: `activate`, `deactivate`, `require`, `status`.

And what the import hook calls: `patch`.
"""
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
    _finder.api()
    _decide()
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
                patch(name, module)
    except Exception as exc:
        for name in names:
            _refuse(name, 'the import hook failed: %s: %s' % (
                type(exc).__name__, exc))


def _loaded(module_name):
    """Return a module that has run its code, or None.

    Waits for an import in another thread, as ``import`` would.  None as well if
    that waits for this thread, or if this thread is importing the module.
    """
    from _frozen_importlib import _DeadlockError, _module_locks
    # Who imports a module holds its lock.  Not by the functions that importlib
    # has for this: what they want differs between 3.6.2 and 3.6.3.
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


def patch(name, module):
    """Patch *module*, which has run its code, unless that has been ruled out.

    Raises nothing, for this can be somebody else's import.  The thread may hold
    the import lock of that module, and of those that are importing it.
    """
    try:
        if not decided:
            _decide()
        if is_lazy(module):
            _finder.watch(object.__getattribute__(module, '__spec__'),
                          PATCHES[name])
            return
        problem = _carry_out(name, module)
    except Exception as exc:
        problem = 'the installer failed: %s: %s' % (type(exc).__name__, exc)
    if problem is not None and not _is_off(name):
        _refuse(name, problem)


def is_lazy(module):
    """Return whether a LazyLoader has put *module* off: a look would load it.
    """
    return type(module).__name__ == '_LazyModule'


def _carry_out(name, module):
    """Put into *module* the code that has been decided on, ours or stock.

    Returns None, or why ours cannot be.
    """
    while True:
        off, problem = _is_off(name), None
        if not off:
            from . import _installer
            problem = _installer.apply(name, module)
        elif '_backport' in vars(module):
            from . import _inspect
            _inspect.revert(name, module)
        # Another thread may have decided otherwise meanwhile, and have come too
        # early to see this.
        if _is_off(name) == off:
            return problem


def _decide():
    """Decide anew for each patch whether it is to be applied."""
    decisions = dict.fromkeys(PATCHES, ('pending', None))
    if sys.version_info >= (3, 9):
        # Upstream has fixed thread pools only (docs/upstream.md).
        decisions = dict.fromkeys(PATCHES, (
            'not-needed', 'CPython 3.9 and later are left as they are, race '
                          'included'))
        decisions['thread'] = ('not-needed', 'CPython has had the fix of '
                                             'bpo-31783 since 3.9')
    elif sys.implementation.name != 'cpython':
        decisions = dict.fromkeys(PATCHES, (
            'not-supported', '%s is not supported' % sys.implementation.name))
    elif sys.meta_path is None:
        decisions = dict.fromkeys(PATCHES, (
            'refused', 'the interpreter is shutting down'))
    elif 'BACKPORT_DISABLE' in os.environ:
        switch = os.environ['BACKPORT_DISABLE']
        names = {word.strip() for word in switch.split(',')} - {'', '0'}
        if not names <= PATCHES.keys():
            names = PATCHES     # "1", or whatever else turns it off
        for name in names:
            decisions[name] = 'disabled', 'BACKPORT_DISABLE=%s is set' % switch
    decided.update(decisions)   # what is dropped runs no code of its own


def _is_off(name):
    """Return whether a patch must not be applied."""
    return decided[name][0] in ('disabled', 'not-needed', 'not-supported')


def _refuse(name, reason):
    """Decide that a module is left as it is; warn, once for each reason."""
    decided[name] = 'refused', reason
    try:
        from . import _report
        _report.warn(name, PATCHES[name], reason)
    except Exception:
        pass    # standard error is closed, for one; status() has the reason


def deactivate():
    """Put the stock code back; return a record for each patch, as `status`.

    Raises nothing.  Where another tool has changed a function since, that
    patch is left as it is, and its record says so.  ``_global_shutdown_lock``
    stays, for calls that are under way.
    """
    _finder.api()
    for name in PATCHES:
        if not _is_off(name):
            decided[name] = 'disabled', 'backport.deactivate() was called'
        try:
            module = sys.modules.get(PATCHES[name])
            if module is not None and not is_lazy(module):
                _carry_out(name, module)
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
        _finder.api()
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
