"""Has the pools of `concurrent.futures` patched when their modules are loaded.

``import backport`` imports this.  So does each start, if "python -m backport
enable" has written its .pth file, or under "python -m backport run"; then the
name is one that no program has for itself: a program may have a backport.py.

A start pays for this file only.  All the rest of the package is imported when
there is a pool, under the name by which this file was.
"""
import os
import sys
from _thread import get_ident

#: Name of a patch -> the module that it patches.
PATCHES = {'thread': 'concurrent.futures.thread',
           'process': 'concurrent.futures.process'}

# Name of a patch -> (state, reason).  "pending" is to be applied, or has been:
# that is told by the live code alone.
decided = {}

# Ids of the threads that `status` runs in -> whether `find_spec` has answered.
probes = {}

_asking = set()     # ids of the threads in find_spec

# Kept here, because tests put sys.modules back to what it was.
_package, _this = sys.modules.get(__package__), sys.modules[__name__]


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
            watch(spec, fullname)
            if get_ident() in probes:
                probes[get_ident()] = True
        except Exception:
            pass    # it takes no other loader; `status` has the reason
    return spec


# The finder is a function, as deepcopy(sys.meta_path) cannot copy a module, and
# a class costs a start more.
find_spec.find_spec = find_spec
find_spec.is_of_backport = True


def watch(spec, fullname):
    """Have the module of *spec* patched when its loader has run it."""
    lazy = getattr(sys.modules.get('importlib.util'), 'LazyLoader', ())
    while isinstance(spec.loader, lazy):
        spec = spec.loader      # that has a loader, and stays as lazy
    # A finder that keeps its specs gives one that has been watched.
    if not isinstance(spec.loader, Loader):
        spec.loader = Loader(spec, fullname)


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
            _patch(self._fullname, module if name == 'exec_module' else result)
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


def _patch(fullname, module):
    # Raises nothing, for this is somebody else's import.
    try:
        api().patch(fullname.rpartition('.')[2], module)
    except Exception as exc:
        try:
            if os.path.exists(__file__):    # it has not been uninstalled
                import warnings
                warnings.warn('backport leaves %s as it is, install it again: '
                              '%s' % (fullname, exc), RuntimeWarning)
        except Exception:
            pass


def api():
    """Return the module `_api`, after which this package can be imported from.

    Whatever has become of sys.modules: on 3.6.0 to 3.6.2 a relative import
    raises SystemError if its package is not there.
    """
    global _package
    if _package is None:    # this is a start
        from _frozen_importlib import ModuleSpec, module_from_spec
        spec = ModuleSpec(__package__, None, is_package=True)
        spec.submodule_search_locations.append(os.path.dirname(__file__))
        _package = module_from_spec(spec)
        _package._finder = _this
    sys.modules.setdefault(__package__, _package)
    if not hasattr(_package, '_api'):
        from . import _api  # noqa: F401
    return _package._api


find_spec.api = api


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


def start():
    """Do what a start does."""
    install()
    find_spec.watches_for_backport = True
    if 'BACKPORT_REPORT' in os.environ or 'concurrent.futures' in sys.modules:
        api().activate()
