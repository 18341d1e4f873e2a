"""BACKPORT_REPORT: one line at exit, and none without it."""
import sys

import pytest

from backport import _finder
from losses import IN_A_START, LATE

pytestmark = pytest.mark.skipif(
    sys.version_info >= (3, 9), reason='3.9 and later: test_not_needed.py')

ON = {'BACKPORT_REPORT': '1'}
USE = '''
from concurrent.futures import ThreadPoolExecutor
ThreadPoolExecutor(1).submit(tell, 'done')
'''


def lines(child):
    return [line for line in child.err.splitlines() if 'backport' in line]


@pytest.mark.parametrize('variant', ['patched', 'stock'])
def test_nothing_without_it(run, variant):
    child = run(USE, variant)
    assert child.err == '' and child.words == ['done']
    child = run(USE, variant, env={'BACKPORT_REPORT': '0'})
    assert child.err == ''


def test_not_registered_without_it(run_python):
    """Not even where nothing would be printed."""
    program = '''
import atexit, sys
before = atexit._ncallbacks()
import backport
print(atexit._ncallbacks() - before, 'backport._report' in sys.modules)
backport.activate()
print(atexit._ncallbacks() - before)
'''
    assert run_python('-c', program).words == ['0', 'False', '0']
    assert run_python('-c', program, env=ON).words == ['1', 'True', '1']


def test_what_was_applied(run):
    child = run(USE, env=ON)
    line, = lines(child)
    assert 'thread applied' in line and 'exit waited for 0 workers' in line
    assert '0 submits refused' in line
    assert child.words == ['done']


def test_not_loaded_and_disabled(run):
    line, = lines(run('pass', env=ON))
    assert 'thread pending' in line
    line, = lines(run(USE, env=dict(ON, BACKPORT_DISABLE='1')))
    assert 'thread disabled' in line


def test_it_waited(run):
    """After everything else, the exit handler of the pool included."""
    child = run(IN_A_START % {'seconds': 0.1}, env=ON)
    line, = lines(child)
    assert 'exit waited for 1 worker ' in line, child
    assert 'completed' in child.words


def test_it_refused(run):
    child = run(LATE + '''
executor = ThreadPoolExecutor(1)
executor.submit(int)
def last():
    for _ in range(3):
        try:
            executor.submit(int)
        except RuntimeError:
            tell('refused')
other = ThreadPoolExecutor(1)
other.submit(lambda: until(lambda: thread._shutdown) and last())
''', env=ON)
    line, = lines(child)
    assert child.words == ['refused'] * 3
    assert '3 submits refused' in line


@pytest.mark.parametrize('program', [
    'sys.stderr = None', 'sys.stderr.close()', 'os.close(2)',
    'sys.stderr = 5', 'del sys.stderr',
    'sys.stderr = open("/dev/full", "w")'])
def test_standard_error_is_not_there(run, program):
    child = run(USE + program, env=ON)
    direct = run(USE + program, 'stock', env=ON)
    assert (child.returncode, child.out) == (direct.returncode, direct.out)
    assert not lines(child)


@pytest.mark.parametrize('method', ['enable', 'run'])
def test_with_auto_activation(venv, method):
    command = []
    if method == 'run':
        command = ['-m', 'backport', 'run']
    else:
        venv.enable()
    program = 'import concurrent.futures as c; c.ThreadPoolExecutor(1)'
    line, = lines(venv.run(*command, '-c', program, env=ON))
    assert 'thread applied' in line
    assert not venv.run(*command, '-c', program).err
    line, = lines(venv.run(*command, '-c', 'pass', env=ON))
    assert 'thread pending' in line


def test_names_every_patch(run):
    line, = lines(run('pass', env=ON))
    for name in _finder.PATCHES:
        assert ' %s pending' % name in line
