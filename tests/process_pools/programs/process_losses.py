"""Loses work of a process pool at exit, or hangs, on a stock interpreter.

    python process_losses.py VARIANT LOSS SUBMITTER [ORDER [SECONDS [METHOD]]]

LOSS is a function of this file, SUBMITTER one of late_submit.py.  ORDER says
which module is imported first; the exit handler of the other one runs first.
After SECONDS the submitter goes on if exit does not begin.  METHOD starts the
worker processes.  `backport verify` forces such losses with a daemon thread.
"""
import variant

import importlib
import sys
import time
from threading import Event

from gates import PATIENCE, Pending, gated_property, until
from late_submit import inside, kept, overtaken, start, submit_late

OLD = sys.version_info < (3, 7)


def load(order='process first'):
    """Import thread.py and process.py and return the latter."""
    global process
    for name in sorted(['process', 'thread'],
                       key=lambda name: not order.startswith(name)):
        importlib.import_module('concurrent.futures.' + name)
    from concurrent.futures import process
    return process


def declared():
    return getattr(process, '_shutdown' if OLD else '_global_shutdown')


def let_exit_overtake(seconds):
    inside.set()
    if until(declared, seconds):
        overtaken.wait(0.5)


def missed_wake_up(seconds, *context):
    """The manager has done its work, and is entered when exit has looked."""
    # What wakes the manager is entered with it.
    entered, managers = (
        ('_result_queue', process._threads_queues) if OLD else
        ('_queue_management_thread_wakeup', process._threads_wakeups))

    def held_up(executor):
        manager = executor._queue_management_thread
        if manager and manager.is_alive() and not inside.is_set():
            if manager not in managers:     # patched, it has been entered
                idle.wait(PATIENCE)
            inside.set()
            until(declared, seconds)
            time.sleep(0.3)

    def full():
        if executor._queue_count and not executor._pending_work_items:
            idle.set()
        return is_full()

    idle = Event()      # the manager has gone round with nothing to do
    executor = type('Executor', (process.ProcessPoolExecutor,), {
        entered: gated_property(entered, held_up)})(1, *context)
    is_full, executor._call_queue.full = executor._call_queue.full, full
    return executor


def before_the_start(seconds, *context):
    """The work item is put, and all are started, when exit is done."""
    executor = process.ProcessPoolExecutor(1, *context)
    executor._pending_work_items = Pending(
        lambda work_id: let_exit_overtake(seconds))
    return executor


def late_start(seconds, *context):
    """Workers are being started when exit is declared."""
    class Executor(process.ProcessPoolExecutor):
        def _adjust_process_count(self):
            let_exit_overtake(seconds)
            super()._adjust_process_count()

    return Executor(1, *context)


def put_after_leave(seconds, *context):
    """The manager has left: exit was declared, and nothing was pending."""
    def held_up(work_id):
        if work_id:
            inside.set()
            if until(declared, seconds):
                executor._queue_management_thread.join(PATIENCE)

    executor = process.ProcessPoolExecutor(1, *context)
    executor._pending_work_items = Pending(held_up)
    executor.submit(int).result()
    return executor


def force(loss, submitter, order='process first', seconds=PATIENCE, *method):
    load(order)
    context = []
    if method:
        import multiprocessing
        context = [multiprocessing.get_context(*method)]
    submit(globals()[loss](float(seconds), *context), submitter)


def submit(executor, submitter='daemon_thread'):
    kept.append(executor)
    start(submitter, lambda: submit_late(executor, time.sleep, 0.5))


# A spawned worker process imports the program once more.
if __name__ == '__main__':
    force(*variant.ARGUMENTS)
