"""When a patch is applied: now, or straight after the module's code has run.

This is all that ``import backport`` loads, and auto-activation not even that
(_stub.py).  The rest of the package is imported when there is a module to patch
or somebody asks.

A module to come is watched through its loader: until it has executed the
module, the loader is of a subclass whose ``exec_module`` patches the module
before the import ends, under the module's import lock.  A module that is
half-imported already, in whichever thread, is watched through its spec, on
which the import system sets ``_initializing`` to False at the end, or through
its import lock, where the loader keeps no such spec.  Each is of its own class
again before anybody can use the module.
"""
import os
import sys
from _thread import get_ident

#: Patch name -> the module it patches.
PATCHES = {'thread': 'concurrent.futures.thread',
           'process': 'concurrent.futures.process'}

# Patch name -> (state, reason), where there was something to decide.  What is
# applied is told by the live code, not by this.
decided = {}

_reports = []   # not empty: the report at exit has been registered


def activate():
    """Apply each patch now, or as soon as its module has been loaded.

    Returns None and raises nothing: `status` tells what came of it.  May be
    called again, from any thread, also after `deactivate`.
    """
    if (os.environ.get('BACKPORT_REPORT', '') not in ('', '0')
            and not _reports):
        _reports.append(True)
        _register_report()
    ruled_out = _ruled_out()
    for name in PATCHES:
        if name in ruled_out:
            decided[name] = ruled_out[name]
        else:
            decided.pop(name, None)
    if len(ruled_out) == len(PATCHES):
        return
    try:
        if not _finders():
            sys.meta_path.insert(0, Finder())
        for name in PATCHES.keys() - ruled_out.keys():
            _activate_module(PATCHES[name])
    except Exception as exc:
        for name in PATCHES.keys() - ruled_out.keys():
            _failed(PATCHES[name], exc)


def _activate_module(module_name):
    import _frozen_importlib as importing
    module = sys.modules.get(module_name)
    spec = getattr(module, '__spec__', None)
    if getattr(spec, '_initializing', False):
        watch_spec(spec)
        if spec._initializing:
            return
        # Its import ended between the question and the watch.
    else:
        # Being imported nevertheless: no finder of ours was asked, or the
        # loader (zipimport) does without _initializing.
        lock = importing._module_locks.get(module_name, bool)()
        if lock and lock.owner == get_ident():
            watch_lock(lock)
            return
        if lock:
            # Wait for it as `import` would, which knows how to avoid deadlocks.
            importing._lock_unlock_module(module_name)
    _loaded_if_there(module_name)


def _register_report():
    try:
        from . import _report
        _report.register()
    except Exception:
        pass    # no report, then


def deactivate():
    """Put the stock code back; return a `Record` for each patch, as `status`.

    Raises nothing.  Where another tool has changed a function since, that
    patch is left as it is and its record says ``refused`` and why.
    ``_global_shutdown_lock`` stays, for calls that are under way.
    """
    for finder in _finders():
        sys.meta_path.remove(finder)
    reasons = {}
    for name in PATCHES:
        try:
            from . import _installer
            reason = _installer.revert(name)
        except Exception as exc:
            reason = 'the installer failed: %r' % (exc,)
        if reason is not None:
            reasons[name] = 'not taken back: ' + reason
        elif decided.get(name, ('',))[0] not in ('not-needed', 'disabled'):
            decided[name] = 'disabled', 'backport.deactivate() was called'
    return tuple(_with(record, state='refused', reason=reasons[record.name])
                 if record.name in reasons else record for record in status())


def status():
    """Return a tuple with a `Record` for each patch.  Raises nothing.

    Their fields: ``name``; ``state``, one of ``applied``, ``pending``,
    ``not-needed``, ``disabled``, ``refused``; ``reason``, a sentence;
    ``source``, the path of the stdlib file or None; ``sha256`` of that file
    in hex, or None; ``releases`` of CPython that the code is known from, or
    None.
    """
    return tuple(_record(name) for name in PATCHES)


def _record(name):
    decision = decided.get(name)
    try:
        from . import _installer
        return _installer.record(name, decision)
    except Exception as exc:
        # The interpreter is being torn down, or our own files are broken.
        state, reason = decision or ('pending', 'unknown: %r' % (exc,))
        # The namespace type, without an import.
        return type(sys.implementation)(name=name, state=state, reason=reason,
                                        source=None, sha256=None, releases=None)


def _with(record, **fields):
    replace = getattr(record, '_replace', None)
    if replace is not None:
        return replace(**fields)
    vars(record).update(fields)
    return record


def _ruled_out():
    """Return patch name -> (state, reason) for what must not be patched."""
    implementation, version = sys.implementation.name, sys.version_info
    if implementation != 'cpython':
        reason = ('not-needed',
                  '%s is not CPython: its code is its own' % implementation)
    elif version >= (3, 9):
        # Upstream has fixed thread pools only (docs/upstream.md).
        return {'thread': ('not-needed', 'CPython has had the fix of bpo-31783 '
                                         'since 3.9'),
                'process': ('not-needed', 'CPython 3.9 and later are left as '
                                          'they are, race included')}
    elif version < (3, 6):
        reason = 'refused', 'CPython older than 3.6 is not known'
    elif sys.meta_path is None:
        reason = 'refused', 'the interpreter is shutting down'
    else:
        switch = os.environ.get('BACKPORT_DISABLE', '')
        names = {word.strip() for word in switch.split(',')} - {'', '0'}
        reason = 'disabled', 'BACKPORT_DISABLE=%s is set' % switch
        if names <= PATCHES.keys():
            return dict.fromkeys(names, reason)
        # Else "1", or whatever somebody may write who wants it off.
    return dict.fromkeys(PATCHES, reason)


