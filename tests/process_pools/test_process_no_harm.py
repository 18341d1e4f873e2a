"""No harm: what works, or ends, on stock does so with the patch.

Where stock hangs or fails the patched program ends.
"""
import sys

import pytest

from children import HANG, WINDOWS
from platforms import needs_fork, needs_signals

OLD = sys.version_info < (3, 7)
SUBMITS = 'process_submits.py'
EXIT = 'process_exit.py'


def run_both(run, *arguments, **options):
    """Return the stock child and the patched one."""
    return [run(arguments[0], variant, *arguments[1:], **options)
            for variant in ('stock', 'patched')]


# In the middle of a submit.

@needs_signals
@pytest.mark.parametrize('variant', ['stock', 'patched'])
def test_signal_handlers_submit_in_the_middle_of_submits(run, variant):
    assert run(SUBMITS, variant, 'signal_handlers').words == ['0']


@pytest.mark.parametrize('variant', ['stock', 'patched'])
@pytest.mark.parametrize('at', ['_work_ids', '_processes'])
def test_finaliser_submits_to_another_pool(run, at, variant):
    """Before its own work is queued, and between start of worker and manager.
    """
    assert run(SUBMITS, variant, 'finaliser', at).words == ['2']


@needs_fork
@pytest.mark.parametrize('variant', ['stock', 'patched'])
def test_fork_while_another_thread_is_in_submit(run, variant):
    """The child ends: what its parent's thread has entered is not waited for.
    """
    child = run(SUBMITS, variant, 'fork')
    assert child.words == ['0', 'ended'], child


def test_ctrl_c_while_the_manager_starts(run):
    """Stock forgets the manager; at exit nobody tells it to leave."""
    stock = run(SUBMITS, 'stock', 'ctrl_c', timeout=HANG)
    patched = run(SUBMITS, 'patched', 'ctrl_c')
    assert stock.hung and stock.words == ['interrupted'], stock
    assert patched.returncode == 0, patched
    assert patched.words == ['interrupted'], patched


def test_exit_handler_called_by_a_signal_handler_in_submit(run):
    """It does not wait for the start below it, and the work is done."""
    stock, patched = run_both(run, SUBMITS, 'exit_handler')
    assert stock.words == patched.words == ['3'], (stock, patched)


def test_manager_that_could_not_be_started(run):
    """Stock accepts the next work, never runs it and never exits."""
    stock = run(SUBMITS, 'stock', 'manager_that_cannot_be_started',
                timeout=HANG)
    patched = run(SUBMITS, 'patched', 'manager_that_cannot_be_started')
    assert stock.hung and stock.words == ['raised'], stock
    assert patched.words == ['raised', 'done'], patched
    assert patched.returncode == 0 and not patched.orphaned, patched


@pytest.mark.skipif(OLD, reason='3.6 has no initializers')
@pytest.mark.parametrize('variant', ['stock', 'patched'])
def test_workers_that_die_at_once(run, variant):
    """The first submit returns a future, and that fails; it does not hang."""
    child = run(SUBMITS, variant, 'workers_that_die_at_once')
    assert child.words == ['BrokenProcessPool'], child


# During exit.

@needs_signals
def test_ctrl_c_while_exit_waits_for_a_start(run):
    """The managers are told to leave all the same: multiprocessing waits."""
    stock = run(EXIT, 'stock', 'ctrl_c', timeout=HANG)
    patched = run(EXIT, 'patched', 'ctrl_c')
    assert 'KeyboardInterrupt' in patched.err, patched
    assert not patched.hung, patched
    assert '_pause' in patched.err, patched     # it did wait
    assert stock.words == patched.words == [], stock


@pytest.mark.skipif(OLD, reason='3.6 wakes managers through a queue that '
                    'nobody closes')
def test_a_pool_is_shut_down_while_exit_wakes_managers(run):
    """Stock's exit handler dies of it; nobody tells the second pool."""
    stock = run(EXIT, 'stock', 'pool_shut_down_in_between', timeout=HANG,
                env={'PYTHONUNBUFFERED': '1'})
    patched = run(EXIT, 'patched', 'pool_shut_down_in_between')
    assert stock.words == patched.words == ['worked']
    assert stock.hung and 'handle is closed' in stock.err, stock
    assert patched.returncode == 0 and not patched.err, patched
    assert not patched.orphaned, patched


def test_worker_processes_of_late_work_may_use_thread_pools(run):
    """As on stock: a forked process of 3.7 and later refuses them, for it
    knows of the exit; a spawned one, or one of 3.6, refuses nothing.
    """
    stock, patched = run_both(run, EXIT, 'thread_pool_in_a_worker')
    assert stock.words == patched.words == [
        '3' if OLD or WINDOWS else 'refused'], (stock, patched)


# While the program runs.

@pytest.mark.parametrize('library, when', [
    # eventlet after the import hangs, on stock as well
    ('gevent', 'before'), ('gevent', 'after'), ('eventlet', 'before')])
def test_cooperative_schedulers(run, library, when):
    """They end as on stock, whatever they make of process pools."""
    stock, patched = run_both(run, 'cooperative.py', 'main', library, when,
                              timeout=20)
    assert (stock.hung, stock.words) == (patched.hung, patched.words), (
        stock, patched)


def test_nothing_grows(run):
    child = run('growth.py', 'patched', 'main')
    assert child.words == ['True'] * 10 + ['0'], child
