"""python -m backport: what all commands have in common, and `verify`."""
import concurrent.futures.thread
import json
import os
import subprocess
import sys

import pytest

import backport
import gates
import stdlib
from environments import WINDOWS, read
from platforms import needs, needs_signals

pytestmark = pytest.mark.skipif(
    sys.version_info >= (3, 9), reason='3.9 and later: test_not_needed.py')


def counts(lines):
    """Return "patch trials lost refused completed hung orphans" of each row."""
    return [' '.join(line.split()[-7:]) for line in lines]


def assert_rows(found, expected, child):
    """Compare rows.  The last item or digit of each counts orphans.

    On Windows there may be fewer: a worker process takes its pipe from the
    process that has started it, and ends if that has ended.
    """
    assert len(found) == len(expected), child
    for row, other in zip(found, expected):
        assert row[:-1] == other[:-1], child
        assert row[-1] == other[-1] or WINDOWS and row[-1] < other[-1], child


def test_verify_prints_the_table(run_python):
    child = run_python('-m', 'backport', 'verify', '--trials', '2')
    assert child.returncode == 0, child
    lines = child.out.splitlines()
    assert lines[2].split() == [
        'executor', 'loss', 'patch', 'trials', 'lost', 'refused', 'completed',
        'hung', 'orphans']
    assert_rows(counts(lines[3:13]), [
        'off 2 2 0 0 0 0', 'on 2 0 0 2 0 0',
        'off 2 2 0 0 0 0', 'on 2 0 2 0 0 0',
        'off 2 0 0 0 2 0', 'on 2 0 0 2 0 0',
        'off 2 2 0 0 0 2', 'on 2 0 0 2 0 0',
        'off 2 2 0 0 0 0', 'on 2 0 2 0 0 0'], child)
    assert lines[-1] == 'With the patch, nothing was lost.'
    # This is printed before; progress is shown on terminals only.
    assert child.err.startswith('backport verify: 20 child interpreters, about')
    assert child.err.count('\n') == 1


@needs('pseudo-terminals')
def test_verify_shows_progress_on_a_terminal(run_python, find_program):
    child = run_python(find_program('command_writes_to.py'), 'terminal',
                       'verify', '--trials', '1', '--json')
    assert '10 to go' in child.out and '1 to go' in child.out, child
    assert child.out.endswith("\\r\\x1b[K'\n"), child


def test_verify_as_json(run_python):
    child = run_python('-m', 'backport', 'verify', '--trials', '1', '--json')
    result = json.loads(child.out)
    assert (result['needed'], result['protected']) == (True, True)
    assert_rows([
        (row['patch'], row['lost'] + row['hung'], row['orphans'])
        for row in result['rows']], [
        ('off', 1, 0), ('on', 0, 0), ('off', 1, 0), ('on', 0, 0),
        ('off', 1, 0), ('on', 0, 0), ('off', 1, 1), ('on', 0, 0),
        ('off', 1, 0), ('on', 0, 0)], child)


#: With this at its end the package says that it is applied, and is not.
UNPATCHED = '''
import sys
deactivate()
def status():
    return [type(sys.implementation)(name=name, state='applied', reason='')
            for name in ('thread', 'process')]
'''


def test_verify_finds_what_is_lost_with_the_patch(venv):
    """The twin of the tests above, with a patch that does nothing."""
    path = os.path.join(venv.site, 'backport', '__init__.py')
    with open(path, 'a') as file:
        file.write(UNPATCHED)
    child = venv.run('-c', '''if True:
        import sys
        from backport.__main__ import main
        from backport.commands import _verify
        _verify.TIMEOUT = %d
        sys.exit(main(['verify', '--trials', '1']))
        ''' % (500 * gates.SLOWER))
    assert child.returncode == 1, child
    assert child.out.splitlines()[-1] == 'With the patch, WORK WAS LOST.'
    assert_rows(counts(child.out.splitlines()[4:13:2]), [
        'on 1 1 0 0 0 0', 'on 1 1 0 0 0 0', 'on 1 0 0 0 1 0',
        'on 1 1 0 0 0 1', 'on 1 1 0 0 0 0'], child)


