"""BACKPORT_REPORT: one line at exit, and none without it."""
import pytest

from backport import _finder
from platforms import needs

ON = {'BACKPORT_REPORT': '1'}


def lines(child):
    return [line for line in child.err.splitlines() if 'backport' in line]


@pytest.mark.parametrize('variant', ['patched', 'stock'])
def test_nothing_without_it(run, variant):
    child = run('report.py', variant, 'used')
    assert child.err == '' and child.words == ['done']
    child = run('report.py', variant, 'used', env={'BACKPORT_REPORT': '0'})
    assert child.err == ''


def test_not_registered_without_it(run):
    """Not even where nothing would be printed."""
    without, with_it = [run('report.py', 'stock', 'registered', env=env)
                        for env in ({}, ON)]
    assert without.words == ['0', 'False', '0']
    assert with_it.words == ['1', 'True', '1']


def test_what_was_applied(run):
    child = run('report.py', 'patched', 'used', env=ON)
    line, = lines(child)
    assert 'thread applied' in line and 'exit waited for: 0; ' in line
    assert line.endswith('submits refused: 0')
    assert child.words == ['done']


def test_not_loaded_and_disabled(run):
    line, = lines(run('report.py', 'patched', 'not_used', env=ON))
    assert 'thread pending' in line
    line, = lines(run('report.py', 'patched', 'used',
                      env=dict(ON, BACKPORT_DISABLE='1')))
    assert 'thread disabled' in line


def test_it_waited(run):
    """After everything else, the exit handler of the pool included."""
    child = run('thread_losses.py', 'patched', 'in_a_start', 'daemon_thread',
                env=ON)
    line, = lines(child)
    assert 'exit waited for: 1; ' in line, child
    assert 'completed' in child.words, child


def test_it_refused(run):
    child = run('report.py', 'patched', 'submit_refuses', env=ON)
    line, = lines(child)
    assert child.words == ['refused'] * 3
    assert line.endswith('submits refused: 3')


@pytest.mark.parametrize('case', [
    'none', 'closed', 'descriptor_closed', 'no_file', 'deleted',
    pytest.param('full', marks=needs('/dev/full'))])
def test_standard_error_is_not_there(run, case):
    child, direct = [run('report.py', variant, 'used_without_standard_error',
                         case, env=ON) for variant in ('patched', 'stock')]
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
    line, = lines(run('report.py', 'patched', 'not_used', env=ON))
    for name in _finder.PATCHES:
        assert ' %s pending' % name in line
