"""Lets an old interpreter import a newer one's tests of concurrent.futures.

run.py puts a copy into the environment's site-packages, with the name below
filled in.  A .pth file starts it, because the children of the tests import the
tests as well.  The files are read where they are, and nothing is written there.
What the old interpreter's `test.support` lacks is supplied.  What is missing in
`concurrent.futures` is not supplied, except a name that 3.9's file imports at
its top.
"""
import os
import re
import sys
from _frozen_importlib import ModuleSpec
from _frozen_importlib_external import SourceFileLoader

TESTS = None    # path of the newer interpreter's test package
NAME = 'test.test_concurrent_futures'
#: The file became a package in 3.12.  These modules of it are about pools.
MODULES = ('test_as_completed', 'test_deadlock', 'test_init',
           'test_process_pool', 'test_shutdown', 'test_thread_pool',
           'test_wait')
LIMIT = 30      # seconds for a test, which can hang: process pools changed


class Finder:

    def find_spec(self, name, path=None, target=None):
        if name != NAME and not name.startswith(NAME + '.'):
            return None
        folder = os.path.join(TESTS, *name.split('.')[1:])
        is_package = os.path.isdir(folder)
        loader = Loader(name, os.path.join(folder, '__init__.py')
                        if is_package else folder + '.py')
        spec = ModuleSpec(name, loader, origin=loader.path,
                          is_package=is_package)
        spec.has_location = True
        if is_package:
            spec.submodule_search_locations.append(folder)
        return spec


class Loader(SourceFileLoader):

    def get_code(self, name):
        # A .pyc file is neither read nor written.
        source = self.get_data(self.path).decode()
        # f'{name=}' is new in 3.8.
        source = re.sub(r'\{([\w.]+)=\}', r'\1={\1!r}', source)
        return self.source_to_code(source, self.path)

    def exec_module(self, module):
        supply()
        super().exec_module(module)
        # This tidies up with functions that 3.6 and 3.7 do not have.
        vars(module).pop('setUpModule', None)


def as_it_is(*args, **kwargs):
    return lambda test: test


def load_package_tests(folder, loader, tests, pattern):
    for name in MODULES:
        if name == 'test_deadlock' and sys.version_info < (3, 7):
            continue    # It is about _ThreadWakeup.
        __import__('%s.%s' % (NAME, name))
        tests.addTests(loader.loadTestsFromModule(
            sys.modules['%s.%s' % (NAME, name)]))
    return tests


def sleeping_retry(timeout, message=None):
    """Yield until *timeout* seconds have passed."""
    import time
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        yield
        time.sleep(0.01)
    raise AssertionError(message)


def hangs(signum, frame):
    import multiprocessing
    # The next ones, and the exit, would wait for them.
    for child in multiprocessing.active_children():
        child.terminate()
    raise AssertionError('hangs')


def limit(run):
    """Return a `TestCase.run` that ends a test after LIMIT seconds."""
    def limited(self, result=None):
        import signal
        signal.signal(signal.SIGALRM, hangs)
        # More than once, because tearDown can hang as well.
        signal.setitimer(signal.ITIMER_REAL, LIMIT, LIMIT)
        try:
            return run(self, result)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    return limited


def supply():
    """Give `test.support` the names that it has in the newer interpreter."""
    from test import support
    if hasattr(support, 'threading_helper'):
        return
    # The interpreter's own function would look for files in its own folder, and
    # leave out tests unless regrtest is asked for their resources by name.
    support.load_package_tests = load_package_tests
    support.requires_resource = as_it_is
    for name, value in {
            'Py_GIL_DISABLED': False, 'SHORT_TIMEOUT': 30.0,
            'LONG_TIMEOUT': 300.0,
            'check_sanitizer': lambda **kinds: False,
            'skip_if_sanitizer': as_it_is, 'requires_fork': as_it_is,
            'requires_gil_enabled': as_it_is, 'requires_hashdigest': as_it_is,
            'requires_working_threading': as_it_is,
            'skip_if_broken_multiprocessing_synchronize': as_it_is,
            'sleeping_retry': sleeping_retry}.items():
        if not hasattr(support, name):
            setattr(support, name, value)
    # These functions have moved to modules of their own.
    for name in 'threading_helper', 'hashlib_helper':
        setattr(support, name, support)
        sys.modules['test.support.' + name] = support
    from concurrent.futures import _base
    if not hasattr(_base, 'BrokenExecutor'):    # 3.6
        _base.BrokenExecutor = RuntimeError
    import unittest
    unittest.TestCase.run = limit(unittest.TestCase.run)


sys.meta_path.insert(0, Finder())
