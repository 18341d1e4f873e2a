"""What the exit handler of the process pools meets."""
import variant

import os
import signal
import sys
import threading

from gates import PATIENCE, tell, until
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures import process, thread

OLD = sys.version_info < (3, 7)


def declared():
    return getattr(process, '_shutdown' if OLD else '_global_shutdown')


def ctrl_c():
    """While exit waits for a start; another pool is idle."""
    class Slow(ProcessPoolExecutor):
        def _adjust_process_count(self):
            starting.set()
            until(lambda: False)    # longer than all of it takes
            super()._adjust_process_count()

    def interrupt(signum, frame):
        raise KeyboardInterrupt

    def waits():
        """Return whether exit waits for the start; stock never does."""
        frame = sys._current_frames()[threading.main_thread().ident]
        while frame and frame.f_code.co_name != '_pause':
            frame = frame.f_back
        return frame is not None

    def press():
        until(waits)
        os.kill(os.getpid(), signal.SIGALRM)

    starting = threading.Event()
    idle, slow = ProcessPoolExecutor(1), Slow(1)
    idle.submit(int).result()
    signal.signal(signal.SIGALRM, interrupt)
    threading.Thread(target=press, daemon=True).start()
    threading.Thread(target=slow.submit, args=(int,), daemon=True).start()
    starting.wait(PATIENCE)
    return idle, slow


def pool_shut_down_in_between():
    """One pool is shut down when the exit handler has looked for managers."""
    class ClosedInBetween(process._ThreadWakeup):
        def wakeup(self):
            if declared() and (threading.current_thread()
                               is threading.main_thread()):
                shutdown = threading.Thread(target=first.shutdown)
                shutdown.start()
                shutdown.join()
            super().wakeup()

    first, second = ProcessPoolExecutor(1), ProcessPoolExecutor(1)
    first._queue_management_thread_wakeup = ClosedInBetween()
    for pool in first, second:
        pool.submit(int).result()
    tell('worked')
    return first, second


def nested():
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(len, 'abc').result()


def thread_pool_in_a_worker():
    """A late work item of a thread pool has a process use a thread pool."""
    # A spawned worker process cannot import the main module of a process that
    # exits: it has no __file__ any more.
    import process_exit

    def job():
        until(lambda: thread._shutdown)
        try:
            with ProcessPoolExecutor(1) as pool:
                tell(pool.submit(process_exit.nested).result())
        except RuntimeError:
            tell('refused')

    pool = ThreadPoolExecutor(1)
    pool.submit(job)
    return pool


variant.main(globals())
