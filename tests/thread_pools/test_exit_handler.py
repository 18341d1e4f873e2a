"""What the exit handler of the thread pools does."""
import sys

import pytest

from children import HANG
from losses import assert_kept, assert_lost

PROGRAM = 'exit_handler.py'


@pytest.mark.parametrize('variant', ['stock', 'patched'])
def test_work_submitted_by_the_handlers_that_run_before(run, variant):
    child = run(PROGRAM, variant, 'submit_in_an_earlier_exit_handler')
    assert child.words == ['completed'], child


def test_submit_after_exit_is_refused(run):
    refusal = 'cannot schedule new futures after interpreter shutdown\n'
    case = 'submit_in_a_later_exit_handler'
    assert run(PROGRAM, 'patched', case).out == refusal
    if sys.version_info < (3, 7):   # the one thing that 3.6 gains
        assert run(PROGRAM, 'stock', case).out != refusal


def test_every_worker_is_joined(run):
    """Asked when the exit handler has returned."""
    assert 'alive=1' in run(PROGRAM, 'stock', 'count_workers').words
    assert 'alive=0' in run(PROGRAM, 'patched', 'count_workers').words


def test_refused_work_is_not_run_and_its_worker_leaves(run):
    """A work item that was refused after it was queued is left alone.

    Stock refuses none: the twin is our patch, without the cancel().
    """
    child = run(PROGRAM, 'patched', 'refuse_queued_work')
    assert child.words == ['refused'] and child.returncode == 0, child
    weakened = run(PROGRAM, 'patched', 'refuse_queued_work', 'weakened')
    assert weakened.words == ['refused', 'began'], weakened


def test_a_thread_object_is_freed_while_exit_looks_for_workers(run):
    """Stock exit handlers die of the RuntimeError, and nobody is joined (found
    by tests/evidence/stress)."""
    stock = run(PROGRAM, 'stock', 'free_a_thread_object')
    assert_lost(stock)
    assert 'dictionary changed size' in stock.err, stock
    assert_kept(run(PROGRAM, 'patched', 'free_a_thread_object'))


@pytest.mark.parametrize('pools', ['thread_pools', 'process_pools'])
def test_the_exit_handler_meets_another_join(run, pools):
    """Stock exit handlers die of the AssertionError, and join nobody else
    (found by tests/evidence/stress)."""
    # Unbuffered: if the process then hangs, what it has printed is there.
    stock = run('two_joins.py', 'stock', pools, timeout=HANG,
                env={'PYTHONUNBUFFERED': '1'})
    assert 'AssertionError' in stock.err, stock
    assert 'accepted' in stock.words, stock
    if pools == 'thread_pools':
        assert_lost(stock)
    patched = run('two_joins.py', 'patched', pools)
    assert_kept(patched)
    assert not patched.err, patched
