"""What is explored: programs of a few threads, each racing against exit.

A scenario is a function of a `World`.  It sets up pools, undisturbed, and says
which threads there are; the exit handler is called by one of them.
"""
import os
import sys
import types
from functools import partial

from scheduler import SCHEDULER
from world import Interruption, World, is_inside, thread, threading


# A submit, and an exit.

def new_pool(world, kind=thread.ThreadPoolExecutor):
    world.exits()
    world.thread('S', world.submit, world.pool(kind=kind))


def growing_pool(world, kind=thread.ThreadPoolExecutor):
    pool = world.busy_pool(kind)
    world.exits()
    world.thread('S', world.submit, pool)


def full_pool(world, kind=thread.ThreadPoolExecutor):
    pool = world.used_pool(kind=kind)
    world.exits()
    world.thread('S', world.submit, pool)


def from_a_worker(world):
    """The work submits more work to its own pool."""
    world.busy_pool(then=world.submit)
    world.exits()


def told_pool(world):
    """The work submits to another pool, which exit may have told."""
    pool = world.used_pool()
    world.busy_pool(then=lambda _: world.submit(pool))
    world.exits()


def fresh_pool(world, kind=thread.ThreadPoolExecutor):
    """The work submits to a pool that nobody has used.

    Exit has not closed: a submit that looks at nothing is done.
    """
    world.must_do = kind is OldSubmit
    world.busy_pool(then=lambda _: world.submit(world.pool(kind=kind)))
    world.exits()


def with_pool(world):
    """The submitter itself tells the workers to leave, and joins them."""
    def uses():
        with world.pool() as pool:
            world.submit(pool)

    world.exits()
    world.thread('S', uses)


def two_pools(world, kind=thread.ThreadPoolExecutor):
    new_pool(world, kind)
    world.thread('T', world.submit, world.pool(kind=kind))


def freed_thread(world):
    """Another thread frees a pool whose worker has left."""
    pools = [world.pool()]

    def use():
        world.submit(pools[0])
        pools[0].shutdown()

    def free():
        SCHEDULER.touch('life')     # its weak reference is dead from here on
        pools.clear()

    world.settle(use)
    world.exits()
    world.thread('S', free)


# A signal handler or finaliser, at any point.

def nested(world, kind=thread.ThreadPoolExecutor):
    """In the middle of a submit it submits to another pool."""
    pool, other = world.pool(kind=kind), world.pool(kind=kind)
    world.exits()
    task = world.thread('S', world.submit, pool)
    SCHEDULER.interrupt(task, partial(world.submit, other))


def nested_in_exit(world):
    """In the middle of the exit handler it submits to a pool."""
    pool = world.used_pool(2)
    SCHEDULER.interrupt(world.exits(), partial(world.submit, pool),
                        waiting=True)


def crosswise(world):
    """It submits to the full pool that another thread submits to.

    Locks of two executors and one that all share would be taken in a circle.
    (Two finalisers, each into the other's pool, deadlock in stock code.)
    """
    pool, other = world.pool(), world.used_pool()
    world.exits()
    task = world.thread('S', world.submit, pool)
    SCHEDULER.interrupt(task, partial(world.submit, other))
    world.thread('T', world.submit, other)


def stuck(world):
    """In the middle of a submit it waits for ever: others' work is done."""
    world.delayed = True
    world.used_pool()
    world.exits()
    task = world.thread('S', world.submit, world.pool())
    SCHEDULER.interrupt(task, world.hangs)


def dead_start(world):
    """A native thread dies of a MemoryError before its first lines."""
    def dies():
        world.lost.append(SCHEDULER.current)
        raise MemoryError

    world.delayed = True
    world.used_pool()
    world.exits()
    threading._set_sentinel = dies
    world.lost.append(world.thread('S', world.submit, world.pool()))


def late_native_thread(world):
    """The native thread comes when exit joins the other workers."""
    def late(function, args):
        threading._start_new_thread = start_new_thread
        SCHEDULER.spawn(comes, (function, args))

    def comes(function, args):
        late_gate.wait()
        function(*args)

    def work():
        began.set()
        world.gate.wait()
        SCHEDULER.wait(lambda: thread._shutdown)
        late_gate.set()

    began, late_gate = threading.Event(), threading.Event()
    world.settle(world.submit, world.pool(), work)
    world.gate.set()
    start_new_thread = threading._start_new_thread
    threading._start_new_thread = late
    world.thread('S', world.submit, world.pool())
    world.exits()


def handed_over_start(world):
    """Thread.start hands the start over to another thread, and returns.

    Exit does not wait for such a start, which may never come; but it joins what
    has started when it closes.
    """
    class HandsOver(threading.Thread):
        def start(self):
            SCHEDULER.spawn(super().start, (), 'H', is_worker=False)

    def submits():
        thread.threading.Thread = HandsOver
        try:
            world.submit(pool)
        finally:
            thread.threading.Thread = HandsOver.__base__
        SCHEDULER.wait(lambda: pool._threads and all(
            worker._started.is_set() for worker in pool._threads))

    pool = world.pool()
    world.exits(submits)


def interrupted(world):
    """It raises in the main thread's submit, or while that waits; twice."""
    def raises():
        if again:
            SCHEDULER.interrupt(SCHEDULER.current, again.pop(), waiting=True)
        raise Interruption

    again = [raises]
    world.delayed = True
    SCHEDULER.codes |= {threading.Thread.start.__code__}
    SCHEDULER.interrupt(world.exits(world.submit, world.pool()), raises,
                        waiting=True)


