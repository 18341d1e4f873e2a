"""Loses work at exit on a stock interpreter: the child program of `verify`.

    python _scenarios.py LOSS off|on

Run as a script, by path.  A gate in an attribute of the executor holds the
submitter up inside ``submit`` until the exit handlers have come to where the
loss happens.  What becomes of the late work item is written to standard output,
a word on a line.
"""
import atexit
import functools
import importlib
import os
import sys
import threading
import time

PATIENCE = 60   # seconds before a gate opens by itself

# Seconds of what a patched exit waits for and a stock exit does not.
HOLD = PATIENCE if sys.argv[-1] == 'off' else 0.5

inside = threading.Event()      # the submitter is held up in submit
overtaken = threading.Event()   # the exit handler of the pools has returned
finished = threading.Event()    # so have all the others
submitted = threading.Event()   # submit has returned or raised
begun = threading.Event()       # the late work has begun, or never will


def tell(word):
    os.write(1, (word + '\n').encode())


def submit_late(executor, work):
    try:
        future = executor.submit(work)
    except RuntimeError:
        tell('refused')
    else:
        tell('accepted')
        future.add_done_callback(
            lambda future: future.exception() or tell('completed'))
    finally:
        for event in begun, inside, submitted:
            event.set()


def late():
    """The late work: completes, unless exit has overtaken it by then."""
    begun.set()
    if overtaken.wait(HOLD):
        time.sleep(PATIENCE)


def wait_for_the_submitter():
    finished.set()
    if inside.is_set():     # else the program has failed before
        submitted.wait(PATIENCE)


def hold():
    inside.set()
    overtaken.wait(PATIENCE)


def gated(cls, method, gate):
    """Return an instance of a subclass whose *method* calls *gate* first."""
    def gated_method(self, *args):
        gate(self, *args)
        return getattr(cls, method)(self, *args)

    return type('Gated', (cls,), {method: gated_method})()


def start_after_snapshot(thread):
    """The exit handler looks for workers before the new one is entered."""
    executor = thread.ThreadPoolExecutor(2)
    executor._threads = gated(set, 'add', lambda self, t: self and hold())
    # The first worker stays busy until the late work has begun.
    executor.submit(begun.wait, PATIENCE)
    return executor, late


def put_after_worker_left(thread):
    """The work item comes behind the None for which the worker has left."""
    executor = thread.ThreadPoolExecutor(1)
    executor._work_queue = gated(
        type(executor._work_queue), 'put',
        lambda self, item: item and executor._threads and hold())
    executor.submit(int)
    return executor, late


def missed_wake_up(process):
    """The exit handler looks for managers before the new one is entered.

    The manager has done all its work by then and waits to be woken: the
    process hangs.
    """
    # What is entered is read from the executor when the manager runs.
    if sys.version_info < (3, 7):
        entered, managers = '_result_queue', process._threads_queues
    else:
        entered, managers = ('_queue_management_thread_wakeup',
                             process._threads_wakeups)

    def read(self):
        manager = self._queue_management_thread
        if manager and manager.is_alive() and not inside.is_set():
            if manager not in managers:
                idle.wait(PATIENCE)
            hold()
        return vars(self)[entered]

    def write(self, value):
        vars(self)[entered] = value

    def full():
        # The manager asks each time round.
        if executor._queue_count and not executor._pending_work_items:
            idle.set()
        return is_full()

    idle = threading.Event()    # the manager has seen that there is no work
    executor = type('Gated', (process.ProcessPoolExecutor,),
                    {entered: property(read, write)})(1)
    is_full, executor._call_queue.full = executor._call_queue.full, full
    return executor, int


def late_start(process):
    """Workers and manager are started when all exit handlers are done."""
    def gate(processes):
        if not inside.is_set():
            inside.set()
            while not (getattr(process, '_shutdown', False)
                       or getattr(process, '_global_shutdown', False)):
                time.sleep(0.001)
            finished.wait(HOLD)

    executor = process.ProcessPoolExecutor(1)
    executor._processes = gated(dict, '__len__', gate)
    # Not `late`: a spawned worker process cannot import this module, the main
    # one of a process that exits.
    return executor, functools.partial(time.sleep, 0.5)


def put_after_leave(process):
    """The work item comes when the manager has left because of the exit."""
    executor = process.ProcessPoolExecutor(1)
    executor._pending_work_items = gated(
        dict, '__setitem__', lambda self, work_id, item: work_id and hold())
    executor.submit(int).result()   # its work id is 0
    return executor, late


#: As the command line has it: (pool, what forces it, as the table has it).
LOSSES = {
    'start-after-snapshot': (
        'thread', start_after_snapshot, 'worker started after the snapshot'),
    'put-after-worker-left': (
        'thread', put_after_worker_left, 'work queued after the worker left'),
    'missed-wake-up': (
        'process', missed_wake_up, 'manager missed its wake-up'),
    'late-start': (
        'process', late_start, 'workers started after the exit'),
    'put-after-leave': (
        'process', put_after_leave, 'work queued after the manager left'),
}

#: Stock hangs there, and loses nothing.
HANGS = {'missed-wake-up'}


def main(loss, switch):
    if not sys.flags.isolated:
        del sys.path[0]     # the folder of this file
    pool, force, _ = LOSSES[loss]
    atexit.register(wait_for_the_submitter)     # the first: it runs last
    if switch == 'on':
        # The very package that this file belongs to.
        sys.path.insert(0, os.path.abspath(__file__ + '/../../..'))
        import backport
        del sys.path[0]
    if pool == 'process':
        # Its exit handler must run after the one that sets overtaken.
        importlib.import_module('multiprocessing.util')
    atexit.register(overtaken.set)
    module = importlib.import_module('concurrent.futures.' + pool)
    if switch == 'on':
        for record in backport.status():
            if record.name == pool and record.state != 'applied':
                sys.exit('not applied: ' + record.reason)
    executor, work = force(module)
    threading.Thread(target=submit_late, args=(executor, work),
                     daemon=True).start()
    inside.wait(PATIENCE)


if __name__ == '__main__':
    main(*sys.argv[1:])
