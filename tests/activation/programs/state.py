"""What the programs here share: they tell what is live in the pools' modules.

Nothing is imported here that a program may want to import itself.
"""
import variant

import os
import sys
from importlib.machinery import PathFinder

THREAD = 'concurrent.futures.thread'
PROCESS = 'concurrent.futures.process'


def activate(switch):
    """Import backport if *switch* is "on", and not if it is "off"."""
    if switch == 'on':
        import backport     # noqa: F401


def load(order, switch='on'):
    """Import thread.py, and `activate`: "backport first" or "thread first".

    Return the module.
    """
    if order == 'backport first':
        activate(switch)
    import concurrent.futures.thread
    if order == 'thread first':
        activate(switch)
    return concurrent.futures.thread


def functions(name=THREAD):
    """Return the functions of a module that every patch of it replaces."""
    module = sys.modules[name]
    if name == THREAD:
        pool = module.ThreadPoolExecutor
        return [pool._adjust_thread_count, pool.submit, module._python_exit]
    return [module.ProcessPoolExecutor.submit, module._python_exit]


def codes(name=THREAD):
    """Return the codes of those functions."""
    return [function.__code__ for function in functions(name)]


def same(first, second):
    """Return whether two lists have the same objects."""
    return list(map(id, first)) == list(map(id, second))


def folder(code):
    """Return the name of the folder that has the source of a code object."""
    return os.path.basename(os.path.dirname(code.co_filename))


def live(name=THREAD):
    """Return the folder of a module's code: futures if stock, else patches.

    Or the names of several folders.
    """
    return ' '.join(sorted(set(map(folder, codes(name)))))


class Gate:
    """Calls *inside* when a module has been found and is to be loaded.

    Not before: the finders run under the one global import lock.
    """

    def __init__(self, prefix, inside):
        self.prefix, self.inside = prefix, inside
        sys.meta_path.insert(0, self)

    def find_spec(self, name, path=None, target=None):
        if name.startswith(self.prefix):
            spec = PathFinder.find_spec(name, path)
            spec.loader.create_module = self.create_module
            return spec

    def create_module(self, spec):
        self.inside()


def waits(thread):
    """Return whether a thread waits for an import in another one."""
    from _frozen_importlib import _blocking_on
    return thread.ident in _blocking_on


def main(program):
    """Run a case as `variant.main` does, and print what became of it.

    The last line is what `status` says of thread pools, as JSON.  `live` is
    added if their module has been loaded.
    """
    variant.main(program)
    import json
    record = {}
    if 'backport' in sys.modules:
        record = vars(sys.modules['backport'].status()[0])
    if hasattr(sys.modules.get(THREAD), '_python_exit'):
        record['live'] = live()
    print(json.dumps(record))
