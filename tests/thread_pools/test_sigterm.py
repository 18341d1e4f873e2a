"""Ways to end a process that run no exit handler, and how SIGTERM runs them.

docs/affected.md tells users what to do about SIGTERM.
"""
import signal

import pytest

from losses import assert_kept, assert_lost
from platforms import needs_signals

PROGRAM = 'sigterm.py'


@pytest.mark.parametrize('variant', ['stock', 'patched'])
@pytest.mark.parametrize('end, status', [
    pytest.param('default', -signal.SIGTERM, marks=needs_signals),
    pytest.param('killed', -9, marks=needs_signals), ('exits_at_once', 0)])
def test_work_is_lost_without_exit_handlers(run, end, status, variant):
    child = run(PROGRAM, variant, 'busy', end)
    assert child.returncode == status, child
    assert sorted(child.words) == ['accepted', 'began'], child


@needs_signals
def test_a_handler_that_raises_system_exit(run):
    """Stock joins a worker that is known, and loses a late one."""
    for variant in 'stock', 'patched':
        assert_kept(run(PROGRAM, variant, 'busy', 'handled'), 'completed')
    assert_lost(run(PROGRAM, 'stock', 'late', 'handled'))
    assert_kept(run(PROGRAM, 'patched', 'late', 'handled'), 'completed')


@needs_signals
@pytest.mark.parametrize('variant', ['stock', 'patched'])
def test_another_sigterm_while_exit_waits(run, variant):
    child = run(PROGRAM, variant, 'again', 'handled')
    assert child.words == ['accepted'], child
    assert_kept(run(PROGRAM, variant, 'again', 'ignored_at_exit'), 'completed')
