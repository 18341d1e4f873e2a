"""The programs that force the losses of thread pools."""
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
