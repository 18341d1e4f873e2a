"""The ingredients of a random program.

Main calls each of them once, at its beginning.  One that returns a function has
main call that again and again.
"""
import atexit
import gc
import itertools
import os
import signal
import sys
import threading
import time

from sharing import (MAX_SECONDS, MAX_SUBMITS, PID, chance, children, nap,
                     pause, pool_of_one, pools, rng, start_threads, submit,
                     submit_many, tell, thread)


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
