"""Work that is submitted while the process exits: bpo-31783, forced.

A client imports this before anything that imports concurrent.futures.
"""
import atexit
import sys
import threading
import time

from gates import PATIENCE, Threads, tell, until

#: Set when the late submit has returned or raised.
submitted = threading.Event()

# The exit handler of the pools is registered later, and so runs earlier.  The
# process must not end before submit has said what becomes of the work.
atexit.register(submitted.wait, PATIENCE)


def exit_has_begun():
    return sys.modules['concurrent.futures.thread']._shutdown


def work():
    tell('began')
    until(exit_has_begun)
    time.sleep(2)
    tell('completed')


def hold_up(executor):
    """Hold the next worker up, started and not yet known, until exit is on.

    Says what became of the submit that starts it.  Returns an Event that is set
    when that submit is there.
    """
    inside = threading.Event()
    submit = executor.submit

    def gate(t):
        inside.set()
        until(exit_has_begun)
        # Stock code looks for workers now.  Patched code waits for this one.
        time.sleep(0.5)

    def submit_and_tell(*args, **kwargs):
        try:
            future = submit(*args, **kwargs)
        except RuntimeError:
            tell('refused')
            raise
        else:
            tell('accepted')
        finally:
            submitted.set()
        return future

    executor._threads = Threads(gate)
    executor.submit = submit_and_tell
    return inside


def call(executor, function):
    """Call *function*, which submits to *executor*, in a daemon thread.

    Returns when that submit is held up.  *function* must look submit up, for it
    is replaced.
    """
    inside = hold_up(executor)
    threading.Thread(target=function, daemon=True).start()
    inside.wait()
