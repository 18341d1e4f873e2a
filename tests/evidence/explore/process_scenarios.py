"""What is explored of process pools; see scenarios.py."""
import linecache
import os
import signal
import sys
from functools import partial

import system
from process_world import World, multiprocessing, process, threading
from scheduler import SCHEDULER
from world import Interruption, is_inside

# A submit, and an exit.


def first_submit(world):
    world.thread('S', world.submit, world.pool())
    world.exits()


def later_submit(world):
    """There is a manager already."""
    world.thread('S', world.submit, world.used_pool())
    world.exits()


def with_pool(world):
    """The submitter itself tells the manager to leave, and joins it."""
    def uses():
        with world.pool() as pool:
            world.submit(pool)

    world.thread('S', uses)
    world.exits()


# Broken pools.


def _submits_twice(world, pool, function=None):
    world.submit(pool, function)
    world.submit(pool)


def broken(world):
    """The worker is killed; the manager has not seen it yet."""
    world.may_break = True
    pool = world.used_pool()
    os.kill(world.tasks('P')[0].process_id, signal.SIGKILL)
    world.thread('S', world.submit, pool)
    world.exits()


def broken_at_once(world):
    """The worker kills itself, with the work that is submitted first."""
    def dies():
        os.kill(os.getpid(), signal.SIGKILL)

    world.may_break = True
    world.thread('S', _submits_twice, world, world.pool(), dies)
    world.exits()


def _raises():
    raise ValueError


def failing_initializer(world):
    world.may_break = True
    world.thread('S', _submits_twice, world, world.pool(initializer=_raises))
    world.exits()


# Starts that fail.


def failing_fork(world):
    """The second of two workers cannot be forked, the first time."""
    system.SYSTEM.failing_fork = 2
    world.may_break = True
    world.thread('S', _submits_twice, world, world.pool(2))
    world.exits()


def failing_start(world):
    """The manager's native thread cannot be started, the first time."""
    def fails(function, args):
        threading._start_new_thread = start_new_thread
        raise RuntimeError("can't start new thread")

    start_new_thread = threading._start_new_thread
    threading._start_new_thread = fails
    world.may_break = True
    world.thread('S', _submits_twice, world, world.pool())
    world.exits()


# A signal handler or finaliser, at any point.


def nested(world):
    """In the middle of a submit it submits to another pool."""
    other = world.pool()
    task = world.thread('S', world.submit, world.pool())
    SCHEDULER.interrupt(task, partial(world.submit, other))
    world.exits()


def nested_in_exit(world):
    """In the middle of the exit handler it submits to a pool."""
    world.idle()
    SCHEDULER.interrupt(world.exits(), partial(world.submit, world.pool()),
                        waiting=True)


def _raises_but_at(*texts):
    """Return what raises unless submit is at a line with one of *texts*."""
    def raises():
        frame = sys._getframe()
        while frame.f_code.co_name != 'submit':
            frame = frame.f_back
        line = linecache.getline(frame.f_code.co_filename, frame.f_lineno)
        if not any(text in line for text in texts):
            raise Interruption
    return raises


def interrupted(world):
    """It raises in the main thread's submit, which is called again."""
    def submits():
        world.submit(pool)
        SCHEDULER.interrupts.clear()
        world.submit(pool)

    pool = world.pool()
    SCHEDULER.codes -= STARTING_WORKERS
    multiprocessing.process._children.points = False
    # As on stock, the manager can get one work id twice, or never, so that it
    # stays for the work item.
    SCHEDULER.interrupt(world.exits(submits), _raises_but_at(
        '_queue_count +=', '_work_ids.put(', 'if _global_shutdown:',
        'if _shutdown and'), waiting=True)


def ctrl_c(world):
    """It ends the exit handler's wait for a start.

    The pool that is being started may hang, as on stock: multiprocessing closes
    its queue, and waits for its workers.  But the managers that have started
    are told, and leave.
    """
    def raises():
        if is_inside(process._backport._wait):
            world.lost += [task for task in SCHEDULER.tasks
                           if task not in kept + [world.exit]]
            raise Interruption

    kept = world.ended = world.idle()
    world.allowed.add('orphan')
    SCHEDULER.interrupt(world.exits(), raises, waiting=True)
    world.thread('S', World().submit, world.pool())


# Other threads.


def shutdown(world):
    """One shuts one of two pools down."""
    world.idle()
    pool = world.used_pool()
    SCHEDULER.codes |= CLOSING
    world.thread('T', pool.shutdown)
    world.exits()


def shutdown_after(world):
    """The submitter shuts the pool down at once, and does not wait."""
    def submits():
        world.submit(pool)
        pool.shutdown(wait=False)

    if sys.version_info >= (3, 7):
        # As on stock: the manager meets queues that have been closed.
        world.allowed |= {'deadlock', 'printed OSError', 'printed ValueError',
                          'printed AssertionError'}     # of 3.7
    pool = world.pool()
    world.thread('S', submits)
    world.exits()


def shutdown_submit(world):
    """One shuts the pool down that another submits to."""
    pool = world.pool()
    world.thread('S', world.submit, pool)
    world.thread('T', pool.shutdown)
    world.exits()


def collected(world):
    """One drops the last reference to a pool."""
    def drops():
        SCHEDULER.touch('an executor')
        pools.clear()

    pools = [world.pool()]
    world.settle(lambda: world.submit(pools[0]))
    world.thread('T', drops)
    world.exits()


def fork(world):
    """The main thread forks; another is in its first or second submit.

    The child uses a pool of its own before it exits.
    """
    def in_child():
        world.submit(world.pool())
        process._python_exit()
        world.end_child(world.items[0].finished)

    world.thread('S', _submits_twice, world, world.pool())
    world.exits(world.forks, in_child)


Connection = multiprocessing.connection.Connection
CLOSING = frozenset(function.__code__ for function in (
    Connection.close, Connection._check_closed, Connection._send))
STARTING_WORKERS = frozenset([
    process.ProcessPoolExecutor._adjust_process_count.__code__])

SCENARIOS = {'process-' + function.__name__.replace('_', '-'): function
             for function in (
    first_submit, later_submit, with_pool, broken, broken_at_once,
    failing_initializer, failing_fork, failing_start, nested, nested_in_exit,
    interrupted, ctrl_c, shutdown, shutdown_after, shutdown_submit, collected,
    fork)}
