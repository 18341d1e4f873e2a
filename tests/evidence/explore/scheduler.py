"""Threads whose every switch is decided here, for a model checker.

The threads are greenlets.  A trace function makes each line (or opcode) of the
files under test a point at which another thread may go on: a preemption.  Where
a thread waits or ends, whoever can go on may: a choice.  A schedule is a tuple
of deviations from the default, which is to go on with the same thread as long
as it can and with the first that can after that:

    ('p', n, t)   at point n, go on with thread t
    ('i', n, t)   at point n, interrupt thread t (signal handler, finaliser)
    ('c', n, t)   at choice n, go on with thread t
    ('w', n, t)   at choice n, interrupt thread t, which waits (signal handler)

Two schedules are equivalent if any two operations on the same thing come in the
same order: they lead to the same state.  `Scheduler.touch` keeps a hash of that
order.  A schedule that comes to a state from which all has been explored, with
the same thread to go on and as many preemptions left, is cut short there.  What
a line touches, `footprint.py` tells; locks, queues, threads and what else is a
model (`primitives.py`) tell it themselves.

A wait with a timeout may end without its lock as soon as another thread has
run: a polling loop looks again when there may be something new, and not before.
If nobody else can go on, time passes: it looks again, `PATIENCE` times.
"""
import linecache
import os
import sys

from greenlet import getcurrent, greenlet

PATIENCE = 100      # looks in a row with nothing new, before it is a hang
SWITCHES = 3000     # before it is a livelock
MASK = (1 << 64) - 1


class Task:
    """A thread: its greenlet and what it waits for."""

    def __init__(self, scheduler, name, function, args, is_worker):
        self.number = len(scheduler.tasks)
        self.name = name or 'W%d' % self.number
        self.ident = 1000 + self.number
        self.is_worker = is_worker
        self.error = self.ready = self.sentinel = None
        self.done = self.pausing = False
        self.eager = False          # goes on as soon as it can
        self.locks = 0
        self.history = self.number  # a hash of all it has done and could see
        self.look = {}              # what it has touched since its last pause
        self.greenlet = greenlet(self._run, scheduler.hub)
        self._call = function, args

    def _run(self):
        try:
            self._run_and_end()
        except SystemExit:
            pass    # thrown in by `reset`, which must not end with it

    def _run_and_end(self):
        function, args = self._call
        try:
            function(*args)
        except SystemExit:
            raise
        except BaseException as exc:
            self.error = exc
        if self.is_worker:
            self._call = None   # it holds the Thread
        # As C does; join() waits for it.  It may be a point: before the end,
        # since who is done does not go on.
        if self.sentinel is not None and self.sentinel.locked():
            self.sentinel.release()
        self.done = True
        SCHEDULER.touch('exit', write=False)


