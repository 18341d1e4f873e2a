"""No harm: exit is not slow where it is not on stock.

The patch may wait for a start that is never at an end, but not for long.
"""
import pytest

PROGRAM = 'slow_exit.py'


def seconds(run, variant, *arguments):
    """Return how long the exit handlers took."""
    child = run(PROGRAM, variant, *arguments, timeout=20)
    assert child.returncode == 0, child
    return float(child.words[-1])


@pytest.mark.parametrize('case', [('start_without_end', 2), ('stopped_clock',)],
                         ids=['two threads compute', 'stopped clock'])
def test_start_without_end(run, case):
    """A wait takes some 10 seconds at most, whatever a look takes; and it
    does not depend on the clock alone."""
    assert seconds(run, 'stock', *case) < 2
    assert seconds(run, 'patched', *case) < 16


@pytest.mark.parametrize('kind', ['synchronous', 'back-pressure'])
def test_slow_function_that_starts_workers(run, kind):
    """In a daemon thread, which stock does not wait for."""
    assert seconds(run, 'stock', 'slow_class', kind) < 2
    assert seconds(run, 'patched', 'slow_class', kind) < 2


@pytest.mark.parametrize('how, most', [('replaced', 2), ('interrupted', 16)])
def test_process_pool_whose_starts_are_replaced(run, how, most):
    """No process is being started, and no manager can come."""
    case = 'doubles_of_starts', how
    assert seconds(run, 'stock', *case) < 2
    assert seconds(run, 'patched', *case) < most
