"""Programs that do with thread pools what works on stock."""
import variant

import os
import queue
import signal
import sys
import threading
import time
import weakref

from gates import PATIENCE, tell, until
# Before concurrent.futures: see there.
from late_submit import (inside, kept, start, submit_late, submit_refused,
                         submitted)
import asyncio
from concurrent.futures import ThreadPoolExecutor, thread
from thread_losses import OwnSubmit

OLD = sys.version_info < (3, 7)


def declared():
    return thread._shutdown


# Exit.

def full_queues():
    """Each behind a job that does not end; one Ctrl-C."""
    def job(pool):
        # It keeps the pool, else a weak reference would put None.
        threading.Event().wait()

    for _ in range(3):
        pool = ThreadPoolExecutor(1)
        pool._work_queue = queue.Queue(1)
        pool.submit(job, pool)
        until(pool._work_queue.empty)
        pool.submit(job, pool)
    interrupt_exit()


def hanging_start():
    """And a job that does not end; one Ctrl-C."""
    def gated(worker):
        if worker.name == 'hangs_0':
            starts.set()
            threading.Event().wait()
        start_thread(worker)

    starts, start_thread = threading.Event(), threading.Thread.start
    threading.Thread.start = gated
    pool, hangs = ThreadPoolExecutor(1), ThreadPoolExecutor(1, 'hangs')
    pool.submit(threading.Event().wait)
    threading.Thread(target=hangs.submit, args=(int,), daemon=True).start()
    starts.wait(PATIENCE)
    interrupt_exit()
    return pool, hangs


def interrupt_exit():
    def interrupt():
        until(declared)
        until(lambda: False, 0.5)
        tell('interrupts')
        os.kill(os.getpid(), signal.SIGINT)

    signal.signal(signal.SIGINT, signal.default_int_handler)
    threading.Thread(target=interrupt, daemon=True).start()


def by_hand():
    """The exit handler is called twice, and the first time is interrupted."""
    def alarm(signum, frame):
        raise TimeoutError

    done = threading.Event()
    pool = ThreadPoolExecutor(1)
    pool._work_queue = queue.Queue(1)
    pool.submit(done.wait)
    until(pool._work_queue.empty)
    pool.submit(tell, 'done')
    signal.signal(signal.SIGALRM, alarm)
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    try:
        thread._python_exit()
    except TimeoutError:
        tell('interrupted')
    done.set()
    return pool


def start_ends_while_exit_looks():
    """Exit finds the worker among those that start, and among the others."""
    class Workers(weakref.WeakKeyDictionary):
        def keyrefs(self):
            looks.set()
            entered.wait(PATIENCE)
            return super().keyrefs()

        def items(self):
            found = list(super().items())
            looks.set()
            return found

        def __setitem__(self, worker, work_queue):
            super().__setitem__(worker, work_queue)
            entered.set()

    def gated(worker):
        if worker.name == 'late_0':
            starts.set()
            looks.wait(PATIENCE)
        start_thread(worker)

    starts, looks, entered = [threading.Event() for _ in range(3)]
    thread._threads_queues = Workers()
    start_thread = threading.Thread.start
    threading.Thread.start = gated
    pool = ThreadPoolExecutor(1, 'late')
    pool._work_queue = queue.PriorityQueue()    # two Nones do not compare
    threading.Thread(target=pool.submit, args=(time.sleep, 0.2),
                     daemon=True).start()
    starts.wait(PATIENCE)
    return pool


# Late work: a job does it that exit waits for.

def with_pool():
    with ThreadPoolExecutor() as pool:
        return pool.submit(len, 'abc').result(PATIENCE)


def full_pool():
    with ThreadPoolExecutor(2) as pool:
        return len(list(pool.map(time.sleep, [0.01] * 9)))


def nested():
    with ThreadPoolExecutor() as pool:
        return pool.submit(with_pool).result(PATIENCE)


def in_a_loop(use):
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(use(loop))
    finally:
        loop.close()


def run_in_executor():
    async def use(loop):
        return await loop.run_in_executor(None, len, 'abc')

    return in_a_loop(use)


