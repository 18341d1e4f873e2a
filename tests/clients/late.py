"""Work that is submitted while the process exits: bpo-31783, forced.

To be imported before anything that imports concurrent.futures.
"""
import atexit
import sys
import threading
import time

from gates import PATIENCE, Threads, tell, until

#: Set when the late submit has returned or raised.
submitted = threading.Event()

# Runs after the exit handler of the pools, which is registered later: the
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

    Returns an Event that is set when the submit that starts it is there.
    """
    inside = threading.Event()

    def gate(t):
        inside.set()
        until(exit_has_begun)
        # Stock code takes stock of the workers now.  Ours waits for this one.
        time.sleep(0.5)
    executor._threads = Threads(gate)
    return inside
