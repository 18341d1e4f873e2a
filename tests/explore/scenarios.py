"""What is explored: programs of a few threads, each racing against exit.

A scenario is a function of a `World`.  It sets up pools, undisturbed, and says
which threads there are; the exit handler is one of them.
"""
import os
import signal
import types

from scheduler import SCHEDULER, control

threading = control()

from concurrent.futures import thread   # noqa: E402  on controlled threads


def _copy(function):
    return types.FunctionType(function.__code__, vars(thread),
                              function.__name__, function.__defaults__)


#: Stock code, for subclasses that bring their own copy.
_STOCK_SUBMIT = _copy(thread.ThreadPoolExecutor.submit)
_STOCK_START_WORKERS = _copy(thread.ThreadPoolExecutor._adjust_thread_count)

HUNG = 3    # exit status of a child that can never exit


class Item:
    """A work item as its submitter sees it."""

    accepted = refused = started = finished = in_time = False


class World:
    """The pools and threads of one run, and what became of them."""

    def __init__(self):
        self.items = []
        self.in_time = True     # until the exit handler returns
        self.late_workers = False
        self.child = 0
        self.gate = threading.Event()

    # What scenarios are made of.

    def pool(self, workers=1, kind=thread.ThreadPoolExecutor):
        return kind(workers)

    def submit(self, pool, function=None):
        """Submit an item that calls *function*, and keep what came of it."""
        item = Item()
        self.items.append(item)
        try:
            pool.submit(self._work, item, function)
        except RuntimeError as exc:
            if 'after interpreter shutdown' not in str(exc) and (
                    'after shutdown' not in str(exc)):
                raise
            item.refused = True
        else:
            item.accepted = True

    def _work(self, item, function):
        item.started = True
        SCHEDULER.point()
        if function is not None:
            function()
        SCHEDULER.touch('exit', write=False)
        item.finished, item.in_time = True, self.in_time

    def settle(self, function, *args):
        """Run *function* in a thread, undisturbed, until all is quiet."""
        SCHEDULER.spawn(function, args, 'setup', is_worker=False)
        SCHEDULER.run()

    def thread(self, name, function, *args):
        return SCHEDULER.spawn(function, args, name, is_worker=False)

    def exits(self, before=None):
        """The main thread: whatever comes *before*, and the exit handler."""
        def main():
            if before is not None:
                before()
            thread._python_exit()
            # Who was done by now?
            SCHEDULER.touch('exit')
            self.in_time = False
            self.late_workers = not self._all_joined()
        self.exit = self.thread('E', main)
        self.exit.ident = threading.main_thread().ident

    def _all_joined(self):
        return all(task.done for task in SCHEDULER.tasks if task.is_worker)

    # What must hold.

    def failures(self):
        """Return the names of what went wrong, as a sorted list."""
        found = set()
        if SCHEDULER.livelock:
            return ['livelock']
        for task in SCHEDULER.tasks:
            if task.error is not None:
                found.add('%s raised %s: %s' % (
                    task.name, type(task.error).__name__, task.error))
            elif not task.done and not task.is_worker:
                found.add('deadlock')
        if self.child:
            found.add('deadlock in the child' if self.child >> 8 == HUNG
                      else 'child failed: status %#x' % self.child)
        if not self.exit.done or self.exit.error:
            return sorted(found or ['deadlock'])
        if self.late_workers or not self._all_joined():
            found.add('worker not joined')
        elif any(item.accepted and not item.in_time for item in self.items):
            found.add('work left behind')
        if any(item.refused and item.started for item in self.items):
            found.add('refused work ran')
        return sorted(found)

    def run_child(self, submits):
        """In a forked child: use a pool or not, and exit; does not return."""
        signal.alarm(60)
        self.items = []
        if submits:
            self.submit(self.pool())
        thread._python_exit()
        os._exit(0 if all(item.finished for item in self.items) else 1)


def new_pool(world):
    world.exits()
    world.thread('S', world.submit, world.pool())


def growing_pool(world):
    pool = world.pool(2)
    world.settle(world.submit, pool, world.gate.wait)
    world.gate.set()
    world.exits()
    world.thread('S', world.submit, pool)


def full_pool(world):
    pool = world.pool()
    world.settle(world.submit, pool)
    world.exits()
    world.thread('S', world.submit, pool)


def from_a_worker(world):
    """The work submits more work to its own pool."""
    pool = world.pool(2)

    def work():
        world.gate.wait()
        world.submit(pool)

    world.settle(world.submit, pool, work)
    world.gate.set()
    world.exits()


def nested(world):
    """A signal handler or finaliser submits to another pool, at any point."""
    pool, other = world.pool(), world.pool()
    world.exits()
    task = world.thread('S', world.submit, pool)
    SCHEDULER.interrupts[task] = lambda: world.submit(other)


def freed_thread(world):
    """Another thread frees a pool whose worker has left."""
    pools = [world.pool()]

    def use():
        world.submit(pools[0])
        pools[0].shutdown()

    def free():
        SCHEDULER.touch('data')     # its weak reference is dead from here on
        pools.clear()

    world.settle(use)
    world.exits()
    world.thread('S', free)


class OwnSubmit(thread.ThreadPoolExecutor):

    def submit(self, *args, **kwargs):
        SCHEDULER.point()
        future = super().submit(*args, **kwargs)
        SCHEDULER.point()
        return future


class OwnStart(OwnSubmit):

    def _adjust_thread_count(self):
        SCHEDULER.point()
        _STOCK_START_WORKERS(self)
        SCHEDULER.point()


class OwnCopy(thread.ThreadPoolExecutor):
    """All of stock code, under the lock where there is one, as in 3.9."""

    _adjust_thread_count = _STOCK_START_WORKERS

    def submit(self, *args, **kwargs):
        with getattr(thread, '_global_shutdown_lock', threading.Lock()):
            SCHEDULER.point()
            SCHEDULER.touch('global _shutdown', write=False)
            if thread._shutdown:
                raise RuntimeError(
                    'cannot schedule new futures after interpreter shutdown')
            return _STOCK_SUBMIT(self, *args, **kwargs)


def own_copy(world):
    world.exits()
    world.thread('S', world.submit, world.pool(kind=OwnCopy))


def own_submit(world):
    world.exits()
    world.thread('S', world.submit, world.pool(kind=OwnSubmit))


def own_start(world):
    world.exits()
    world.thread('S', world.submit, world.pool(kind=OwnStart))


def two_pools(world):
    world.exits()
    world.thread('S', world.submit, world.pool())
    world.thread('T', world.submit, world.pool())


def crosswise(world):
    """A finaliser submits to the full pool that another thread submits to.

    Locks of two executors and one that all share would be taken in a circle.
    (Two finalisers, each into the other's pool, deadlock in stock code.)
    """
    pool, other = world.pool(), world.pool()
    world.settle(world.submit, other)
    world.exits()
    task = world.thread('S', world.submit, pool)
    SCHEDULER.interrupts[task] = lambda: world.submit(other)
    world.thread('T', world.submit, other)


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


# A lock may be forked while it is held.
fork.lock_points = fork_submit.lock_points = True

SCENARIOS = {function.__name__.replace('_', '-'): function for function in (
    new_pool, growing_pool, full_pool, from_a_worker, nested, own_submit,
    own_start, own_copy, freed_thread, two_pools, crosswise, fork, fork_submit)}
