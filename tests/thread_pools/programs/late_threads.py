"""Threads that come late, or are joined early."""
import variant

import threading
import time

from gates import PATIENCE, Queue, gated_thread, tell
from late_submit import began, inside, kept, start, submit_late, submitted
from concurrent.futures import ThreadPoolExecutor, thread


def while_exit_joins_other_work():
    """A native thread does: exit has told the other worker by then."""
    def make_thread(function, args):
        def late():
            inside.set()
            told.wait(PATIENCE)
            time.sleep(0.1)
            function(*args)

        is_late = any(arg is pool._work_queue
                      for arg in function.__self__._args)
        return make(late, ()) if is_late else make(function, args)

    def other_work():
        began.wait(PATIENCE)
        time.sleep(0.1)

    told = threading.Event()
    other, pool = ThreadPoolExecutor(1), ThreadPoolExecutor(1)
    other._work_queue = Queue(
        other._work_queue, lambda item: item or told.set())
    other.submit(other_work)
    kept.append(pool)
    make = threading._start_new_thread
    threading._start_new_thread = make_thread
    start('daemon_thread', lambda: submit_late(pool))
    return other


def join_all():
    """The program joins all workers while one is being started."""
    def in_a_start():
        inside.set()
        joined.wait(PATIENCE)

    joined = threading.Event()
    pool, other = ThreadPoolExecutor(1), ThreadPoolExecutor(1)
    pool.submit(int)
    threading.Thread = gated_thread(other, in_a_start)
    start('daemon_thread', lambda: submit_late(other))
    pool.shutdown(wait=False)
    for worker in list(thread._threads_queues):
        worker.join()
    tell('joined')
    joined.set()
    submitted.wait(PATIENCE)
    return pool, other


variant.main(globals())