def exit_inside(world, kind=thread.ThreadPoolExecutor):
    """In the main thread's submit it calls the exit handler."""
    world.delayed = True
    SCHEDULER.interrupt(world.exits(world.submit, world.pool(kind=kind)),
                        thread._python_exit)


def ctrl_c(world):
    """It ends the wait of the exit handler, which still joins the others."""
    def raises():
        if is_inside(thread._backport._wait):
            world.kept = [worker, world.exit]
            raise Interruption

    world.used_pool()
    worker, = [task for task in SCHEDULER.tasks if task.is_worker]
    SCHEDULER.interrupt(world.exits(), raises, waiting=True)
    # Another world's: what becomes of that is not said.
    world.thread('S', World().submit, world.pool())


# Subclasses.

def _copy(function):
    return types.FunctionType(function.__code__, vars(thread),
                              function.__name__, function.__defaults__)


#: Stock code, for subclasses that bring their own copy.
_STOCK_SUBMIT = _copy(thread.ThreadPoolExecutor.submit)
_STOCK_START_WORKERS = _copy(thread.ThreadPoolExecutor._adjust_thread_count)


class OwnSubmit(thread.ThreadPoolExecutor):

    def submit(self, *args, **kwargs):
        SCHEDULER.point()
        future = super().submit(*args, **kwargs)
        SCHEDULER.point()
        return future


class StockSubmit(thread.ThreadPoolExecutor):
    """It looks at `_shutdown` first, and then puts its work item."""

    submit = _STOCK_SUBMIT


class OldSubmit(thread.ThreadPoolExecutor):
    """It looks at its own flag only, as 3.6's does, and many copies of it."""

    def submit(self, fn, *args):
        with self._shutdown_lock:
            if self._shutdown:
                raise RuntimeError('cannot schedule new futures after shutdown')
            future = thread._base.Future()
            SCHEDULER.point()
            self._work_queue.put(thread._WorkItem(future, fn, args, {}))
            SCHEDULER.point()
            self._adjust_thread_count()
            return future


class OwnStart(OwnSubmit):

    def _adjust_thread_count(self):
        SCHEDULER.point()
        _STOCK_START_WORKERS(self)
        SCHEDULER.point()


class Swallows(thread.ThreadPoolExecutor):

    def _adjust_thread_count(self):
        try:
            super()._adjust_thread_count()
        except RuntimeError:
            pass


class Locking(thread.ThreadPoolExecutor):
    """Stock code, under the lock where there is one, as in 3.9."""

    def submit(self, *args, **kwargs):
        with getattr(thread, '_global_shutdown_lock', threading.Lock()):
            SCHEDULER.point()
            SCHEDULER.touch('global _shutdown', write=False)
            if thread._shutdown:
                raise RuntimeError(
                    'cannot schedule new futures after interpreter shutdown')
            return _STOCK_SUBMIT(self, *args, **kwargs)


class OwnCopy(Locking):
    """All of it, as a module has that was copied from 3.9."""

    _adjust_thread_count = _STOCK_START_WORKERS


def slow_start(world):
    """It takes longer than exit, which does not wait for it."""
    class Slow(thread.ThreadPoolExecutor):

        def _adjust_thread_count(self):
            SCHEDULER.wait(lambda: not world.in_time)
            super()._adjust_thread_count()

    new_pool(world, Slow)


# Forks.

def fork(world, kind=thread.ThreadPoolExecutor):
    """The main thread forks; another is in its first or second submit.

    The child uses a pool of its own before it exits.
    """
    def in_child():
        world.submit(world.pool())
        thread._python_exit()
        world.end_child(world.items[0].finished)

    def submits():
        world.submit(pool)
        world.submit(pool)

    SCHEDULER.lock_points = True    # one may be forked while it is held
    pool = world.pool(kind=kind)
    # The submitter goes first: the fork meets it wherever it is preempted.
    world.thread('S', submits)
    world.exits(world.forks, in_child)


def fork_inside(world):
    """A finaliser forks in the middle of submit, which goes on in the child."""
    SCHEDULER.interrupt(world.exits(world.submit, world.pool()),
                        partial(world.forks, int))


def fork_late(world):
    """Late work, in a pool of its own, forks, and the child submits.

    On 3.6 that is accepted; from 3.7 on, stock code refuses it as well.
    """
    def in_child():
        world.submit(world.pool())
        item, = world.items
        if sys.version_info < (3, 7) or not item.refused:
            SCHEDULER.wait(lambda: item.finished)
        os._exit(0)

    world.busy_pool(then=lambda pool: world.submit(
        world.pool(), partial(world.forks, in_child)))
    world.exits()


SCENARIOS = {function.__name__.replace('_', '-'): function for function in (
    new_pool, growing_pool, full_pool, from_a_worker, told_pool, fresh_pool,
    with_pool, two_pools, freed_thread, nested, nested_in_exit, crosswise,
    stuck, dead_start, late_native_thread, handed_over_start, interrupted,
    exit_inside, ctrl_c, slow_start, fork, fork_inside, fork_late)}
SCENARIOS.update({name: partial(function, kind=kind)
                  for name, function, kind in (
    ('own-submit', new_pool, OwnSubmit), ('own-start', new_pool, OwnStart),
    ('own-copy', new_pool, OwnCopy), ('stock-submit', full_pool, StockSubmit),
    ('old-submit', new_pool, OldSubmit), ('fresh-old', fresh_pool, OldSubmit),
    ('swallows', new_pool, Swallows), ('locking', growing_pool, Locking),
    ('nested-locking', nested, Locking), ('two-locking', two_pools, OwnCopy),
    ('exit-inside-locking', exit_inside, OwnCopy),
    ('fork-locking', fork, OwnCopy))})
