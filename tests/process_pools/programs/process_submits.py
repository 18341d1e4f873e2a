"""Submits to process pools that something happens in the middle of."""
import variant

import os
import signal
import threading

from concurrent.futures import ProcessPoolExecutor, process
from gates import PATIENCE, Pending, gated_property, tell, until


def signal_handlers():
    """Handlers submit again and again, in the middle of submits."""
    pools = [ProcessPoolExecutor(1), ProcessPoolExecutor(1)]
    handled = []

    def handle(signum, frame):
        handled.append(pools[1].submit(int))
        if len(handled) < 50:
            signal.setitimer(signal.ITIMER_REAL, 0.001)

    pools[1].submit(int).result()
    signal.signal(signal.SIGALRM, handle)
    signal.setitimer(signal.ITIMER_REAL, 0.001)
    futures = []
    while len(handled) < 50:
        futures.append(pools[0].submit(int))
    tell(sum(future.result() for future in futures + handled))
    return pools


def finaliser(at):
    """It submits to another pool, when submit reads the attribute *at*."""
    other = ProcessPoolExecutor(1)
    futures = []

    class Finaliser:
        def __del__(self):
            futures.append(other.submit(int))

    garbage = [Finaliser()]
    pool = type('Executor', (ProcessPoolExecutor,), {})(1)
    setattr(type(pool), at,
            gated_property(at, lambda executor: garbage.clear()))
    futures.append(pool.submit(int))
    assert not garbage
    tell(sum(future.result() for future in futures) + len(futures))
    return pool, other


def fork():
    """Fork while another thread is in submit."""
    inside, forked = threading.Event(), threading.Event()

    def gate(work_id):
        inside.set()
        forked.wait(PATIENCE)

    pool = ProcessPoolExecutor(1)
    pool._pending_work_items = Pending(gate)
    submitter = threading.Thread(
        target=lambda: tell(pool.submit(int).result()))
    submitter.start()
    inside.wait(PATIENCE)
    pid = os.fork()
    if pid:
        forked.set()
        submitter.join()
        ended = until(lambda: os.waitpid(pid, os.WNOHANG)[0])
        tell('ended' if ended else 'hung')
        if not ended:
            os.kill(pid, signal.SIGKILL)
    return pool


def ctrl_c():
    """While the manager starts."""
    class Started(threading.Event):
        def wait(self, timeout=None):
            if self is pool._queue_management_thread._started and not told:
                told.append(until(self.is_set))
                raise KeyboardInterrupt
            return super().wait(timeout)

    told = []
    threading.Event = Started
    pool = ProcessPoolExecutor(1)
    try:
        pool.submit(int)
    except KeyboardInterrupt:
        threading.Event = Started.__base__
        # The manager must be idle when exit begins, which it is once it has
        # done the work and gone round; on stock it then waits for ever.
        until(lambda: not pool._pending_work_items)
        tell('interrupted')
    return pool


def exit_handler():
    """A signal handler might call it there."""
    class Slow(ProcessPoolExecutor):
        def _adjust_process_count(self):
            process._python_exit()
            super()._adjust_process_count()

    pool = Slow(1)
    try:
        tell(pool.submit(len, 'abc').result(PATIENCE))
    except RuntimeError:
        tell('refused')
    return pool


def manager_that_cannot_be_started():
    """The next one can."""
    make_thread = threading._start_new_thread

    def fails(*args):
        threading._start_new_thread = make_thread
        raise RuntimeError("can't start new thread")

    pool = ProcessPoolExecutor(1)
    threading._start_new_thread = fails
    try:
        pool.submit(int)
    except RuntimeError:
        tell('raised')
    pool.submit(int).add_done_callback(lambda future: tell('done'))
    return pool


def workers_that_die_at_once():
    class Executor(ProcessPoolExecutor):
        def _adjust_process_count(self):
            super()._adjust_process_count()
            for worker in self._processes.values():
                worker.join(PATIENCE)

    pool = Executor(2, initializer=os._exit, initargs=(1,))
    try:
        pool.submit(int).result(PATIENCE)
    except Exception as exc:
        tell(type(exc).__name__)
    return pool


variant.main(globals())
