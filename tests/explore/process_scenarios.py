"""What is explored of process pools: programs of a few threads and processes.

A scenario is a function of a `World`, as in scenarios.py.
"""
import functools
import os
import signal
import sys
import weakref

import system
from scenarios import HUNG, threading
from scheduler import SCHEDULER

system.control()

import multiprocessing                                  # noqa: E402
from concurrent.futures import process                  # noqa: E402
from multiprocessing import connection, util            # noqa: E402
from multiprocessing.process import BaseProcess         # noqa: E402

NEW = sys.version_info >= (3, 7)
THREADS = '_threads_wakeups' if NEW else '_threads_queues'
Broken = process.BrokenProcessPool


def _telling(attribute):
    """Return a property that tells the scheduler of its use."""
    key = 'told ' + attribute

    def get(self):
        value, name = vars(self)[key]
        SCHEDULER.touch(name, write=False)
        return value

    def set_(self, value):
        _, name = vars(self).get(key) or (
            None, (attribute, SCHEDULER.new_name()))
        SCHEDULER.touch(name)
        vars(self)[key] = value, name

    return property(get, set_)


# The exit handler looks at these with no lock.
threading.Event._flag = _telling('_flag')
threading.Thread._is_stopped = _telling('_is_stopped')
threading.main_thread()._started._flag = True
threading.main_thread()._is_stopped = False


class _Processes(dict):
    """In place of a set, whose order varies from run to run."""

    def add(self, item):
        self[item] = None

    def discard(self, item):
        self.pop(item, None)


def _start_new_thread(function, args):
    thread = function.__self__
    task = SCHEDULER.spawn(function, args)
    is_manager = thread._target is process._queue_management_worker
    task.name = '%s%d' % ('M' if is_manager else 'F', task.number)
    # A feeder carries on at once: the worker that waits for it can be late.
    task.eager = not is_manager


def _run(self, run=threading.Thread.run):
    """`Thread.run`, in place of printing a traceback."""
    try:
        run(self)
    except SystemExit:
        raise       # from `Scheduler.reset`
    except BaseException as exc:
        SCHEDULER.current.error = exc


threading.Thread.run = _run


class Item:
    """A work item as its submitter sees it."""

    future = error = None
    started = finished = in_time = False


class World:
    """The pools, threads and processes of one run, and what became of them."""

    current = None

    def __init__(self):
        World.current = self
        self.may_break = False  # whether a broken pool is no failure
        self.allowed = set()    # other failures that are none
        self.items = []
        self.in_time = True     # until the process has ended
        self.in_handler = False
        self.interrupted = False
        self.late = ()          # threads and processes left by then
        self.child = 0

    # What scenarios are made of.

    def pool(self, workers=1, **options):
        return process.ProcessPoolExecutor(workers, **options)

    def submit(self, pool, function=None, allowed=()):
        """Submit an item that calls *function*, and keep what came of it."""
        item = Item()
        item.function = function
        self.items.append(item)
        try:
            item.future = pool.submit(work, len(self.items) - 1)
        except allowed as exc:
            item.error = exc
        except RuntimeError as exc:
            if not (self.may_break if isinstance(exc, Broken)
                    else 'new futures after' in str(exc)):
                raise
            item.error = exc

    def settle(self, function, *args):
        """Run *function* in a thread, undisturbed, until all is quiet."""
        SCHEDULER.spawn(function, args, 'setup', is_worker=False)
        SCHEDULER.run()

    def thread(self, name, function, *args):
        return SCHEDULER.spawn(function, args, name, is_worker=False)

    def exits(self, before=None):
        """The main thread: whatever comes *before*, and the exit handlers.

        In the interpreter's order: multiprocessing's, which joins processes,
        was registered first and so comes last.
        """
        def main():
            if before is not None:
                before()
            try:
                self.in_handler = True
                process._python_exit()
            except KeyboardInterrupt:
                self.interrupted = True
            self.in_handler = False
            left = [] if self.interrupted else self._running_threads()
            util._exit_function()
            # Who was done by now?
            SCHEDULER.touch('exit')
            self.in_time = False
            self.late = left + [task for task in SCHEDULER.tasks
                                if task.is_worker and not task.done]
        self.exit = self.thread('E', main)
        self.exit.ident = threading.main_thread().ident

    def _running_threads(self):
        SCHEDULER.touch('exit')
        return [task for task in SCHEDULER.tasks
                if task.name[0] == 'M' and not task.done]

    def first_worker(self):
        return next(iter(system.SYSTEM.processes))

    # What must hold.

    def failures(self):
        """Return the names of what went wrong, as a sorted list."""
        found = set()
        if SCHEDULER.livelock:
            return ['livelock']
        for task in SCHEDULER.tasks:
            if task.error is not None:
                name = 'manager' if task.name[0] == 'M' else task.name
                found.add('%s raised %s: %s' % (
                    name, type(task.error).__name__, task.error))
            elif not task.done and not task.is_worker:
                found.add('deadlock')
        if self.child:
            found.add('deadlock in the child' if self.child >> 8 == HUNG
                      else 'child failed: status %#x' % self.child)
        if not self.exit.done:
            return sorted(found | {'deadlock'})
        for task in SCHEDULER.tasks:
            if task.is_worker and (task in self.late or not task.done):
                found.add('orphan' if hasattr(task, 'pid') else
                          'manager not joined' if task.name[0] == 'M'
                          else 'feeder not joined')
        for item in self.items:
            if item.future is None:
                if item.started:
                    found.add('refused work ran')
            elif not item.future.done() or not item.in_time and not (
                    self.may_break
                    and isinstance(item.future.exception(), Broken)):
                found.add('work lost')
        return sorted(found - self.allowed)

    def run_child(self, submits):
        """In a forked child: use a pool or not, and exit; does not return."""
        signal.alarm(60)
        self.items = []
        if submits:
            self.submit(self.pool())
        process._python_exit()
        os._exit(0 if all(item.finished for item in self.items) else 1)