@needs('lack of shared memory')
def test_verify_without_process_pools(run_python, find_program):
    """AWS Lambda has no shared memory."""
    child = run_python('-m', 'backport', 'verify', '--trials', '1', env={
        'PYTHONPATH': find_program('without_shared_memory')})
    assert child.returncode == 2, child
    *lines, last = child.out.splitlines()[3:]
    assert counts(lines) == [
        'off 1 1 0 0 0 0', 'on 1 0 0 1 0 0', 'off 1 1 0 0 0 0',
        'on 1 0 1 0 0 0'] + ['off 0 0 0 0 0 0', 'on 0 0 0 0 0 0'] * 3 + [
        ''], child
    assert last == ('With the patch, nothing was lost where it could be '
                    'tried.'), child
    assert child.err.splitlines()[1:] == [
        'backport verify: not everything could be tried: OSError: [Errno 38] '
        'Function not implemented']


def test_verify_says_when_the_patch_is_not_applied(run_python, tmp_path):
    """It does not count that as kept or lost."""
    data = read(concurrent.futures.thread.__file__)
    stdlib.in_front(tmp_path, data.replace(
        b'work_item.run()', b'work_item.run(); vendor = True'))
    child = run_python('-m', 'backport', 'verify', '--trials', '1',
                       env={'PYTHONPATH': str(tmp_path)})
    assert child.returncode == 2
    assert 'not applied: its code is not that of any' in child.err, child


@needs_signals
def test_ctrl_c_leaves_no_child_behind(venv):
    child = venv.run('-c', '''if True:
        import sys
        from backport import __main__
        from backport.commands import _verify
        _verify._progress = lambda text: print('running', flush=True)
        sys.exit(__main__._main())
        ''', 'verify', '--trials', '50', interrupt_at='running')
    assert child.returncode == 130 and not child.err.count('Traceback'), child
    processes = subprocess.check_output(['ps', '-eo', 'args']).decode()
    assert venv.root not in processes


@pytest.mark.parametrize('arguments', [
    ['verify', '--trials', 'x'], ['verify', '--trials', '0'],
    ['verify', '--trials', '-1'], ['nonsense'], ['status', '--nonsense'],
    ['disable', '--sitecustomize']])
def test_wrong_arguments(run_python, arguments):
    child = run_python('-m', 'backport', *arguments)
    assert child.returncode == 2
    assert 'Traceback' not in child.err


def test_help_and_version(run_python):
    assert run_python('-m', 'backport', '--version').out == (
        'backport %s\n' % backport.__version__)
    child = run_python('-m', 'backport')
    assert child.returncode == 0 and 'verify' in child.out
    assert child.out == run_python('-m', 'backport', '--help').out
    child = run_python('-m', 'backport', 'run', '--help')
    assert child.out.startswith('usage: python -m backport run [option]')


@needs('/dev/full')
@pytest.mark.parametrize('unbuffered', ['', '1'])
@pytest.mark.parametrize('command', [
    'status', 'status --json', 'verify --trials 1', 'disable', 'diff',
    '--version', '--help', 'diff --help'])
def test_a_full_disk(run_python, find_program, command, unbuffered):
    child = run_python(find_program('command_writes_to.py'), 'full_disk',
                       *command.split(), env={'PYTHONUNBUFFERED': unbuffered})
    code, *lines = child.out.splitlines()
    if lines[0].startswith('backport verify: '):
        del lines[0]
    assert (code, lines) == (
        '2', ['backport: [Errno 28] No space left on device']), child


@pytest.mark.parametrize('command', ['diff', 'status', '--help'])
def test_output_that_nobody_reads(run_python, find_program, command):
    """"| head" ends it without a traceback."""
    child = run_python(find_program('command_writes_to.py'), 'closed_pipe',
                       command)
    lines = ['2']
    if WINDOWS:     # There it has the number of many other errors.
        lines.append('backport: [Errno 22] Invalid argument')
    assert child.out.splitlines() == lines, child
