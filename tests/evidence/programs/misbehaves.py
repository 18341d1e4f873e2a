"""Programs that do what the runner of tests/evidence/stress must see.

    python misbehaves.py CASE [ARGUMENT]

A case is a function of this file.
"""
import atexit
import os
import signal
import sys
import threading
import time


def nothing():
    print('accepted 1\nbegan 1\ncompleted 1\nrefused 2')


def crashed():
    print('accepted 1', flush=True)
    os.kill(os.getpid(), signal.SIGSEGV)


def hung():
    print('accepted 1', flush=True)
    time.sleep(60)


def lost():
    print('accepted 1\naccepted 2\ncompleted 2\nstatus 0')


def refused_but_ran():
    print('refused 1\nbegan 1\ncompleted 1')


def orphans():
    if os.fork() == 0:
        time.sleep(60)


def status():
    sys.exit(3)


def stderr():
    sys.stderr.write('something')


def crash():
    os.kill(os.getpid(), signal.SIGSEGV)


def child_crashed():
    if os.fork() == 0:
        crash()
    print('status', os.wait()[1])


def child_crashed_and_was_not_waited_for():
    if os.fork() == 0:
        crash()
    time.sleep(1)


def worker_crashed():
    from concurrent.futures import ProcessPoolExecutor
    try:
        ProcessPoolExecutor(1).submit(crash).result()
    except Exception:
        pass


def child_crashed_and_it_hung():
    if os.fork() == 0:
        crash()
    time.sleep(60)


class Lock:
    """The lock of a worker.  A join that is not the main thread's has released
    it, and finds it locked by the main thread's, which is that of exit."""

    def __init__(self, lock):
        self.lock, self.release = lock, lock.release
        self.asked, self.held, self.told = [threading.Event() for _ in range(3)]

    def is_main(self):
        return threading.current_thread() is threading.main_thread()

    def acquire(self, *args):
        if self.is_main():
            self.asked.wait(10)
        acquired = self.lock.acquire(*args)
        if self.is_main() and acquired:
            self.held.set()
            self.told.wait(10)
        return acquired

    def locked(self):
        if not self.is_main():
            self.asked.set()
            self.held.wait(10)
        locked = self.lock.locked()
        self.told.set()
        return locked


def two_joins(variant):
    atexit.register(time.sleep, 1)      # for the traceback
    if variant == 'patched':
        import backport     # noqa: F401
    from concurrent.futures import ThreadPoolExecutor
    pool = ThreadPoolExecutor(1)
    begun = threading.Event()
    # Exit has come to the join by then, or waits for the other one there.
    pool.submit(lambda: begun.set() or time.sleep(0.5))
    begun.wait()
    worker, = pool._threads
    worker._tstate_lock = Lock(worker._tstate_lock)
    threading.Thread(target=pool.shutdown, daemon=True).start()
    print('accepted 1\nbegan 1\ncompleted 1')


globals()[sys.argv[1]](*sys.argv[2:])
