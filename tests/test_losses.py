"""The race is closed: accepted work completes before the process ends, or
submit raised.  Each way of losing work is forced; stock loses it."""
import sys

import pytest

LATE = '''
from concurrent.futures import thread
from concurrent.futures.thread import ThreadPoolExecutor

submitted = threading.Event()   # the late submit has returned or raised
began = threading.Event()       # the late work has begun
inside = threading.Event()      # the late submitter is where it is held up
def late():
    tell('began')
    began.set()
    time.sleep(0.5)
    tell('completed')

def submit_late():
    try:
        future = executor.submit(late)
    except RuntimeError as exc:
        tell('refused')
        print(exc, file=sys.stderr)
    else:
        tell('accepted')
    finally:
        submitted.set()
        began.set()
'''

#: How the late submitter comes to be: name -> code that starts submit_late.
SUBMITTERS = {
    'daemon thread': '''
threading.Thread(target=submit_late, daemon=True).start()
''',
    'work item': '''
other = ThreadPoolExecutor(1)
other.submit(submit_late)
''',
    'done-callback': '''
other = ThreadPoolExecutor(1)
gate = threading.Event()
other.submit(gate.wait).add_done_callback(lambda future: submit_late())
gate.set()
''',
}

START_AFTER_SNAPSHOT = '''
goodbye = threading.Event()     # the exit handler has taken stock
def held_up(t):
    if executor._threads:
        inside.set()
        until(lambda: thread._shutdown)
        goodbye.wait(0.5)
executor = ThreadPoolExecutor(2)
executor._threads = Threads(held_up)
executor._work_queue = Queue(
    executor._work_queue, lambda item: item or goodbye.set())
executor.submit(began.wait, PATIENCE)
'''

PUT_AFTER_GOODBYE = '''
def held_up(item):
    if item is not None and executor._threads:
        inside.set()
        worker, = executor._threads
        worker.join(PATIENCE)
executor = ThreadPoolExecutor(1)
executor._work_queue = Queue(executor._work_queue, held_up)
executor.submit(int)
'''

# The late submit is held up when the worker has been entered, and is not
# started yet.
ENTERED = '''
def held_up():
    inside.set()
    until(lambda: thread._shutdown)
    time.sleep(0.2)
executor = ThreadPoolExecutor(1)
# Submit goes on when its work has begun, so that it cannot refuse it.
threading.Thread = gated_thread(executor, held_up,
                                lambda: began.wait(PATIENCE))
'''

# The late submit is held up before it enters the worker.
NAMED_AFTER_EXIT = '''
def held_up():
    inside.set()
    until(lambda: thread._shutdown)
    time.sleep(0.2)
executor = ThreadPoolExecutor(1, Name(held_up))
'''

# A submit of its own, as 3.6 had it: it asks nobody whether exit was declared.
OWN_SUBMIT = '''
class ThreadPoolExecutor(ThreadPoolExecutor):
    def submit(self, fn, *args):
        with self._shutdown_lock:
            if self._shutdown:
                raise RuntimeError('cannot schedule new futures after shutdown')
            f = thread._base.Future()
            self._work_queue.put(thread._WorkItem(f, fn, args, {}))
            self._adjust_thread_count()
            return f
'''

# As any subclass that starts its workers in another way.
OWN_ADJUST = '''
class ThreadPoolExecutor(ThreadPoolExecutor):
    def _adjust_thread_count(self):
        if len(self._threads) < self._max_workers:
            args = (self._initializer, self._initargs) if (
                sys.version_info >= (3, 7)) else ()
            t = threading.Thread(target=thread._worker, daemon=True, args=(
                thread.weakref.ref(self), self._work_queue) + args)
            t.start()
            self._threads.add(t)
            thread._threads_queues[t] = self._work_queue
'''

# Tolerates that no thread can be started, and gets that for "refused" as well.
SWALLOWS_REFUSAL = '''
class ThreadPoolExecutor(ThreadPoolExecutor):
    def _adjust_thread_count(self):
        try:
            super()._adjust_thread_count()
        except RuntimeError:
            pass
'''

# Runs after the handler of the pools: it must not end before the late submit
# has. On 3.6 that handler is registered by any import of concurrent.futures.
HOLD = '''
atexit.register(lambda: submitted.wait(PATIENCE))
'''


def assert_lost(child):
    assert child.returncode == 0, child
    assert 'accepted' in child.words, child
    assert 'completed' not in child.words, child


def assert_kept(child):
    assert child.returncode == 0, child
    if 'refused' in child.words:
        assert 'began' not in child.words, child
        assert ('cannot schedule new futures after interpreter shutdown'
                in child.err), child
    else:
        assert 'accepted' in child.words, child
        assert 'completed' in child.words, child


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
