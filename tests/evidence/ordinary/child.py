"""Runs one program: `python child.py JSON`; programs.py says what it contains.

What happens is written to standard output, a line for each event: a word, the
place of a step in the program, and what became of it.  A job is named by the
place of the step that submits it.
"""
import json
import sys

PROGRAM = json.loads(sys.argv[1])
if PROGRAM['backport'] == 'first':
    import backport     # noqa: F401

import atexit
import gc
import itertools
import multiprocessing
import os
import queue
import signal
import threading
import time
import weakref
from concurrent.futures import (ProcessPoolExecutor, ThreadPoolExecutor,
                                thread)

if '"loop"' in sys.argv[1]:     # It is half of the time that a start takes.
    import asyncio

if PROGRAM['backport'] == 'last':
    import backport     # noqa: F401

LINGER = 0.5    # seconds that a program goes on for its work, at most
PATIENCE = 0.7  # seconds for what else may never come
FORK = ['']     # what is in front of each place, in a forked child


def say(word, place, what=''):
    text = ' '.join(str(what).split())
    os.write(1, ('%s %s%s %s\n' % (word, *FORK, place, text)).encode())


def until(condition, seconds):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.002)


# What is submitted

def job(place, kind, milliseconds):
    say('began', place)
    time.sleep(milliseconds / 1000)
    if kind == 'die':
        os._exit(1)
    say('done', place)
    if kind == 'raise':
        raise ValueError('job')
    return 'unpicklable' if kind != 'unpicklable' else threading.Lock()


def job_of_steps(place, steps):
    say('began', place)
    run(steps, place)
    say('done', place)


def job_of_map(place, number):
    return job('%s/%d' % (place, number), 'quick', 0)


def call(place, work):
    """Return a function and its arguments."""
    if isinstance(work, list):
        return job_of_steps, place, work
    kind, _, milliseconds = work.partition(' ')
    return job, place, kind, int(milliseconds or 0)


# The pools

def initializer():
    pass


def failing():
    raise ValueError('initializer')


class OwnSubmit(ThreadPoolExecutor):
    """A copy of 3.6's, as it is found in programs."""

    def submit(self, fn, *args, **kwargs):
        with self._shutdown_lock:
            if self._shutdown:
                raise RuntimeError(
                    'cannot schedule new futures after shutdown')
            future = thread._base.Future()
            self._work_queue.put(
                thread._WorkItem(future, fn, args, kwargs))
            self._adjust_thread_count()
            return future


class OwnStart(ThreadPoolExecutor):
    """Starts its workers itself."""

    def _adjust_thread_count(self):
        if len(self._threads) < self._max_workers:
            arguments = [weakref.ref(self), self._work_queue]
            if hasattr(self, '_initializer'):
                arguments += [self._initializer, self._initargs]
            worker = threading.Thread(target=thread._worker, args=arguments,
                                      daemon=True)
            worker.start()
            self._threads.add(worker)
            thread._threads_queues[worker] = self._work_queue


class HandsOver(ThreadPoolExecutor):
    """Lets another thread start the workers."""

    def _adjust_thread_count(self):
        threading.Thread(target=super()._adjust_thread_count).start()


