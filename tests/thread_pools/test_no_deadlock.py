"""No harm: submit waits for nothing that stock code does not wait for.

The programs end on stock code.  Those of the tests named "upstreams_lock" hang
with that plain lock, or their children do, which shows that they can tell.
"""
import sys

import pytest

from platforms import needs_fork, needs_signals

TIMEOUT = 20    # seconds; each program takes less than two

SUBMITS = {'signal_handler': ['done', 'handled'],
           'finaliser': ['done', 'finalised'],
           'finalisers_crosswise': ['done', 'done']}
CASES = pytest.mark.parametrize('case', [
    pytest.param('signal_handler', marks=needs_signals), 'finaliser',
    'finalisers_crosswise'])


@pytest.mark.parametrize('variant', ['stock', 'patched'])
@CASES
def test_submit_inside_submit(run, case, variant):
    child = run('submit_inside_submit.py', variant, case, timeout=TIMEOUT)
    assert sorted(child.words) == SUBMITS[case], child
    assert child.returncode == 0 and not child.err, child


@CASES
def test_submit_inside_submit_deadlocks_on_upstreams_lock(run, case):
    assert run('submit_inside_submit.py', 'upstream', case, timeout=5).hung


@needs_fork
@pytest.mark.parametrize('variant', ['stock', 'patched'])
@pytest.mark.parametrize('where', ['the queue', 'the worker'])
def test_fork_while_another_thread_is_in_submit(run, where, variant):
    child = run('forks.py', variant, 'another_thread_in_submit', where,
                timeout=TIMEOUT)
    assert child.words.count('own') == 10, child
    assert child.words.count('inherited') == 5, child
    assert 'exited=5' in child.words, child
    assert child.returncode == 0, child


@needs_fork
@pytest.mark.parametrize('where', ['the queue', 'the worker'])
def test_fork_hangs_the_children_of_upstreams_lock(run, where):
    child = run('forks.py', 'upstream', 'another_thread_in_submit', where,
                timeout=TIMEOUT)
    assert 'exited=0' in child.words, child


@needs_fork
@pytest.mark.parametrize('variant', ['stock', 'patched'])
@pytest.mark.parametrize('where', ['signal handler', 'finaliser'])
def test_fork_inside_submit(run, where, variant):
    """The child goes on in the submit, and exits."""
    child = run('forks.py', variant, 'inside_submit', where, timeout=TIMEOUT)
    assert child.words == ['done', 'done', '0'], child
    assert child.returncode == 0 and not child.err, child


@needs_fork
@pytest.mark.skipif(sys.version_info < (3, 7),
                    reason='3.6 has no os.register_at_fork')
@pytest.mark.parametrize('where', ['signal handler', 'finaliser'])
def test_fork_inside_submit_hangs_with_upstreams_hooks(run, where):
    """Those that later 3.9 releases have beside it (bpo-45021)."""
    assert run('forks.py', 'upstream', 'inside_submit', where, 'hooks',
               timeout=5).hung
