"""enable: what the interpreters of an environment do afterwards."""
import os
import shutil
import sys

import pytest

from environments import IS_ON, LAUNCHER, LAUNCHERS

pytestmark = pytest.mark.skipif(
    sys.version_info >= (3, 9), reason='3.9 and later: test_not_needed.py')

# A sitecustomize that would switch it on, if it were imported.
NAIVE = b'import backport\n'
THEIRS = b'import os; os.write(1, b"theirs\\n")\n'


def test_isolated_and_optimised(enabled):
    for flags in '-I', '-E', '-s', '-O', '-B':
        assert enabled.is_on(flags), flags
    assert enabled.is_on('-Werror', '-bb')
    assert not enabled.is_on('-S')
    assert not enabled.is_on(env={'BACKPORT_DISABLE': '1'})


def test_start_loads_nothing(venv):
    program = 'import sys; print(sorted(sys.modules))'
    before = set(eval(venv.run('-c', program).out))
    venv.enable()
    loaded = set(eval(venv.run('-c', program).out)) - before
    # 3.8 decodes .pth files with these.
    assert loaded <= {'_bootlocale', '_locale'}
    venv.disable()
    venv.write('empty.pth', b'')
    assert set(eval(venv.run('-c', program).out)) - before == loaded


def test_uninstalled_without_disable(enabled):
    shutil.rmtree(os.path.join(enabled.site, 'backport'))
    assert not enabled.is_on()
    child = enabled.run('-c', 'import asyncio', env={'BACKPORT_REPORT': '1'})
    assert (child.returncode, child.err) == (0, '')


def test_a_module_of_the_same_name_is_left_alone(enabled, tmp_path):
    """A start would run the program's own module, if it looked for the name."""
    (tmp_path / 'backport.py').write_text('raise SystemExit("run")')
    program = shutil.copy(IS_ON, str(tmp_path))
    assert enabled.run(program).words == ['True']


@pytest.mark.parametrize('module', [
    'asyncio', 'concurrent.futures.thread', 'concurrent.futures.process',
    'concurrent.futures'])
def test_every_way_to_load_it(enabled, module):
    child = enabled.run(IS_ON, 'import ' + module)
    assert child.words == ['True'], child


def test_zipapp(enabled, tmp_path):
    (tmp_path / 'app').mkdir()
    shutil.copy(IS_ON, str(tmp_path / 'app' / '__main__.py'))
    archive = str(tmp_path / 'app.pyz')
    assert enabled.run('-m', 'zipapp', str(tmp_path / 'app'), '-o',
                       archive).returncode == 0
    assert enabled.run(archive).words == ['True']


def test_deactivate_holds(enabled):
    """The start-up files do not activate it again."""
    child = enabled.run(IS_ON, 'import backport; backport.deactivate()')
    assert child.words == ['False'], child


def test_threads_that_load_it_at_once(enabled, find_program):
    """A thread that waits for a module that another one loads does not hang.

    importlib itself can hang: its search for deadlocks can go round in circles
    for ever (bpo-38091).  Stock 3.6.15 hangs in 8 of 400 such programs, and in
    most of them the import fails in some threads.  The modules that are loaded
    in the end are patched.
    """
    for _ in range(5):
        child = enabled.run(find_program('loaded_at_once.py'))
        if 'in has_deadlock' not in child.err:
            break
    assert child.out.splitlines() == ['0', "{'applied'}"], child


# Beside a sitecustomize of somebody else

def stdlib_sitecustomize(prefix, data):
    path = os.path.join(os.path.dirname(prefix.site), 'sitecustomize.py')
    with open(path, 'wb') as file:
        file.write(data)
    return path


def test_a_sitecustomize_in_the_stdlib_folder(prefix):
    """Debian has one."""
    stdlib_sitecustomize(prefix, THEIRS)
    prefix.enable()
    assert prefix.run(IS_ON).words == ['theirs', 'True']
    prefix.disable()
    assert prefix.run(IS_ON).words == ['theirs', 'False']


def test_it_hides_a_sitecustomize_in_site_packages(prefix):
    """The twin has the import in a sitecustomize."""
    prefix.write('sitecustomize.py', NAIVE)
    assert prefix.is_on()
    stdlib_sitecustomize(prefix, THEIRS)
    assert prefix.run(IS_ON).words == ['theirs', 'False']


def test_a_sitecustomize_that_raises(venv):
    path = venv.write('sitecustomize.py', b'raise ValueError("theirs")\n')
    direct = venv.run('-c', 'pass')
    venv.enable()
    child = venv.run(IS_ON)
    assert child.words == ['True'] and child.err == direct.err != ''
    venv.write('sitecustomize.py', b'raise ValueError("theirs")\n' + NAIVE)
    venv.disable()
    assert os.path.exists(path)
    assert venv.run(IS_ON).words == ['False']


@pytest.mark.parametrize('name', LAUNCHERS)
def test_launchers(enabled, find_program, name):
    """The program that a launcher starts is protected, and so is its child."""
    child = enabled.run(LAUNCHER, name,
                        find_program('is_on_and_in_a_child.py'), 'and a child')
    assert child.words == [
        'True', 'True', 'True', str(name != 'cleans_up')], child
    # enable can be run by a launcher as well.
    enabled.disable()
    child = enabled.run(LAUNCHER, name, '-m', 'backport', 'enable')
    assert child.returncode == 0 and enabled.is_on()


def test_it_comes_before_what_rewrites(venv):
    """ddtrace-run changes submit, and a changed submit is not patched."""
    arguments = LAUNCHER, 'rewrites', '-c', 'import concurrent.futures.thread'
    # In the twin the program activates it.
    child = venv.run(*arguments[:-1], 'import backport; ' + arguments[-1])
    assert child.words == ['False']
    assert venv.backport('run', *arguments).words == ['True']
    venv.enable()
    assert venv.run(*arguments).words == ['True']


@pytest.mark.parametrize('name', LAUNCHERS)
def test_they_hide_a_sitecustomize(venv, name):
    """The twin: of these launchers only newrelic-admin goes on to it."""
    venv.write('sitecustomize.py', NAIVE)
    assert venv.is_on()
    child = venv.run(LAUNCHER, name, IS_ON)
    assert child.words == [str(name == 'chains')], child
