"""Programs that do with process pools what stock does in a certain order."""
import variant

import os
import queue
import select
import sys
import threading

from gates import PATIENCE, tell, until
# Before concurrent.futures: see there.
from late_submit import kept, start, submit_refused
import asyncio
from concurrent.futures import ProcessPoolExecutor, process

OLD = sys.version_info < (3, 7)


def declared():
    return getattr(process, '_shutdown' if OLD else '_global_shutdown')


class Ids(queue.Queue):
    """Work ids.  *again* is called when the manager looks for some once more,
    after it has found none."""

    def __init__(self, again):
        super().__init__()
        self.again, self.looked = again, threading.Event()

    def get(self, block=True, timeout=None):
        if self.looked.is_set():
            self.again()
        try:
            return super().get(block, timeout)
        except queue.Empty:
            self.looked.set()
            raise


def manager_comes_first(ids):
    """Have the start of a manager return when that has looked for work."""
    class Thread(threading.Thread):
        def start(self):
            gated = any(arg is ids for arg in self._args)
            super().start()
            if gated:
                ids.looked.wait(PATIENCE)

    threading.Thread = Thread


# What comes straight after the first submit.

def shut_down(how):
    """By the `executor` or the `loop`; tell whether the work was done."""
    shut = threading.Event()
    reader, writer = os.pipe()
    pool = ProcessPoolExecutor(1)
    pool._work_ids = Ids(again=lambda: shut.wait(PATIENCE))
    manager_comes_first(pool._work_ids)
    if how == 'executor':
        pool.submit(os.write, writer, b'.')
        workers = list(pool._processes.values())
        pool.shutdown(wait=False)
    else:
        loop = asyncio.new_event_loop()
        loop.set_default_executor(pool)
        loop.run_in_executor(None, os.write, writer, b'.')
        workers = list(pool._processes.values())
        loop.close()
    shut.set()
    tell('done' if select.select([reader], [], [], 5)[0] else 'lost')
    # On stock 3.7 and 3.8 the manager has died, and exit would hang.
    for worker in workers:
        worker.terminate()
    os._exit(0)


def cancel(then):
    """And then `shutdown`, or the `end` of the program."""
    cancelled = threading.Event()
    pool = ProcessPoolExecutor(1)
    pool._work_ids = Ids(again=lambda: cancelled.wait(PATIENCE))
    manager_comes_first(pool._work_ids)
    if not OLD:
        class Wakeup(process._ThreadWakeup):
            count = 0

            def wakeup(self):
                super().wakeup()
                self.count += 1

            def clear(self):
                # The manager has seen one, and clears two.
                until(lambda: self.count > 1)
                super().clear()

        pool._queue_management_thread_wakeup = Wakeup()
    tell(pool.submit(tell, 'ran').cancel())
    cancelled.set()
    if then == 'shutdown':
        pool.shutdown()
    return pool


def submit_again():
    """The workers of the pool fail when the first submit has returned, or when
    it gives them the time to."""
    reader, writer = os.pipe()

    def fail():
        os.read(reader, 1)
        raise OSError('failed')

    class Wakeup(process._ThreadWakeup):
        def wakeup(self):
            super().wakeup()
            if pool._queue_management_thread and not futures:
                os.write(writer, b'.')
                until(lambda: pool._broken)

    futures = []
    pool = ProcessPoolExecutor(1, initializer=fail)
    pool._queue_management_thread_wakeup = Wakeup()
    futures.append(pool.submit(int))
    try:
        futures.append(pool.submit(int))
    except process.BrokenProcessPool:
        tell('raised')
    os.write(writer, b'.')
    for future in futures:
        tell(type(future.exception(PATIENCE)).__name__)


# What a class sees that starts processes or the manager in a way of its own.

def tell_what_is_queued():
    class Executor(ProcessPoolExecutor):
        def _adjust_process_count(self):
            tell(self._queue_count)
            tell(self._work_ids.qsize())
            tell(sorted(self._pending_work_items))
            super()._adjust_process_count()

    pool = Executor(1)
    pool.submit(int).result()
    return pool


def size_by_the_work():
    class Executor(ProcessPoolExecutor):
        def _adjust_process_count(self):
            size = self._max_workers
            self._max_workers = min(size, self._queue_count)
            super()._adjust_process_count()
            self._max_workers = size

    pool = Executor(4)
    future = pool.submit(len, 'abc')
    tell(len(pool._processes))
    try:
        tell(future.result(PATIENCE))
    except Exception as exc:
        tell(type(exc).__name__)
        # Its manager waits for nobody, or is dead.
        os._exit(0)
    return pool


def replace_the_processes():
    """In the function that starts them, before the manager starts."""
    class Executor(ProcessPoolExecutor):
        def _adjust_process_count(self):
            if not self._processes:
                self._processes = {}
            super()._adjust_process_count()

    with Executor(1) as pool:
        tell(pool.submit(len, 'abc').result(PATIENCE))


def interrupt_a_later_submit():
    """When its work item is queued, and the manager has not gone round."""
    class Interrupted(ProcessPoolExecutor):
        def _start_queue_management_thread(self):
            raise KeyboardInterrupt

    def release():
        until(declared)
        until(lambda: False, 0.3)   # exit has woken the manager
        gate.set()

    gate = threading.Event()
    gate.set()
    if not OLD:
        clear = process._ThreadWakeup.clear
        process._ThreadWakeup.clear = lambda self: gate.wait() and clear(self)
    pool = ProcessPoolExecutor(1)
    pool.submit(int).result()
    until(lambda: False, 0.3)       # the manager waits for more
    gate.clear()
    pool.__class__ = Interrupted
    try:
        pool.submit(tell, 'done')
    except KeyboardInterrupt:
        tell('interrupted')
    threading.Thread(target=release, daemon=True).start()
    return pool


def count_calls():
    class Executor(ProcessPoolExecutor):
        def _start_queue_management_thread(self):
            tell('called')
            super()._start_queue_management_thread()

    pool = Executor(1)
    for n in range(3):
        pool.submit(int).result()
    return pool


def failed_start(of_what, ids):
    """The start `of a process` or `of the manager` fails, the next one does
    not; *ids*: the class of what the pool keeps its work ids in."""
    make_thread = threading._start_new_thread

    class Executor(ProcessPoolExecutor):
        def _adjust_process_count(self):
            if of_what == 'of a process' and not failed:
                failed.append(True)
                raise OSError
            super()._adjust_process_count()

    def fails(*args):
        threading._start_new_thread = make_thread
        raise RuntimeError("can't start new thread")

    failed = []
    pool = Executor(1)
    pool._work_ids = getattr(queue, ids)()
    if of_what == 'of the manager':
        threading._start_new_thread = fails
    try:
        pool.submit(tell, 'dropped')
    except (OSError, RuntimeError):
        tell('raised')
    pool.submit(tell, 'done').result(PATIENCE)
    tell(pool._work_ids.qsize())
    tell(len(pool._pending_work_items))
    return pool


# Refusals.

def refused(why):
    """Tell how a submit is refused after exit was declared."""
    pool = ProcessPoolExecutor(1)
    kept.append(pool)
    if why == 'broken':
        # The process dies in the work: elsewhere it may hold a lock.
        pool.submit(os._exit, 1)
        until(lambda: pool._broken)
    else:
        pool.submit(int).result()
    if why == 'shut down':
        pool.shutdown()
    start('daemon_thread', lambda: submit_refused(
        pool, lambda: declared() and (why != 'told by exit'
                                      or pool._shutdown_thread)))


variant.main(globals())
