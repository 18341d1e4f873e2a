"""No harm: what stock does, the patch does, during exit as well."""
import sys

import pytest

from platforms import needs_signals

PROGRAM = 'as_stock.py'
TIMEOUT = 20    # seconds; each program takes less than two
OLD = sys.version_info < (3, 7)

VARIANTS = pytest.mark.parametrize('variant', ['stock', 'patched'])


@needs_signals
@VARIANTS
@pytest.mark.parametrize('program', ['full_queues', 'hanging_start'])
def test_one_ctrl_c_ends_exit(run, program, variant):
    child = run(PROGRAM, variant, program, timeout=5)
    assert child.words == ['interrupts'] and not child.hung, child


@needs_signals
@VARIANTS
def test_exit_handler_that_was_interrupted(run, variant):
    child = run(PROGRAM, variant, 'by_hand', timeout=5)
    assert child.words == ['interrupted', 'done'] and not child.hung, child


@VARIANTS
def test_exit_tells_a_worker_once(run, variant):
    child = run(PROGRAM, variant, 'start_ends_while_exit_looks', timeout=5)
    assert child.returncode == 0 and not child.err, child


@VARIANTS
@pytest.mark.parametrize('job, outcome', [
    ('with_pool', '3'), ('full_pool', '9'), ('nested', '3'),
    ('run_in_executor', '3'), ('getaddrinfo', 'True')])
def test_late_work_uses_a_pool_of_its_own(run, job, outcome, variant):
    """3.6 accepts what a job submits that exit waits for."""
    child = run(PROGRAM, variant, 'late', job, timeout=TIMEOUT)
    assert child.words == [outcome if OLD else 'refused'], child
    assert child.returncode == 0 and not child.err, child


@VARIANTS
@pytest.mark.parametrize('job, outcome', [
    ('own_submit', '15'), ('bare_call', '1')])
def test_late_work_starts_workers_without_a_look(run, job, outcome, variant):
    """A submit that is a copy of 3.6's looks at no flag of the interpreter;
    all versions do its work."""
    child = run(PROGRAM, variant, 'late', job, timeout=TIMEOUT)
    assert child.words == [outcome], child
    assert child.returncode == 0 and not child.err, child


@VARIANTS
@pytest.mark.parametrize('executor', ['ThreadPoolExecutor', 'OwnSubmit'])
def test_late_work_without_end(run, executor, variant):
    """It does not keep exit from its end."""
    child = run(PROGRAM, variant, 'endless', executor, timeout=TIMEOUT)
    assert child.returncode == 0, child


@VARIANTS
def test_submit_that_waits_for_room_when_exit_begins(run, variant):
    child = run(PROGRAM, variant, 'blocked_put', timeout=TIMEOUT)
    assert set(child.words) == {'accepted', 'began', 'completed'}, child
    assert child.returncode == 0 and not child.err, child


@VARIANTS
@pytest.mark.parametrize('when, words', [
    ('when_submit_has_returned', ['accepted', 'completed']),
    ('while_exit_joins_other_work', ['accepted', 'began', 'completed'])])
def test_worker_that_another_thread_starts(run, when, words, variant):
    """Thread.start() hands the start over, and returns."""
    child = run(PROGRAM, variant, 'started_' + when, timeout=TIMEOUT)
    assert child.words == words, child
    assert child.returncode == 0 and not child.err, child


@VARIANTS
def test_program_calls_the_exit_handler_and_goes_on(run, variant):
    """It resets the flag of the module; there is no other that it must know."""
    child = run(PROGRAM, variant, 'exit_twice', timeout=TIMEOUT)
    assert child.words == ['9', '3', 'completed', 'completed'], child
    assert child.returncode == 0 and not child.err, child


SHUT_DOWN = 'RuntimeError: cannot schedule new futures after shutdown\n'
REFUSALS = {'shut down': SHUT_DOWN}
if not OLD:     # which tells no executor of the exit, and has no initializers
    REFUSALS.update({'told by exit': SHUT_DOWN, 'broken': 'BrokenThreadPool: '})


@VARIANTS
@pytest.mark.parametrize('why', sorted(REFUSALS))
def test_refusals_during_exit(run, why, variant):
    """The pool has a reason of its own; programs look for its text."""
    child = run(PROGRAM, variant, 'refused', why, timeout=TIMEOUT)
    assert child.out.startswith(REFUSALS[why]), child
    assert child.out.count('\n') == 1 and child.returncode == 0, child
    assert not child.err or why == 'broken', child
