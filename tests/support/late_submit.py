"""A submit that exit overtakes: what the programs that force losses share.

A program imports this before concurrent.futures: the exit handler below then
runs after the one of the pools, and keeps the process until the late submit has
returned or raised.  (3.6 registers the pools' handler at any import of
concurrent.futures.)
"""
import atexit
import threading
from threading import Event
from time import sleep

from gates import PATIENCE, tell, until

REFUSAL = 'cannot schedule new futures after interpreter shutdown'

inside = Event()        # the late submitter is where it is held up
began = Event()         # the late work has begun, or never will
overtaken = Event()     # all other exit handlers have returned
submitted = Event()     # the late submit has returned or raised
kept = []               # a pool that is freed would tell its workers to leave


@atexit.register
def hold():
    overtaken.set()
    if inside.is_set():     # not in a spawned worker process
        submitted.wait(PATIENCE)


def work():
    tell('began')
    began.set()
    sleep(0.5)


def submit_late(executor, fn=work, *args):
    """Submit the late work and tell what becomes of it."""
    try:
        future = executor.submit(fn, *args)
    except RuntimeError as exc:
        if str(exc) != REFUSAL:
            raise
        tell('refused')
    else:
        future.add_done_callback(
            lambda future: future.exception() or tell('completed'))
        tell('accepted')
    finally:
        submitted.set()
        began.set()


def submit_refused(executor, when):
    """Submit as soon as *when* is true, and tell how that is refused."""
    inside.set()
    until(when)
    try:
        executor.submit(int)
    except RuntimeError as exc:
        tell('%s: %s' % (type(exc).__name__, exc))
    submitted.set()


def thread_pool():
    from concurrent.futures import ThreadPoolExecutor
    kept.append(ThreadPoolExecutor(1))
    return kept[-1]


# How the late submitter comes to be.

def daemon_thread(submit):
    threading.Thread(target=submit, daemon=True).start()


def work_item(submit):
    thread_pool().submit(submit)


def done_callback(submit):
    gate = Event()
    thread_pool().submit(gate.wait).add_done_callback(lambda future: submit())
    gate.set()


def start(submitter, submit):
    """Have *submit* called, and return when it is where it is held up."""
    {'daemon_thread': daemon_thread, 'work_item': work_item,
     'done_callback': done_callback}[submitter](submit)
    inside.wait(PATIENCE)
