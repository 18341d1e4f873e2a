"""python -m backport: what concerns all commands, and `verify`."""
import json
import os
import subprocess
import sys

import pytest

import backport

pytestmark = pytest.mark.skipif(
    sys.version_info >= (3, 9), reason='3.9 and later: test_not_needed.py')


def counts(lines):
    """Return "patch trials lost refused completed hung orphans" of each row."""
    return [' '.join(line.split()[-7:]) for line in lines]


def test_verify_prints_the_table(run_python):
    child = run_python('-m', 'backport', 'verify', '--trials', '2')
    assert child.returncode == 0, child
    lines = child.out.splitlines()
    assert lines[2].split() == [
        'executor', 'loss', 'patch', 'trials', 'lost', 'refused', 'completed',
        'hung', 'orphans']
    assert counts(lines[3:13]) == [
        'off 2 2 0 0 0 0', 'on 2 0 0 2 0 0',
        'off 2 2 0 0 0 0', 'on 2 0 2 0 0 0',
        'off 2 0 0 0 2 0', 'on 2 0 0 2 0 0',
        'off 2 2 0 0 0 2', 'on 2 0 2 0 0 0',
        'off 2 2 0 0 0 0', 'on 2 0 2 0 0 0'], child
    assert lines[-1] == 'With the patch, nothing was lost.'
    # Said beforehand; progress is for terminals.
    assert child.err.startswith('backport verify: 20 child interpreters, about')
    assert child.err.count('\n') == 1


def test_verify_shows_progress_on_a_terminal(run_python):
    child = run_python('-c', '''if True:
        import os, pty, subprocess, sys
        terminal, end = pty.openpty()
        subprocess.check_call(
            [sys.executable, '-m', 'backport', 'verify', '--trials', '1',
             '--json'], stdout=subprocess.DEVNULL, stderr=end)
        os.close(end)
        text = b''
        while True:
            try:
                text += os.read(terminal, 1000)
            except OSError:
                break
        print(ascii(text.decode()))
        ''')
    assert '10 to go' in child.out and '1 to go' in child.out, child
    assert child.out.endswith("\\r\\x1b[K'\n"), child


def test_verify_as_json(run_python):
    child = run_python('-m', 'backport', 'verify', '--trials', '1', '--json')
    result = json.loads(child.out)
    assert (result['needed'], result['protected']) == (True, True)
    assert [(row['patch'], row['lost'] + row['hung'], row['orphans'])
            for row in result['rows']] == [
        ('off', 1, 0), ('on', 0, 0), ('off', 1, 0), ('on', 0, 0),
        ('off', 1, 0), ('on', 0, 0), ('off', 1, 1), ('on', 0, 0),
        ('off', 1, 0), ('on', 0, 0)]


#: Puts a package in front that says that it is patched, and is not.
UNPATCHED = '''
deactivate()
def status():
    return [type(sys.implementation)(name=name, state='applied', reason='')
            for name in ('thread', 'process')]
'''


def test_verify_finds_what_is_lost_with_the_patch(venv):
    """The twin of those above: a patch that does nothing."""
    path = os.path.join(venv.site, 'backport', '__init__.py')
    with open(path, 'a') as file:
        file.write('import sys' + UNPATCHED)
    child = venv.run('-c', '''if True:
        import sys
        from backport.__main__ import main
        from backport.commands import _verify
        _verify.TIMEOUT = 500
        sys.exit(main(['verify', '--trials', '1']))
        ''')
    assert child.returncode == 1, child
    assert child.out.splitlines()[-1] == 'With the patch, WORK WAS LOST.'
    assert counts(child.out.splitlines()[4:13:2]) == [
        'on 1 1 0 0 0 0', 'on 1 1 0 0 0 0', 'on 1 0 0 0 1 0',
        'on 1 1 0 0 0 1', 'on 1 1 0 0 0 0'], child


def test_verify_without_process_pools(run_python, tmp_path):
    """As on AWS Lambda, which has no shared memory."""
    (tmp_path / '_multiprocessing.py').write_text('''
class SemLock:
    SEM_VALUE_MAX = 1000
    def __init__(self, *args):
        raise OSError(38, 'Function not implemented')
def sem_unlink(name): pass
flags = {}
''')
    child = run_python('-m', 'backport', 'verify', '--trials', '1',
                       env={'PYTHONPATH': str(tmp_path)})
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
    """Instead of counting that as kept or lost."""
    package = tmp_path / 'concurrent'
    (package / 'futures').mkdir(parents=True)
    import concurrent.futures
    import concurrent.futures.thread as thread
    for module in concurrent.futures, concurrent.futures._base, thread:
        with open(module.__file__) as file:
            source = file.read()
        if module is thread:
            source = source.replace('work_item.run()',
                                    'work_item.run(); vendor = True')
        name = module.__file__.replace('\\', '/').split('/')[-1]
        (package / 'futures' / name).write_text(source)
    (package / '__init__.py').write_text('')
    (package / 'futures' / 'process.py').write_text('ProcessPoolExecutor = 0')
    child = run_python('-m', 'backport', 'verify', '--trials', '1',
                       env={'PYTHONPATH': str(tmp_path)})
    assert child.returncode == 2
    assert 'not applied: its code is not that of any' in child.err, child


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
    ['verify', '--trials', 'x'], ['nonsense'], ['status', '--nonsense']])
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


@pytest.mark.parametrize('unbuffered', ['', '1'])
@pytest.mark.parametrize('command', [
    'status', 'status --json', 'verify --trials 1', 'disable', 'diff',
    '--version', '--help', 'diff --help'])
def test_a_full_disk(run_python, command, unbuffered):
    child = run_python('-c', '''if True:
        import subprocess, sys
        process = subprocess.Popen(
            [sys.executable, '-m', 'backport'] + sys.argv[1:],
            stdout=open('/dev/full', 'w'), stderr=subprocess.PIPE)
        err = process.communicate()[1]
        print(process.returncode, err.decode().splitlines()[-1])
        print(err.count(b'\\n') - err.startswith(b'backport verify:'))
        ''', *command.split(), env={'PYTHONUNBUFFERED': unbuffered})
    assert child.out.splitlines() == [
        '2 backport: [Errno 28] No space left on device', '1'], child


@pytest.mark.parametrize('command', ['diff', 'status', '--help'])
def test_output_that_nobody_reads(run_python, command):
    """"| head" ends it without a traceback."""
    child = run_python('-c', '''if True:
        import os, subprocess, sys
        read, write = os.pipe()
        os.close(read)
        process = subprocess.Popen(
            [sys.executable, '-m', 'backport'] + sys.argv[1:],
            stdout=write, stderr=subprocess.PIPE)
        err = process.communicate()[1]
        print(process.returncode, err)
        ''', command)
    assert child.out == "2 b''\n", child
