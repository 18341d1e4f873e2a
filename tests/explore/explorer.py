"""Explores the schedules of one variant of thread.py, in this process."""
import atexit
import gc
import logging
import os
import sys
import weakref
from collections import deque

from scenarios import HUNG, SCENARIOS, World, thread, threading
from scheduler import SCHEDULER

#: Looks before exit no longer waits for other people's functions: 3000 in
#: production.  Less than PATIENCE, else it would count as a hang.
GUARDED_LOOKS = 50


def prepare(variant, opcodes=False):
    """Load *variant*: 'stock', 'patched' or 'upstream'."""
    files = {thread.__file__, weakref.__file__}
    if variant == 'upstream':
        __import__('upstream_lock')
        # It compiles its functions from strings.
        files.add(thread._python_exit.__code__.co_filename)
    elif variant == 'patched':
        import backport
        from backport import _lock
        record = backport.status()[0]
        assert (record.name, record.state) == ('thread', 'applied'), record
        _lock.GUARDED_LOOKS = GUARDED_LOOKS
        applied = thread._backport_shutdown_lock.applied
        files |= {_lock.__file__} | {code.co_filename for code in applied.ours}
    SCHEDULER.files = frozenset(files)
    SCHEDULER.codes = frozenset(function.__code__ for function in (
        weakref._IterationGuard.__enter__, weakref._IterationGuard.__exit__))
    SCHEDULER.opcodes = opcodes
    # What a worker logs it would print; it must not.
    logger = logging.getLogger('concurrent.futures')
    logger.propagate = False
    logger.addHandler(_Errors())
    atexit.unregister(thread._python_exit)
    gc.disable()    # finalisers run where a scenario says so


class _Errors(logging.Handler):

    def emit(self, record):
        if SCHEDULER.current is not None:   # else it is being disposed of
            SCHEDULER.current.error = record.exc_info[1]


def run(name, schedule=(), budget=0, log=None):
    """Run one schedule; return (failures, branches).

    *failures* is None for a schedule that was cut short.
   """
    scenario = SCENARIOS[name]
    SCHEDULER.reset(schedule, budget,
                    getattr(scenario, 'lock_points', False), log)
    _reset_modules()
    world = World()
    sys.settrace(SCHEDULER.trace)
    try:
        scenario(world)
        SCHEDULER.explore()
    finally:
        sys.settrace(None)
    if SCHEDULER.is_child:
        os._exit(HUNG)
    if SCHEDULER.cut_short:
        return None, SCHEDULER.branches
    return world.failures(), SCHEDULER.branches


def _reset_modules():
    thread._shutdown = False
    thread._threads_queues = weakref.WeakKeyDictionary()
    lock = getattr(thread, '_backport_shutdown_lock', None)
    if lock is not None:
        lock.__init__(vars(thread), '_shutdown')
    elif hasattr(thread, '_global_shutdown_lock'):
        thread._global_shutdown_lock = threading.Lock()
    main = threading.main_thread()
    threading._active.clear()
    threading._active[main.ident] = main
    threading._limbo.clear()
    threading._active_limbo_lock = threading.Lock()
    if not SCHEDULER.lock_points:
        # Who comes first makes no difference: each has an entry of its own.
        threading._active_limbo_lock.name = None


def explore(name, bound, stop_at=(), reduced=True, seconds=None):
    """Run all schedules with up to *bound* preemptions, fewest first.

    *stop_at*: stop as soon as all of these failures have been found, if any.
    *seconds*: stop when so much CPU time has been used.
    Returns what was found, as a dict.
    """
    started = _used()
    count, cut_short, failing, found = 0, 0, 0, {}
    seen = SCHEDULER.seen = {} if reduced else None
    SCHEDULER.steps = {}
    levels = [deque() for _ in range(bound + 1)]
    levels[0].append(((), None))
    explored = -1       # preemptions up to which all has been explored
    stopped = None
    for level, pending in enumerate(levels):
        while pending:
            schedule, key = pending.popleft()
            if key is not None and reduced and seen.get(key, -1) >= (
                    bound - level):
                continue    # it would be cut short at its first look
            failures, branches = run(name, schedule, bound - level)
            count += 1
            cut_short += failures is None
            failing += bool(failures)
            for failure in failures or ():
                found.setdefault(failure, to_text(schedule))
            for deviation, cost, key in branches:
                levels[level + cost].append((schedule + (deviation,), key))
            if count % 1000 == 0:
                gc.collect()
            if stop_at and found.keys() >= set(stop_at):
                stopped = 'found'
            elif seconds and not count % 50 and _used() - started > seconds:
                stopped = 'out of time'
            if stopped:
                break
        if stopped:
            break
        explored = level
    return {'scenario': name, 'bound': bound, 'explored': explored,
            'stopped': stopped, 'schedules': count, 'cut_short': cut_short,
            'failing': failing, 'found': found,
            'seconds': round(_used() - started, 2)}


def _used():
    """Return the CPU seconds of this process and of forked children."""
    return sum(os.times()[:4])


def to_text(schedule):
    return '-'.join('%s%d.%d' % deviation for deviation in schedule) or '0'


def from_text(text):
    if text == '0':
        return ()
    return tuple((part[0],) + tuple(map(int, part[1:].split('.')))
                 for part in text.split('-'))
