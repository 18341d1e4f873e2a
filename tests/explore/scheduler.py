"""Threads whose every switch is decided here, for a model checker.

`control` puts a stand-in for the C module ``_thread`` under a fresh copy of the
interpreter's own ``threading``.  Whatever is imported after that runs for real,
on threads that are greenlets: ``threading``, ``queue``, ``concurrent.futures``
and ``backport`` are the installed files, unchanged.  Only the C primitives are
replaced (locks, thread start, thread id, and `SimpleQueue`, which is C from 3.7
on): a real lock would block the scheduler itself.  A suspended greenlet's frame
is an executing one, for ``frame.clear()`` too, as a waiting thread's is.

A trace function makes each line (or opcode) of the files under test a point at
which another thread may go on: a preemption.  Where a thread waits or ends,
whoever can go on may: a choice.  A schedule is a tuple of deviations from the
default, which is to go on with the same thread as long as it can and with the
first that can after that:

    ('p', n, t)   at point n, go on with thread t
    ('i', n, t)   at point n, interrupt thread t (signal handler, finaliser)
    ('c', n, t)   at choice n, go on with thread t

Two schedules are equivalent if any two operations on the same thing come in the
same order: they lead to the same state.  `Scheduler.touch` keeps a hash of that
order.  A schedule that comes to a state from which all has been explored, with
the same thread to go on and as many preemptions left, is cut short there.  What
a line touches is told by the names in its code, but for locks, queues and
threads, which tell themselves.

A wait with a timeout may end without its lock as soon as another thread has
run: a polling loop looks again when there may be something new, and not before.
If nobody else can go on, time passes: it looks again, `PATIENCE` times.
"""
import _thread
import collections
import contextlib
import dis
import importlib
import io
import linecache
import os
import sys
import types

from greenlet import getcurrent, greenlet

PATIENCE = 100      # looks in a row with nothing new, before it is a hang
SWITCHES = 3000     # before it is a livelock

#: Names in code that tell nothing about the order of what threads do.
HARMLESS = frozenset((
    # Bound once, before a scenario begins: builtins, classes, functions (each
    # line of those under test tells for itself), constants, set-up.
    'AttributeError BaseException BrokenThreadPool Event Exception Future '
    'RuntimeError Semaphore Thread TypeError ValueError isinstance getattr '
    'any int len list min next object range str '
    '_base os sys threading weakref getpid _getframe get_ident main_thread ref '
    'GIVE_WAY GUARDED_LOOKS PAUSE REFUSED _IterationGuard _WorkItem '
    '_backport_shutdown_lock _backport_start_workers __func__ _worker _counts '
    '_is_executing _me _pause _adjust_thread_count _announce _announced '
    '_wait_for_starters _withdraw acquire announced declare guarded items '
    'refusal refuses release run started starting submit '
    '_flag _initargs _initializer _max_workers _thread_name_prefix '
    # Of a work item or a Thread that no other thread has yet; frames of one's
    # own stack.
    'args daemon fn future ident kwargs f_back '
    # Made of locks, which tell for themselves: semaphores, queues, Futures,
    # threading.Thread.  3.7's SimpleQueue tells as well.
    '_idle_semaphore _work_queue _global_shutdown_lock _shutdown_lock mutex '
    '_started cancel get put set_exception set_result '
    'set_running_or_notify_cancel is_alive join start wait '
    # What is in it tells as "data", in weakref.py.  "_remove" is set once.
    '_threads_queues _remove '
    # Counters that nothing under test looks at.
    '_refusals waits '
).split())
#: Local names of what threads share.  A dead weak reference is one that "data"
#: has lost, or is about to.
ALIASES = {'update': 'an update', 'declarer': 'an update', 'wr': 'data',
           's': '_iterating', 'l': '_pending_removals', 'd': 'data'}
#: Names of what is only looked at, but where one of these is on the same line,
#: or an assignment.
LOOKED_AT = frozenset("""
    _broken _declarers _holders _iterating _pending_removals _shutdown _starters
    _threads data""".split() + ['an update', 'global _shutdown'])
CHANGES = frozenset('add append clear discard pop remove update'.split())
MASK = (1 << 64) - 1


