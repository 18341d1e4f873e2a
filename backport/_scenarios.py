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

# Created first, so that it runs last: after the exit handler of the pool.
submitted = threading.Event()


@atexit.register
def wait_for_the_submitter():
    submitted.wait(PATIENCE)


def tell(word):
    os.write(1, (word + '\n').encode())


def submit_late():
    try:
        executor.submit(late)
    except RuntimeError:
        tell('refused')
    else:
        tell('accepted')
    finally:
        decided.set()
        submitted.set()


def late():
    tell('began')
    decided.set()
    time.sleep(LATE_SECONDS)
    tell('completed')


class Queue:
    """The executor's work queue, with a gate in front of put()."""

    def __init__(self, queue, gate):
        self.get, self.queue, self.gate = queue.get, queue, gate

    def put(self, item):
        self.gate(item)
        self.queue.put(item)


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


LOSSES = {'start-after-snapshot': start_after_snapshot,
          'put-after-goodbye': put_after_goodbye}

if __name__ == '__main__':
    loss, switch = sys.argv[1:]
    if switch == 'on':
        # By path, to import the very package that this file belongs to.
        package = os.path.dirname(os.path.abspath(__file__))
        sys.path[0] = os.path.dirname(package)
        import backport
    from concurrent.futures import thread
    if switch == 'on':
        record = backport.status()[0]
        if record.state != 'applied':
            sys.exit('not applied: %s: %s' % (record.state, record.reason))
    inside = threading.Event()      # the submitter is held up in submit
    decided = threading.Event()     # the late work has begun, or never will
    executor = LOSSES[loss](thread)
    threading.Thread(target=submit_late, daemon=True).start()
    inside.wait(PATIENCE)
