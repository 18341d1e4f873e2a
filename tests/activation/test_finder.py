"""How the package hears that a module was loaded, whatever loads it.

The programs are auto-activated unless a test says otherwise: they run the lines
of startup/watch.py, and never import the package.
"""
import os
import sys

import pytest

import backport
import stdlib

pytestmark = pytest.mark.skipif(
    sys.version_info >= (3, 9), reason='3.9 and later: test_not_needed.py')

HERE = os.path.dirname(os.path.abspath(__file__))
PACKAGE = os.path.dirname(os.path.abspath(backport.__file__))

HELPERS = '''
import types
from importlib.machinery import PathFinder

NAMES = 'concurrent.futures.thread', 'concurrent.futures.process'

def live(name='concurrent.futures.thread'):
    """Return the folder that the code of submit comes from."""
    for value in vars(sys.modules[name]).values():
        if hasattr(value, 'submit') and value.__module__ == name:
            return os.path.basename(os.path.dirname(
                value.submit.__code__.co_filename))

def find(finder):
    """Have *finder* find the modules, before the path is searched."""
    sys.meta_path.insert(len(sys.meta_path) - 1, finder)
'''


# 3.6 has loaded it with the package.
NOT_LOADED = '''
import concurrent.futures
sys.modules.pop('concurrent.futures.thread', None)
'''


def template(name='watch.py', placeholder='__file__[:-17]'):
    with open(os.path.join(PACKAGE, 'startup', name)) as file:
        text = file.read()
    assert text.count(placeholder) == 1
    return text.replace(placeholder, repr(PACKAGE))


@pytest.fixture
def auto(run, tmp_path):
    """Run a program that is auto-activated; `stock`: one that is not."""
    def auto(program, variant='auto', **options):
        (tmp_path / 'sitecustomize.py').write_text(
            template() if variant == 'auto' else '')
        child = run(HELPERS + program, 'stock', env=stdlib.environ(
            tmp_path, **options.pop('env', {})), **options)
        assert child.returncode == 0, child
        return child
    return auto


#: How a finder gives a module to the import system.  Each prints what the
#: loader and the spec of the module are when its code runs.
SHOW = '''
def show(module):
    tell(type(module.__loader__).__name__)
    tell(type(module.__spec__.loader).__name__)
'''
LOADERS = {
    'a loader of its own': SHOW + '''
class Loader:
    def __init__(self, loader):
        self.loader = loader
    def create_module(self, spec):
        return None
    def exec_module(self, module):
        show(module)
        self.loader.exec_module(module)
class Finder:
    def find_spec(name, path=None, target=None):
        if name in NAMES:
            spec = PathFinder.find_spec(name, path)
            spec.loader = Loader(spec.loader)
            return spec
find(Finder)
''',
    # As ddtrace's.
    'exec_module on the loader itself': SHOW + '''
class Loader:
    def __init__(self, loader):
        def exec_module(module):
            show(module)
            loader.exec_module(module)
        self.exec_module = exec_module
    def create_module(self, spec):
        return None
class Finder:
    def find_spec(name, path=None, target=None):
        if name in NAMES:
            spec = PathFinder.find_spec(name, path)
            spec.loader = Loader(spec.loader)
            return spec
find(Finder)
''',
    # The same in a spec that is no ModuleSpec.
    'a namespace as spec': SHOW + '''
class Loader:
    def __init__(self, loader):
        def exec_module(module):
            show(module)
            loader.exec_module(module)
        self.exec_module = exec_module
    def create_module(self, spec):
        return None
class Finder:
    def find_spec(name, path=None, target=None):
        if name in NAMES:
            spec = PathFinder.find_spec(name, path)
            return types.SimpleNamespace(
                name=name, parent='concurrent.futures', origin=spec.origin,
                loader=Loader(spec.loader), has_location=True,
                cached=spec.cached, submodule_search_locations=None)
find(Finder)
''',
    'load_module only': SHOW + '''
class Loader:
    def __init__(self, name, path):
        self.spec = PathFinder.find_spec(name, path)
    def load_module(self, name):
        module = sys.modules[name] = types.ModuleType(name)
        module.__spec__, module.__loader__ = self.spec, self
        self.spec.loader, loader = self, self.spec.loader
        show(module)
        loader.exec_module(module)
        return module
class Finder:
    def find_spec(name, path=None, target=None):
        if name in NAMES:
            from importlib.util import spec_from_loader
            return spec_from_loader(name, Loader(name, path))
find(Finder)
''',
    'find_module only': SHOW + '''
class Loader:
    def __init__(self, name, path):
        self.spec = PathFinder.find_spec(name, path)
    def load_module(self, name):
        module = sys.modules[name] = types.ModuleType(name)
        module.__spec__, module.__loader__ = self.spec, self
        self.spec.loader, loader = self, self.spec.loader
        show(module)
        loader.exec_module(module)
        return module
class Finder:
    def find_module(name, path=None):
        if name in NAMES:
            return Loader(name, path)
find(Finder)
''',
    'wrapt': SHOW + '''
import wrapt
@wrapt.when_imported('concurrent.futures.thread')
def show_later(module):
    show(module)
''',
}


