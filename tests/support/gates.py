"""Gates for the test programs: they hold a submitter up where it matters.

Each gate is put into an attribute of one executor.  The code under test and the
standard library stay as they are.
"""
import os
import threading
import time

# How many times slower this machine is: Wine on a busy one takes 5.
SLOWER = float(os.environ.get('SLOWER', 1))
PATIENCE = 10 * SLOWER  # seconds before a gate opens by itself


def tell(word):
    """Write a word to standard output, whatever state the interpreter is in."""
    os.write(1, (str(word) + '\n').encode())


def until(condition, seconds=PATIENCE):
    """Wait for a condition; return whether it came true."""
    deadline = time.time() + seconds
    while not condition():
        if time.time() > deadline:
            return False
        time.sleep(0.001)
    return True


class Queue:
    """A work queue that calls *gate* with each item before it is put."""

    def __init__(self, queue, gate):
        self.get, self.get_nowait = queue.get, queue.get_nowait
        self.queue, self.gate = queue, gate

    def put(self, item):
        self.gate(item)
        self.queue.put(item)


class Threads(set):
    """A set of workers that calls *gate* before one is added to it.

    At that point the worker has been started, and is not in the set yet.
    """

    def __init__(self, gate):
        super().__init__()
        self.gate = gate

    def add(self, thread):
        self.gate(thread)
        super().add(thread)


def gated_thread(executor, before, after=int):
    """Return a class of threads that call these around the start of a worker
    of *executor*.

    Before it a patched submit has entered the worker, and has seen that exit
    had not been declared.
    """
    class Thread(threading.Thread):
        def start(self):
            gated = any(arg is executor._work_queue for arg in self._args)
            if gated:
                before()
            super().start()
            if gated:
                after()
    return Thread


class Pending(dict):
    """Pending work items of a process pool: *gate* is called before each."""

    def __init__(self, gate):
        super().__init__()
        self.gate = gate

    def __setitem__(self, work_id, work_item):
        self.gate(work_id)
        super().__setitem__(work_id, work_item)


def gated_property(name, gate):
    """Return a property that calls *gate* with the executor when it is read.
    """
    def get(executor):
        gate(executor)
        return vars(executor)[name]

    return property(
        get, lambda executor, value: vars(executor).update({name: value}))


class Name:
    """A thread name prefix that calls *gate* when a worker is to be named.

    At that point the work item has been queued, and no worker started for it.
    """

    def __init__(self, gate):
        self.gate = gate

    def __str__(self):
        self.gate()
        return 'worker'
