"""What require() does, after this and that."""
import variant

import importlib
import importlib.util
import sys
from importlib.machinery import PathFinder

import backport


def nothing():
    pass


def thread_loaded():
    import concurrent.futures.thread    # noqa: F401


def both_loaded():
    thread_loaded()
    import concurrent.futures.process   # noqa: F401


def off_and_on():
    backport.deactivate()
    backport.activate()


def deactivated():
    backport.deactivate()


def hook_removed():
    sys.meta_path[:] = sys.meta_path[1:]


def loaded_past_the_hook():
    sys.meta_path.insert(0, PathFinder)
    thread_loaded()


def finder_in_front():
    """It finds the modules itself."""
    sys.meta_path.insert(0, PathFinder)


def finder_in_front_for_threads():
    class Finder:
        def find_spec(name, path=None, target=None):
            if name == 'concurrent.futures.thread':
                return PathFinder.find_spec(name, path)

    sys.meta_path.insert(0, Finder)


def finder_in_front_that_asks_the_others():
    """As those of ddtrace and wrapt."""
    class Loader:
        def __init__(self, loader):
            self.loader = loader

        def __getattr__(self, name):
            return getattr(self.loader, name)

    class Finder:
        def find_spec(name, path=None, target=None):
            if name.startswith('concurrent.futures.'):
                sys.meta_path.remove(Finder)
                spec = importlib.util.find_spec(name)
                sys.meta_path.insert(0, Finder)
                spec.loader = Loader(spec.loader)
                return spec

    sys.meta_path.insert(0, Finder)


def submit_replaced():
    from concurrent.futures import thread
    thread.ThreadPoolExecutor.submit = lambda *args: None


variant.main(globals())
try:
    print(backport.require())
except RuntimeError as exc:
    print(exc)
if variant.ARGUMENTS[-1].startswith('finder_in_front'):
    # What an import does then.
    for name in 'thread', 'process':
        module = importlib.import_module('concurrent.futures.' + name)
        print('patches' if 'patches' in module._python_exit.__code__.co_filename
              else 'futures')
