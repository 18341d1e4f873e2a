"""What require() does, after this and that."""
import variant

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


def submit_replaced():
    from concurrent.futures import thread
    thread.ThreadPoolExecutor.submit = lambda *args: None


variant.main(globals())
try:
    print(backport.require())
except RuntimeError as exc:
    print(exc)