def make_world():
    """Return a `World` as after the import of process.py."""
    system.reset()
    multiprocessing.process._children = _Processes()
    threading._start_new_thread = _start_new_thread
    flag = '_global_shutdown' if NEW else '_shutdown'
    setattr(process, flag, False)
    threads = weakref.WeakKeyDictionary()
    threads._remove = functools.partial(_removed, threads._remove)
    setattr(process, THREADS, threads)
    if hasattr(process, '_backport'):
        process._backport.process_id = None
    main = threading.main_thread()
    threading._active.clear()
    threading._active[main.ident] = main
    threading._limbo.clear()
    # So that whoever enters or leaves it tells.
    threading._active_limbo_lock = threading.Lock()
    threading._active_limbo_lock.name = '_limbo'
    return World()


def _removed(remove, reference):
    SCHEDULER.touch(THREADS)
    remove(reference)


def work(number):
    """What a worker process does."""
    item = World.current.items[number]
    item.started = True
    if item.function is not None:
        item.function()
    SCHEDULER.touch('exit', write=False)
    item.finished, item.in_time = True, World.current.in_time


def first_submit(world):
    world.exits()
    world.thread('S', world.submit, world.pool())


def later_submit(world):
    """There is a manager already."""
    pool = world.pool()
    world.settle(world.submit, pool)
    world.exits()
    world.thread('S', world.submit, pool)


def two_pools(world):
    world.exits()
    world.thread('S', world.submit, world.pool())
    world.thread('T', world.submit, world.pool())


def with_statement(world):
    def use(pool):
        with pool:
            world.submit(pool)
    world.exits()
    world.thread('S', use, world.pool())


def broken(world):
    """The worker is killed while another thread submits."""
    world.may_break = True

    def kill(process_id):
        try:
            os.kill(process_id, signal.SIGKILL)
        except ProcessLookupError:
            pass

    pool = world.pool()
    world.settle(world.submit, pool)
    world.exits()
    world.thread('S', world.submit, pool)
    world.thread('K', kill, world.first_worker())


def broken_at_once(world):
    """The worker kills itself, with work that is submitted first."""
    world.may_break = True

    def die():
        os.kill(os.getpid(), signal.SIGKILL)

    def submits():
        world.submit(pool, die)
        world.submit(pool)

    pool = world.pool()
    world.exits()
    world.thread('S', submits)