@pytest.mark.parametrize('loader', sorted(LOADERS))
def test_every_loader(auto, loader):
    """It is patched, and neither module nor spec keeps the stand-in."""
    if loader == 'wrapt':
        pytest.importorskip('wrapt')
    program = LOADERS[loader] + '''
from concurrent.futures import thread, process
show(thread)
tell(live() + '!')
tell(live('concurrent.futures.process') + '!')
print(thread.ThreadPoolExecutor(1).submit(int).result())
'''
    patched, stock = auto(program), auto(program, 'stock')
    assert stock.words.count('futures!') == 2, stock
    assert patched.out == stock.out.replace('futures!', 'patches!'), patched
    assert not patched.err, patched


def test_renamed_by_its_loader(auto):
    """The program gets its module, under the name that it has now."""
    program = '''
class Loader:
    def __init__(self, loader):
        self.loader = loader
    def create_module(self, spec):
        return None
    def exec_module(self, module):
        self.loader.exec_module(module)
        module.__name__ = 'another'
class Finder:
    def find_spec(name, path=None, target=None):
        if name in NAMES:
            spec = PathFinder.find_spec(name, path)
            spec.loader = Loader(spec.loader)
            return spec
find(Finder)
import concurrent.futures.thread as thread
tell(thread.__name__)
tell(os.path.basename(os.path.dirname(
    thread._python_exit.__code__.co_filename)))
'''
    assert auto(program).words == ['another', 'patches']
    assert auto(program, 'stock').words == ['another', 'futures']


def test_a_spec_that_takes_no_other_loader(auto):
    """Then the module is stock, and status says what to do."""
    child = auto('''
class Spec(types.SimpleNamespace):
    loader = property(lambda self: self.real)
class Finder:
    def find_spec(name, path=None, target=None):
        if name in NAMES:
            spec = PathFinder.find_spec(name, path)
            return Spec(name=name, parent='concurrent.futures',
                        origin=spec.origin, real=spec.loader, cached=None,
                        has_location=True, submodule_search_locations=None)
find(Finder)
import concurrent.futures.thread
tell(live())
import backport     # which calls activate()
tell(live())
''')
    assert child.words == ['futures', 'patches'] and not child.err, child


def test_found_and_not_loaded(auto):
    """Whoever asks for the loader finds all that it has."""
    program = NOT_LOADED + '''
import copy, importlib.util, runpy
spec = importlib.util.find_spec('concurrent.futures.thread')
for spec in spec, copy.copy(spec), copy.deepcopy(spec):
    tell(spec.loader.get_source(spec.name)[:30])
    tell(spec.loader.path == spec.loader.get_filename() == spec.origin)
    tell(spec.loader.is_package(spec.name))
    tell(hasattr(spec.loader, 'no_such_attribute'))
    code = spec.loader.get_code(spec.name)
    tell(code.co_filename == spec.origin)
tell(sorted(runpy.run_module('concurrent.futures.thread')))
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
tell(type(module.__spec__.loader))
spec = importlib.util.find_spec('concurrent.futures.thread')
spec.loader = importlib.util.LazyLoader(spec.loader)
module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
tell(module.ThreadPoolExecutor(1).submit(int).result())
tell(type(module.__spec__.loader))
tell(type(module.__loader__))
print(live())
'''
    stock, patched = auto(program, 'stock'), auto(program)
    assert stock.out.endswith('futures\n') and len(stock.words) > 20, stock
    assert patched.out == stock.out[:-len('futures\n')] + 'patches\n', patched
    assert not patched.err


