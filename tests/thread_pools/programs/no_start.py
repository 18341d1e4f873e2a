"""No native thread comes of Thread.start()."""
import variant

import os
import threading
from concurrent.futures import ThreadPoolExecutor, thread
from unittest import mock

from gates import tell, until


def replaced():
    pool = ThreadPoolExecutor(1)
    with mock.patch('threading.Thread.start'):
        pool.submit(int)
    tell('exits')
    return pool


def put_off():
    """Threads are started later; something else starts them for real."""
    def start_later(worker):
        later.append(worker)

    later = []
    pool = ThreadPoolExecutor(1)
    with mock.patch('threading.Thread.start', start_later):
        future = pool.submit(int)
    for worker in later:
        worker.start()
    tell(future.result())


def raises_in_a_child():
    """The child is forked while exit waits; 3.6 accepts work there."""
    def fork():
        until(lambda: thread._shutdown)
        process_id = os.fork()
        if process_id:
            os.waitpid(process_id, 0)
            return
        pool = ThreadPoolExecutor(1)
        threading._start_new_thread = mock.Mock(
            side_effect=RuntimeError("can't start new thread"))
        try:
            pool.submit(int)
            tell('accepted')
        except RuntimeError:
            tell('raised')
        os._exit(0)

    pool = ThreadPoolExecutor(1)
    pool.submit(fork)
    return pool


variant.main(globals())
