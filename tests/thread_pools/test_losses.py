"""The race is closed: accepted work completes before the process ends, or
submit raised.  Each way of losing work is forced; stock loses it."""
import pytest

from losses import assert_kept, assert_lost, force

PROGRAM = 'thread_losses.py'

#: What the patch makes of each loss, whoever the late submitter is.
OUTCOMES = {
    'start_after_snapshot': 'completed',    # the worker was known
    'put_after_worker_left': 'refused',
    'in_a_start': 'completed',              # exit waited for the start
    'before_a_start': 'refused',            # exit had closed
}
SUBMITTERS = ['daemon_thread', 'work_item', 'done_callback']
SUBCLASSES = ['OwnSubmit', 'SwallowsRefusal']

#: Those that `backport verify` forces, with a daemon thread.
VERIFIED = {'start_after_snapshot': 'start-after-snapshot',
            'put_after_worker_left': 'put-after-worker-left'}


@pytest.mark.parametrize('submitter', SUBMITTERS)
@pytest.mark.parametrize('loss', sorted(OUTCOMES))
def test_losses(run, loss, submitter):
    if loss in VERIFIED and submitter == 'daemon_thread':
        stock, patched = [force(VERIFIED[loss], variant)
                          for variant in ('stock', 'patched')]
    else:
        stock, patched = [run(PROGRAM, variant, loss, submitter)
                          for variant in ('stock', 'patched')]
    assert_lost(stock)
    if loss == 'before_a_start' and submitter != 'daemon_thread':
        # Exit joins the thread that submits, and closes after that.
        assert_kept(patched, 'completed')
    else:
        assert_kept(patched, OUTCOMES[loss])


@pytest.mark.parametrize('loss, subclass', [
    (loss, subclass) for loss in sorted(OUTCOMES) for subclass in SUBCLASSES])
def test_subclasses(run, loss, subclass):
    arguments = loss, 'daemon_thread', subclass
    assert_lost(run(PROGRAM, 'stock', *arguments))
    assert_kept(run(PROGRAM, 'patched', *arguments))
