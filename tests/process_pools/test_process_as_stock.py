"""No harm: submit does what it does on stock, in the order of stock.

The first submit starts the manager, and that finds the work.  The program then
shuts the pool down, cancels the work, or ends; none of it meets a manager that
has found nothing.
"""
import sys

import pytest

from children import HANG
from platforms import needs_fork

PROGRAM = 'process_as_stock.py'
OLD = sys.version_info < (3, 7)

VARIANTS = pytest.mark.parametrize('variant', ['stock', 'patched'])


@needs_fork     # the worker inherits a pipe
@VARIANTS
@pytest.mark.parametrize('how', ['executor', 'loop'])
def test_shut_down_without_a_wait_after_the_first_submit(run, how, variant):
    """The work is done; a `loop` is closed whose default executor it is."""
    child = run(PROGRAM, variant, 'shut_down', how)
    assert child.words == ['done'], child


@VARIANTS
@pytest.mark.parametrize('then', ['shutdown', 'end'])
def test_cancel_after_the_first_submit(run, then, variant):
    """It comes too late, and no wake-up of the manager is lost."""
    child = run(PROGRAM, variant, 'cancel', then, timeout=2 * HANG)
    assert sorted(child.words) == ['False', 'ran'], child
    assert child.returncode == 0 and not child.err, child


@needs_fork     # the worker inherits a pipe and a function
@pytest.mark.skipif(OLD, reason='3.6 has no initializers')
@VARIANTS
def test_initializer_fails_after_the_first_submit(run, variant):
    """The first submit does nothing more when the manager has been started, so
    the second one is not later than on stock."""
    child = run(PROGRAM, variant, 'submit_again')
    assert child.words == ['BrokenProcessPool'] * 2, child


@VARIANTS
def test_what_a_class_that_starts_processes_sees(run, variant):
    child = run(PROGRAM, variant, 'tell_what_is_queued')
    assert child.words == ['1', '1', '[0]'], child


@VARIANTS
def test_pool_sized_by_its_work(run, variant):
    child = run(PROGRAM, variant, 'size_by_the_work', timeout=3 * HANG)
    assert child.words == ['1', '3'], child
    assert child.returncode == 0, child


@VARIANTS
def test_class_that_replaces_the_processes(run, variant):
    """The manager gets those that there are when it starts."""
    child = run(PROGRAM, variant, 'replace_the_processes')
    assert child.words == ['3'] and child.returncode == 0, child


@VARIANTS
def test_ctrl_c_in_a_later_submit(run, variant):
    """A manager is there, and may have the work item."""
    child = run(PROGRAM, variant, 'interrupt_a_later_submit')
    assert set(child.words) == {'interrupted', 'done'}, child
    assert child.returncode == 0, child


@VARIANTS
def test_each_submit_starts_the_manager(run, variant):
    """Or calls the function that would, and that a class may have replaced."""
    child = run(PROGRAM, variant, 'count_calls')
    assert child.words == ['called'] * 3, child


@pytest.mark.parametrize('ids', ['Queue', 'LifoQueue'] + (
    [] if OLD else ['SimpleQueue']))
@pytest.mark.parametrize('of_what', ['of a process', 'of the manager'])
def test_failed_start(run, of_what, ids):
    """Work whose submit has raised does not run, whatever ids are kept in.

    On stock the next submit has it done, if it can start the manager.
    """
    case = 'failed_start', of_what, ids
    stock = run(PROGRAM, 'stock', *case, timeout=HANG)
    if of_what == 'of a process':
        assert 'dropped' in stock.words and 'done' in stock.words, stock
    else:
        assert stock.hung and stock.words == ['raised'], stock
    patched = run(PROGRAM, 'patched', *case)
    assert patched.words == ['raised', 'done', '0', '0'], patched
    assert patched.returncode == 0 and not patched.orphaned, patched


SHUT_DOWN = 'RuntimeError: cannot schedule new futures after shutdown\n'
REFUSALS = {'shut down': SHUT_DOWN, 'broken': 'BrokenProcessPool: '}
if not OLD:     # which tells no executor of the exit
    REFUSALS['told by exit'] = SHUT_DOWN


@VARIANTS
@pytest.mark.parametrize('why', sorted(REFUSALS))
def test_refusals_during_exit(run, why, variant):
    """The pool has a reason of its own; programs look for its text."""
    child = run(PROGRAM, variant, 'refused', why)
    assert child.out.startswith(REFUSALS[why]), child
    assert child.out.count('\n') == 1 and child.returncode == 0, child
    assert not child.err or why == 'broken', child
