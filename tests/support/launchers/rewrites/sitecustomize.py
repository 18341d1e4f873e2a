"""Changes a module that has just been loaded, as that of ddtrace-run does.

A module that has been changed is not patched, so it must be patched before.
This prints whether it is, in the place of a change.
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
        print(os.path.basename(os.path.dirname(path)) == 'patches')


sys.meta_path.insert(0, Finder())
