"""A service that is told to end while a pool has work.

    python sigterm.py VARIANT busy|late|again END

END is a function of this file.
"""
import variant

import atexit
import os
import signal
import sys
import threading
import time

from gates import PATIENCE, tell
from late_submit import submit_late, thread_pool
from thread_losses import force


def busy(end):
    """A worker is in the middle of a job."""
    def job():
        tell('began')
        running.set()
        time.sleep(0.5)

    running = threading.Event()
    submit_late(thread_pool(), job)
    running.wait(PATIENCE)
    globals()[end]()


def late(end):
    """A daemon thread is in the middle of a submit."""
    force('start_after_snapshot', 'daemon_thread')
    globals()[end]()


def again(end):
    """A SIGTERM arrives while exit waits for a job."""
    def job():
        running.set()
        while not module._shutdown:
            time.sleep(0.001)
        time.sleep(0.1)     # the main thread is in join()
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.5)

    executor = thread_pool()
    module = sys.modules['concurrent.futures.thread']
    running = threading.Event()
    submit_late(executor, job)
    running.wait(PATIENCE)
    globals()[end]()


def default():
    """What Python does with SIGTERM unless it is told otherwise."""
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(PATIENCE)


def handled():
    def stop(signum, frame):
        sys.exit()

    signal.signal(signal.SIGTERM, stop)
    default()


def ignored_at_exit():
    """The lines of docs/affected.md."""
    atexit.register(signal.signal, signal.SIGTERM, signal.SIG_IGN)
    handled()


def exits_at_once():
    os._exit(0)


def killed():
    os.kill(os.getpid(), signal.SIGKILL)


variant.main(globals())
