"""Losses of accepted work, forced; and what must become of it instead.

The programs are `_scenarios.py` of the package, thread_losses.py here, and
process_losses.py of the process pools.  They tell what becomes of the late
submit: accepted, and then completed, or refused.
"""
from backport.commands import _scenarios
from children import run_python


def force(loss, variant='patched', **options):
    """Force a loss as `backport verify` does; return the `Child`."""
    # -S, as verify: a start-up must not patch it.
    return run_python('-S', _scenarios.__file__, loss,
                      {'stock': 'off', 'patched': 'on'}[variant], **options)


def assert_lost(child):
    """The process ends as if nothing had happened to the work."""
    assert child.returncode == 0, child
    assert 'accepted' in child.words, child
    assert 'completed' not in child.words, child


def assert_not_kept(child):
    """Work is lost, or the process hangs, or it leaves processes behind."""
    assert child.hung or child.orphaned or (
        child.returncode == 0 and 'completed' not in child.words), child
    assert 'refused' not in child.words, child


def assert_kept(child, outcome=None):
    """The work was completed, or submit raised; *outcome*: which of the two.
    """
    assert child.returncode == 0 and not child.orphaned, child
    assert not child.err, child
    # In any order.  The late work of some programs tells that it began.
    words = set(child.words)
    assert words == {'refused'} or (
        words - {'began'} == {'accepted', 'completed'}), child
    assert outcome is None or outcome in words, child


# The texts below are used by tests/activation alone, and go with that.

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
        if 'after interpreter shutdown' not in str(exc):
            raise
        tell('refused')
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


STARTING = '''
submitted, inside = threading.Event(), threading.Event()
atexit.register(lambda: submitted.wait(PATIENCE))
from concurrent.futures import thread
executor = thread.ThreadPoolExecutor(1)
began = threading.Event()
def late():
    began.set()
    time.sleep(0.3)
    tell('completed')
def submit_late():
    executor.submit(late)
    tell('accepted')
    submitted.set()
def held_up():
    inside.set()
    until(lambda: thread._shutdown)
    time.sleep(%(seconds)s)
'''

#: A late submit is held up where the worker has been entered and not started.
IN_A_START = STARTING + '''
submitter = threading.Thread(target=submit_late, daemon=True)
threading.Thread = gated_thread(executor, held_up,
                                lambda: began.wait(PATIENCE))
submitter.start()
inside.wait(PATIENCE)
'''
