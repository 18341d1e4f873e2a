"""What a program may call: `activate`, `deactivate`, `require`, `status`."""
import os
import sys

from ._finder import PATCHES, decided, load

_finder = load('_finder')
_reports = []   # not empty: the report at exit has been registered


def activate():
    """Apply each patch now, or as soon as its module has been loaded.

    Returns None and raises nothing: `status` tells what came of it.  May be
    called again, from any thread, also after `deactivate`.
    """
    _finder.decide()
    try:
        if (os.environ.get('BACKPORT_REPORT', '') not in ('', '0')
                and not _reports):
            _reports.append(True)
            load('_report').register(status, PATCHES)
    except Exception:
        pass    # no report, then
    names = [name for name in PATCHES if decided[name][0] == 'pending']
    if not names:
        return
    try:
        if not _finders():
            sys.meta_path.insert(0, _finder)
        for finder in _finders():
            # One of another copy of the package, if it was imported anew.
            finder.decided = decided
        for name in names:
            module = _loaded(PATCHES[name])
            if module is not None:
                _finder.patch(name, module)
    except Exception as exc:
        for name in names:
            _finder.refuse(name, 'the import hook failed: %s: %s' % (
                type(exc).__name__, exc))


def _finders():
    return [finder for finder in list(sys.meta_path or ())
            if getattr(finder, 'is_of_backport', False)]


def _loaded(module_name):
    """Return a module that has run its code, or None.

    Waits for an import in another thread, as ``import`` would.  None as well if
    that waits for this thread, or if this thread is importing the module.
    """
    from _frozen_importlib import _get_module_lock, _lock_unlock_module
    _lock_unlock_module(module_name)
    if _get_module_lock(module_name).owner is None:
        return sys.modules.get(module_name)


def deactivate():
    """Put the stock code back; return a record for each patch, as `status`.

    Raises nothing.  Where another tool has changed a function since, that
    patch is left as it is, and its record says so.  ``_global_shutdown_lock``
    stays, for calls that are under way.
    """
    for name in PATCHES:
        if not _finder.is_off(name):
            decided[name] = 'disabled', 'backport.deactivate() was called'
        try:
            if PATCHES[name] in sys.modules:
                _finder.settle(name, sys.modules[PATCHES[name]])
        except Exception:
            pass    # the record says so
    return status()


def status():
    """Return a tuple with a record for each patch.  Raises nothing.

    Its attributes: ``name``; ``state``, one of ``applied``, ``pending``,
    ``not-needed``, ``disabled``, ``refused``; ``reason``, a sentence;
    ``source``, the path of the stdlib file or None; ``sha256`` of that file
    in hex, or None; ``releases`` of CPython that the code is known from, or
    None.
    """
    return tuple(map(_record, PATCHES))


def _record(name):
    state, reason = decided[name]
    if state == 'pending':
        reason = (_obstacle(name)
                  or 'the program has not loaded %s yet' % PATCHES[name])
    # The namespace type, without an import.
    record = type(sys.implementation)(
        name=name, state=state, reason=reason, source=None, sha256=None,
        releases=None)
    try:
        load('_live').complete(record, PATCHES[name])
    except Exception as exc:
        # The interpreter is being torn down, or our own files are broken.
        if state != 'not-needed':
            record.state = 'refused'
            record.reason = 'the installer failed: %s: %s' % (
                type(exc).__name__, exc)
    return record


def _obstacle(name):
    """Return why a module will not be patched when it is loaded, or None."""
    if PATCHES[name] in sys.modules:
        return ('%s was loaded past the import hook, or this thread is '
                'importing it; call backport.activate() after that'
                % PATCHES[name])
    if not _finders():
        return ('the import hook is no longer in sys.meta_path; call '
                'backport.activate()')


def require():
    """Raise RuntimeError unless each patch that is needed is in force.

    That is: it is applied, or it will be when the program loads the module,
    which is looked for, not loaded, and whose code is known.  The message has
    the reasons.  Returns None, also where no patch is needed.
    """
    problems = []
    for record in status():
        awaited = (record.state == 'pending' and record.releases
                   and not _obstacle(record.name))
        if not awaited and record.state not in ('applied', 'not-needed'):
            problems.append('%s is %s, %s' % (record.name, record.state,
                                              record.reason))
    if problems:
        raise RuntimeError('backport.require(): ' + '; '.join(problems))


def _for_freezers():
    # Never called.  PyInstaller and its like include what it imports.
    from . import (  # noqa: F401
        _exit, _installer, _live, _lock, _report, _sources)
    from .patches import (  # noqa: F401
        process_3_6, process_3_7, thread_3_6, thread_3_7, thread_3_8)
