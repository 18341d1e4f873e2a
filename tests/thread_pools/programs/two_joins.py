"""Two joins of one thread meet: the exit handler's, and that of a shutdown().

On CPython 3.6 to 3.8 one of them can find the lock of the thread locked by the
other when it has released it itself, and an assertion of `threading` fails.
"""
import variant

import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

from gates import tell


class Lock:
    """The lock of a thread that so many joins find locked once more."""

    def __init__(self, lock, times):
        self.acquire, self.release = lock.acquire, lock.release
        self.times = times

    def locked(self):
        self.times -= 1
        return self.times >= 0


def meet(thread, first, second, times):
    first.submit(int).result()
    worker = thread(first)
    worker._tstate_lock = Lock(worker._tstate_lock, int(times))
    second.submit(time.sleep, 1).add_done_callback(
        lambda future: tell('completed'))
    tell('accepted')
    return first, second


def thread_pools(times=1):
    return meet(lambda pool: next(iter(pool._threads)),
                ThreadPoolExecutor(1), ThreadPoolExecutor(1), times)


def process_pools(times=1):
    return meet(lambda pool: pool._queue_management_thread,
                ProcessPoolExecutor(1), ProcessPoolExecutor(1), times)


variant.main(globals())
