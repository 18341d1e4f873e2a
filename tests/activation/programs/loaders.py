"""Other finders and loaders give the pools' modules to the import system."""
import variant

import copy
import importlib
import importlib.util
import runpy
import sys
import types
from importlib.machinery import PathFinder

import state
from gates import tell

NAMES = state.THREAD, state.PROCESS


def find(finder):
    """Have *finder* find the modules, before the path is searched."""
    sys.meta_path.insert(len(sys.meta_path) - 1, finder)


def show(module):
    """Tell what the loader and the spec of a module are when its code runs."""
    tell(type(module.__loader__).__name__)
    tell(type(module.__spec__.loader).__name__)


class SpecFinder:
    """Finds the modules on the path, and passes each spec to a function."""

    def __init__(self, change):
        self.change = change

    def find_spec(self, name, path=None, target=None):
        if name in NAMES:
            return self.change(PathFinder.find_spec(name, path))


class Loader:
    """Wraps another loader."""

    def __init__(self, loader):
        self.loader = loader

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        show(module)
        self.loader.exec_module(module)


class PatchedLoader:
    """Has its exec_module in the instance, as ddtrace's."""

    def __init__(self, loader):
        def exec_module(module):
            show(module)
            loader.exec_module(module)

        self.exec_module = exec_module

    def create_module(self, spec):
        return None


class LegacyLoader:
    """Has no exec_module."""

    def __init__(self, name, path):
        self.spec = PathFinder.find_spec(name, path)

    def load_module(self, name):
        module = sys.modules[name] = types.ModuleType(name)
        module.__spec__, module.__loader__ = self.spec, self
        self.spec.loader, loader = self, self.spec.loader
        show(module)
        loader.exec_module(module)
        return module


# How a finder gives a module to the import system.

def a_loader_of_its_own():
    def change(spec):
        spec.loader = Loader(spec.loader)
        return spec

    find(SpecFinder(change))


def exec_module_on_the_loader_itself():
    def change(spec):
        spec.loader = PatchedLoader(spec.loader)
        return spec

    find(SpecFinder(change))


def a_namespace_as_spec():
    """The same in a spec that is no ModuleSpec."""
    def change(spec):
        return types.SimpleNamespace(
            name=spec.name, parent=spec.parent, origin=spec.origin,
            loader=PatchedLoader(spec.loader), has_location=True,
            cached=spec.cached, submodule_search_locations=None)

    find(SpecFinder(change))


def load_module_only():
    class Finder:
        def find_spec(name, path=None, target=None):
            if name in NAMES:
                return importlib.util.spec_from_loader(
                    name, LegacyLoader(name, path))

    find(Finder)


def find_module_only():
    class Finder:
        def find_module(name, path=None):
            if name in NAMES:
                return LegacyLoader(name, path)

    find(Finder)


def wrapt():
    import wrapt
    wrapt.when_imported(state.THREAD)(show)


def loaded(how):
    globals()[how]()
    from concurrent.futures import thread
    importlib.import_module(state.PROCESS)
    show(thread)
    tell(state.live() + '!')
    tell(state.live(state.PROCESS) + '!')
    tell(thread.ThreadPoolExecutor(1).submit(int).result())


def renamed():
    """By its loader."""
    class Renames(Loader):
        def exec_module(self, module):
            self.loader.exec_module(module)
            module.__name__ = 'another'

    def change(spec):
        spec.loader = Renames(spec.loader)
        return spec

    find(SpecFinder(change))
    import concurrent.futures.thread as thread
    tell(thread.__name__)
    tell(state.live())


def no_other_loader():
    """The spec takes none."""
    class Spec(types.SimpleNamespace):
        loader = property(lambda self: self.real)

    find(SpecFinder(lambda spec: Spec(
        name=spec.name, parent=spec.parent, origin=spec.origin,
        real=spec.loader, cached=None, has_location=True,
        submodule_search_locations=None)))
    importlib.import_module(state.THREAD)
    tell(state.live())
    state.activate('on')
    tell(state.live())


def found_and_not_loaded():
    """Tell all that the loader has."""
    importlib.import_module('concurrent.futures')
    sys.modules.pop(state.THREAD, None)     # 3.6 has loaded it with that
    spec = importlib.util.find_spec(state.THREAD)
    for spec in spec, copy.copy(spec), copy.deepcopy(spec):
        tell(spec.loader.get_source(spec.name)[:30])
        tell(spec.loader.path == spec.loader.get_filename() == spec.origin)
        tell(spec.loader.is_package(spec.name))
        tell(hasattr(spec.loader, 'no_such_attribute'))
        code = spec.loader.get_code(spec.name)
        tell(code.co_filename == spec.origin)
    tell(sorted(runpy.run_module(state.THREAD)))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    tell(type(module.__spec__.loader))
    spec = importlib.util.find_spec(state.THREAD)
    spec.loader = importlib.util.LazyLoader(spec.loader)
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    tell(module.ThreadPoolExecutor(1).submit(int).result())
    tell(type(module.__spec__.loader))
    tell(type(module.__loader__))
    tell(state.live())


def naive(name):
    """Version 0.1.0 did this if it could not watch a spec."""
    class Naive:
        def find_spec(name, path=None, target=None):
            if name in NAMES:
                state.activate('on')

    sys.meta_path.insert(0, Naive)
    importlib.import_module(name)


variant.main(globals())
