"""Explores process pools: explorer.py, with multiprocessing on models."""
import atexit
import gc
import logging
import types

import explorer
import process_scenarios
import scheduler
from explorer import explore, from_text, run    # noqa: F401  for run.py
from process_scenarios import (
    THREADS, BaseProcess, connection, multiprocessing, process, threading)
from scheduler import SCHEDULER

#: Less than `scheduler.PATIENCE`, else it would count as a hang.
PATIENCE = 50

# As in scheduler.py: what the names in a line of code tell.
scheduler.HARMLESS = scheduler.HARMLESS - {'_threads_queues'} | frozenset((
    # Bound once, before a scenario begins.
    'AssertionError BaseException BrokenProcessPool DeprecationWarning Empty '
    'Full KeyError OSError Process REFUSED _CallItem _RemoteTraceback '
    '_add_call_item_to_queue _adjust_process_count _backport _being_started '
    '_has_started _initargs _is_starting _items _mp_context _process_worker '
    '_queue_management_worker _start_queue_management_thread connection debug '
    'declared f_code co_names f_locals interrupted keyrefs mp multiprocessing '
    'queue range started sum traceback type util warn warnings '
    '__cause__ __traceback__ format_exception '
    # Of a Process that is being started, or what never changes after that.
    '_Popen _args _check_closed _closed _config _current_process _kwargs '
    '_parent_pid _popen _sentinel _target pid sentinel '
    # Of a work item, a result or a queue.
    'PATIENCE blocks holds _reader exception future items result set_result values work_id '
    # Used under the lock of the executor only.
    '_queue_count '
    # These tell for themselves: locks, pipes, processes, Events and Threads.
    '_allocate_lock _cleanup _is_stopped _tstate_lock _work_ids full is_alive '
    'is_set join_thread lock poll put_nowait recv terminate wakeup '
    # Counters that nothing under test looks at.
    'refusals '
).split())
scheduler.ALIASES = {
    'call_queue': '_call_queue', 'executor': 'an executor',
    'executor_reference': 'an executor', 'processes': '_processes',
    'pending_work_items': '_pending_work_items', 'result_queue': '_result_queue',
    'result_reader': '_result_queue', 'readers': '_result_queue',
    'thread_wakeup': '_queue_management_thread_wakeup', 'threads': THREADS,
    'wakeup_reader': '_queue_management_thread_wakeup'}
scheduler.LOOKED_AT = frozenset(scheduler.ALIASES.values()) - {
    'an executor'} | frozenset("""
    _broken _children _global_shutdown _limbo _queue_management_thread
    _shutdown_thread process_id""".split() + ['global _shutdown'])
scheduler.CHANGES |= {'close'}


def _codes(thing):
    """Yield the code of a function or class and of all that is inside."""
    if isinstance(thing, type):
        for value in vars(thing).values():
            yield from _codes(value)
    elif isinstance(thing, types.FunctionType):
        yield from _codes(thing.__code__)
    elif isinstance(thing, types.CodeType):
        yield thing
        for constant in thing.co_consts:
            yield from _codes(constant)


def prepare(variant, opcodes=False):
    """Load *variant*: 'stock' or 'patched'."""
    functions = [
        process._python_exit, process._add_call_item_to_queue,
        process._queue_management_worker, process.ProcessPoolExecutor,
        BaseProcess.start, multiprocessing.process._cleanup,
        multiprocessing.process.active_children]
    if variant == 'patched':
        import backport
        from backport import _exit
        record = backport.status()[1]
        assert (record.name, record.state) == ('process', 'applied'), record
        _exit.PATIENCE = PATIENCE
        SCHEDULER.files = frozenset([_exit.__file__])
    SCHEDULER.codes = frozenset(
        code for function in functions for code in _codes(function))
    SCHEDULER.opcodes = opcodes
    logging.getLogger('concurrent.futures').addHandler(logging.NullHandler())
    atexit.unregister(process._python_exit)
    gc.disable()
