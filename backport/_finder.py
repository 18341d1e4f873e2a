"""Has the pools of `concurrent.futures` patched when their modules are loaded.

This module is itself a finder in `sys.meta_path`.  It finds no module by
itself: it asks the other finders, and puts a `Loader` in place of the one that
they give, until that has run the module.

The lines of startup/watch.py execute this file without importing the package.
So nothing is imported here that has not been loaded at a start.
"""
import os
import sys
from _thread import get_ident

#: Name of a patch -> the module that it patches.
PATCHES = {'thread': 'concurrent.futures.thread',
           'process': 'concurrent.futures.process'}

# Tells this finder from others, whichever copy of the package it belongs to.
is_of_backport = True

# Name of a patch -> (state, reason).  "pending" is to be applied, or has been:
# that is told by the live code alone.
decided = {}

_asking = set()     # ids of the threads in find_spec


def find_spec(fullname, path=None, target=None):
    """Return the spec that the other finders give, with a `Loader`, or None.

    Nothing may be imported here.  A finder is called under the one global
    import lock: whoever imports there can wait for a thread that waits for it.
    """
    if fullname not in PATCHES.values() or get_ident() in _asking:
        return None
    from _frozen_importlib import _find_spec    # always there
    try:
        _asking.add(get_ident())
        # The whole of sys.meta_path, legacy finders included, but for us.
        spec = _find_spec(fullname, path, target)
    finally:
        _asking.discard(get_ident())
    if spec is not None and spec.loader is not None:
        try:
            spec.loader = Loader(spec, fullname)
        except Exception:
            pass    # it takes no other loader; `status` has the reason
    return spec


class Loader:
    """Stands in for the loader of a module until that has run the module.

    It has all the attributes that the other one has, and no more: importlib
    asks whether there is an ``exec_module``, or only a ``load_module``.
    """

    def __init__(self, spec, fullname):
        self._spec, self._loader, self._fullname = spec, spec.loader, fullname

    def __getattr__(self, name):
        if name in ('_spec', '_loader', '_fullname'):
            raise AttributeError(name)      # a copy that is being made
        attribute = getattr(self._loader, name)
        if name not in ('exec_module', 'load_module'):
            return attribute

        def run(module):
            self._step_back(module)
            result = attribute(module)
            # load_module takes the name of the module and returns it.
            patch(self._fullname.rpartition('.')[2],
                  module if name == 'exec_module' else result)
            return result
        return run

    def _step_back(self, module):
        try:
            for holder, name in ((self._spec, 'loader'),
                                 (module, '__loader__'),
                                 (getattr(module, '__spec__', None), 'loader')):
                if getattr(holder, name, None) is self:
                    setattr(holder, name, self._loader)
        except Exception:
            pass    # somebody else's import goes on


def patch(name, module):
    """Patch *module*, which has run its code, unless that has been ruled out.

    Raises nothing, for this is somebody else's import.  The thread may hold the
    import lock of that module, and of those that are importing it.
    """
    try:
        if not decided:
            decide()
        problem = settle(name, module)
    except Exception as exc:
        problem = 'the installer failed: %s: %s' % (type(exc).__name__, exc)
    if problem is not None and not is_off(name):
        refuse(name, problem)


def settle(name, module):
    """Put into *module* the code that has been decided on, ours or stock.

    Returns None, or why ours cannot be.
    """
    while True:
        off, problem = is_off(name), None
        if not off:
            problem = load('_installer').apply(name, module)
        elif '_backport' in vars(module):
            load('_live').revert(name, module)
        # Another thread may have decided otherwise meanwhile, and have come too
        # early to see this.
        if is_off(name) == off:
            return problem


def decide():
    """Decide anew for each patch whether it is to be applied."""
    decisions = dict.fromkeys(PATCHES, ('pending', None))
    if sys.implementation.name != 'cpython':
        decisions = dict.fromkeys(PATCHES, (
            'not-needed', '%s is not CPython' % sys.implementation.name))
    elif sys.version_info >= (3, 9):
        # Upstream has fixed thread pools only (docs/upstream.md).
        decisions = {
            'thread': ('not-needed', 'CPython has had the fix of bpo-31783 '
                                     'since 3.9'),
            'process': ('not-needed', 'CPython 3.9 and later are left as they '
                                      'are, race included')}
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


def is_off(name):
    """Return whether a patch must not be applied."""
    return decided[name][0] in ('disabled', 'not-needed')


def refuse(name, reason):
    """Decide that a module is left as it is; warn, once for each reason."""
    decided[name] = 'refused', reason
    try:
        load('_report').warn(name, PATCHES[name], reason)
    except Exception:
        pass    # standard error is closed, for one; status() has the reason


def load(name):
    """Return the module *name* of this package.

    After auto-activation the package itself has not been imported: by its name
    the program's own "backport.py" might be found.  Then the module is loaded
    by its path; the package finds it in sys.modules, should it be imported.
    """
    fullname = 'backport.' + name
    if __spec__ is not None or fullname in sys.modules:
        # Waits for another thread that is importing it.
        return __import__(fullname, fromlist=['*'])
    from _frozen_importlib_external import SourceFileLoader
    path = __file__[:-len('_finder.py')] + name.replace('.', '/') + '.py'
    module = type(sys)(fullname)
    module.__file__, module.__package__ = path, fullname.rpartition('.')[0]
    exec(SourceFileLoader(fullname, path).get_code(fullname), vars(module))
    return sys.modules.setdefault(fullname, module)
