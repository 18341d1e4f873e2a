"""The program that run.py runs: it uses pools at random, and ends.

    python program.py SEED stock|patched|upstream [INGREDIENT...]

The seed decides what the program consists of (`INGREDIENTS`), not how its
threads interleave.  The program avoids what deadlocks stock code; comments say
where.  If ingredients are named, it has one of them, and main does nothing else
and ends after a moment.  What becomes of each work item is written to standard
output, in the form that child.py describes.
"""
import atexit
import gc
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


def submit(pool, then=None, work=None):
    """Submit a work item; return its future, or None if it was refused."""
    number = '%d.%d' % (os.getpid(), next(numbers))
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
            number = '%d.%d' % (os.getpid(), next(numbers))
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
    """An executor that starts its workers by itself."""

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


# The ingredients.  Main calls each of them once, at its beginning.  One that
# returns a function has main call that again and again.

def daemon_threads():
    """Daemon threads submit until they are refused, or for ever."""
    def loop():
        refusals = rng.choice([1, 10])
        count = rng.choice([1, 10, 50])
        for _ in range(MAX_SUBMITS // count):
            if not submit_many(rng.choice(pools), count):
                refusals -= 1
                if not refusals:
                    break
            pause()
    start_threads(loop, 3)


def new_pools():
    """Daemon threads submit each work item to a pool of its own."""
    def loop():
        for _ in range(MAX_SUBMITS):
            pool = thread.ThreadPoolExecutor(1)
            if submit(pool, nap) is None:
                break
            if chance(0.1):
                rng.choice([pause, pool.shutdown])()
    start_threads(loop, 4)


def chains():
    """Work submits work."""
    left = itertools.repeat(None, MAX_SUBMITS)

    def then():
        pause()
        if next(left, 0) is None:
            submit(rng.choice(pools), then)
    return lambda: submit(rng.choice(pools), then)


def callbacks():
    """Done-callbacks submit work."""
    def again(future):
        future = submit(rng.choice(pools))
        if future is not None and chance(0.95):
            future.add_done_callback(again)

    def start():
        future = submit(rng.choice(pools))
        if future is not None:
            future.add_done_callback(again)
    return start


def signals():
    """A signal handler submits, in the middle of whatever main is doing.

    It submits to a pool of its own, because stock code deadlocks if main is
    in the submit of the same pool.
    """
    pool = pool_of_one()
    inside = []

    def handler(signum, frame):
        if not inside and os.getpid() == PID:
            inside.append(1)
            submit(pool)
            inside.clear()
    signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, 0.001, rng.uniform(0.0005, 0.005))


def finalisers():
    """The garbage collector runs code that submits, in any thread.

    It submits to a pool of its own, as signal handlers do.  There is never more
    than one collection at a time.  It does not submit in the worker of that
    pool, which on 3.6 may be in queue.Queue.get.
    """
    pool = pool_of_one()
    worker, = pool._threads

    class Cycle:
        def __init__(self):
            self.me = self

        def __del__(self):
            if (os.getpid() == PID
                    and threading.get_ident() != worker.ident):
                submit(pool)

    gc.set_threshold(rng.randint(20, 700))
    return Cycle


def handlers():
    """Exit handlers that run before that of the pools submit."""
    def handler():
        if os.getpid() == PID:      # see forks
            submit(rng.choice(pools))
    for _ in range(rng.randint(1, 3)):
        atexit.register(handler)


def dropped():
    """Executors are used and then garbage."""
    def use():
        pool = thread.ThreadPoolExecutor(rng.randint(1, 4))
        for _ in range(rng.randint(1, 4)):
            submit(pool)
    return use


def shut_down():
    """One of the pools is shut down at some moment."""
    def shut_down():
        if chance(0.1):
            rng.choice(pools).shutdown(wait=chance(0.5))
    return shut_down


def forks():
    """The main thread forks, and a daemon thread, while others submit.

    The child uses a pool of its own, because the lock of an inherited pool may
    be held for ever, in stock code as well.
    """
    def child(leave):
        del children[:]
        own = thread.ThreadPoolExecutor(2)
        for _ in range(3):
            submit(own)
        if leave is os._exit:
            own.shutdown()
        leave(0)

    def fork():
        if chance(0.2):
            pid = os.fork()
            if pid == 0:
                child(rng.choice([os._exit, sys.exit]))
            children.append(pid)

    def loop():
        for _ in range(2):
            time.sleep(rng.random() * MAX_SECONDS)
            if os.fork() == 0:
                # A thread has no other way to end its process.
                child(os._exit)
    start_threads(loop, 1)
    return fork


def process_pools():
    """Daemon threads give each work item a process pool of its own."""
    from concurrent.futures import ProcessPoolExecutor

    def loop():
        for _ in range(MAX_SUBMITS):
            with ProcessPoolExecutor(1) as pool:
                if submit(pool, work=process_work) is None:
                    break
    start_threads(loop, 3)


def dropped_process_pools():
    """The same, and none of the pools is shut down."""
    from concurrent.futures import ProcessPoolExecutor

    def loop():
        for _ in range(MAX_SUBMITS):
            future = submit(ProcessPoolExecutor(1), work=process_work)
            if future is None:
                break
            future.result()
    start_threads(loop, 3)


def shared_process_pool():
    """Daemon threads, callbacks and work in a thread pool submit to one."""
    from concurrent.futures import ProcessPoolExecutor
    pool = ProcessPoolExecutor(rng.randint(1, 2))
    thread_pool = thread.ThreadPoolExecutor(2)

    def again(future=None):
        future = submit(pool, work=process_work)
        if future is not None and chance(0.95):
            future.add_done_callback(again)

    def loop():
        for _ in range(MAX_SUBMITS):
            future = submit(pool, work=process_work)
            if future is None:
                break
            rng.choice([future.result, pause, again,
                        lambda: submit(thread_pool, again)])()
    start_threads(loop, 3)


def process_work(number, then):
    tell('began', number)
    tell('completed', number)


#: (share of the programs that have it, ingredient)
INGREDIENTS = [
    (0.7, daemon_threads),
    (0.5, new_pools),
    (0.5, chains),
    (0.4, callbacks),
    (0.4, signals),
    (0.4, finalisers),
    (0.3, handlers),
    (0.3, dropped),
    (0.2, shut_down),
    (0.25, forks),
    (0.5, process_pools),
]


def main():
    if sys.argv[3:]:
        globals()[rng.choice(sys.argv[3:])]()
        time.sleep(rng.uniform(0, 0.25))
        return
    chosen = [start for share, start in INGREDIENTS if chance(share)]
    if process_pools in chosen and forks in chosen:
        # A forked child would try to join its parent's processes at exit.  Then
        # stock code prints a traceback, or hangs.
        chosen.remove(forks)
    sys.setswitchinterval(rng.choice([0.005, 0.0001, 0.00001]))
    pools.extend(new_pool() for _ in range(rng.randint(1, 3)))
    seconds = rng.choice([0, rng.random() * MAX_SECONDS])
    actions = [lambda: submit(rng.choice(pools))]
    for start in chosen:
        action = start()
        if action is not None:
            actions.append(action)
    deadline = time.monotonic() + seconds
    while True:
        rng.choice(actions)()
        pause()
        if time.monotonic() > deadline:
            break


main()
