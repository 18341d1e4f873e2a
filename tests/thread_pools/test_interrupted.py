"""Ctrl-C and signal handlers, during exit and during the start of a worker.

Whatever they interrupt, no work is lost that a worker has taken, and exit ends
where it ends on stock.
"""
import pytest

from platforms import needs_signals

TIMEOUT = 20    # seconds; each program takes less than two
EXIT = 'interrupted_exit.py'
START = 'interrupted_start.py'


@needs_signals
@pytest.mark.parametrize('for_what', ['holder', 'start', 'worker'])
def test_ctrl_c_during_exit(run, for_what):
    """It ends the wait, as it ends the join of stock code."""
    def interrupted(variant):
        # A signal that arrives between the interpreter's last look for one and
        # the call that waits does not end that call, in any program: 4 of
        # 17,000 starts of time.sleep.  So a hang counts if it happens twice.
        for attempt in range(2):
            child = run(EXIT, variant, 'exit_waits', for_what, timeout=TIMEOUT,
                        interrupt_at='exiting')
            if not child.hung:
                break
        return child

    child = interrupted('patched')
    assert not child.hung, child
    assert 'KeyboardInterrupt' in child.err, child
    if for_what == 'worker':
        stock = interrupted('stock')
        assert stock.returncode == child.returncode, (stock, child)


@needs_signals
def test_ctrl_c_while_exit_waits_for_a_start(run):
    """It ends the join of the workers, and cuts their work off."""
    case = 'ctrl_c_while_exit_waits_for_a_start'
    stock, patched = run(EXIT, 'stock', case), run(EXIT, 'patched', case)
    for child in stock, patched:
        assert child.words == [] and 'KeyboardInterrupt' in child.err, child


@needs_signals
@pytest.mark.parametrize('variant', ['stock', 'patched'])
def test_exit_handler_called_inside_submit(run, variant):
    """By a signal handler: submit cannot go on before it returns."""
    child = run(EXIT, variant, 'exit_handler_inside_submit', timeout=TIMEOUT)
    assert not child.hung, child
    assert 'accepted' in child.words and 'done' in child.words, child


@pytest.mark.parametrize('variant', ['stock', 'patched'])
def test_worker_dies_before_it_says_that_it_started(run, variant):
    """Its submitter waits in Thread.start() for ever; exit must not."""
    child = run(EXIT, variant, 'worker_that_never_says_that_it_started',
                timeout=30)
    assert child.returncode == 0 and child.words == ['exits'], child


def assert_completed(stock, patched):
    """Stock forgets the worker, and cuts off the work that it has taken."""
    assert stock.words == ['interrupted'], stock
    assert patched.words == ['interrupted', 'completed'], patched
    for child in stock, patched:
        assert child.returncode == 0 and not child.err, child


def test_exit_waits_for_a_worker_whose_start_was_interrupted(run):
    assert_completed(run(START, 'stock', 'take_late_work'),
                     run(START, 'patched', 'take_late_work'))


@needs_signals
@pytest.mark.parametrize('exception', ['KeyboardInterrupt', 'TimeoutError'])
def test_signal_handler_raises_while_a_worker_starts(run, exception):
    arguments = 'raise_in_a_signal_handler', exception
    assert_completed(run(START, 'stock', *arguments),
                     run(START, 'patched', *arguments))


@pytest.mark.parametrize('when, variant', [
    ('before', 'stock'), ('before', 'patched'),
    # Whether stock cuts something off depends on which worker takes it.
    ('after', 'patched')])
def test_pools_go_on_after_an_interrupted_start(run, when, variant):
    """And exit does not join a thread that never came to be: that raises."""
    child = run(START, variant, 'go_on', when, timeout=TIMEOUT)
    assert sorted(child.words) == [
        'completed', 'completed', 'first', 'interrupted'], child
    assert child.returncode == 0 and not child.err, child


@pytest.mark.parametrize('variant', ['stock', 'patched'])
def test_interrupted_start_keeps_nothing_alive(run, variant):
    """Neither the locals of the callers nor the pool."""
    child = run(START, variant, 'keep_nothing_alive')
    assert child.out == '[None, None]\n', child
    assert child.returncode == 0 and not child.err, child
