"""python -m backport verify"""
import json
import sys

import pytest

pytestmark = pytest.mark.skipif(
    sys.version_info >= (3, 9), reason='3.9 and later: test_not_needed.py')


def test_verify_prints_the_table(run_python):
    child = run_python('-m', 'backport', 'verify', '--trials', '2')
    assert child.returncode == 0, child
    lines = child.out.splitlines()
    assert lines[2].split() == [
        'executor', 'loss', 'patch', 'trials', 'lost', 'refused', 'completed',
        'hung', 'orphans']
    counts = [' '.join(line.split()[-7:]) for line in lines[3:13]]
    assert counts == ['off 2 2 0 0 0 0', 'on 2 0 0 2 0 0',
                      'off 2 2 0 0 0 0', 'on 2 0 2 0 0 0',
                      'off 2 0 0 0 2 0', 'on 2 0 0 2 0 0',
                      'off 2 2 0 0 0 2', 'on 2 0 0 2 0 0',
                      'off 2 2 0 0 0 0', 'on 2 0 2 0 0 0'], child
    assert lines[-1] == 'With the patch, nothing was lost.'
    assert child.err.count('\n') == 20     # progress, a line for each trial


def test_verify_as_json(run_python):
    child = run_python('-m', 'backport', 'verify', '--trials', '1', '--json')
    result = json.loads(child.out)
    assert (result['needed'], result['protected']) == (True, True)
    assert [(row['patch'], row['lost'] + row['hung'], row['orphans'])
            for row in result['rows']] == [
        ('off', 1, 0), ('on', 0, 0), ('off', 1, 0), ('on', 0, 0),
        ('off', 1, 0), ('on', 0, 0), ('off', 1, 1), ('on', 0, 0),
        ('off', 1, 0), ('on', 0, 0)]


def test_verify_without_process_pools(run_python, tmp_path):
    """As on AWS Lambda, which has no shared memory."""
    (tmp_path / 'sitecustomize.py').write_text('''
import multiprocessing
def Queue(*args, **kwargs):
    raise OSError(38, 'Function not implemented')
multiprocessing.context.BaseContext.Queue = Queue
multiprocessing.context.BaseContext.SimpleQueue = Queue
multiprocessing.Queue = Queue       # 3.6 uses that
''')
    child = run_python('-m', 'backport', 'verify', '--trials', '1',
                       env={'PYTHONPATH': str(tmp_path)})
    assert child.returncode == 0, child
    assert 'no process pools: [Errno 38] Function not' in child.out, child


@pytest.mark.parametrize('arguments', [
    ['verify', '--trials', '0'], ['verify', '--trials', 'x'], ['nonsense'], []])
def test_wrong_arguments(run_python, arguments):
    child = run_python('-m', 'backport', *arguments)
    assert child.returncode == 2
    assert 'Traceback' not in child.err


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
    assert 'not applied: refused' in child.err, child
