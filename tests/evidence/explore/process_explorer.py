"""Explores process pools: explorer.py, with multiprocessing on models."""
import atexit
import gc
import logging
import types

import explorer
import footprint
import process_world
from explorer import explore, from_text, run    # noqa: F401  for run.py
from process_scenarios import SCENARIOS
from process_world import THREADS, process
from scheduler import SCHEDULER

footprint.HARMLESS |= frozenset((
    # Bound once, or never changed after a start.
    'Empty Process REFUSED _adjust_process_count _initargs _mp_context _reader '
    '_start_queue_management_thread connection debug pid sentinel util warn '
    'warnings weakcontainer __cause__ __traceback__ exception format_exception '
    # Of a work item or a result.
    'items result set_exception values work_id '
    # Used under the lock of the executor only, or by no other thread.
    '_queue_count '
    # Models, and what is made of them, tell for themselves.
    '_close _work_ids full is_alive join_thread put_nowait recv terminate '
    'wakeup'
).split() + ['global ' + name for name in (THREADS, '_backport', '_pause')])
footprint.ALIASES.update({
    'call_queue': '_call_queue', 'executor': 'an executor',
    'executor_reference': 'an executor', 'processes': '_processes',
    'pending_work_items': '_pending_work_items',
    'thread_wakeup': '_queue_management_thread_wakeup'})
#: What each executor has for itself.
OWNED = frozenset("""
    _broken _call_queue _pending_work_items _processes _result_queue
    _queue_management_thread _queue_management_thread_wakeup _shutdown_thread
    """.split())
footprint.LOOKED_AT |= OWNED | {'_handle', 'global ' + process_world.FLAG}
footprint.CHANGES |= {'close'}
footprint.FLAG = 'global ' + process_world.FLAG


def _footprint(frame):
    for name, write in footprint.footprint(frame):
        if name in OWNED:
            name = name, _owner(frame.f_locals)
        yield name, write


def _owner(variables):
    for name in 'self', 'executor', 'call_queue', 'thread_wakeup':
        owner = getattr(variables.get(name), 'owner', None)
        if owner is not None:
            return owner


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
    SCHEDULER.files = frozenset()
    if variant == 'patched':
        import backport
        from backport import _exit
        record = backport.status()[1]
        assert (record.name, record.state) == ('process', 'applied'), record
        explorer.control(_exit)
        SCHEDULER.files = frozenset([_exit.__file__])
    codes = explorer._codes | frozenset(code for function in (
        process._python_exit, process._add_call_item_to_queue,
        process._queue_management_worker, process.ProcessPoolExecutor
        ) for code in _codes(function))
    reset_threads = explorer._reset_modules

    def reset():
        reset_threads()
        process_world.reset()
        SCHEDULER.codes = codes

    explorer._reset_modules = reset
    explorer.SCENARIOS, explorer.World = SCENARIOS, process_world.World
    SCHEDULER.footprint = _footprint
    SCHEDULER.opcodes = opcodes
    logging.getLogger('concurrent.futures').addHandler(logging.NullHandler())
    atexit.unregister(process._python_exit)
    atexit.unregister(process_world.util._exit_function)
    gc.disable()    # finalisers run where a scenario says so
