"""The race is closed: accepted work completes before the process ends, or
submit raised.  Each way of losing work is forced; stock loses it."""
import sys

import pytest

from losses import (ENTERED, HOLD, LATE, NAMED_AFTER_EXIT, OWN_ADJUST,
                    OWN_SUBMIT, PUT_AFTER_GOODBYE, START_AFTER_SNAPSHOT,
                    SUBMITTERS, SWALLOWS_REFUSAL, assert_kept, assert_lost)


@pytest.fixture
def force(run):
    """Force a loss; return the stock child and the patched one."""
    def force(pool, submitter='daemon thread', subclass=''):
        text = (HOLD + LATE + subclass + pool + SUBMITTERS[submitter]
                + 'inside.wait(PATIENCE)')
        return run(text, 'stock'), run(text, 'patched')
    return force


@pytest.mark.parametrize('submitter', sorted(SUBMITTERS))
def test_worker_started_after_the_snapshot(force, submitter):
    stock, patched = force(START_AFTER_SNAPSHOT, submitter)
    assert_lost(stock)
    assert_kept(patched)
    assert 'completed' in patched.words     # the worker was known


@pytest.mark.parametrize('submitter', sorted(SUBMITTERS))
def test_work_put_after_the_goodbye(force, submitter):
    stock, patched = force(PUT_AFTER_GOODBYE, submitter)
    assert_lost(stock)
    assert_kept(patched)
    assert 'refused' in patched.words


@pytest.mark.parametrize('submitter', sorted(SUBMITTERS))
def test_worker_entered_before_exit_was_declared(force, submitter):
    stock, patched = force(ENTERED, submitter)
    assert_lost(stock)
    assert_kept(patched)
    assert 'completed' in patched.words     # exit waited for the start


@pytest.mark.parametrize('submitter', sorted(SUBMITTERS))
def test_worker_named_after_exit_was_declared(force, submitter):
    stock, patched = force(NAMED_AFTER_EXIT, submitter)
    assert_lost(stock)
    assert_kept(patched)
    assert 'refused' in patched.words


@pytest.mark.parametrize('pool', [START_AFTER_SNAPSHOT, PUT_AFTER_GOODBYE,
                                  NAMED_AFTER_EXIT])
@pytest.mark.parametrize('subclass', [OWN_SUBMIT, OWN_ADJUST,
                                      SWALLOWS_REFUSAL])
def test_subclasses(force, subclass, pool):
    if subclass is OWN_ADJUST and pool is NAMED_AFTER_EXIT:
        pytest.skip('this subclass names no workers')
    stock, patched = force(pool, subclass=subclass)
    assert_lost(stock)
    assert_kept(patched)


@pytest.mark.parametrize('variant', ['stock', 'patched'])
def test_work_submitted_by_the_handlers_that_run_before(run, variant):
    child = run('''
        from concurrent.futures import ThreadPoolExecutor
        executor = ThreadPoolExecutor(2)
        def late():
            time.sleep(0.3)
            tell('completed')
        atexit.register(lambda: executor.submit(late))
    ''', variant)
    assert child.words == ['completed'], child


def test_submit_after_exit_is_refused(run):
    program = '''
        import concurrent.futures
        def submit():
            executor = concurrent.futures.ThreadPoolExecutor(2)
            try:
                executor.submit(tell, 'ran')
            except RuntimeError as exc:
                print(exc)
        if sys.version_info < (3, 7):
            # Importing concurrent.futures has registered the handler.
            atexit._run_exitfuncs()
            submit()
        else:
            atexit.register(submit)
            from concurrent.futures import thread
    '''
    refusal = 'cannot schedule new futures after interpreter shutdown\n'
    assert run(program).out == refusal
    if sys.version_info < (3, 7):   # the one thing that 3.6 gains
        assert run(program, 'stock').out != refusal


def test_every_worker_is_joined(run):
    """Asked when the exit handler has returned."""
    text = '''
def count():
    submitted.wait(PATIENCE)
    tell('alive=%d' % sum(t.is_alive() for t in executor._threads))
atexit.register(count)
''' + LATE + START_AFTER_SNAPSHOT + SUBMITTERS['daemon thread'] + '''
inside.wait(PATIENCE)
'''
    assert 'alive=1' in run(text, 'stock').words
    assert 'alive=0' in run(text).words


# The late work comes to the queue after exit was declared, and before the
# goodbye: the worker, busy until submit has raised, could still take it.
REFUSED_IN_THE_QUEUE = HOLD + LATE + '''
def held_up(item):
    if item is None:
        submitted.wait(PATIENCE)
    elif executor._threads:
        inside.set()
        until(lambda: thread._shutdown)
executor = ThreadPoolExecutor(1)
executor._work_queue = Queue(executor._work_queue, held_up)
executor.submit(submitted.wait, PATIENCE)
threading.Thread(target=submit_late, daemon=True).start()
inside.wait(PATIENCE)
'''


def test_refused_work_is_not_run_and_its_worker_goes_home(run):
    """A work item that was refused after it was queued is left alone.

    Stock refuses none: the twin is our patch, without the cancel().
    """
    child = run(REFUSED_IN_THE_QUEUE)
    assert child.words == ['refused'] and child.returncode == 0, child
    weakened = run(REFUSED_IN_THE_QUEUE.replace(
        'executor =', 'thread._base.Future.cancel = lambda self: True\n'
        'executor =', 1))
    assert weakened.words == ['refused', 'began', 'completed'], weakened


def test_a_thread_object_goes_away_while_exit_looks_for_workers(run):
    """It takes itself out of the dictionary that the exit handler lists.

    The callback of a WeakKeyDictionary asks whether that is being done, and
    can be interrupted before it deletes the key. Stock exit handlers die of
    the RuntimeError, and nobody is joined (found by tests/stress).
    """
    program = '''
        from concurrent.futures import thread
        workers = thread._threads_queues
        asked, listing, removed = (threading.Event() for _ in range(3))
        class Iterating(set):
            def __bool__(self):
                if threading.get_ident() != remover.ident:
                    return len(self) > 0
                asked.set()
                listing.wait(PATIENCE)
                return False        # as it was when it was asked
        class Data(dict):
            def items(self):
                for n, item in enumerate(super().items()):
                    if n == 1:
                        listing.set()
                        removed.wait(PATIENCE)
                    yield item
        def work():
            time.sleep(0.3)
            tell('completed')
        def remove():
            pool = thread.ThreadPoolExecutor(1)
            pool.submit(int)
            pool.shutdown()
            workers._iterating = Iterating(workers._iterating)
            workers.data = Data(workers.data)
            del pool                # the last reference to its worker
            removed.set()
        kept = thread.ThreadPoolExecutor(2)
        release = threading.Event()
        kept.submit(release.wait)
        kept.submit(release.wait)
        kept.submit(work)
        tell('accepted')
        remover = threading.Thread(target=remove, daemon=True)
        remover.start()
        asked.wait(PATIENCE)
        release.set()
    '''
    stock, patched = run(program, 'stock'), run(program)
    assert_lost(stock)
    assert 'dictionary changed size' in stock.err, stock
    assert_kept(patched)
    assert not patched.err, patched
