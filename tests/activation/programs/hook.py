"""What the import hook meets: each case gets how it has come there.

"start": by the start-up lines; "import": by ``import backport``; "naive": it is
as version 0.1.0 had it, in what the case is about.
"""
import variant

import copy
import importlib
import importlib.util
import sys
import threading
import types
from importlib.machinery import PathFinder

import state
from gates import tell, until


class NaiveLoader:
    """Wraps whatever it gets, and looks at the module at once."""

    def __init__(self, loader):
        self.loader = loader

    def __getattr__(self, name):
        if name == 'loader':
            raise AttributeError(name)
        attribute = getattr(self.loader, name)
        if name != 'exec_module':
            return attribute

        def exec_module(module):
            attribute(module)
            vars(module)
        return exec_module


class Naive:
    def find_spec(name, path=None, target=None):
        if name == state.THREAD:
            finders = [finder for finder in sys.meta_path
                       if finder is not Naive]
            spec = next(filter(None, (finder.find_spec(name, path)
                                      for finder in finders)))
            spec.loader = NaiveLoader(spec.loader)
            return spec


def hook(how):
    if how == 'import':
        import backport     # noqa: F401
    elif how == 'naive':
        sys.meta_path.insert(0, Naive)


def prepare(finder=None):
    """Have thread.py not loaded, and found by *finder*.

    On 3.6 concurrent.futures loads it.
    """
    importlib.import_module('concurrent.futures')
    sys.modules.pop(state.THREAD, None)
    if finder:
        sys.meta_path.insert(len(sys.meta_path) - 1, finder)


def modules_put_back(how):
    """A test puts sys.modules back, after the first import of a pool."""
    importlib.import_module('logging')
    for _ in range(20):
        before = dict(sys.modules)
        if how == 'naive' and 'hook' not in sys.modules:
            sys.modules['hook'] = types.ModuleType('hook')
            hook(how)
        if how == 'import':
            hook(how)
        importlib.import_module(state.THREAD)
        importlib.import_module(state.PROCESS)
        live = state.live(), state.live(state.PROCESS)
        for name in set(sys.modules) - set(before):
            if name.startswith(('concurrent', 'backport', '_backport', 'hook')):
                del sys.modules[name]
    for folder in live:
        tell(folder)
    tell(len(sys.meta_path))


def kept_spec(how):
    """A finder always gives the same spec."""
    class Keeps:
        def find_spec(name, path=None, target=None, specs={}):
            if name == state.THREAD:
                if not specs:
                    specs[name] = PathFinder.find_spec(name, path)
                return specs[name]

    prepare(Keeps)
    hook(how)
    try:
        for _ in range(2000):
            importlib.util.find_spec(state.THREAD)
        importlib.import_module(state.THREAD)
        tell(state.live())
        importlib.reload(sys.modules[state.THREAD])
        tell(state.live())
    except RecursionError:
        tell('RecursionError')


def lazy(how, when):
    """It stays lazy, also if the hook comes *when* it is "imported"."""
    class Lazy:
        def find_spec(name, path=None, target=None):
            if name == state.THREAD:
                spec = PathFinder.find_spec(name, path)
                spec.loader = importlib.util.LazyLoader(spec.loader)
                return spec

    prepare(Lazy)
    if when == 'before':
        hook(how)
    module = importlib.import_module(state.THREAD)
    if when == 'imported':
        hook(how)
    tell(type(module).__name__)
    if how == 'import':
        import backport
        backport.require()
        tell(backport.status()[0].state)
        tell(type(module).__name__)
    module.ThreadPoolExecutor
    tell(type(module).__name__)
    tell(type(module.__loader__).__name__)
    tell(type(module.__spec__.loader).__name__)
    tell(state.live())


def deep_copy(how):
    hook(how)
    if how == 'naive':
        sys.meta_path.insert(0, state)
    try:
        finders = copy.deepcopy(sys.meta_path)
    except TypeError as exc:
        return tell(type(exc).__name__)
    sys.meta_path[:] = finders
    importlib.import_module(state.THREAD)
    tell(state.live())


def lock_held_for_an_instant(how):
    """Another thread has the module's lock, when the first one has had it."""
    from _frozen_importlib import _get_module_lock, _lock_unlock_module
    importlib.import_module(state.THREAD)
    main = threading.get_ident()
    lock = _get_module_lock(state.THREAD)
    turn, done = threading.Event(), threading.Event()

    def release():
        type(lock).release(lock)
        if threading.get_ident() == main:
            turn.set()
            until(lambda: lock.owner not in (None, main))

    def other():
        turn.wait()
        lock.acquire()
        done.wait()
        lock.release()

    lock.release = release
    thread = threading.Thread(target=other)
    thread.start()
    if how == 'naive':
        _lock_unlock_module(state.THREAD)
        tell('patched' if _get_module_lock(state.THREAD).owner is None
             else 'left')
    else:
        hook(how)
        tell(state.live())
    done.set()
    thread.join()


variant.main(globals())
