"""The race of process pools is closed: accepted work completes before the
process ends, and its worker processes are gone; or submit raised.

Stock hangs, loses work and leaves worker processes, or loses work alone:
docs/upstream.md.
"""
import multiprocessing
import sys

import pytest

import stdlib
from children import HANG, WINDOWS
from losses import assert_kept, assert_lost, assert_not_kept, force

OLD = sys.version_info < (3, 7)
ROWS = stdlib.rows('process')
PROGRAM = 'process_losses.py'
REFUSALS = 'late_refusals.py'

#: Loss -> what the patch makes of it, and whether stock leaves processes.
LOSSES = {
    'missed_wake_up': ('completed', False),
    'before_the_start': ('refused', True),
    'late_start': ('completed', True),      # exit waited for the start
    'put_after_leave': ('refused', False),
}
#: Which exit handler comes first is decided by which module is loaded last.
ORDERS = ['process first', 'thread first']


@pytest.fixture
def lose(run):
    """Force a loss; return the stock child and the patched one.

    As `backport verify` does, if it has the loss and there are no *arguments*.
    """
    def lose(loss, *arguments, **options):
        if not arguments and loss != 'before_the_start':
            name = loss.replace('_', '-')
            return (force(name, 'stock', timeout=HANG, **options),
                    force(name, 'patched', **options))
        arguments = arguments or ('daemon_thread',)
        return (run(PROGRAM, 'stock', loss, *arguments, timeout=HANG,
                    **options),
                run(PROGRAM, 'patched', loss, *arguments, **options))
    return lose


@pytest.mark.parametrize('loss', sorted(LOSSES))
@pytest.mark.parametrize('order', ORDERS)
def test_daemon_thread(lose, loss, order):
    if order == 'process first':
        stock, patched = lose(loss)
    else:
        stock, patched = lose(loss, 'daemon_thread', order)
    outcome, orphaned = LOSSES[loss]
    if loss == 'missed_wake_up':    # it hangs, with its work done
        assert stock.hung and 'completed' in stock.words, stock
    else:
        assert_lost(stock)
        # On Windows a worker process that has not come far ends as well, for
        # it takes its pipe from the process that has started it.
        assert stock.orphaned in (orphaned, orphaned and not WINDOWS), stock
    assert_kept(patched, outcome)


@pytest.mark.parametrize('loss', sorted(LOSSES))
@pytest.mark.parametrize('order', ORDERS)
def test_work_of_a_thread_pool(lose, loss, order):
    """The exit handler of thread.py joins the submitter, if it runs first.

    Then stock code has no race: the submitter goes on, and the work is done.
    """
    races = order == 'thread first' and not OLD     # 3.6 always loads both
    stock, patched = lose(loss, 'work_item', order, 10 if races else 1)
    if races:
        assert_not_kept(stock)
    else:
        assert_kept(stock)
    assert_kept(patched)


@pytest.mark.parametrize('loss', sorted(LOSSES))
@pytest.mark.parametrize('row', ROWS, ids=lambda row: row.releases)
def test_losses_of_a_known_release(lose, tmp_path, row, loss):
    stdlib.in_front(tmp_path, stdlib.source(row), 'process')
    stock, patched = lose(loss, env=stdlib.environ(tmp_path))
    assert_not_kept(stock)
    assert_kept(patched, LOSSES[loss][0])


def test_thread_pools_patched_alone(run):
    arguments = PROGRAM, 'patched', 'put_after_leave', 'daemon_thread'
    assert_not_kept(run(*arguments, env={'BACKPORT_DISABLE': 'process'}))
    assert_kept(run(*arguments, env={'BACKPORT_DISABLE': 'thread'}))


@pytest.mark.skipif(OLD, reason='3.6 has no mp_context')
@pytest.mark.parametrize('method', sorted(
    set(multiprocessing.get_all_start_methods()) - {'fork'}))
def test_other_start_methods(lose, method):
    # They start a resource tracker, which ends when it has got that far.
    stock, patched = lose('before_the_start', 'daemon_thread', 'process first',
                          10, method, grace=10)
    assert_not_kept(stock)
    assert_kept(patched)


# What a refused submit leaves behind.

def test_refused_work_leaves_nothing_behind(run):
    """The work item is taken out again, and the manager leaves."""
    child = run(REFUSALS, 'patched', 'nothing')
    assert child.returncode == 0, child
    assert child.words == ['refused', 'False', '0'], child


@pytest.mark.parametrize('loss, counts', [
    ('missed_wake_up', ['0', '0']), ('before_the_start', ['0', '1']),
    ('put_after_leave', ['0', '1']), ('late_start', ['1', '0'])])
def test_counts(run, loss, counts):
    """What the exit report tells: starts waited for, and submits refused."""
    child = run(REFUSALS, 'patched', 'counts', loss)
    assert child.words[-2:] == counts, child


@pytest.mark.parametrize('moment', ['before', 'while'])
def test_pool_breaks_under_a_late_submitter(run, moment):
    patched = run(REFUSALS, 'patched', 'broken_pool', moment)
    assert patched.returncode == 0 and not patched.orphaned, patched
    assert patched.words == ['refused'], patched
    assert 'Exception in thread' not in patched.err, patched