def getaddrinfo():
    async def use(loop):
        return len(await loop.getaddrinfo('127.0.0.1', 80)) > 0

    return in_a_loop(use)


def own_submit():
    with OwnSubmit(2) as pool:
        return sum(future.result(PATIENCE) for future in [
            pool.submit(len, 'abc') for n in range(5)])


def bare_call():
    with ThreadPoolExecutor(1) as pool:
        pool._adjust_thread_count()
        return len(pool._threads)


def late(job):
    """Tell what the function *job* makes when exit waits for it."""
    def work():
        until(declared)
        try:
            tell(globals()[job]())
        except RuntimeError:
            tell('refused')

    pool = ThreadPoolExecutor(1)
    pool.submit(work)
    return pool


def endless(executor):
    """Each job submits the next one, to a new pool of that class."""
    def work():
        time.sleep(0.01)
        pool = globals()[executor](1)
        kept.append(pool)
        pool.submit(work)

    pool = ThreadPoolExecutor(1)
    pool.submit(work)
    time.sleep(0.1)
    return pool


def blocked_put():
    """A submit waits for room in the queue when exit begins."""
    pool = ThreadPoolExecutor(1)
    pool._work_queue = queue.Queue(1)
    busy = threading.Event()
    pool.submit(lambda: busy.set() or until(declared))
    busy.wait(PATIENCE)
    # The worker comes to this one when there is room, and stays.
    pool.submit(submitted.wait, PATIENCE)
    inside.set()
    start('daemon_thread', lambda: submit_late(pool))
    until(lambda: pool._work_queue.not_full._waiters)


# Starts that another thread does.

def hand_over(before):
    """Have Thread.start() return; another thread calls *before* with the
    thread, and starts it."""
    def start_them():
        while True:
            t = handed_over.get()
            before(t)
            really_start(t)

    handed_over = queue.Queue()
    really_start = threading.Thread.start
    starter = threading.Thread(target=start_them, daemon=True)
    starter.start()
    threading.Thread.start = lambda t: handed_over.put(t)


def started_when_submit_has_returned():
    """Its work goes on when exit begins."""
    def work():
        began.set()
        until(declared)
        time.sleep(0.3)
        tell('completed')

    returned, began = threading.Event(), threading.Event()
    hand_over(lambda t: returned.wait(PATIENCE))
    pool = ThreadPoolExecutor(1)
    pool.submit(work)
    tell('accepted')
    returned.set()
    began.wait(PATIENCE)
    return pool


def started_while_exit_joins_other_work():
    def work():
        began.set()
        done.wait(PATIENCE)
        time.sleep(0.3)
        tell('completed')

    def other_work():
        tell(began.wait(PATIENCE) and 'began')
        time.sleep(0.1)
        done.set()

    began, done = threading.Event(), threading.Event()
    other, pool = ThreadPoolExecutor(1), ThreadPoolExecutor(1)
    other.submit(other_work)
    hand_over(lambda t: until(declared) and time.sleep(0.1))
    pool.submit(work)
    tell('accepted')
    return other, pool


def exit_twice():
    """The program calls the exit handler, and goes on."""
    def work():
        until(declared)
        time.sleep(0.3)
        tell('completed')

    ThreadPoolExecutor(1).submit(int)
    thread._python_exit()
    thread._shutdown = False
    tell(full_pool())
    pool = ThreadPoolExecutor(1)
    tell(pool.submit(len, 'abc').result(PATIENCE))
    pool.submit(work)
    other = OwnSubmit(1)
    other.submit(work)
    return pool, other


# Refusals.

def refused(why):
    """Tell how a submit is refused after exit was declared."""
    def fail():
        raise OSError

    pool = ThreadPoolExecutor(1, **(
        {'initializer': fail} if why == 'broken' else {}))
    kept.append(pool)
    pool.submit(int)
    if why == 'shut down':
        pool.shutdown()
    elif why == 'broken':
        until(lambda: pool._broken)
    start('daemon_thread', lambda: submit_refused(
        pool, lambda: declared() and (why != 'told by exit'
                                      or pool._shutdown)))


variant.main(globals())
