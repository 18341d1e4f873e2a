"""Ctrl-C, or what a signal handler raises, interrupts the start of a worker."""
import variant

import builtins
import gc
import os
import signal
import threading
import time
import weakref

from concurrent.futures import ThreadPoolExecutor, thread
from gates import tell, until

make_thread = threading._start_new_thread


def interrupt_next_start(thread_is_made=False):
    """Ctrl-C in Thread.start, before there is a thread, or before it runs.

    The function that makes the thread is the only place where it can be sent
    at the right time.
    """
    def interrupted(*args):
        threading._start_new_thread = make_thread
        if thread_is_made:
            make_thread(*args)
        raise KeyboardInterrupt

    threading._start_new_thread = interrupted


def late():
    until(lambda: thread._shutdown)
    time.sleep(0.5)
    tell('completed')


def take_late_work():
    """The interrupted worker runs, and takes work that exit must wait for."""
    pool = ThreadPoolExecutor(1)
    interrupt_next_start(thread_is_made=True)
    try:
        pool.submit(late)
    except KeyboardInterrupt:
        tell('interrupted')
    return pool


def go_on(when):
    """Use pools when a start was interrupted `before` or `after` there was a
    thread."""
    pool, other = ThreadPoolExecutor(1), ThreadPoolExecutor(1)
    interrupt_next_start(thread_is_made=when == 'after')
    try:
        pool.submit(tell, 'first')
    except KeyboardInterrupt:
        tell('interrupted')
    pool.submit(late)
    other.submit(late)
    return pool, other


def raise_in_a_signal_handler(exception):
    """While submit waits for the worker to say that it has started."""
    exception = getattr(builtins, exception)

    def handle(signum, frame):
        raise exception

    class Started(threading.Event):
        def wait(self, timeout=None):
            threading.Event = Started.__base__
            os.kill(os.getpid(), signal.SIGALRM)

    signal.signal(signal.SIGALRM, handle)
    pool = ThreadPoolExecutor(1)
    threading.Event = Started
    try:
        pool.submit(late)
    except exception:
        tell('interrupted')
    return pool


def keep_nothing_alive():
    """Ask for the locals of the caller, and for the pool."""
    class Local:
        pass

    kept = []

    def caller():
        local, pool = Local(), ThreadPoolExecutor(1)
        kept.append(weakref.ref(local))
        kept.append(weakref.ref(pool))
        interrupt_next_start()
        pool.submit(int)

    try:
        caller()
    except KeyboardInterrupt:
        pass
    gc.collect()
    tell([ref() for ref in kept])


variant.main(globals())
