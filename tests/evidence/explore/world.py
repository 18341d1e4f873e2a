"""The pools and threads of one run, and what must hold at its end."""
import os
import signal
import sys

from primitives import control
from scheduler import SCHEDULER

threading = control()

from concurrent.futures import thread   # noqa: E402  on controlled threads

HUNG = 3    # exit status of a child that can never exit
VAIN = 10   # so many looks, when nobody else can go on, are a delay


class Item:
    """A work item as its submitter sees it."""

    accepted = refused = started = finished = in_time = False


class Interruption(Exception):
    """What a signal handler raises, or Ctrl-C."""


def is_inside(function):
    """Return whether the calling thread is inside of *function*."""
    frame = sys._getframe()
    while frame is not None and frame.f_code is not function.__code__:
        frame = frame.f_back
    return frame is not None


class World:
    """The pools and threads of one run, and what became of them.

    Accepted work is done before the exit handler returns, and every worker is
    joined; refused work never runs; nobody waits for ever, and the exit handler
    waits for nothing that does not come.
    """

    def __init__(self):
        self.items = []
        self.in_time = True     # until the exit handler returns
        self.late_workers = False
        self.delayed = False    # whether exit may wait in vain, for a while
        self.must_do = False    # whether stock would refuse nothing
        self.lost = []          # threads that need not end
        self.kept = None        # the only ones that must, if not None
        self.child = 0
        self.gate = threading.Event()

    # What scenarios are made of.

    def pool(self, workers=1, kind=thread.ThreadPoolExecutor):
        return kind(workers)

    def used_pool(self, workers=1, kind=thread.ThreadPoolExecutor):
        """Return a pool with a worker that has nothing to do."""
        pool = self.pool(workers, kind)
        self.settle(self.submit, pool)
        return pool

    def busy_pool(self, kind=thread.ThreadPoolExecutor, then=None):
        """Return a pool of two, with a worker that is at work."""
        def work():
            self.gate.wait()
            if then is not None:
                then(pool)

        pool = self.pool(2, kind)
        self.settle(self.submit, pool, work)
        self.gate.set()
        return pool

    def submit(self, pool, function=None):
        """Submit an item that calls *function*, and keep what came of it."""
        item = Item()
        self.items.append(item)
        try:
            pool.submit(self._work, item, function)
        except Interruption:
            pass
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

    def exits(self, before=None, *args):
        """The main thread: whatever comes *before*, and the exit handler."""
        def main():
            if before is not None:
                before(*args)
                SCHEDULER.interrupts.clear()
            try:
                self.exit_handler()
            except Interruption:
                pass
            if SCHEDULER.is_child:
                self.end_child(self._all_joined())
            # Who was done by now?
            SCHEDULER.touch('exit')
            self.in_time = False
            self.late_workers |= not self._all_joined()
        self.exit = self.thread('E', main)
        self.exit.ident = threading.main_thread().ident
        return self.exit

    def exit_handler(self):
        thread._python_exit()

    def hangs(self):
        """Wait for what never comes; the thread need not end."""
        self.lost.append(SCHEDULER.current)
        SCHEDULER.wait(lambda: False)

    def forks(self, in_child):
        """Fork, and call *in_child* there, which may return."""
        process_id = SCHEDULER.fork()
        if process_id:
            self.child = os.waitpid(process_id, 0)[1]
            return
        signal.alarm(60)
        self.items = []
        if sys.stderr.getvalue():
            self.end_child(False)   # threading has said so in its fork hook
        in_child()

    def end_child(self, succeeded):
        os._exit(not succeeded or self._waited_in_vain())

    def _counts(self, task):
        return task not in self.lost and (
            self.kept is None or task in self.kept)

    def _all_joined(self):
        return all(task.done for task in SCHEDULER.tasks
                   if task.is_worker and self._counts(task))

    def _waited_in_vain(self):
        return SCHEDULER.vain > VAIN and not self.delayed

    # What must hold.

    def failures(self, printed):
        """Return the names of what went wrong, as a sorted list."""
        found = set()
        if SCHEDULER.livelock:
            return ['livelock']
        if printed:
            last = printed.rstrip().split('\n')[-1]
            found.add('printed ' + last.split(':')[0])
        for task in SCHEDULER.tasks:
            if not self._counts(task):
                continue
            if task.error is not None:
                found.add('%s raised %s: %s' % (
                    task.name, type(task.error).__name__, task.error))
            elif not task.done and not task.is_worker:
                found.add('deadlock')
        if self.child:
            found.add('deadlock in the child' if self.child >> 8 == HUNG
                      else 'child failed: status %#x' % self.child)
        if self._waited_in_vain():
            found.add('exit waited in vain')
        if not self.exit.done or self.exit.error:
            return sorted(found or ['deadlock'])
        if self.late_workers or not self._all_joined():
            found.add('worker not joined')
        elif any(item.accepted and not item.in_time for item in self.items):
            found.add('work left behind')
        if any(item.refused and item.started for item in self.items):
            found.add('refused work ran')
        if self.must_do and any(item.refused for item in self.items):
            found.add('work refused')
        return sorted(found)
