"""As that of ddtrace-run: it changes a module that has just been loaded.

Which must be patched by then: what has been changed is not.  Prints whether it
is.
"""
import os
import sys
from importlib.util import find_spec


class Finder:

    asking = False

    def find_spec(self, name, path=None, target=None):
        if name != 'concurrent.futures.thread' or self.asking:
            return None
        self.asking = True
        spec = find_spec(name)
        spec.loader = Loader(spec.loader)
        return spec


class Loader:

    def __init__(self, loader):
        self.loader = loader

    def create_module(self, spec):
        return self.loader.create_module(spec)

    def exec_module(self, module):
        self.loader.exec_module(module)
        path = module.ThreadPoolExecutor.submit.__code__.co_filename
        print('patches' in path.split(os.sep))


sys.meta_path.insert(0, Finder())
