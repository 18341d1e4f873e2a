"""The program that is frozen.  It submits to a pool while it exits.

    program thread|process

It prints the state of the patch, and then what becomes of the late work.
"""
import atexit
import sys
import threading
import time

import backport
from gates import PATIENCE, Pending, Threads, tell, until

inside = threading.Event()      # the submitter is held up in submit
submitted = threading.Event()   # submit has returned or raised
# The exit handler of the pool is registered later, and so runs earlier.
atexit.register(submitted.wait, PATIENCE)


def thread_pool():
    """Return a pool that starts a worker after exit has looked for workers."""
    from concurrent.futures import thread

    def gate(t):
        inside.set()
        until(lambda: thread._shutdown)
        # Stock code looks for workers now.  Patched code waits for this one.
        time.sleep(0.5)

    pool = thread.ThreadPoolExecutor(1)
    pool._threads = Threads(gate)
    return pool


def process_pool():
    """Return a pool to which work comes after its manager has left."""
    from concurrent.futures import process

    def gate(work_id):
        if work_id:     # not the first
            inside.set()
            pool._queue_management_thread.join(PATIENCE)

    pool = process.ProcessPoolExecutor(1)
    pool._pending_work_items = Pending(gate)
    pool.submit(int).result()
    return pool


def submit():
    try:
        future = pool.submit(time.sleep, 1)
    except RuntimeError:
        tell('refused')
    else:
        future.add_done_callback(lambda future: tell('completed'))
        tell('accepted')
    submitted.set()


pool = {'thread': thread_pool, 'process': process_pool}[sys.argv[1]]()
state, = [record.state + ': ' + record.reason for record in backport.status()
          if record.name == sys.argv[1]]
print(state, flush=True)
threading.Thread(target=submit, daemon=True).start()
inside.wait()
