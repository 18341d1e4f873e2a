"""The runner of tests/evidence/stress sees each thing that can go wrong."""
import os
import sys

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), 'stress'))
import child    # noqa: E402
from platforms import needs     # noqa: E402

pytestmark = needs('process groups, whose stacks a signal can ask for')


@pytest.fixture
def run(find_program):
    """Run a case of misbehaves.py; return its problems and standard error."""
    def run(case, timeout=30):
        counts, err = child.run(
            [sys.executable, find_program('misbehaves.py')] + case.split(),
            dict(os.environ), timeout)
        return {name for name in child.PROBLEMS if counts[name]}, err
    return run


def test_no_problem(run):
    assert run('nothing') == (set(), '')


@pytest.mark.parametrize('variant', ['stock', 'patched'])
def test_two_joins_are_no_problem(run, variant):
    """A thread's own shutdown() fails in `threading`, stock and patched."""
    seen, err = run('two_joins ' + variant)
    assert 'AssertionError' in err and 'in shutdown' in err, err
    assert seen == set(), err


@pytest.mark.parametrize('problem', child.PROBLEMS)
def test_problem(run, problem, monkeypatch):
    monkeypatch.setattr(child, 'GRACE', 0.5)
    seen, err = run(problem.replace(' ', '_'), 2 if problem == 'hung' else 30)
    assert seen == {problem}
    # The stacks tell where each process was.
    assert ('in <module>' in err) == (
        problem in ('crashed', 'hung', 'orphans')), err


@pytest.mark.parametrize('case', [
    'child_crashed', 'child_crashed_and_was_not_waited_for', 'worker_crashed'])
def test_crash_of_a_child(run, case):
    seen, err = run(case)
    assert seen == {'crashed'} and 'Segmentation fault' in err


def test_a_crash_of_what_hung(run):
    """The program hangs because its child has crashed."""
    seen, _ = run('child_crashed_and_it_hung', 2)
    assert seen == {'crashed'}