class Task:
    """A thread: its greenlet and what it waits for."""

    def __init__(self, scheduler, name, function, args, is_worker):
        self.number = len(scheduler.tasks)
        self.name = name or 'W%d' % self.number
        self.ident = 1000 + self.number
        self.is_worker = is_worker
        self.error = self.ready = self.sentinel = None
        self.done = self.timed = False
        self.since = self.locks = 0
        self.history = self.number  # a hash of all it has done and could see
        self.step = []              # what it has done since `step_from`
        self.step_from = None       # (history, whether it waited), if known
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
        self.opcodes = False        # opcodes instead of lines
        self.seen = None            # state -> preemptions left, see `touch`
        self.steps = {}             # see `_foresee`
        self._footprints = {}
        self.current = None
        self.reset()

    def reset(self, schedule=(), budget=0, lock_points=False, log=None):
        """Get ready for a run that follows *schedule*.

        *budget*: how many more preemptions the schedules that branch off may
        have.  *log*: a list that gets (thread, file, line) of each point.
        """
        # SystemExit prints nothing, but in a weak reference's callback.
        with contextlib.redirect_stderr(io.StringIO()):
            for task in getattr(self, 'tasks', ()):
                while task.greenlet:    # it has begun and not ended
                    task.greenlet.throw(SystemExit)
        self.tasks = []
        self.branches = []          # (deviation, what it costs)
        self.interrupts = {}        # task -> function, for 'i'
        self.lock_points = lock_points
        self.log = log
        self.livelock = self.exploring = self.is_child = False
        self.cut_short = False
        self._state, self._checked = 0, None
        self._last, self._reads = {}, {}
        self.points = self.choices = self.switches = self.locks = 0
        self._next = None
        self._patience = PATIENCE
        self._at_points = {n: (kind, number) for kind, n, number in schedule
                           if kind != 'c'}
        self._at_choices = {n: number for kind, n, number in schedule
                            if kind == 'c'}
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
                            if task.timed and not task.done]
                    self._patience -= 1
                    if not able or not self._patience:
                        return
                task = self._choose(able)
            self.switches += 1
            self.current = task
            self._begin_step(task)
            task.greenlet.switch()
            self.current = None
            if self.cut_short:
                return
        self.livelock = True

    def _is_able(self, task):
        return not task.done and (
            task.ready is None or task.ready()
            or task.timed and self.switches > task.since)

    def _choose(self, able):
        if len(able) == 1 or not self.exploring:
            return able[0]
        self.choices += 1
        number = self._at_choices.get(self.choices)
        if number is not None:
            self._follow()
            return self.tasks[number]
        if not self._to_come:
            for task in able[1:]:
                self._branch('c', self.choices, task, 0)
        return able[0]

    def _follow(self):
        self._to_come -= 1
        self._checked = self._state

    def _branch(self, kind, n, task, cost):
        key = self._key(task, kind == 'i')
        left = self._budget - cost
        if left >= 0 and self._is_new(key, left):
            self.branches.append(((kind, n, task.number), cost,
                                  None if kind == 'i' else self._foresee(task)))

    def _key(self, task, interrupt=False):
        # A timed wait that has just begun does not end before others have run.
        return (self._state, task.number, interrupt,
                tuple([task.number for task in self.tasks
                       if task.timed and self._is_able(task)]))

    def _is_new(self, key, left):
        if self.seen is None:
            return True
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
        task.step.append((event, thing, last, reads))
        if write:
            self._last[thing] = event
            self._reads[thing] = 0
        else:
            self._reads[thing] = reads + event & MASK
        self._state = self._state + event & MASK

    # A branch costs a run from the start, most of which end at the first look
    # at `seen`.  What a thread does from there to the next look is known if it
    # has done it before, and finds everything it touches as it did then.

    def _begin_step(self, task):
        task.step = []
        task.step_from = task.history, task.ready is not None

    def _end_step(self, task):
        if task.step and task.step_from is not None:
            self.steps.setdefault(task.step_from, tuple(task.step))
        self._begin_step(task)

    def _foresee(self, task):
        """Return the key under which *task* will look next, None if unknown.
        """
        step = self.steps.get((task.history, task.ready is not None))
        if step is None:
            return None
        state, touched = self._state, set()
        for event, thing, last, reads in step:
            if thing not in touched and (
                    self._last.get(thing, 0) != last
                    or self._reads.get(thing, 0) != reads):
                return None
            touched.add(thing)
            state = state + event & MASK
        return (state, task.number, False,
                tuple([other.number for other in self.tasks if other.timed
                       and not other.done and other is not task]))

    # What happens in a thread.

    def wait(self, ready, timed=False):
        """Have the current thread wait until ready(); return ready()."""
        task = self.current
        if task is None:
            raise RuntimeError('the set-up of a scenario would block')
        task.ready, task.timed, task.since = ready, timed, self.switches
        self.hub.switch()
        task.ready, task.timed = None, False
        return ready()

    def point(self):
        """Let another thread go on here, if the schedule says so."""
        if self.exploring and self.current is not None:
            self._at_point()

    def _at_point(self):
        self.points += 1
        if self._to_come:
            self.current.step_from = None
            kind, number = self._at_points.get(self.points, (None, None))
            if kind is None:
                return
            self._follow()
            if kind == 'i':
                self.touch(('interrupt', number))
                sys.call_tracing(self.interrupts.pop(self.current), ())
            else:
                self._next = self.tasks[number]
                # The trace function is being called: trace the others even so.
                sys.call_tracing(self.hub.switch, ())
        elif self.seen is None or self._checked != self._state:
            self._checked = self._state
            self._end_step(self.current)
            if not self._is_new(self._key(self.current), self._budget):
                self.cut_short = True
                sys.call_tracing(self.hub.switch, ())
            if self._budget:
                for task in self.tasks:
                    if task is not self.current and self._is_able(task):
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
            self._at_point()
            where = frame.f_code, frame.f_lineno
            footprint = self._footprints.get(where)
            if footprint is None:
                footprint = self._footprints[where] = self._footprint(*where)
            for thing, write in footprint:
                self.touch(thing, write)
        return self._trace_point

    def _footprint(self, code, number):
        """Return ((name, whether it may be changed), ...) of a line."""
        names, changes, line = set(), False, None
        for instruction in dis.get_instructions(code):
            line = instruction.starts_line or line
            if line != number:
                continue
            name, kind = instruction.argval, instruction.opname
            changes = changes or kind in (
                'STORE_ATTR', 'STORE_GLOBAL', 'STORE_SUBSCR', 'DELETE_SUBSCR')
            if instruction.opcode in dis.hasname:
                changes = changes or name in CHANGES
                if name == '_namespace' or (
                        name == '_shutdown' and kind.endswith('GLOBAL')):
                    name = 'global _shutdown'
                names.add(name)
            elif name in ALIASES and kind.endswith('FAST'):
                names.add(ALIASES[name])
        return [(name, changes or name not in LOOKED_AT)
                for name in sorted(names - HARMLESS - CHANGES)]

    def fork(self):
        """Fork for real; in the child only the calling thread goes on."""
        # What the child does depends on everything.
        self.touch(('fork', self._state))
        self.current.step_from = None
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


