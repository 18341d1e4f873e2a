"""Threads that come late, or that are joined before they are there."""
import pytest

from children import HANG
from losses import assert_kept, assert_lost

PROGRAM = 'late_threads.py'


def test_native_thread_comes_while_exit_joins_other_work(run):
    """However long that takes."""
    case = 'while_exit_joins_other_work'
    assert_lost(run(PROGRAM, 'stock', case))
    assert_kept(run(PROGRAM, 'patched', case), 'completed')


@pytest.mark.parametrize('variant', ['stock', 'patched'])
def test_program_joins_all_workers(run, variant):
    """Another thread is about to start one: nobody can join that yet."""
    child = run(PROGRAM, variant, 'join_all')
    assert sorted(child.words) == [
        'accepted', 'began', 'completed', 'joined'], child
    assert child.returncode == 0 and not child.err, child


@pytest.mark.parametrize('pools', ['thread_pools', 'process_pools'])
def test_the_exit_handler_meets_other_joins_twice(run, pools):
    """As in test_exit_handler.py, but it fails once more."""
    stock = run('two_joins.py', 'stock', pools, 2, timeout=HANG,
                env={'PYTHONUNBUFFERED': '1'})
    assert 'AssertionError' in stock.err and 'accepted' in stock.words, stock
    if pools == 'thread_pools':
        assert_lost(stock)
    assert_kept(run('two_joins.py', 'patched', pools, 2, timeout=4 * HANG))