class Bounded:
    """At most two jobs are pending."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.free = threading.BoundedSemaphore(2)

    def submit(self, *args, **kwargs):
        if not self.free.acquire(timeout=PATIENCE):
            raise RuntimeError('full')
        try:
            future = super().submit(*args, **kwargs)
        except BaseException:
            self.free.release()
            raise
        future.add_done_callback(lambda future: self.free.release())
        return future


class BoundedThreads(Bounded, ThreadPoolExecutor):
    pass


class BoundedProcesses(Bounded, ProcessPoolExecutor):
    pass


class Priorities(queue.PriorityQueue):

    number = itertools.count()

    def _put(self, item):
        super()._put((item is None, next(self.number), item))

    def _get(self):
        return super()._get()[-1]


class OwnQueue(ThreadPoolExecutor):

    make = None

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._work_queue = self.make()


class LastFirst(OwnQueue):
    make = queue.LifoQueue


class Prioritised(OwnQueue):
    make = Priorities


class FullQueue(OwnQueue):

    def make(self):
        # With fewer places than workers, stock hangs at exit.
        return queue.Queue(self._max_workers)


class Sized(ProcessPoolExecutor):
    """Has no more processes than jobs."""

    def _adjust_process_count(self):
        workers, self._max_workers = self._max_workers, min(
            self._max_workers, self._queue_count)
        try:
            super()._adjust_process_count()
        finally:
            self._max_workers = workers


CLASSES = {'thread': ThreadPoolExecutor, 'process': ProcessPoolExecutor,
           'own-submit': OwnSubmit, 'own-start': OwnStart,
           'hands-over': HandsOver, 'bounded': BoundedThreads,
           'lifo': LastFirst, 'priority': Prioritised, 'full': FullQueue,
           'bounded-process': BoundedProcesses, 'sized-process': Sized}
POOLS, USED = {}, set()
MAKING = threading.RLock()


def pool(number):
    """Return the pool; the first who uses it makes it."""
    with MAKING:
        if number not in POOLS:
            name, workers, *start = PROGRAM['pools'][number]
            options = {'max_workers': workers}
            if start:
                options['initializer'] = {'initializer': initializer,
                                          'failing': failing}[start[0]]
            POOLS[number] = CLASSES[name](**options)
        return POOLS[number]


# The steps.  *futures* are those of the same list of steps.

def used(place, number):
    """Return the pool; say whether this is late and it was used before."""
    executor = pool(number)
    if thread._shutdown and number in USED:
        say('late', place)
    elif not thread._shutdown:
        USED.add(number)
    return executor


def submit(futures, place, number, work):
    future = used(place, number).submit(*call(place, work))
    futures.append((place, future))
    return 'accepted'


def do_map(futures, place, number, items, chunk):
    results = used(place, number).map(
        job_of_map, [place] * items, range(items), timeout=PATIENCE,
        chunksize=chunk)
    say('mapped', place, items)
    return len(list(results))


def cancel(futures, place):
    cancelled = futures[-1][1].cancel()
    if cancelled:
        say('cancelled', futures[-1][0])
    return cancelled


def result(futures, place):
    return futures[-1][1].result(PATIENCE)


def callback(futures, place, steps):
    futures[-1][1].add_done_callback(lambda future: run(steps, place))


def shutdown(futures, place, number, wait):
    pool(number).shutdown(wait=wait)


def with_pool(futures, place, number, steps):
    with pool(number):
        run(steps, place)


def drop(futures, place, number):
    POOLS.pop(number, None)
    gc.collect()


def loop(futures, place, number, work, wait):
    """Run the default executor of a loop, and close it."""
    loop = asyncio.new_event_loop()
    loop.set_default_executor(used(place, number))
    try:
        future = loop.run_in_executor(None, *call(place, work))
        say('outcome', place, 'accepted')
        if wait:
            loop.run_until_complete(asyncio.wait_for(future, PATIENCE))
    finally:
        loop.close()
    return 'accepted'


def resize(futures, place, number, workers):
    pool(number)._max_workers = workers


def kill(futures, place, number):
    for pid in list(pool(number)._processes or ()):
        os.kill(pid, signal.SIGKILL)


def start(futures, place, steps, daemon):
    threading.Thread(target=run, args=[steps, place], daemon=daemon).start()


def at_exit(futures, place, steps):
    atexit.register(run, steps, place)


def alarm(futures, place, steps, milliseconds):
    signal.signal(signal.SIGALRM, lambda *signal: run(steps, place))
    signal.setitimer(signal.ITIMER_REAL, milliseconds / 1000)


def exit_and_go_on(futures, place):
    """Call the exit handler, as test suites and servers do."""
    thread._python_exit()
    thread._shutdown = False


def fork(futures, place, steps):
    pid = os.fork()
    if not pid:
        FORK[0] += place + ':'
        run(steps, place)
        raise SystemExit
    status = []

    def ended():
        status[:] = os.waitpid(pid, os.WNOHANG)
        return status[0]
    until(ended, PATIENCE)
    if not status[0]:
        os.kill(pid, signal.SIGKILL)
        return 'hung'
    return status[1]


STEPS = {
    'submit': submit, 'map': do_map, 'cancel': cancel, 'result': result,
    'callback': callback, 'shutdown': shutdown, 'with': with_pool,
    'drop': drop, 'loop': loop, 'resize': resize, 'kill': kill,
    'thread': start, 'atexit': at_exit, 'alarm': alarm,
    'exit-and-go-on': exit_and_go_on, 'fork': fork,
    'sleep': lambda futures, place, ms: time.sleep(ms / 1000),
    'until-exit': lambda futures, place: until(lambda: thread._shutdown, 0.5),
}


def run(steps, place):
    futures = []
    for number, (name, *arguments) in enumerate(steps):
        step = '%s.%d' % (place, number)
        if name in ('cancel', 'result', 'callback') and not futures:
            continue
        try:
            outcome = STEPS[name](futures, step, *arguments)
        except Exception as exc:
            outcome = 'raised %s: %s' % (type(exc).__name__, exc)
        say('outcome', step, outcome)


# The end

def settled():
    """Return whether nothing accepted is pending: standard output says so."""
    lines = [line.split() for line in os.pread(1, 1 << 20, 0).splitlines()]
    accepted = {place for word, place, *what in lines
                if word == b'outcome' and what == [b'accepted']}
    return accepted <= {place for word, place, *_ in lines
                        if word in (b'done', b'cancelled')}


def main():
    if PROGRAM['start'] != 'fork':
        multiprocessing.set_start_method(PROGRAM['start'])
    run(PROGRAM['steps'], 'main')
    if PROGRAM['linger']:
        until(settled, LINGER)
        gc.collect()
        say('descriptors', '', len(os.listdir('/proc/self/fd')))
    end = PROGRAM['end']
    if end.startswith('SIG'):
        os.kill(os.getpid(), getattr(signal, end))
        time.sleep(PATIENCE)
    if end == 'raise':
        raise KeyError('end')
    if end == 'exit':
        sys.exit(3)


if __name__ == '__main__':
    main()