class Lock:
    """What ``_thread.allocate_lock`` returns."""

    def __init__(self):
        self._locked = False
        self.name = SCHEDULER.new_name()

    def acquire(self, blocking=True, timeout=-1):
        if SCHEDULER.lock_points:
            SCHEDULER.point()
        if self._locked and not (blocking and timeout and SCHEDULER.wait(
                self._is_free, timed=timeout > 0)):
            SCHEDULER.touch(self.name, result=False)
            return False
        self._locked = True
        SCHEDULER.touch(self.name, result=True)
        return True

    def release(self):
        if SCHEDULER.lock_points:
            SCHEDULER.point()
        if not self._locked:
            raise RuntimeError('release unlocked lock')
        self._locked = False
        SCHEDULER.touch(self.name)

    def locked(self):
        SCHEDULER.touch(self.name)
        return self._locked

    def _is_free(self):
        return not self._locked

    def __enter__(self):
        return self.acquire()

    def __exit__(self, exc_type, exc_value, traceback):
        self.release()


class SimpleQueue:
    """3.7's ``queue.SimpleQueue``, whose put() is atomic and waits for nothing.
    """

    def __init__(self):
        self._items = collections.deque()
        self.name = SCHEDULER.new_name()

    def put(self, item, block=True, timeout=None):
        SCHEDULER.touch(self.name)
        self._items.append(item)

    def get(self, block=True, timeout=None):
        while not self._items:
            SCHEDULER.wait(lambda: self._items)
        SCHEDULER.touch(self.name)
        return self._items.popleft()


def _set_sentinel():
    lock = Lock()
    if SCHEDULER.current is not None:
        SCHEDULER.current.sentinel = lock
    return lock


def _get_ident():
    return SCHEDULER.current.ident if SCHEDULER.current else 1


def control():
    """Have all that is imported from now on use threads of `SCHEDULER`."""
    # 3.6 calls threading._after_fork only if there has ever been a thread.
    _thread.start_new_thread(int, ())
    stand_in = types.ModuleType('_thread')
    vars(stand_in).update(vars(_thread))
    stand_in.allocate_lock = stand_in.LockType = Lock
    stand_in.start_new_thread = SCHEDULER.spawn
    stand_in.get_ident = _get_ident
    stand_in._set_sentinel = _set_sentinel
    del stand_in.RLock      # threading has one in Python, made of the above
    for name in 'threading', 'queue', 'concurrent.futures.thread':
        sys.modules.pop(name, None)
    sys.modules['_thread'] = stand_in
    try:
        threading = importlib.import_module('threading')
    finally:
        sys.modules['_thread'] = _thread
    queue = importlib.import_module('queue')
    if hasattr(queue, 'SimpleQueue'):
        queue.SimpleQueue = SimpleQueue
    return threading


def printed(log):
    """Return the lines of a trace: thread, file, line number, source."""
    for name, path, number in log:
        yield '%-4s %s:%-4d %s' % (
            name, os.sep.join(path.split(os.sep)[-2:]), number,
            linecache.getline(path, number).strip())
