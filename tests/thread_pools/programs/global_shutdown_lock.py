"""Programs that use concurrent.futures.thread._global_shutdown_lock."""
import variant

import os
import sys
import threading
import time

from concurrent.futures import thread
from gates import PATIENCE, tell, until

if sys.argv[1] == 'stock':
    thread._global_shutdown_lock = threading.Lock()
lock = thread._global_shutdown_lock
inside, done = threading.Event(), threading.Event()


def hold_it_until_done():
    with lock:
        inside.set()
        done.wait(PATIENCE)


def start(target):
    threading.Thread(target=target, daemon=True).start()


def hold_it_at_exit():
    def hold():
        with lock:
            tell(thread._shutdown)
            inside.set()
            until(lambda: thread._shutdown)
            time.sleep(0.3)
            tell('left')

    start(hold)
    inside.wait(PATIENCE)


def share_it():
    barrier = threading.Barrier(3)

    def hold():
        with lock, lock:
            barrier.wait(PATIENCE)

    threads = [threading.Thread(target=hold) for n in range(2)]
    for t in threads:
        t.start()
    with lock:
        barrier.wait(PATIENCE)
        tell(lock.locked())
    for t in threads:
        t.join()
    tell(lock.locked())


def use_its_interface():
    tell(lock.acquire())
    tell(lock.acquire(False))
    tell(lock.acquire(timeout=1))
    tell(lock.acquire(True, 1))
    # A lock may be released by another thread.
    t = threading.Thread(target=lock.release)
    t.start()
    t.join()
    for n in range(3):
        lock.release()
    try:
        lock.release()
    except RuntimeError as exc:
        tell(exc)


def release_it_for_another():
    class Pool(thread.ThreadPoolExecutor):
        def _adjust_thread_count(self):
            lock.release()
            super()._adjust_thread_count()

    lock.acquire()
    t = threading.Thread(target=Pool(1).submit, args=(int,))
    t.start()
    t.join()
    tell(lock.locked())


def acquire_it_late():
    """Acquire it while the exit handler waits for another thread's hold."""
    def late():
        until(lambda: thread._shutdown)
        tell(lock.acquire(False))
        tell(lock.acquire())
        lock.release()
        done.set()

    start(hold_it_until_done)
    start(late)
    inside.wait(PATIENCE)


def hold_it_in_turn(seconds):
    def hold_again_and_again():
        while True:
            with lock:
                time.sleep(float(seconds))

    for n in range(8):
        start(hold_again_and_again)
    time.sleep(0.1)


def fork():
    start(hold_it_until_done)
    inside.wait(PATIENCE)
    with lock:
        pid = os.fork()
    if not pid:
        tell(lock.locked())
        sys.exit()
    tell(os.waitpid(pid, 0)[1])
    tell(lock.locked())
    done.set()


variant.main(globals())
