"""Where the package lies, and what happens if it is broken or has gone."""
import os
import shutil
import sys

import pytest

import stdlib
from children import HERE as CHILDREN_START_IN
from environments import PACKAGE, ROOT


@pytest.mark.parametrize('entry', [
    ROOT, os.path.relpath(ROOT, CHILDREN_START_IN)],
    ids=['absolute', 'relative'])
def test_checkout_that_is_not_installed(ask, entry):
    child = ask('broken_package.py', 'stock', 'of_a_checkout', entry)
    *files, result = child.words
    assert {os.path.dirname(os.path.realpath(os.path.join('/', file)))
            for file in files} == {os.path.join(ROOT, 'patches')}, child
    assert result == '0' and not child.err, child
    assert child.record.state == 'applied', child


BREAKAGES = {
    'syntax error': 'def',
    'empty': '',
    'raises': 'raise OSError("broken")',
    'missing': None,
}
PATCH = 'patches/thread_3_%d.py' % sys.version_info[1]


@pytest.mark.parametrize('order', ['backport first', 'thread first'])
@pytest.mark.parametrize('file, breakage', [
    (PATCH, breakage) for breakage in sorted(BREAKAGES)] + [
    (file, 'raises') for file in (
        '_installer.py', '_sources.py', '_exit.py', '_lock.py')])
def test_broken_package(ask, tmp_path, file, breakage, order):
    """Somebody else's import goes on, and everything is as it was."""
    ignore = shutil.ignore_patterns('__pycache__')
    package = tmp_path / 'backport'
    shutil.copytree(os.path.join(ROOT, 'backport'), str(package),
                    ignore=ignore)
    shutil.copytree(os.path.join(ROOT, 'patches'), str(package / 'patches'),
                    ignore=ignore)
    if BREAKAGES[breakage] is None:
        (package / file).unlink()
    else:
        (package / file).write_text(BREAKAGES[breakage])
    child = ask('broken_package.py', 'stock', 'imported', order,
                env=stdlib.environ(tmp_path))
    assert child.words == ['0'], child
    assert (child.record.state, child.record.live) == ('refused', 'futures')
    assert 'the installer failed' in child.record.reason, child
    assert 'Traceback' not in child.err, child


# The start-up lines are there, and the package is not what it was.

@pytest.fixture
def left_over(run, start_up_lines, tmp_path):
    """Run a case of left_over.py, once *change* has changed the package."""
    def left_over(case, change):
        package = tmp_path / 'backport'
        shutil.copytree(PACKAGE, str(package),
                        ignore=shutil.ignore_patterns('__pycache__'))
        change(package)
        (tmp_path / 'sitecustomize.py').write_text(start_up_lines(package))
        return run('left_over.py', 'stock', case, env=stdlib.environ(tmp_path))
    return left_over


def test_uninstalled(left_over):
    def change(package):
        shutil.rmtree(str(package))
        (package / '__pycache__').mkdir(parents=True)

    child = left_over('used', change)
    assert child.words == ['3', 'futures'] and not child.err, child


@pytest.mark.parametrize('name', [
    '_installer.py', '_sources.py', '_exit.py', '_lock.py'])
def test_half_installed(left_over, name):
    """It is stock, and says so where somebody loses something by it."""
    child = left_over('used', lambda package: (package / name).unlink())
    assert child.words == ['3', 'futures'], child
    warning = 'RuntimeWarning: backport leaves concurrent.futures.thread'
    assert child.err.count(warning) == 1, child
    assert name[:-3] in child.err and 'Traceback' not in child.err, child


def test_half_installed_for_who_asks(left_over):
    """`status` cannot tell, and `require` raises."""
    child = left_over(
        'asked', lambda package: (package / '_inspect.py').unlink())
    assert child.words == ['3', 'patches', 'refused', 'True'], child


@pytest.mark.parametrize('name', ['_api.py', '_finder.py'])
def test_half_installed_for_who_imports_it(left_over, name):
    child = left_over('imported', lambda package: (package / name).unlink())
    assert child.words[0] == '3' and not child.err, child
    folder, imported, command = child.out.split('\n', 3)[1:]
    assert folder == ('futures' if name == '_finder.py' else 'patches')
    for line in imported, command:
        assert 'is not complete, install it again' in line, child
        assert name[:-3] in line, child
    assert command.startswith('1 ') and child.out.endswith(')\n\n'), child
    assert command.count('\n') == 2, child


def test_a_folder_without_the_package(run_python, tmp_path):
    """`import` makes a package of any folder; `require` is not there then."""
    (tmp_path / 'backport').mkdir()
    child = run_python('-S', '-c', 'import backport; backport.require()',
                       env={'PYTHONPATH': str(tmp_path)})
    assert child.returncode == 1 and 'AttributeError' in child.err, child
