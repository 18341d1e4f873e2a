"""Uses thread pools where BACKPORT_REPORT asks for a line at exit."""
import variant
import atexit
import os
import sys
import threading
import time

from gates import PATIENCE, gated_thread, tell, until


def not_used():
    pass


def used():
    from concurrent.futures import ThreadPoolExecutor
    ThreadPoolExecutor(1).submit(tell, 'done')


def registered():
    """Tell how many exit handlers backport registers."""
    before = atexit._ncallbacks()
    import backport
    tell(atexit._ncallbacks() - before)
    tell('backport._report' in sys.modules)
    backport.activate()
    tell(atexit._ncallbacks() - before)


def exit_waits():
    """For a worker that is about to be started."""
    def held_up():
        inside.set()
        until(lambda: thread._shutdown)
        time.sleep(0.1)

    def late():
        began.set()
        time.sleep(0.3)
        tell('completed')

    def submit_late():
        executor.submit(late)
        submitted.set()

    submitted, inside, began = [threading.Event() for _ in range(3)]
    atexit.register(submitted.wait, PATIENCE)   # after the pools' handler
    from concurrent.futures import thread
    executor = thread.ThreadPoolExecutor(1)
    submitter = threading.Thread(target=submit_late, daemon=True)
    threading.Thread = gated_thread(executor, held_up,
                                    lambda: began.wait(PATIENCE))
    submitter.start()
    inside.wait(PATIENCE)
    return executor


def submit_refuses():
    """Three times."""
    def submit():
        until(lambda: thread._shutdown)
        for _ in range(3):
            try:
                executor.submit(int)
            except RuntimeError:
                tell('refused')

    from concurrent.futures import thread
    executor, other = thread.ThreadPoolExecutor(1), thread.ThreadPoolExecutor(1)
    executor.submit(int)
    other.submit(submit)
    return executor, other


# What has become of standard error.

def none():
    sys.stderr = None


def closed():
    sys.stderr.close()


def descriptor_closed():
    os.close(2)


def no_file():
    sys.stderr = 5


def deleted():
    del sys.stderr


def full():
    sys.stderr = open('/dev/full', 'w')


def used_without_standard_error(case):
    used()
    globals()[case]()


variant.main(globals())
