"""concurrent.futures.thread._global_shutdown_lock, as programs use it."""
import pytest

from losses import assert_kept, assert_lost
from platforms import needs_fork

PROGRAM = 'global_shutdown_lock.py'


def test_stock_has_none(run_python):
    child = run_python('-c', 'from concurrent.futures.thread import '
                       '_global_shutdown_lock')
    assert 'ImportError' in child.err


def test_exit_waits_for_holders(run):
    """Who has seen the flag unset may finish what it does under the lock."""
    stock = run(PROGRAM, 'stock', 'hold_it_at_exit')
    assert stock.words == ['False'] and stock.returncode == 0, stock
    patched = run(PROGRAM, 'patched', 'hold_it_at_exit')
    assert patched.words == ['False', 'left'], patched
    assert patched.returncode == 0 and not patched.err, patched


def test_it_is_shared_and_reentrant(run):
    child = run(PROGRAM, 'patched', 'share_it')
    assert child.words == ['True', 'False'], child


def test_it_has_the_interface_of_a_lock(run):
    child = run(PROGRAM, 'patched', 'use_its_interface')
    assert child.out.splitlines() == ['True'] * 4 + [
        'release unlocked lock'], child


@pytest.mark.parametrize('variant', ['stock', 'patched'])
def test_released_by_another_thread_that_starts_workers(run, variant):
    """Not what submit itself holds for a function that is not stock."""
    child = run(PROGRAM, variant, 'release_it_for_another')
    assert child.words == ['False'] and not child.err, child


def test_nobody_waits_for_the_exit_handler(run):
    """3.9's plain lock would be held by it, or by the thread it waits for."""
    child = run(PROGRAM, 'patched', 'acquire_it_late', timeout=20)
    assert child.words == ['True', 'True'], child
    assert child.returncode == 0, child


@pytest.mark.parametrize('seconds', [0, 0.005])
def test_threads_that_hold_it_in_turn_cannot_keep_exit_out(run, seconds):
    child = run(PROGRAM, 'patched', 'hold_it_in_turn', seconds, timeout=20)
    assert child.returncode == 0 and not child.err, child


@needs_fork
def test_a_fork_leaves_the_holds_of_other_threads_behind(run):
    child = run(PROGRAM, 'patched', 'fork', timeout=20)
    assert child.words == ['False', '0', 'True'], child


def test_code_written_for_39(run):
    """A submit that takes both locks, as 3.9's does, loses nothing.

    With the fallback that such code has, it does on stock.
    """
    assert_lost(run('code_for_39.py', 'stock', timeout=20))
    assert_kept(run('code_for_39.py', 'patched', timeout=20), 'completed')
