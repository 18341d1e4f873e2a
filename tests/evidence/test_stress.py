"""The runner of tests/evidence/stress sees each thing that can go wrong."""
import os
import sys

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), 'stress'))
import child    # noqa: E402

CRASH = 'os.kill(os.getpid(), signal.SIGSEGV)'

FORK = '''
if os.fork() == 0:
    %s
'''

PROGRAMS = {
    (): 'print("accepted 1\\nbegan 1\\ncompleted 1\\nrefused 2")',
    ('crashed',): 'print("accepted 1", flush=True); ' + CRASH,
    ('hung',): 'print("accepted 1", flush=True); time.sleep(60)',
    ('lost',): 'print("accepted 1\\naccepted 2\\ncompleted 2\\nstatus 0")',
    ('refused but ran',): 'print("refused 1\\nbegan 1\\ncompleted 1")',
    ('orphans',): FORK % 'time.sleep(60)',
    ('status',): 'sys.exit(3)',
    ('stderr',): 'sys.stderr.write("something")',
}


def run(program, timeout=30):
    counts, err = child.run(
        [sys.executable, '-c', 'import os, signal, sys, time\n' + program],
        dict(os.environ), timeout)
    return {name for name in child.PROBLEMS if counts[name]}, err


@pytest.mark.parametrize('problems', sorted(PROGRAMS))
def test_problem(problems, monkeypatch):
    monkeypatch.setattr(child, 'GRACE', 0.5)
    seen, err = run(PROGRAMS[problems], 2 if problems == ('hung',) else 30)
    assert seen == set(problems)
    # Where each of them was.
    assert ('in <module>' in err) == (
        problems in [('crashed',), ('hung',), ('orphans',)]), err


@pytest.mark.parametrize('program', [
    FORK % CRASH + 'print("status", os.wait()[1])',
    FORK % CRASH + 'time.sleep(1)',
    '''
from concurrent.futures import ProcessPoolExecutor
def crash():
    %s
try:
    ProcessPoolExecutor(1).submit(crash).result()
except Exception:
    pass
''' % CRASH,
], ids=['waited for', 'not waited for', 'worker'])
def test_crash_of_a_child(program):
    seen, err = run(program)
    assert seen == {'crashed'} and 'Segmentation fault' in err


def test_a_crash_of_what_hung():
    """It hangs because the other one crashed."""
    seen, _ = run(FORK % CRASH + 'time.sleep(60)', 2)
    assert seen == {'crashed'}
