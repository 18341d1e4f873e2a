"""The process pools, threads and processes of one run; see world.py."""
import importlib
import sys

import system
import world
from primitives import Dict
from scheduler import SCHEDULER
from world import Interruption, threading

system.control()

import multiprocessing                                  # noqa: E402
import multiprocessing.connection                       # noqa: E402
from multiprocessing import util                        # noqa: E402

process = importlib.import_module('concurrent.futures.process')

Broken = process.BrokenProcessPool
if sys.version_info >= (3, 7):
    FLAG, THREADS = '_global_shutdown', '_threads_wakeups'
else:
    FLAG, THREADS = '_shutdown', '_threads_queues'


class World(world.World):
    """One run.  What must hold is what must hold of threads, and:

    Futures of accepted work are done.  The exit handler joins the managers, and
    multiprocessing's, which comes next, all processes.
    """

    current = None      # where `work` finds its work item

    def __init__(self):
        super().__init__()
        World.current = self
        self.may_break = False      # whether a broken pool is no failure
        self.allowed = set()        # other failures that are none
        self.ended = None           # exit may hang if these tasks have ended
        self.joined = []            # tasks that are done when exit is

    def pool(self, workers=1, kind=None, **options):
        pool = process.ProcessPoolExecutor(workers, **options)
        for thing in (pool, pool._call_queue, getattr(
                pool, '_queue_management_thread_wakeup', None)):
            if thing is not None:
                thing.owner = pool._shutdown_lock.name
        return pool

    def idle(self):
        """Make a pool that has no work any more; return its tasks.

        They do what they are told as soon as they are told it: there are
        schedules enough without theirs.
        """
        pool = self.used_pool()
        for task in SCHEDULER.tasks:
            task.eager = True
            task.pool = pool
        return list(SCHEDULER.tasks)

    def submit(self, pool, function=None):
        item = world.Item()
        item.function = function
        self.items.append(item)
        try:
            item.future = pool.submit(work, len(self.items) - 1)
        except Interruption:
            pass
        except OSError:
            item.refused = True     # no process could be forked
        except RuntimeError as exc:
            if not (self.may_break if isinstance(exc, Broken)
                    else 'new futures after' in str(exc)
                    or 'start new thread' in str(exc)):
                raise
            item.refused = True
        else:
            item.accepted = True

    def exit_handler(self):
        # In the interpreter's order: what was registered last comes first.
        try:
            process._python_exit()
            SCHEDULER.touch('exit')
            self.late_workers = not all(
                task.done or task in self.lost for task in self.tasks('M'))
        except Interruption:
            pass
        util._exit_function()
        self.joined = [task for task in SCHEDULER.tasks if task.done]

    def tasks(self, kind):
        """Return all processes ('P'), managers ('M') or feeders ('F')."""
        return [task for task in SCHEDULER.tasks if task.name[0] == kind]

    def failures(self, printed):
        for item in self.items:
            if item.accepted and self.may_break and item.future.done() and (
                    isinstance(item.future.exception(), Broken)):
                item.in_time = True
            elif item.accepted and not item.future.done():
                item.in_time = False
        found = super().failures(printed)
        if self.exit.done and not self.exit.error and (
                not set(self.tasks('P')) <= {*self.joined, *self.lost}):
            found = sorted(found + ['orphan'])
        if self.ended and all(task.done for task in self.ended):
            self.allowed.add('deadlock')
        return [failure for failure in found if failure not in self.allowed]


def work(number):
    """What a worker process does."""
    item = World.current.items[number]
    item.started = True
    if item.function is not None:
        item.function()
    SCHEDULER.touch('exit', write=False)
    item.finished, item.in_time = True, World.current.in_time


class Children(Dict):
    """In place of multiprocessing's set, whose order varies from run to run."""

    def add(self, child):
        self[child] = True

    def discard(self, child):
        self.pop(child, None)


def start_new_thread(function, args):
    """In place of ``_thread.start_new_thread``."""
    task = SCHEDULER.spawn(function, args)
    if function.__self__._target is process._queue_management_worker:
        task.name = 'M%d' % task.number
    else:
        # A feeder, which carries on at once: it makes no difference to others
        # than to the worker that gets what it feeds, and which may be late.
        task.name = 'F%d' % task.number
        task.eager = True


def reset():
    """Put process.py back to what it is after its import."""
    system.reset()
    multiprocessing.process._children = Children('children')
    threading._start_new_thread = start_new_thread
    setattr(process, FLAG, False)
    setattr(process, THREADS, type(getattr(process, THREADS))())
    getattr(process, THREADS).data = Dict('data')
    state = getattr(process, '_backport', None)
    if state is not None:
        applied = state.applied
        state.__init__(vars(process))
        state.applied = applied
        state.starting = Dict('starting')
