"""Programs that fork while a thread is in submit."""
import variant

import gc
import os
import signal
import sys
import threading

from concurrent.futures import ThreadPoolExecutor
from gates import PATIENCE, Queue, Threads, tell


def another_thread_in_submit(where):
    """Fork while another thread is at `the queue` or at `the worker`."""
    inside, go_on = threading.Event(), threading.Event()

    def hold_up(item):
        if item is not None:
            inside.set()
            go_on.wait(PATIENCE)

    pool, unused = ThreadPoolExecutor(2), ThreadPoolExecutor(2)
    if where == 'the queue':
        pool._work_queue = Queue(pool._work_queue, hold_up)
    elif where == 'the worker':
        pool._threads = Threads(hold_up)
    submitter = threading.Thread(target=pool.submit, args=(int,))
    submitter.start()
    inside.wait(PATIENCE)
    pids = []
    for n in range(5):
        pid = os.fork()
        if pid == 0:
            use_pools(unused)
            sys.exit(7)
        pids.append(pid)
    statuses = []

    def reap():
        for pid in pids:
            statuses.append(os.waitpid(pid, 0)[1] >> 8)

    reaper = threading.Thread(target=reap, daemon=True)
    reaper.start()
    reaper.join(5)
    tell('exited=%s' % statuses.count(7))
    go_on.set()
    submitter.join()
    if len(statuses) < 5:
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
    return pool, unused


def use_pools(unused):
    ThreadPoolExecutor(2).submit(tell, 'own').result()
    unused.submit(tell, 'inherited').result()
    with ThreadPoolExecutor(2) as own:
        own.submit(tell, 'own')


def inside_submit(where, hooks=''):
    """Fork in a `signal handler` or a `finaliser` that interrupts a submit.

    *hooks*: with those that later 3.9 releases have.
    """
    pool = ThreadPoolExecutor(2)
    children = []

    def fork(*args):
        pid = os.fork()
        if pid:
            children.append(pid)

    class Cycle:
        def __init__(self):
            self.me = self

        def __del__(self):
            fork()

    def gate(item):
        if item is not None and not children:
            if where == 'finaliser':
                Cycle()
                gc.collect()
            else:
                os.kill(os.getpid(), signal.SIGUSR1)

    if hooks:
        from concurrent.futures.thread import _global_shutdown_lock as lock
        os.register_at_fork(before=lock.acquire, after_in_parent=lock.release,
                            after_in_child=lock.release)
    signal.signal(signal.SIGUSR1, fork)
    pool._work_queue = Queue(pool._work_queue, gate)
    pool.submit(tell, 'done').result()
    for pid in children:
        tell(os.waitpid(pid, 0)[1])
    return pool


variant.main(globals())
