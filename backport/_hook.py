"""When a patch is applied: now, or straight after the module's code has run.

This is all that is loaded at start-up.  The rest of the package is imported
when there is a module to patch or somebody asks.

A module to come is watched through its spec: the import system sets
``spec._initializing`` to False when the module's code has run, still under the
module's import lock, so no other thread can import the module unpatched.  The
same holds for a module that is half-imported when this package comes, in
whichever thread.  The loader is not touched, and nothing of the watch is left
on the module.
"""
import os
import sys
from _thread import get_ident

#: Patch name -> the module it patches.
PATCHES = {'thread': 'concurrent.futures.thread'}

# Patch name -> (state, reason); a patch that is not in here is pending.
decided = {}


def activate():
    """Apply each patch now, or as soon as its module has been loaded.

    Returns None and raises nothing: `status` tells what came of it.  May be
    called again, from any thread, also after `deactivate`.
    """
    decided.clear()
    decided.update(_ruled_out())
    if len(decided) == len(PATCHES):
        return
    if not any(type(finder) is Finder for finder in sys.meta_path):
        sys.meta_path.insert(0, Finder())
    for name, module_name in PATCHES.items():
        module = sys.modules.get(module_name)
        if module is None:
            continue
        spec = getattr(module, '__spec__', None)
        if getattr(spec, '_initializing', False):
            watch(spec)
            if spec._initializing:
                continue
            # Its import ended between the question and the watch.
        loaded(module_name)


def deactivate():
    """Put the stock code back; return what `status` then returns.

    Raises nothing.  Where another tool has changed a function since, that
    patch is left as it is and its record says so.  ``_global_shutdown_lock``
    stays, for calls that are under way.
    """
    if sys.meta_path is not None:
        sys.meta_path[:] = [finder for finder in sys.meta_path
                            if type(finder) is not Finder]
    for name in PATCHES.keys() - _ruled_out().keys():
        if decided.get(name, ('pending',))[0] == 'pending':
            decided[name] = 'disabled', 'backport.deactivate() was called'
        else:
            from . import _installer
            decided[name] = _installer.revert(name, decided[name])
    return status()


def status():
    """Return a tuple with a `Record` for each patch.

    Their fields: ``name``; ``state``, one of ``applied``, ``pending``,
    ``not-needed``, ``disabled``, ``refused``; ``reason``, a sentence;
    ``source``, the path of the stdlib file or None; ``sha256`` of that file
    in hex, or None; ``releases`` of CPython that the code is known from, or
    None.
    """
    from . import _installer
    return tuple(_installer.record(name, decided.get(name))
                 for name in PATCHES)


def _ruled_out():
    """Return patch name -> (state, reason) for what must not be patched."""
    implementation, version = sys.implementation.name, sys.version_info
    if implementation != 'cpython':
        reason = ('not-needed',
                  '%s is not CPython: its code is its own' % implementation)
    elif version >= (3, 9):
        reason = ('not-needed',
                  'CPython has had the fix of bpo-31783 since 3.9')
    elif version < (3, 6):
        reason = 'refused', 'CPython older than 3.6 is not known'
    elif sys.meta_path is None:
        reason = 'refused', 'the interpreter is shutting down'
    else:
        reason = None
        switch = os.environ.get('BACKPORT_DISABLE', '')
        names = {word.strip() for word in switch.split(',')} - {'', '0'}
        if names <= PATCHES.keys():
            return {name: ('disabled', 'BACKPORT_DISABLE=%s is set' % switch)
                    for name in names}
        # "1", and whatever else somebody may write who wants it off.
        reason = 'disabled', 'BACKPORT_DISABLE=%s is set' % switch
    return dict.fromkeys(PATCHES, reason)


class Finder:
    """Watches the modules in `PATCHES` as they come; finds none by itself."""

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
        if spec is not None:
            try:
                watch(spec)
            except Exception as exc:
                _failed(fullname, exc)
        return spec


def watch(spec):
    """Have `loaded` called when the module of *spec* has run its code."""
    stock = type(spec)
    if not hasattr(spec.loader, 'exec_module'):
        if not isinstance(spec.loader, LegacyLoader):
            spec.loader = LegacyLoader(spec)
    elif stock.__setattr__ is not _set_and_tell:
        spec.__class__ = type(stock.__name__, (stock,), {
            '__setattr__': _set_and_tell, '__module__': stock.__module__})


def _set_and_tell(spec, name, value):
    watched = type(spec)
    super(watched, spec).__setattr__(name, value)
    if name == '_initializing' and not value:
        spec.__class__ = watched.__base__
        loaded(spec.name)


class LegacyLoader:
    """For loaders that only have load_module: zipimport before 3.10.

    For those the import system does not set ``_initializing``.
    """

    def __init__(self, spec):
        self._spec = spec
        self._loader = spec.loader

    def __getattr__(self, name):
        return getattr(self._loader, name)

    def load_module(self, fullname):
        self._spec.loader = self._loader
        module = self._loader.load_module(fullname)
        loaded(fullname)
        return module


def loaded(module_name):
    """Patch the module of that name, which has just run its code."""
    module = sys.modules.get(module_name)
    if module is None:
        return      # its code raised; the next import is watched again
    name = _patch_of(module_name)
    if decided.get(name, ('',))[0] == 'disabled':
        return
    try:
        from . import _installer
        decided[name] = _installer.apply(name, module)
    except Exception as exc:
        _failed(module_name, exc)


def _failed(module_name, exc):
    # Somebody else's import goes on, whatever is wrong with us.
    decided[_patch_of(module_name)] = (
        'refused', 'the installer failed: %r' % (exc,))


def _patch_of(module_name):
    return next(name for name in PATCHES if PATCHES[name] == module_name)