def _fails():
    raise ValueError('initializer')


def failing_initializer(world):
    world.may_break = True
    pool = world.pool(initializer=_fails)

    def submits():
        world.submit(pool)
        world.submit(pool)

    world.exits()
    world.thread('S', submits)


def nested(world):
    """A signal handler or finaliser submits to another pool, at any point."""
    pool, other = world.pool(), world.pool()
    world.exits()
    task = world.thread('S', world.submit, pool)
    SCHEDULER.interrupts[task] = lambda: world.submit(other)


def nested_at_exit(world):
    """The same, in the exit handler."""
    pool, other = world.pool(), world.pool()
    world.settle(world.submit, pool)
    world.exits()
    SCHEDULER.interrupts[world.exit] = lambda: world.submit(other)


def exit_in_a_handler(world):
    """A signal handler calls the exit handler, at any point of submit."""
    pool, other = world.pool(), world.pool()
    world.settle(world.submit, other)
    world.exits(before=lambda: world.submit(pool))
    SCHEDULER.interrupts[world.exit] = process._python_exit


def shutdown(world):
    """Another thread shuts one of two pools down."""
    pool, other = world.pool(), world.pool()
    world.settle(world.submit, pool)
    world.settle(world.submit, other)
    world.exits()
    world.thread('T', pool.shutdown)


def shutdown_submit(world):
    """Another thread shuts the pool down that this one submits to."""
    pool = world.pool()
    world.exits()
    world.thread('S', world.submit, pool)
    world.thread('T', pool.shutdown)


def collected(world):
    """The last reference to a pool goes."""
    pools = [world.pool()]
    world.settle(world.submit, pools[0])

    def free():
        SCHEDULER.touch('an executor')
        pools.clear()

    world.exits()
    world.thread('S', free)


def ctrl_c(world):
    """Ctrl-C ends the exit handler's wait for a start.

    What is being started then has no time to end.  But the managers that have
    started are told, or multiprocessing waits for their workers for ever.
    """
    def interrupt():
        # What it meets depends on everything.
        SCHEDULER.touch(('ctrl-c', SCHEDULER._state))
        if world.in_handler and world.exit.timed:
            world.exit.thrown = KeyboardInterrupt()

    world.allowed |= {'orphan', 'manager not joined', 'feeder not joined'}
    world.settle(world.submit, world.pool())
    world.exits()
    world.thread('S', world.submit, world.pool())
    world.thread('C', interrupt)


def unstarted_manager(world):
    """Its native thread cannot be started, the first time."""
    pool = world.pool()
    failures = [RuntimeError("can't start new thread")]

    def start_new_thread(function, args):
        if failures:
            raise failures.pop()
        _start_new_thread(function, args)

    def submits():
        try:
            pool.submit(work, 'never')
        except RuntimeError:
            world.submit(pool)

    threading._start_new_thread = start_new_thread
    world.exits()
    world.thread('S', submits)


def failing_fork(world):
    """The second of two workers cannot be forked, the first time."""
    pool = world.pool(2)
    system.SYSTEM.failing_fork = 2

    def submits():
        world.submit(pool, allowed=BlockingIOError)
        world.submit(pool)

    world.exits()
    world.thread('S', submits)


def fork(world, child_submits=False):
    """The main thread forks; another is in its first or second submit."""
    pool = world.pool()

    def forks():
        process_id = SCHEDULER.fork()
        if process_id == 0:
            world.run_child(child_submits)
        world.child = os.waitpid(process_id, 0)[1]

    def submits():
        world.submit(pool)
        world.submit(pool)

    # The submitter goes first: the fork meets it wherever it is preempted.
    world.thread('S', submits)
    world.exits(before=forks)


def fork_submit(world):
    """The same, and the child uses a pool of its own before it exits."""
    fork(world, child_submits=True)


SCENARIOS = {function.__name__.replace('_', '-'): function for function in (
    first_submit, later_submit, with_statement, broken, broken_at_once,
    failing_initializer, nested, nested_at_exit, exit_in_a_handler, shutdown,
    shutdown_submit, collected, ctrl_c, unstarted_manager, failing_fork, fork,
    fork_submit, two_pools)}
