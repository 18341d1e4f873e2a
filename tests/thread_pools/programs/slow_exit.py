"""Tells how many seconds the exit handlers took."""
import variant

import atexit
import threading
import time
from unittest import mock

from gates import PATIENCE, tell

perf_counter = time.perf_counter
forever = threading.Event()


# The handlers of the pools run between these two.

@atexit.register
def end():
    tell('%.2f' % (perf_counter() - began[0]))


from concurrent.futures import ProcessPoolExecutor      # noqa: E402
from concurrent.futures import ThreadPoolExecutor       # noqa: E402

began = []
atexit.register(lambda: began.append(perf_counter()))


def interrupt_a_start():
    """Ctrl-C when the next thread is made: its start is never at an end.

    An alarm that raises leaves one in some hundred starts like that.
    """
    def interrupted(*args):
        threading._start_new_thread = make_thread
        raise KeyboardInterrupt

    make_thread = threading._start_new_thread
    threading._start_new_thread = interrupted


def start_without_end(computing=0):
    """So many threads compute at exit."""
    def compute():
        while True:
            pass

    pool = ThreadPoolExecutor(1)
    interrupt_a_start()
    try:
        pool.submit(int)
    except KeyboardInterrupt:
        tell('interrupted')
    for n in range(int(computing)):
        threading.Thread(target=compute, daemon=True).start()
    return pool


def stopped_clock():
    pool = start_without_end()
    for clock in 'time', 'monotonic', 'perf_counter':
        mock.patch('time.' + clock, return_value=1000.0).start()
    return pool


def slow_class(kind):
    """Its function that starts workers is in the middle of something."""
    class Synchronous(ThreadPoolExecutor):
        def _adjust_thread_count(self):
            self._work_queue.get().run()

    class BackPressure(ThreadPoolExecutor):
        def _adjust_thread_count(self):
            super()._adjust_thread_count()
            inside.set()
            forever.wait()

    def work():
        inside.set()
        forever.wait()

    inside = threading.Event()
    pool, fn = {'synchronous': (Synchronous(), work),
                'back-pressure': (BackPressure(), int)}[kind]
    threading.Thread(target=pool.submit, args=(fn,), daemon=True).start()
    inside.wait(PATIENCE)
    return pool


def doubles_of_starts(how):
    """Of those of a process pool, in another thread; that of its manager is
    `replaced` or `interrupted`."""
    def submit():
        with mock.patch('multiprocessing.process.BaseProcess.start'):
            if how == 'replaced':
                with mock.patch('threading.Thread.start'):
                    pool.submit(int)
            else:
                interrupt_a_start()
                try:
                    pool.submit(int)
                except KeyboardInterrupt:
                    tell('interrupted')

    pool = ProcessPoolExecutor(1)
    submitter = threading.Thread(target=submit)
    submitter.start()
    submitter.join()
    return pool


variant.main(globals())
