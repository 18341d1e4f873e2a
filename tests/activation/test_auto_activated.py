"""The start-up lines load this package by path, and nothing by name."""
import os
import sys

import pytest

import stdlib

NAMES = ['concurrent.futures.thread', 'concurrent.futures.process']


@pytest.fixture
def own_backport(tmp_path):
    """Write a backport.py of the program's own; return its path."""
    path = tmp_path / 'backport.py'
    path.write_text('import _imp; print("own", _imp.lock_held(), flush=True)\n')
    return str(path)


@pytest.mark.parametrize('name', NAMES)
def test_nothing_is_imported_by_name(auto, own_backport, name):
    """The program's own module of that name is not run, and it can import it.
    """
    own = ['own', 'False', own_backport]
    child = auto('auto_activated.py', 'auto', 'own_backport', name)
    assert child.words == ['patches'] + own
    child = auto('auto_activated.py', 'stock', 'own_backport', name)
    assert child.words == ['futures'] + own
    # Imported first, it changes nothing.
    child = auto('auto_activated.py', 'auto', 'own_backport_first', name)
    assert child.words == own[:2] + ['patches', own_backport]


@pytest.mark.parametrize('name', NAMES)
def test_own_package_with_the_same_submodules(auto, tmp_path, name):
    """It gets its own ones."""
    package = tmp_path / 'backport'
    package.mkdir()
    (package / '__init__.py').write_text('from . import _lock, _exit, _api\n')
    names = '_lock', '_exit', '_api'
    for module in names:
        (package / (module + '.py')).write_text('')
    own = [str(package / (module + '.py')) for module in names]
    child = auto('auto_activated.py', 'auto', 'own_package', name)
    assert child.words == ['patches'] + own and not child.err, child
    # The twin: version 0.1.0 had its own by these names in sys.modules.
    child = auto('auto_activated.py', 'stock', 'own_package', name, 'naive')
    assert child.words == ['futures', 'naive'] + own[1:], child


@pytest.mark.parametrize('name', NAMES)
def test_the_naive_finder_imports_by_name(auto, own_backport, name):
    """The twin.  Version 0.1.0 did this if it could not watch a spec."""
    child = auto('loaders.py', 'stock', 'naive', name)
    assert child.words == ['own', 'True']


def test_one_copy_of_each_module(auto):
    """If the package is imported later, it is what has been loaded by path."""
    child = auto('auto_activated.py', 'auto', 'one_copy_of_each_module')
    assert child.out == "{'applied'}\n" and not child.err, child


def test_no_imports_while_the_import_lock_is_held(auto):
    """Nor at any other time by the finders: this package loads by path."""
    child = auto('auto_activated.py', 'auto', 'imports_by_the_package')
    assert child.words == ['patches'] and not child.err, child


def test_reloaded_and_imported_afresh(auto):
    child = auto('auto_activated.py', 'auto', 'reloaded_and_imported_afresh')
    assert child.words == ['patches'] * 5 and not child.err, child


def test_an_import_that_fails_is_the_same(auto, tmp_path):
    def outputs():
        return {auto('auto_activated.py', variant, 'failing_import').out
                for variant in ('auto', 'stock')}

    path = stdlib.in_front(tmp_path, b'1 / 0\n')
    failing, = outputs()
    assert 'ZeroDivisionError' in failing
    os.remove(path)
    missing, = outputs()
    assert 'ModuleNotFoundError' in missing


def test_warnings_that_are_errors(run_python, find_program, start_up_lines,
                                  tmp_path):
    (tmp_path / 'sitecustomize.py').write_text(start_up_lines())
    options = ['-W', 'error', '-bb']
    if sys.version_info >= (3, 7):
        options += ['-X', 'dev']
    child = run_python(*options, find_program('auto_activated.py'), 'stock',
                       'imported_later', env=stdlib.environ(tmp_path))
    assert child.words == ['patches', 'True', 'applied'], child
    assert not child.err, child


@pytest.mark.parametrize('value, state', [
    ('1', 'disabled'), ('thread', 'disabled'), ('0', 'applied')])
def test_disabled_by_the_environment(auto, value, state):
    child = auto('auto_activated.py', 'auto', 'imported_later',
                 env={'BACKPORT_DISABLE': value})
    live = 'patches' if state == 'applied' else 'futures'
    assert child.words == [live, str(state == 'applied'), state], child


def test_what_was_loaded_before_the_start_up_lines(auto):
    """By another start-up file."""
    child = auto('auto_activated.py', 'auto', 'loaded_before',
                 first='import concurrent.futures.thread\n')
    assert child.words == ['patches'] and not child.err, child