def _finders():
    # By an attribute: after a fresh import of this package it is another class.
    return [finder for finder in sys.meta_path or ()
            if getattr(finder, 'is_of_backport', False)]


class Finder:
    """Watches the modules in `PATCHES` as they come; finds none by itself."""

    is_of_backport = True

    def __init__(self):
        self._asking = set()    # ids of the threads in find_spec

    def find_spec(self, fullname, path=None, target=None):
        """Return the spec that the other finders give, watched, or None."""
        if fullname not in PATCHES.values() or get_ident() in self._asking:
            return None
        from _frozen_importlib import _find_spec
        self._asking.add(get_ident())
        try:
            # The whole of sys.meta_path, legacy finders included, but us.
            spec = _find_spec(fullname, path, target)
        finally:
            self._asking.discard(get_ident())
        if spec is not None and spec.loader is not None:
            try:
                watch(spec)
            except Exception as exc:
                _failed(fullname, exc)
        return spec


def watch(spec):
    """Have `loaded` called when the loader of *spec* has run the module."""
    loader = spec.loader
    if not hasattr(loader, 'exec_module'):
        if not isinstance(loader, LegacyLoader):
            spec.loader = LegacyLoader(spec)
    elif ('exec_module' in getattr(loader, '__dict__', ())
            or not hasattr(type(loader), 'exec_module')):
        watch_spec(spec)        # ddtrace keeps it on the loader itself
    elif type(loader).exec_module is not _exec_and_tell:
        try:
            loader.__class__ = _watching(type(loader), 'exec_module',
                                         _exec_and_tell)
        except TypeError:
            watch_spec(spec)    # a loader written in C


def watch_spec(spec):
    """Have `loaded` called when the import of *spec* ends."""
    if type(spec).__setattr__ is not _set_and_tell:
        spec.__class__ = _watching(type(spec), '__setattr__', _set_and_tell)


def watch_lock(lock):
    """Have `loaded` called when this thread gives up its import *lock*."""
    if type(lock).release is not _release_and_tell:
        lock.__class__ = _watching(type(lock), 'release', _release_and_tell)


def _watching(stock, name, method, _classes={}):
    # One class for each stock class: loaders compare by class.
    if stock not in _classes:
        _classes[stock] = type(stock.__name__, (stock,), {
            name: method, '__module__': stock.__module__,
            '__qualname__': stock.__qualname__})
    return _classes[stock]


def _exec_and_tell(loader, module):
    loader.__class__ = type(loader).__base__
    loader.exec_module(module)
    loaded(module.__name__, module)


def _set_and_tell(spec, name, value):
    watched = type(spec)
    if name == '_initializing' and not value:
        spec.__class__ = watched.__base__
        # First patched, then said to be ready: importers wait for that only
        # while it says that it is not.
        try:
            _loaded_if_there(spec.name)
        finally:
            spec._initializing = value
    else:
        super(watched, spec).__setattr__(name, value)


def _release_and_tell(lock):
    watched = type(lock)
    try:
        if lock.count == 1:     # else an import inside its own import
            lock.__class__ = watched.__base__
            _loaded_if_there(lock.name)
    finally:
        watched.__base__.release(lock)


class LegacyLoader:
    """For loaders that only have load_module: zipimport before 3.10."""

    def __init__(self, spec):
        self._spec = spec
        self._loader = spec.loader

    def __getattr__(self, name):
        if name.startswith('__') or name in ('_spec', '_loader'):
            raise AttributeError(name)      # being copied or unpickled
        return getattr(self._loader, name)

    def load_module(self, fullname):
        self._spec.loader = self._loader
        module = self._loader.load_module(fullname)
        loaded(fullname, module)
        return module


def _loaded_if_there(module_name):
    module = sys.modules.get(module_name)
    if module is not None:      # else not imported, or its code raised
        loaded(module_name, module)


def loaded(module_name, module):
    """Patch *module*, which has just run its code."""
    name = _patch_of(module_name)
    if decided.get(name, ('',))[0] == 'disabled':
        return
    try:
        from . import _installer
        problem = _installer.apply(name, module)
    except Exception as exc:
        _failed(module_name, exc)
    else:
        if problem is None:
            decided.pop(name, None)
        else:
            decided[name] = 'refused', problem


def _failed(module_name, exc):
    # Somebody else's import goes on, whatever is wrong with us.
    reason = 'the installer failed: %r' % (exc,)
    decided[_patch_of(module_name)] = 'refused', reason
    try:
        from . import _installer
        _installer.warn(_patch_of(module_name), reason)
    except Exception:
        pass    # status() has the reason


def _patch_of(module_name):
    return next(name for name in PATCHES if PATCHES[name] == module_name)
