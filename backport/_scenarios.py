"""Loses work at exit on a stock interpreter: the child program of `verify`.

    python _scenarios.py LOSS off|on

Run as a script, by path.  The interleaving is forced: the submitter is held up
inside ``submit``, by an attribute of the executor that waits, until the exit
handler has come to the point where the loss happens.  What becomes of the late
work item is written to standard output as it happens, a word on a line.
"""
import atexit
import os
import sys
import threading
import time

LATE_SECONDS = 0.5      # how long the late work item runs
PATIENCE = 10           # seconds before a gate opens by itself
UNAVAILABLE = 77        # exit status: no such pools on this machine

# Created first, so that it runs last: after the exit handlers of the pool and
# of multiprocessing.
submitted = threading.Event()
overtaken = threading.Event()   # all other exit handlers are done


@atexit.register
def wait_for_the_submitter():
    overtaken.set()
    submitted.wait(PATIENCE)


def tell(word):
    os.write(1, (word + '\n').encode())


def submit_late():
    try:
        future = executor.submit(late)
    except RuntimeError:
        tell('refused')
    else:
        future.add_done_callback(completed)
        tell('accepted')
    finally:
        decided.set()
        submitted.set()


def late():
    # In a worker process this is a copy, and says nothing.
    if os.getpid() == main_process:
        tell('began')
        decided.set()
    time.sleep(LATE_SECONDS)


def completed(future):
    if future.exception() is None:
        tell('completed')


class Queue:
    """The executor's work queue, with a gate in front of put()."""

    def __init__(self, queue, gate):
        self.get, self.queue, self.gate = queue.get, queue, gate

    def put(self, item):
        self.gate(item)
        self.queue.put(item)


class Pending(dict):
    """The executor's pending work items, with a gate in front of each."""

    def __init__(self, gate):
        super().__init__()
        self.gate = gate

    def __setitem__(self, work_id, work_item):
        self.gate(work_id)
        super().__setitem__(work_id, work_item)


def start_after_snapshot(thread):
    """The worker starts after the exit handler has looked for workers."""
    def gate_of_put(item):
        if item is None:
            goodbye.set()

    class Threads(set):
        def add(self, t):
            if self:
                inside.set()
                # Stock: the exit handler has looked and said goodbye to the
                # first worker.  Patched: it waits for us, so we go on.
                while not thread._shutdown:
                    time.sleep(0.001)
                goodbye.wait(LATE_SECONDS)
            set.add(self, t)

    goodbye = threading.Event()
    executor = thread.ThreadPoolExecutor(2)
    executor._work_queue = Queue(executor._work_queue, gate_of_put)
    executor._threads = Threads()
    # The first worker stays busy until the late work item has begun.
    executor.submit(decided.wait, PATIENCE)
    return executor


def put_after_goodbye(thread):
    """The work item comes behind the None for which the worker has left."""
    def gate_of_put(item):
        if item is not None and executor._threads:
            inside.set()
            worker, = executor._threads
            worker.join(PATIENCE)

    executor = thread.ThreadPoolExecutor(1)
    executor._work_queue = Queue(executor._work_queue, gate_of_put)
    executor.submit(int)
    return executor


def missed_wake_up(process):
    """The manager is entered after the exit handler has looked for managers.

    It has done all its work by then and waits to be woken: the process hangs.
    """
    # What is entered is read from the executor when the manager runs.
    entered = ('_result_queue' if sys.version_info < (3, 7)
               else '_queue_management_thread_wakeup')

    class Executor(process.ProcessPoolExecutor):
        def gate(self):
            manager = self._queue_management_thread
            if manager and manager.is_alive() and not inside.is_set():
                idle.wait(PATIENCE)
                inside.set()
                # Stock: the exit handlers go on to multiprocessing's, which
                # joins the workers.  Patched: they wait for us.
                while not _declared(process):
                    time.sleep(0.001)
                time.sleep(LATE_SECONDS)
            return vars(self)[entered]

        locals()[entered] = property(
            gate, lambda self, value: vars(self).update({entered: value}))

    idle = threading.Event()    # the manager has looked at the flag since
    executor = Executor(1)
    is_full = executor._call_queue.full

    def full():
        # The manager asks each time round.
        if executor._queue_count and not executor._pending_work_items:
            idle.set()
        return is_full()

    executor._call_queue.full = full
    return executor


def late_start(process):
    """Workers and manager are started when all exit handlers are done."""
    def gate(work_id):
        inside.set()
        while not _declared(process):
            time.sleep(0.001)
        overtaken.wait(LATE_SECONDS)    # patched: they wait for us

    executor = process.ProcessPoolExecutor(1)
    executor._pending_work_items = Pending(gate)
    return executor


def put_after_leave(process):
    """The work item comes when the manager has left for want of work."""
    def gate(work_id):
        if work_id:     # not the first
            inside.set()
            executor._queue_management_thread.join(PATIENCE)

    executor = process.ProcessPoolExecutor(1)
    executor._pending_work_items = Pending(gate)
    executor.submit(int).result()
    return executor


def _declared(process):
    return process._shutdown if sys.version_info < (3, 7) \
        else process._global_shutdown


LOSSES = {
    'thread': {'start-after-snapshot': start_after_snapshot,
               'put-after-goodbye': put_after_goodbye},
    'process': {'missed-wake-up': missed_wake_up,
                'late-start': late_start,
                'put-after-leave': put_after_leave},
}

if __name__ == '__main__':
    loss, switch = sys.argv[1:]
    main_process = os.getpid()
    if switch == 'on':
        # By path, to import the very package that this file belongs to.
        package = os.path.dirname(os.path.abspath(__file__))
        sys.path[0] = os.path.dirname(package)
        import backport
    name, = [name for name in LOSSES if loss in LOSSES[name]]
    try:
        __import__('concurrent.futures.' + name)
        module = sys.modules['concurrent.futures.' + name]
        getattr(module, 'ProcessPoolExecutor', int)()
    except (ImportError, NotImplementedError, OSError) as exc:
        # multiprocessing does without semaphores, or without shared memory
        print(exc, file=sys.stderr)
        submitted.set()
        sys.exit(UNAVAILABLE)
    if switch == 'on':
        record, = [record for record in backport.status()
                   if record.name == name]
        if record.state != 'applied':
            submitted.set()
            sys.exit('not applied: %s: %s' % (record.state, record.reason))
    inside = threading.Event()      # the submitter is held up in submit
    decided = threading.Event()     # the late work has begun, or never will
    executor = LOSSES[name][loss](module)
    threading.Thread(target=submit_late, daemon=True).start()
    inside.wait(PATIENCE)
