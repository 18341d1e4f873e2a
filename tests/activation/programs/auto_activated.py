"""Nobody imports the package: what the start-up lines load, and do not load."""
import variant

import gc
import importlib
import os
import sys
import types

import state
from gates import tell


def own_backport(name):
    """The program has a module of its own by the name of the package."""
    importlib.import_module(name)
    tell(state.live(name))
    import backport
    tell(backport.__file__)


def own_backport_first(name):
    import backport     # noqa: F401
    own_backport(name)


def own_package(name, how=None):
    importlib.import_module(name)
    tell(state.live(name))
    if how == 'naive':
        sys.modules['backport._lock'] = types.SimpleNamespace(__file__=how)
    from backport import _lock, _exit, _api
    for module in _lock, _exit, _api:
        tell(module.__file__)


def one_copy_of_each_module():
    """What has been loaded by path is what an import finds later."""
    importlib.import_module(state.THREAD)
    before = {name: module for name, module in sys.modules.items()
              if name.startswith('_backport_bpo31783.')}
    assert 'backport' not in sys.modules and len(before) > 5, before
    import backport
    importlib.import_module(state.PROCESS)
    backport.status()
    for name in before:
        assert sys.modules[name] is before[name], name
    folder = os.path.dirname(backport.__file__)
    files = [module.__file__ for module in gc.get_objects()
             if isinstance(module, types.ModuleType)
             and (getattr(module, '__file__', None) or '').startswith(folder)]
    # The public name has these for itself.
    for name in '__init__.py', '_finder.py':
        files.remove(os.path.join(folder, name))
    assert len(files) == len(set(files)) > 5, sorted(files)
    tell({record.state for record in backport.status()})


def imports_by_the_package():
    """Tell the names of modules that the package imports by name."""
    class Spy:
        def find_spec(name, path=None, target=None):
            frame = sys._getframe(1)
            while frame.f_code.co_filename.startswith('<frozen'):
                frame = frame.f_back
            if 'backport' in frame.f_code.co_filename and name not in (
                    state.THREAD, state.PROCESS):
                tell(name)

    sys.meta_path.insert(0, Spy)
    importlib.import_module(state.THREAD)
    tell(state.live())


def reloaded_and_imported_afresh():
    from concurrent.futures import thread
    for _ in range(3):
        importlib.reload(thread)
        tell(state.live())
    del sys.modules[state.THREAD]
    thread = importlib.import_module(state.THREAD)
    tell(state.live())
    for name in list(sys.modules):
        if name.startswith('backport'):
            del sys.modules[name]
    importlib.reload(thread)
    tell(state.live())


def failing_import():
    try:
        importlib.import_module(state.THREAD)
    except Exception as exc:
        tell(repr(exc))
    tell(state.THREAD in sys.modules)


def imported_later():
    from concurrent.futures import thread
    tell(state.live())
    tell('_global_shutdown_lock' in vars(thread))
    import backport
    tell(backport.status()[0].state)


def loaded_before():
    tell(state.live())


variant.main(globals())
