"""Ctrl-C, or a signal, reaches what the exit handler waits for or interrupts.
"""
import variant

import os
import signal
import threading
import time

from concurrent.futures import ThreadPoolExecutor, thread
from gates import PATIENCE, Threads, gated_thread, tell, until

forever, inside = threading.Event(), threading.Event()


def hold_a_start_up(executor):
    """Have a worker of *executor* started that never comes to be."""
    def gate():
        inside.set()
        forever.wait()

    submitter = threading.Thread(target=executor.submit, args=(int,),
                                 daemon=True)
    threading.Thread = gated_thread(executor, gate)
    submitter.start()
    inside.wait(PATIENCE)


def exit_waits(for_what):
    """Exit waits for a `holder`, a `start`, or a `worker`; tell when it does.
    """
    pool = ThreadPoolExecutor(1)

    def hold():
        with thread._global_shutdown_lock:
            forever.wait()

    def watch():
        until(lambda: thread._shutdown)
        tell('exiting')

    watcher = threading.Thread(target=watch, daemon=True)
    if for_what == 'holder':
        threading.Thread(target=hold, daemon=True).start()
        until(thread._global_shutdown_lock.locked)
    elif for_what == 'start':
        hold_a_start_up(pool)
    else:
        pool.submit(forever.wait)
    watcher.start()
    return pool


def ctrl_c_while_exit_waits_for_a_start():
    """And another worker is busy."""
    def work():
        until(lambda: thread._shutdown)
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.5)
        tell('completed')

    pool, busy = ThreadPoolExecutor(1), ThreadPoolExecutor(1)
    hold_a_start_up(pool)
    busy.submit(work)
    return pool, busy


def exit_handler_inside_submit():
    """A signal handler calls it, in the middle of the start of a worker."""
    pool = ThreadPoolExecutor(2)
    pool.submit(int)
    signal.signal(signal.SIGUSR1, lambda *args: thread._python_exit())
    pool._threads = Threads(lambda t: os.kill(os.getpid(), signal.SIGUSR1))
    try:
        pool.submit(tell, 'done')
        tell('accepted')
    except RuntimeError:
        tell('refused')
    return pool


def worker_that_never_says_that_it_started():
    """It dies of a MemoryError; its submitter waits in Thread.start()."""
    stock = threading._set_sentinel

    def no_memory():
        if threading.get_ident() == submitter.ident:
            return stock()      # that is the submitter's own
        inside.set()
        raise MemoryError

    pool = ThreadPoolExecutor(1)
    submitter = threading.Thread(target=pool.submit, args=(int,), daemon=True)
    threading._set_sentinel = no_memory
    submitter.start()
    inside.wait(PATIENCE)
    tell('exits')
    return pool


variant.main(globals())