class Scheduler:
    """Runs one schedule after the other, on one set of loaded modules."""

    def __init__(self):
        self.hub = getcurrent()
        self.files = frozenset()    # whose lines are points
        self.codes = frozenset()    # and these functions'
        self.footprint = None       # frame -> what its line touches
        self.opcodes = False        # opcodes instead of lines
        self.seen = None            # state -> preemptions left, see `touch`
        self.choice_cost = 0        # 1: choices count as preemptions do
        self.current = None
        self.reset()

    def reset(self, schedule=(), budget=0, log=None):
        """Get ready for a run that follows *schedule*.

        *budget*: how many more preemptions the schedules that branch off may
        have.  *log*: a list that gets (thread, file, line) of each point.
        """
        for task in getattr(self, 'tasks', ()):
            while task.greenlet:    # it has begun and not ended
                task.greenlet.throw(SystemExit)
        self.tasks = []
        self.branches = []          # (deviation, what it costs)
        self.interrupts = {}        # task -> (function, whether in a wait too)
        self.lock_points = False    # whether locks are points, too
        self.log = log
        self.livelock = self.exploring = self.is_child = False
        self.cut_short = False
        self._state, self._checked = 0, None
        self._last, self._reads = {}, {}
        self.points = self.choices = self.switches = self.locks = 0
        self._next = self._woken = None
        self._patience = PATIENCE
        self.vain = 0               # looks when nobody could go on
        self._at_points = {n: (kind, number) for kind, n, number in schedule
                           if kind in 'pi'}
        self._at_choices = {n: (kind, number) for kind, n, number in schedule
                            if kind in 'cw'}
        self._to_come, self._budget = len(schedule), budget

    def new_name(self):
        """Return a name for a lock, the same in equivalent schedules."""
        task = self.current
        if task is None:
            self.locks += 1
            return -1, self.locks
        task.locks += 1
        return task.number, task.locks

    def spawn(self, function, args=(), name=None, is_worker=True):
        task = Task(self, name, function, args, is_worker)
        self.tasks.append(task)
        self.touch(('thread', task.number))
        if self.current is not None:
            task.history = hash((task.number, self.current.history))
        self.touch('exit', write=False)
        return task

    def interrupt(self, task, function, waiting=False):
        """Let *task* call *function* at one of its points, any one.

        If *waiting*, also while it waits, as a signal handler can.
        """
        self.interrupts[task] = function, waiting

    def explore(self):
        """Run what has been spawned until nobody can go on."""
        self.exploring = True
        self.run()

    def run(self):
        while self.switches < SWITCHES:
            task, self._next = self._next, None
            if task is None:
                able = [task for task in self.tasks if self._is_able(task)]
                if able:
                    self._patience = PATIENCE
                else:
                    able = [task for task in self.tasks
                            if task.pausing and not task.done]
                    self._patience -= 1
                    self.vain += 1
                    if not able or not self._patience:
                        return
                task = self._choose(able)
            self.switches += 1
            self.current = task
            task.greenlet.switch()
            self.current = None
            if self.cut_short:
                return
        self.livelock = True

    def _is_able(self, task):
        return not task.done and (task.ready is None or task.ready())

    def _choose(self, able):
        for task in able:
            if task.eager or not self.exploring:
                return task
        waiting = [task for task, (_, waiting) in self.interrupts.items()
                   if waiting and task.ready is not None and not task.done]
        if len(able) == 1 and not waiting:
            return able[0]
        self.choices += 1
        kind, number = self._at_choices.get(self.choices, (None, None))
        if kind is not None:
            self._follow()
            task = self.tasks[number]
            self._woken = task if kind == 'w' else None
            return task
        if not self._to_come:
            for task in able[1:]:
                self._branch('c', self.choices, task, self.choice_cost)
            for task in waiting:
                self._branch('w', self.choices, task, 1)
        return able[0]

    def _follow(self):
        self._to_come -= 1
        self._checked = self._state

    def _branch(self, kind, n, task, cost):
        left = self._budget - cost
        if left >= 0 and self._is_new(task, kind in 'iw', left):
            self.branches.append(((kind, n, task.number), cost))

    def _is_new(self, task, interrupts, left):
        if self.seen is None:
            return True
        key = self._state, task.number, interrupts
        if self.seen.get(key, -1) >= left:
            return False
        self.seen[key] = left
        return True

    def touch(self, thing, write=True, result=0):
        """The current thread does something to *thing*, with *result*."""
        task = self.current
        if task is None or thing is None or not self.exploring:
            return
        last, reads = self._last.get(thing, 0), self._reads.get(thing, 0)
        event = task.history = hash((
            task.history, thing, write, result, last, reads if write else 0))
        task.look[thing] = event if write else last
        if write:
            self._last[thing] = event
            self._reads[thing] = 0
        else:
            self._reads[thing] = reads + event & MASK
        self._state = self._state + event & MASK

    # What happens in a thread.

    def wait(self, ready):
        """Have the current thread wait until ready()."""
        task = self.current
        if task is None:
            raise RuntimeError('the set-up of a scenario would block')
        while True:
            task.ready = ready
            self.hub.switch()
            task.ready = None
            if self._woken is not task:
                return
            self._woken = None
            self._call_interrupt()

    def pause(self):
        """Have the current thread, which polls, wait for something new.

        It looks again when something has changed that it has looked at since
        its last pause.  If nobody else can go on, time passes: it looks again,
        `PATIENCE` times.
        """
        task = self.current
        look, task.look = task.look, {}
        task.pausing = True
        try:
            self.wait(lambda: any(self._last.get(thing, 0) != version
                                  for thing, version in look.items()))
        finally:
            task.pausing = False

    def _call_interrupt(self):
        self.touch(('interrupt', self.current.number))
        function, _ = self.interrupts.pop(self.current)
        function()

    def point(self):
        """Let another thread go on here, if the schedule says so."""
        if self.exploring and self.current is not None:
            self._at_point()

    def _at_point(self):
        self.points += 1
        if self._to_come:
            kind, number = self._at_points.get(self.points, (None, None))
            if kind is None:
                return
            self._follow()
            # The trace function may be being called: trace the others even so.
            if kind == 'i':
                sys.call_tracing(self._call_interrupt, ())
            else:
                self._next = self.tasks[number]
                sys.call_tracing(self.hub.switch, ())
        elif self.seen is None or self._checked != self._state:
            self._checked = self._state
            if not self._is_new(self.current, False, self._budget):
                self.cut_short = True
                sys.call_tracing(self.hub.switch, ())
            if self._budget:
                for task in self.tasks:
                    if (task is not self.current and not task.eager
                            and self._is_able(task)):
                        self._branch('p', self.points, task, 1)
                if self.current in self.interrupts:
                    self._branch('i', self.points, self.current, 1)

    def trace(self, frame, event, arg):
        """The trace function for ``sys.settrace``."""
        code = frame.f_code
        if code.co_filename in self.files or code in self.codes:
            if self.opcodes:
                frame.f_trace_opcodes = True
            return self._trace_point

    def _trace_point(self, frame, event, arg):
        if (event == ('opcode' if self.opcodes else 'line')
                and self.exploring and self.current is not None):
            if self.log is not None:
                self.log.append((self.current.name, frame.f_code.co_filename,
                                 frame.f_lineno))
            try:
                self._at_point()
            except SystemExit:
                raise
            except BaseException:
                # An interrupt has raised.  That ends tracing.
                sys.setprofile(self._trace_again)
                raise
            for thing, write in self.footprint(frame):
                self.touch(thing, write)
        return self._trace_point

    def _trace_again(self, frame, event, arg):
        # The first call or return after that.
        sys.setprofile(None)
        sys.settrace(self.trace)
        while frame is not None:
            if frame.f_trace is None:
                frame.f_trace = self.trace(frame, 'call', None)
            frame = frame.f_back

    def fork(self):
        """Fork for real; in the child only the calling thread goes on."""
        # What the child does depends on everything.
        self.touch(('fork', self._state))
        self.exploring = False      # threading has a hook for forked children
        process_id = os.fork()
        self.exploring = process_id != 0
        if process_id == 0:
            sys.settrace(None)
            self.is_child = True
            for task in self.tasks:
                task.done = task is not self.current
        return process_id


SCHEDULER = Scheduler()


def printed(log):
    """Return the lines of a trace: thread, file, line number, source."""
    for name, path, number in log:
        yield '%-4s %s:%-4d %s' % (
            name, os.sep.join(path.split(os.sep)[-2:]), number,
            linecache.getline(path, number).strip())
