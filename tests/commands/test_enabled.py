"""What interpreters do in an environment where it is enabled."""
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


def test_isolated_and_optimised(venv):
    venv.enable()
    for flags in '-I', '-E', '-s', '-O', '-B':
        assert venv.is_on(flags), flags
    assert venv.is_on('-Werror', '-bb')
    assert not venv.is_on('-S')
    assert not venv.is_on(env={'BACKPORT_DISABLE': '1'})


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


def test_uninstalled_without_disable(venv):
    venv.enable()
    shutil.rmtree(os.path.join(venv.site, 'backport'))
    assert not venv.is_on()
    child = venv.run('-c', 'import asyncio', env={'BACKPORT_REPORT': '1'})
    assert (child.returncode, child.err) == (0, '')


def test_a_module_of_the_same_name_is_left_alone(venv, tmp_path):
    """By its name the program's own module would be run."""
    venv.enable()
    (tmp_path / 'backport.py').write_text('raise SystemExit("run")')
    program = tmp_path / 'program.py'
    program.write_text(IS_ON)
    assert venv.run(str(program)).words == ['True']


@pytest.mark.parametrize('module', [
    'asyncio', 'concurrent.futures.thread', 'concurrent.futures.process',
    'concurrent.futures'])
def test_every_way_to_load_it(venv, module):
    venv.enable()
    child = venv.run('-c', 'import %s%s' % (module, IS_ON))
    assert child.words == ['True'], child


def test_zipapp(venv, tmp_path):
    venv.enable()
    (tmp_path / 'app').mkdir()
    (tmp_path / 'app' / '__main__.py').write_text(IS_ON)
    archive = str(tmp_path / 'app.pyz')
    assert venv.run('-m', 'zipapp', str(tmp_path / 'app'), '-o',
                    archive).returncode == 0
    assert venv.run(archive).words == ['True']


def test_deactivate_holds(venv):
    """What was put at the start does not activate it again."""
    venv.enable()
    child = venv.run('-c', 'import backport\nbackport.deactivate()' + IS_ON)
    assert child.words == ['False'], child


def test_threads_that_load_it_at_once(venv):
    """One waits for a module that another one loads: no deadlock.

    But importlib's own, whose search for deadlocks can go round in circles for
    ever (bpo-38091): stock 3.6.15 hangs in 8 of 400 such programs, and in most
    of them the import fails in some threads.  What has been loaded is patched.
    """
    venv.enable()
    for _ in range(5):
        child = venv.run('-c', LOADED_AT_ONCE)
        if 'in has_deadlock' not in child.err:
            break
    assert child.out.splitlines() == ['0', "{'applied'}"], child


LOADED_AT_ONCE = '''
import faulthandler, os, sys, threading, time
sys.setswitchinterval(1e-6)
names = ['concurrent.futures.thread', 'concurrent.futures.process', 'backport',
         'asyncio'] * 2
go = threading.Barrier(len(names))
def load(name):
    go.wait()
    __import__(name)
threads = [threading.Thread(target=load, args=(name,), daemon=True)
           for name in names]
for thread in threads: thread.start()
end = time.monotonic() + 20
for thread in threads: thread.join(max(end - time.monotonic(), 0))
print([thread.is_alive() for thread in threads].count(True), flush=True)
if any(thread.is_alive() for thread in threads):
    faulthandler.dump_traceback()
    os._exit(1)
import concurrent.futures.thread, concurrent.futures.process, backport
print({record.state for record in backport.status()})
'''


# Beside a sitecustomize of somebody else.

def stdlib_sitecustomize(prefix, data):
    path = os.path.join(os.path.dirname(prefix.site), 'sitecustomize.py')
    with open(path, 'wb') as file:
        file.write(data)
    return path


def test_a_sitecustomize_in_the_stdlib_folder(prefix):
    """Debian has one."""
    stdlib_sitecustomize(prefix, THEIRS)
    prefix.enable()
    assert prefix.run('-c', IS_ON).words == ['theirs', 'True']
    prefix.disable()
    assert prefix.run('-c', IS_ON).words == ['theirs', 'False']


def test_it_hides_a_sitecustomize_in_site_packages(prefix):
    """The twin."""
    prefix.write('sitecustomize.py', NAIVE)
    assert prefix.is_on()
    stdlib_sitecustomize(prefix, THEIRS)
    assert prefix.run('-c', IS_ON).words == ['theirs', 'False']


def test_a_sitecustomize_that_raises(venv):
    path = venv.write('sitecustomize.py', b'raise ValueError("theirs")\n')
    direct = venv.run('-c', 'pass')
    venv.enable()
    child = venv.run('-c', IS_ON)
    assert child.words == ['True'] and child.err == direct.err != ''
    venv.write('sitecustomize.py', b'raise ValueError("theirs")\n' + NAIVE)
    venv.disable()
    assert os.path.exists(path)
    assert venv.run('-c', IS_ON).words == ['False']


CHILD = IS_ON + '''
import subprocess, sys
print('sitecustomize' in sys.modules, flush=True)
if sys.argv[1:]:
    subprocess.check_call([sys.executable, __file__])
'''


@pytest.mark.parametrize('name', LAUNCHERS)
def test_launchers(venv, tmp_path, name):
    """The program that a launcher starts is protected, and its children."""
    script = tmp_path / 'script.py'
    script.write_text(CHILD)
    venv.enable()
    child = venv.run(LAUNCHER, name, str(script), 'and a child')
    assert child.words == [
        'True', 'True', 'True', str(name != 'cleans_up')], child
    # Also when it is enabled from there.
    venv.disable()
    child = venv.run(LAUNCHER, name, '-m', 'backport', 'enable')
    assert child.returncode == 0 and venv.is_on()


def test_it_comes_before_what_rewrites(venv):
    """ddtrace-run changes submit; what has been changed is not patched."""
    arguments = LAUNCHER, 'rewrites', '-c', 'import concurrent.futures.thread'
    # The twin: it is activated by the program.
    child = venv.run(*arguments[:-1], 'import backport; ' + arguments[-1])
    assert child.words == ['False']
    assert venv.backport('run', *arguments).words == ['True']
    venv.enable()
    assert venv.run(*arguments).words == ['True']


@pytest.mark.parametrize('name', LAUNCHERS)
def test_they_hide_a_sitecustomize(venv, name):
    """The twin: only newrelic-admin goes on to it."""
    venv.write('sitecustomize.py', NAIVE)
    assert venv.is_on()
    child = venv.run(LAUNCHER, name, '-c', IS_ON)
    assert child.words == [str(name == 'chains')], child
