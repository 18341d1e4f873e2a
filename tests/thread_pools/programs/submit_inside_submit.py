"""A submit begins in the middle of another one, before the item is put."""
import variant

import gc
import os
import signal
import threading

from concurrent.futures import ThreadPoolExecutor
from gates import PATIENCE, Queue, tell


def signal_handler():
    pool, other = ThreadPoolExecutor(1), ThreadPoolExecutor(1)
    pool._work_queue = Queue(
        pool._work_queue,
        lambda item: item and os.kill(os.getpid(), signal.SIGUSR1))
    signal.signal(signal.SIGUSR1, lambda *args: other.submit(tell, 'handled'))
    pool.submit(tell, 'done').result()
    return pool, other


def finaliser():
    pool, other = ThreadPoolExecutor(1), ThreadPoolExecutor(1)

    class Cycle:
        def __init__(self):
            self.me = self

        def __del__(self):
            other.submit(tell, 'finalised').result()

    def gate(item):
        if item is not None:
            Cycle()
            gc.collect()

    pool._work_queue = Queue(pool._work_queue, gate)
    pool.submit(tell, 'done').result()
    return pool, other


def finalisers_crosswise():
    """Two threads, each in the submit of its pool, need the other's pool."""
    inside = threading.Barrier(2)
    first, second = ThreadPoolExecutor(1), ThreadPoolExecutor(1)
    third, fourth = ThreadPoolExecutor(1), ThreadPoolExecutor(1)

    def meet(pool):
        def gate(item):
            if item is not None:
                inside.wait(PATIENCE)   # both are in submit now
                pool.submit(int).result()
        return gate

    first._work_queue = Queue(first._work_queue, meet(third))
    second._work_queue = Queue(second._work_queue, meet(fourth))
    threads = [threading.Thread(target=pool.submit, args=(tell, 'done'))
               for pool in (first, second)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return first, second, third, fourth


variant.main(globals())
