"""Two joins of one thread meet: the exit handler's, and that of a shutdown().

On CPython 3.6 to 3.8 one of them can find the lock of the thread locked by the
other when it has released it itself, and an assertion of `threading` fails.
"""
import variant

import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

from gates import tell


class Lock:
    """The lock of a thread that the first join finds locked once more."""

    def __init__(self, lock):
        self.acquire, self.release = lock.acquire, lock.release
        self.met = False

    def locked(self):
        met, self.met = self.met, True
        return not met


def meet(thread, first, second):
    first.submit(int).result()
    thread(first)._tstate_lock = Lock(thread(first)._tstate_lock)
    second.submit(time.sleep, 1).add_done_callback(
        lambda future: tell('completed'))
    tell('accepted')
    return first, second


def thread_pools():
    return meet(lambda pool: next(iter(pool._threads)),
                ThreadPoolExecutor(1), ThreadPoolExecutor(1))


def process_pools():
    return meet(lambda pool: pool._queue_management_thread,
                ProcessPoolExecutor(1), ProcessPoolExecutor(1))


variant.main(globals())
