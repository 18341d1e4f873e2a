"""What the ingredients of a random program share: see program.py."""
import atexit
import itertools
import os
import random
import signal
import sys
import threading
import time

SEED, VARIANT = sys.argv[1:3]

# The first thread that ends loads libgcc, and a fork in the middle of that is
# fatal.  So one ends here.
ended = threading.Thread(target=int)
ended.start()
ended.join()
PID = os.getpid()
children = []       # the processes that the main thread has forked


@atexit.register
def wait_for_children():
    """Run after the pools' exit handlers, because it is registered first."""
    signal.setitimer(signal.ITIMER_REAL, 0)
    # Many programs have an exit handler that takes its time.  Without one stock
    # code ends before the threads whose work is lost can tell that it was
    # accepted.
    time.sleep(LAST_HANDLER)
    for child in children:
        tell('status', os.waitpid(child, 0)[1])


if VARIANT == 'patched':
    import backport  # noqa: F401
elif VARIANT == 'upstream':
    sys.path.insert(0, os.path.join(
        sys.path[0], '..', '..', 'support'))
    import upstream_lock  # noqa: F401
from concurrent.futures import thread  # noqa: E402

if VARIANT == 'patched':
    assert backport.status()[0].state == 'applied', backport.status()

rng = random.Random(int(SEED))
numbers = itertools.count()
pools = []      # what everybody submits to
# An executor must not be collected together with an object whose finaliser
# submits to it: then its workers leave first, in stock code as well.
kept = []

MAX_SECONDS = 0.1       # before main ends
MAX_SUBMITS = 500       # of one thread or chain
LAST_HANDLER = rng.choice([0, 0.02, 0.02])  # seconds


def tell(word, *what):
    """Append a line for each, all by one write."""
    os.write(1, ''.join('%s %s\n' % (word, one) for one in what).encode())


def chance(probability):
    return rng.random() < probability


def pause():
    if chance(0.5):
        time.sleep(rng.random() * 0.002)


def new_number(pool):
    """Return an id for a work item; it has the class of the pool."""
    return '%d.%d.%s' % (os.getpid(), next(numbers), type(pool).__name__)


def submit(pool, then=None, work=None):
    """Submit a work item; return its future, or None if it was refused."""
    number = new_number(pool)
    try:
        future = pool.submit(work or thread_work, number, then)
    except RuntimeError as exc:
        if 'cannot schedule new futures' not in str(exc):
            raise
        tell('refused', number)
        return None
    tell('accepted', number)
    return future


def submit_many(pool, count):
    """Submit work items and only then tell; return whether none was refused.

    A thread that writes lets others run.  Here exit can come at any moment.
    """
    accepted = []
    try:
        for _ in range(count):
            number = new_number(pool)
            pool.submit(thread_work, number, None)
            accepted.append(number)
    except RuntimeError as exc:
        if 'cannot schedule new futures' not in str(exc):
            raise
        tell('refused', number)
    tell('accepted', *accepted)
    return len(accepted) == count


def thread_work(number, then):
    tell('began', number)
    if chance(0.01):
        nap()
    if then is not None:
        then()
    tell('completed', number)


def nap():
    time.sleep(rng.random() * 0.05)


# The executors: the stock one, and subclasses as programs have them

class Wrapping(thread.ThreadPoolExecutor):
    def submit(self, fn, *args):
        return super().submit(lambda: fn(*args))


class Swallowing(thread.ThreadPoolExecutor):
    """An executor that goes on when no thread can be started."""

    def _adjust_thread_count(self):
        try:
            super()._adjust_thread_count()
        except RuntimeError:
            pass


class OwnStart(thread.ThreadPoolExecutor):
    """An executor that starts its workers by itself.

    It keeps stock's race, and loses work, unless it does what docs/api.md
    asks of it: to hold `_global_shutdown_lock`.
    """

    def submit(self, *args):
        if VARIANT != 'patched':
            return super().submit(*args)
        with thread._global_shutdown_lock:
            if thread._shutdown:
                raise RuntimeError('cannot schedule new futures after exit')
            return super().submit(*args)

    def _adjust_thread_count(self):
        if len(self._threads) < self._max_workers:
            args = [thread.weakref.ref(self), self._work_queue]
            if sys.version_info >= (3, 7):
                args += [None, ()]
            t = threading.Thread(target=thread._worker, args=args, daemon=True)
            t.start()
            self._threads.add(t)
            thread._threads_queues[t] = self._work_queue


def new_pool():
    kind = thread.ThreadPoolExecutor
    if chance(0.3):
        # The last one keeps its workers when it is lost, so it is not for
        # `dropped`.
        kind = rng.choice([Wrapping, Swallowing, OwnStart])
    return kind(rng.randint(1, 4))


def pool_of_one():
    """Return a pool whose worker has been started already.

    It is for signal handlers and finalisers.  They may run while `threading`
    holds its global lock, and then even stock code must not start a thread.
    """
    pool = thread.ThreadPoolExecutor(1)
    pool.submit(int).result()
    kept.append(pool)
    return pool


def start_threads(loop, most):
    for _ in range(rng.randint(1, most)):
        threading.Thread(target=loop, daemon=True).start()
