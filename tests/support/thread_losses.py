"""Loses work of a thread pool at exit, on a stock interpreter.

    python thread_losses.py VARIANT LOSS SUBMITTER [EXECUTOR]

LOSS and EXECUTOR are a function and a class of this file, SUBMITTER is one of
late_submit.py.  Where `backport verify` forces the same loss it does so with a
daemon thread and the standard executor.
"""
import variant

import functools
import threading
from threading import Event
from time import sleep

from gates import PATIENCE, Name, Queue, Threads, gated_thread, until
from late_submit import began, inside, kept, start, submit_late
from concurrent.futures import thread
from concurrent.futures.thread import ThreadPoolExecutor

SECONDS = 0.2   # that an exit handler has to overtake a submitter


class OwnSubmit(ThreadPoolExecutor):
    """A submit as 3.6 had it: it asks nobody whether exit was declared."""

    def submit(self, fn, *args):
        with self._shutdown_lock:
            if self._shutdown:
                raise RuntimeError('cannot schedule new futures after shutdown')
            f = thread._base.Future()
            self._work_queue.put(thread._WorkItem(f, fn, args, {}))
            self._adjust_thread_count()
            return f


class SwallowsRefusal(ThreadPoolExecutor):
    """Tolerates that no thread can be started, and so the refusal as well."""

    def _adjust_thread_count(self):
        try:
            super()._adjust_thread_count()
        except RuntimeError:
            pass


def start_after_snapshot(executor_class):
    """The exit handler looks for workers before the new one is entered."""
    snapshot = Event()

    def held_up(t):
        if executor._threads:
            inside.set()
            until(lambda: thread._shutdown)
            snapshot.wait(0.5)

    executor = executor_class(2)
    executor._threads = Threads(held_up)
    executor._work_queue = Queue(
        executor._work_queue, lambda item: item or snapshot.set())
    # The first worker stays busy until the late work has begun.
    executor.submit(began.wait, PATIENCE)
    return executor


def put_after_worker_left(executor_class):
    """The work item comes behind the None for which the worker has left."""
    def held_up(item):
        if item is not None and executor._threads:
            inside.set()
            worker, = executor._threads
            worker.join(PATIENCE)

    executor = executor_class(1)
    executor._work_queue = Queue(executor._work_queue, held_up)
    executor.submit(int)
    return executor


def let_exit_overtake():
    inside.set()
    until(lambda: thread._shutdown)
    sleep(SECONDS)


def in_a_start(executor_class):
    """The new worker has been made, and a patched submit has entered it."""
    executor = executor_class(1)
    # Submit goes on when its work has begun, so that it cannot refuse it.
    threading.Thread = gated_thread(executor, let_exit_overtake,
                                    lambda: began.wait(PATIENCE))
    return executor


def before_a_start(executor_class):
    """The work item is queued, and no worker has been made for it."""
    return executor_class(1, Name(let_exit_overtake))


def force(loss, submitter, executor_class='ThreadPoolExecutor'):
    executor = globals()[loss](globals()[executor_class])
    kept.append(executor)
    start(submitter, functools.partial(submit_late, executor))


if __name__ == '__main__':
    force(*variant.ARGUMENTS)
