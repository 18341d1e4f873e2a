"""Explores the schedules of one variant of thread.py, in this process."""
import atexit
import contextlib
import gc
import io
import logging
import os
import sys
import weakref
from collections import deque

from footprint import footprint
from primitives import Dict, _set_sentinel, shared
from scenarios import SCENARIOS
from scheduler import SCHEDULER
from world import HUNG, World, thread, threading

#: Seconds, of a thousand polls each, before the exit handler goes on without a
#: start that gets no further: 10 and 1 in production.  Less than the
#: scheduler's patience, else it would count as a hang.
STARTING, INTERRUPTED = 0.05, 0.02


def control(exit_module):
    """Have *exit_module*, backport's `_exit`, wait as the scheduler says."""
    exit_module.STARTING, exit_module.INTERRUPTED = STARTING, INTERRUPTED
    exit_module.monotonic = int     # the clock stands still
    exit_module._pause = SCHEDULER.pause


def prepare(variant, opcodes=False):
    """Load *variant*: 'stock', 'patched' or 'upstream'."""
    files = {thread.__file__, weakref.__file__}
    if variant == 'upstream':
        __import__('upstream_lock')
    elif variant == 'patched':
        import backport
        from backport import _exit, _lock
        record = backport.status()[0]
        assert (record.name, record.state) == ('thread', 'applied'), record
        control(_exit)
        files |= {_exit.__file__, _lock.__file__}
        _fresh.update(vars(thread._backport))
    # Upstream's lock compiles its functions from strings.
    files |= {function.__code__.co_filename for function in (
        thread._python_exit, thread.ThreadPoolExecutor.submit,
        thread.ThreadPoolExecutor._adjust_thread_count)}
    SCHEDULER.files = frozenset(files)
    SCHEDULER.footprint = footprint
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
    with contextlib.redirect_stderr(io.StringIO()):
        SCHEDULER.reset(schedule, budget, log)
        _reset_modules()
    world = World()
    with contextlib.redirect_stderr(io.StringIO()) as stderr:
        sys.settrace(SCHEDULER.trace)
        try:
            SCENARIOS[name](world)
            SCHEDULER.explore()
        finally:
            sys.settrace(None)
    if SCHEDULER.is_child:
        os._exit(HUNG)
    if SCHEDULER.cut_short:
        return None, SCHEDULER.branches
    return world.failures(stderr.getvalue()), SCHEDULER.branches


_codes = frozenset(function.__code__ for function in (
    weakref._IterationGuard.__enter__, weakref._IterationGuard.__exit__,
    threading.Event.is_set, threading.Event.set, threading.Thread._stop))
_Thread = threading.Thread
_fresh = {}     # attributes of the patch before anything has happened


def _reset_modules():
    thread._shutdown = False
    thread._threads_queues = weakref.WeakKeyDictionary()
    thread._threads_queues.data = Dict('data')
    if _fresh:
        state = thread._backport
        for name, value in _fresh.items():
            setattr(state, name, value)
        state.starting, state.told = Dict('starting'), {}
        state.lock.__init__()
        state.lock.holds = shared(state.lock.holds, 'holds')
    elif hasattr(thread, '_global_shutdown_lock'):
        thread._global_shutdown_lock = threading.Lock()
    main = threading.main_thread()
    threading._active.clear()
    threading._active[main.ident] = main
    threading._limbo = Dict('limbo', points=False)
    # What a run has replaced that was cut short.
    threading.Thread = _Thread
    threading._start_new_thread = SCHEDULER.spawn
    threading._set_sentinel = _set_sentinel
    threading._active_limbo_lock = threading.Lock()
    # Who comes first makes no difference: each has an entry of its own.
    threading._active_limbo_lock.name = None
    SCHEDULER.codes = _codes


def explore(name, bound, stop_at=(), reduced=True, seconds=None):
    """Run all schedules with up to *bound* preemptions, fewest first.

    With "1d" as *bound*, up to one deviation of any kind.
    *stop_at*: stop as soon as all of these failures have been found, if any.
    *seconds*: stop when so much CPU time has been used.
    Returns what was found, as a dict.
    """
    started = _used()
    count, cut_short, failing, found = 0, 0, 0, {}
    SCHEDULER.seen = {} if reduced else None
    counted = 'deviations' if bound.endswith('d') else 'preemptions'
    SCHEDULER.choice_cost = int(counted == 'deviations')
    bound = int(bound.rstrip('d'))
    levels = [deque() for _ in range(bound + 1)]
    levels[0].append(())
    explored = -1       # preemptions up to which all has been explored
    stopped = None
    for level, pending in enumerate(levels):
        while pending:
            schedule = pending.popleft()
            failures, branches = run(name, schedule, bound - level)
            count += 1
            cut_short += failures is None
            failing += bool(failures)
            for failure in failures or ():
                found.setdefault(failure, to_text(schedule))
            for deviation, cost in branches:
                levels[level + cost].append(schedule + (deviation,))
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
    return {'scenario': name, 'bound': bound, 'counted': counted,
            'explored': explored, 'stopped': stopped, 'schedules': count,
            'cut_short': cut_short, 'failing': failing, 'found': found,
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