@pytest.mark.parametrize('name', ['thread', 'process'])
def test_nothing_is_imported_by_name(auto, tmp_path, name):
    """The program's own module of that name is not run, and it can import it.
    """
    (tmp_path / 'backport.py').write_text(
        'import _imp; print("own", _imp.lock_held())\n')
    program = '''
import concurrent.futures.%s as pools
tell(live(pools.__name__))
import backport
print(backport.__file__)
''' % name
    own = ['own', 'False', str(tmp_path / 'backport.py')]
    assert auto(program).words == ['patches'] + own
    assert auto(program, 'stock').words == ['futures'] + own
    # Imported first, it changes nothing.
    program = 'import backport\n' + program
    assert auto(program).words == own[:2] + ['patches', own[2]]


@pytest.mark.parametrize('name', ['thread', 'process'])
def test_the_naive_finder_imports_by_name(auto, tmp_path, name):
    """The twin.  Version 0.1.0 did this if it could not watch a spec."""
    (tmp_path / 'backport.py').write_text(
        'import _imp; print("own", _imp.lock_held())\n')
    assert auto('''
class Naive:
    def find_spec(name, path=None, target=None):
        if name in NAMES:
            import backport
sys.meta_path.insert(0, Naive)
import concurrent.futures.%s as pools
''' % name, 'stock').words == ['own', 'True']


def test_one_copy_of_each_module(auto):
    """If the package is imported later, it is what has been loaded by path."""
    child = auto('''
import concurrent.futures.thread
before = {name: module for name, module in sys.modules.items()
          if name.startswith('backport.')}
assert 'backport' not in sys.modules and len(before) > 5, before
import backport
import concurrent.futures.process
backport.status()
for name in before:
    assert sys.modules[name] is before[name], name
import gc
files = [module.__file__ for module in gc.get_objects()
         if isinstance(module, types.ModuleType)
         and 'backport' in (getattr(module, '__file__', None) or '')]
assert len(files) == len(set(files)) > len(before), sorted(files)
tell({record.state for record in backport.status()})
''')
    assert child.out == "{'applied'}\n" and not child.err, child


def test_no_imports_while_the_import_lock_is_held(auto):
    """Nor at any other time by the finders: this package loads by path."""
    child = auto('''
class Spy:
    def find_spec(name, path=None, target=None):
        frame = sys._getframe(1)
        while frame.f_code.co_filename.startswith('<frozen'):
            frame = frame.f_back
        if 'backport' in frame.f_code.co_filename and name not in NAMES:
            tell(name)
sys.meta_path.insert(0, Spy)
import concurrent.futures.thread
tell(live())
''')
    assert child.words == ['patches'] and not child.err, child


def test_reloaded_and_imported_afresh(auto):
    child = auto('''
import importlib
from concurrent.futures import thread
for _ in range(3):
    importlib.reload(thread)
    tell(live())
del sys.modules[thread.__name__]
import concurrent.futures.thread
tell(live())
for name in list(sys.modules):
    if name.startswith('backport'):
        del sys.modules[name]
importlib.reload(concurrent.futures.thread)
tell(live())
''')
    assert child.words == ['patches'] * 5 and not child.err, child


def test_an_import_that_fails_is_the_same(auto, tmp_path):
    program = '''
try:
    import concurrent.futures.thread
except Exception as exc:
    tell(repr(exc))
tell('concurrent.futures.thread' in sys.modules)
'''
    path = stdlib.in_front(tmp_path, b'1 / 0\n')
    outputs = {auto(program, variant).out for variant in ('auto', 'stock')}
    os.remove(path)
    outputs |= {auto(program, variant).out for variant in ('auto', 'stock')}
    assert len(outputs) == 2 and 'ZeroDivision' in ' '.join(outputs)


WARNINGS = ['-W', 'error', '-bb', '-X', 'dev']


def test_warnings_that_are_errors(run_python, tmp_path):
    (tmp_path / 'sitecustomize.py').write_text(template())
    program = ('import concurrent.futures.thread as thread, backport, sys\n'
               'print(thread._backport.applied is not None)\n')
    options = WARNINGS if sys.version_info >= (3, 7) else WARNINGS[:-2]
    child = run_python(*options, '-c', program,
                       env=stdlib.environ(tmp_path))
    assert child.words == ['True'] and not child.err, child


