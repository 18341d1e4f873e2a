"""thread.py is not what it should be."""
import state    # which imports variant first

import importlib
import os
import sys

from gates import tell


def changed_by_a_vendor():
    import backport
    from concurrent.futures import thread
    backport.activate()
    importlib.reload(thread)
    print(thread.ThreadPoolExecutor(1).submit(len, 'abc').result())
    print(*[name for name in vars(thread) if 'lock' in name])


def loaded(order):
    state.load(order)


def another_package():
    from concurrent.futures import thread
    print(thread.submit(), *sorted(set(vars(thread)) - {'submit'}))


def not_a_package():
    try:
        importlib.import_module(state.THREAD)
    except ModuleNotFoundError as exc:
        print(exc)


def half_written(order, switch, path, whole):
    """The file at *path* is half written; *whole* is the path of all of it."""
    try:
        state.load(order, switch).ThreadPoolExecutor
    except Exception as exc:
        tell(repr(exc))
        state.activate(switch)
    os.replace(whole, path)
    for name in list(sys.modules):
        if name.startswith('concurrent'):
            del sys.modules[name]
    importlib.import_module(state.THREAD)


state.main(globals())
