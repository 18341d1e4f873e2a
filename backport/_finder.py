"""Patches the pools of `concurrent.futures` when their modules are loaded.

All the rest of the package is imported when a pool's module is, as submodules
of this file's package.  That is `backport`, or whatever else a program imports;
or it is `_backport_bpo31783`, if startup/watch.py has loaded this file by its
path: a program may have a backport.py of its own.
"""
import os
import sys
from _frozen_importlib import ModuleSpec, _find_spec    # always there
from _frozen_importlib_external import SourceFileLoader
from _thread import get_ident

#: Name of a patch -> the module that it patches.
PATCHES = {'thread': 'concurrent.futures.thread',
           'process': 'concurrent.futures.process'}

# Name of a patch -> (state, reason).  "pending" means that it may be applied;
# only the live code tells whether it has been.
decided = {}

# Thread id -> whether `find_spec` was called, while `status` tries it there.
probes = {}

_asking = set()     # ids of the threads in find_spec

# Kept here, because tests put sys.modules back to what it was.
_NAME = __name__.rpartition('.')[0]     # zipimport sets no __package__ yet
_package, _this = sys.modules.get(_NAME), sys.modules[__name__]


def find_spec(fullname, path=None, target=None):
    """Return the spec that the other finders give, with a `Loader`, or None.

    Nothing may be imported here.  A finder is called under the one global
    import lock, and an import under that can deadlock.
    """
    if fullname not in PATCHES.values() or get_ident() in _asking:
        return None
    try:
        _asking.add(get_ident())
        # The whole of sys.meta_path, legacy finders included, but for us.
        spec = _find_spec(fullname, path, target)
    finally:
        _asking.discard(get_ident())
    if spec is not None and spec.loader is not None:
        try:
            watch(spec, fullname)
            if get_ident() in probes:
                probes[get_ident()] = True
        except Exception:
            pass    # the spec takes no other loader; `status` has the reason
    return spec


# A function: a test may deepcopy(sys.meta_path), which cannot copy a module.
find_spec.find_spec = find_spec
find_spec.is_of_backport = True


def watch(spec, fullname):
    """Have the module of *spec* patched when its loader has run it."""
    lazy = getattr(sys.modules.get('importlib.util'), 'LazyLoader', ())
    holder = spec
    while isinstance(holder.loader, lazy):
        holder = holder.loader      # a LazyLoader has a loader, and stays lazy
    # A finder that keeps its specs gives one that has been watched.
    if not isinstance(holder.loader, Loader):
        holder.loader = Loader(holder, fullname)


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

        def run(argument):
            self._step_back(argument)
            result = attribute(argument)
            # load_module takes the name of the module and returns the module.
            patch(self._fullname.rpartition('.')[2],
                  argument if name == 'exec_module' else result)
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

    Raises nothing, for this is somebody else's import.
    """
    try:
        package()
        if not decided:
            decide()
        if is_lazy(module):
            watch(object.__getattribute__(module, '__spec__'), PATCHES[name])
            return
        problem = carry_out(name, module)
    except Exception as exc:
        problem = 'the installer failed: %s: %s' % (type(exc).__name__, exc)
    if problem is not None and not is_off(name):
        refuse(name, problem)


def is_lazy(module):
    """Return whether *module* is one that the first access loads."""
    return type(module).__name__ == '_LazyModule'


def carry_out(name, module):
    """Put into *module* the code that has been decided on, ours or stock.

    Returns None, or why ours cannot be.
    """
    while True:
        off, problem = is_off(name), None
        if not off:
            from . import _installer
            problem = _installer.apply(name, module)
        elif '_backport' in vars(module):
            from . import _inspect
            _inspect.revert(name, module)
        # Again, if another thread has decided otherwise meanwhile.
        if is_off(name) == off:
            return problem


def decide():
    """Decide anew for each patch whether it is to be applied."""
    decisions = {}
    for name in PATCHES:
        decisions[name] = _decision(name)
    decided.update(decisions)   # one step: freeing tuples runs no Python code


def _decision(name):
    """Return (state, reason) of a patch, as long as no module was looked at."""
    if sys.version_info >= (3, 9):
        # Upstream has fixed thread pools only (docs/upstream.md).
        return 'not-needed', (
            'CPython has had the fix of bpo-31783 since 3.9' if name == 'thread'
            else 'CPython 3.9 and later are left as they are, race included')
    if sys.implementation.name != 'cpython':
        return 'not-supported', ('%s is not supported'
                                 % sys.implementation.name)
    if sys.meta_path is None:
        return 'refused', 'the interpreter is shutting down'
    switch = os.environ.get('BACKPORT_DISABLE', '')
    names = {word.strip() for word in switch.split(',')} - {'', '0'}
    # "1", or whatever else it is, turns both off.
    if name in names or not names <= PATCHES.keys():
        return 'disabled', 'BACKPORT_DISABLE=%s is set' % switch
    return 'pending', None


def is_off(name):
    """Return whether a patch must not be applied.

    One that was refused is tried again if the module is loaded again.
    """
    return decided.get(name, (None,))[0] in (
        'disabled', 'not-needed', 'not-supported')


def refuse(name, reason):
    """Decide that a module is left as it is; warn, once for each reason."""
    decided[name] = 'refused', reason
    try:
        from . import _report
        _report.warn(name, PATCHES[name], reason)
    except Exception:
        pass    # standard error is closed, for one; status() has the reason


# How the package is read under its private name, without importing it.  The
# rest of this file does not depend on how.

def package():
    """Have sys.modules contain this package, so that it can be imported from.

    A test may have put sys.modules back.  On 3.6.0 to 3.6.2 a relative import
    raises SystemError if its package is not there.
    """
    global _package
    if _package is None:    # this was loaded by startup/watch.py
        _package = Package(_NAME, os.path.dirname(__file__))
        _package._finder = _this
        # `from .patches import x` looks there.
        sys.modules[_NAME + '.patches'] = _package.patches
    sys.modules.setdefault(_NAME, _package)
    return _package


def api():
    """Return the module `_api`."""
    if not hasattr(package(), '_api'):
        from . import _api  # noqa: F401
    return _package._api


find_spec.api = api


class Package(type(sys)):
    """This package without its __init__.py, under a name of its own.

    For ``from . import x`` it reads x.py by its path.  An ordinary import would
    cost a start with a pool 0.3 % more for each module, and there are seven.
    """

    def __init__(self, name, path):
        super().__init__(name)
        self.__package__, self.__path__ = name, [path]

    def __getattr__(self, name):
        fullname = '%s.%s' % (self.__name__, name)
        path = '%s/%s' % (self.__path__[0], name)
        if name == 'patches':
            module = Package(fullname, path)
        else:
            path += '.py'
            loader = SourceFileLoader(fullname, path)
            try:
                code = loader.get_code(fullname)
            except OSError:
                raise AttributeError('there is no ' + path)
            module = type(sys)(fullname)
            module.__package__, module.__file__ = self.__name__, path
            module.__loader__ = loader
            module.__spec__ = ModuleSpec(fullname, loader, origin=path)
            exec(code, vars(module))
        # Another thread may have been faster.
        setattr(self, name, sys.modules.setdefault(fullname, module))
        return getattr(self, name)


def in_use():
    """Return the finder of this package in sys.meta_path, or None.

    It may be that of another copy: the one that came first does the work.
    """
    for finder in list(sys.meta_path or ()):
        if getattr(finder, 'is_of_backport', None) is True:
            return finder


def install():
    """Put `find_spec` in front of sys.meta_path, unless there is one."""
    if in_use() is None:
        sys.meta_path.insert(0, find_spec)