@pytest.mark.parametrize('name, state', [
    ('1', 'disabled'), ('thread', 'disabled'), ('0', 'applied')])
def test_disabled_by_the_environment(auto, name, state):
    child = auto('''
import concurrent.futures.thread as thread
tell(live())
tell('_global_shutdown_lock' in vars(thread))
import backport
tell(backport.status()[0].state)
''', env={'BACKPORT_DISABLE': name})
    folder = 'patches' if state == 'applied' else 'futures'
    assert child.words == [folder, str(state == 'applied'), state], child


def test_what_was_loaded_before_the_start_up_lines(run, tmp_path):
    """By another start-up file."""
    (tmp_path / 'sitecustomize.py').write_text(
        'import concurrent.futures.thread\n' + template())
    child = run(HELPERS + 'tell(live())', 'stock',
                env=stdlib.environ(tmp_path))
    assert child.words == ['patches'] and not child.err, child


# When the package is broken, or has gone.

@pytest.fixture
def broken(run_python, tmp_path):
    """Run a program with a copy of the package that *change* was done to."""
    import shutil

    def broken(change, program):
        package = tmp_path / 'backport'
        shutil.copytree(PACKAGE, str(package),
                        ignore=shutil.ignore_patterns('__pycache__'))
        change(package)
        start_up = template().replace(repr(PACKAGE), repr(str(package)))
        (tmp_path / 'sitecustomize.py').write_text(start_up)
        child = run_python('-c', 'import sys, types\n' + HELPERS + program,
                           env=stdlib.environ(tmp_path))
        shutil.rmtree(str(package))
        return child
    return broken


LOAD = '''
import os
tell = print
import concurrent.futures.thread as thread
tell(thread.ThreadPoolExecutor(1).submit(len, 'abc').result())
tell(live())
'''


def test_uninstalled(broken):
    import shutil

    def left_over(package):
        for path in package.iterdir():
            shutil.rmtree(str(path)) if path.is_dir() else path.unlink()
        (package / '__pycache__').mkdir()

    child = broken(left_over, LOAD)
    assert child.words == ['3', 'futures'] and not child.err, child


@pytest.mark.parametrize('name', [
    '_installer.py', '_sources.py', '_exit.py', '_lock.py'])
def test_half_installed(broken, name):
    """It is stock, and says so where somebody loses something by it."""
    child = broken(lambda package: (package / name).unlink(), LOAD)
    assert child.words == ['3', 'futures'], child
    warning = 'RuntimeWarning: backport leaves concurrent.futures.thread'
    assert child.err.count(warning) == 1, child
    assert name in child.err and 'Traceback' not in child.err, child


def test_half_installed_for_who_asks(broken):
    """`status` cannot be told, and `require` raises."""
    child = broken(lambda package: (package / '_live.py').unlink(), LOAD + '''
import backport
print(*{record.state for record in backport.status()})
try:
    backport.require()
except RuntimeError as exc:
    print('_live' in str(exc))
''')
    assert child.words == ['3', 'patches', 'refused', 'True'], child


@pytest.mark.parametrize('name', ['_api.py', '_finder.py'])
def test_half_installed_for_who_imports_it(broken, name):
    child = broken(lambda package: (package / name).unlink(), LOAD + '''
import subprocess
try:
    import backport
except ImportError as exc:
    print(exc)
done = subprocess.run([sys.executable, '-m', 'backport', 'status'],
                      stderr=subprocess.PIPE)
print(done.returncode, done.stderr.decode())
''')
    assert child.words[0] == '3' and not child.err, child
    folder, imported, command = child.out.split('\n', 3)[1:]
    assert folder == ('futures' if name == '_finder.py' else 'patches')
    for line in imported, command:
        assert 'is not complete, install it again' in line, child
        assert 'backport.' + name[:-3] in line, child
    assert command.startswith('1 ') and child.out.endswith(')\n\n'), child
    assert command.count('\n') == 2, child


def test_a_folder_without_the_package(run_python, tmp_path):
    """`import` makes a package of any folder; `require` is not there then."""
    (tmp_path / 'backport').mkdir()
    child = run_python('-S', '-c', 'import backport; backport.require()',
                       env={'PYTHONPATH': str(tmp_path)})
    assert child.returncode == 1 and 'AttributeError' in child.err, child
