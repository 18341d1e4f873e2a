"""What is explored of process pools, and what must be found; see run.py.

The running interpreter's own concurrent.futures.process, as it is, patched, and
weakened; multiprocessing, as it is, on models of what it asks of the system.
"""
import mutants
from mutants import DEADLOCK, LEFT_BEHIND, NOT_JOINED, RAN, VERSION

ORPHAN, MANAGER_DIED = 'orphan', 'printed RuntimeError'

#: As in run.py.
BOUNDS = {
    'process-first-submit': ('1d', 2), 'process-later-submit': ('1d', 2),
    'process-with-pool': ('1d', 1), 'process-broken': (1, 2),
    'process-broken-at-once': (1, 2), 'process-failing-initializer': (1, 2),
    'process-failing-fork': ('1d', 2), 'process-failing-start': ('1d', 2),
    'process-nested': ('1d', 1), 'process-nested-in-exit': ('1d', 2),
    'process-interrupted': ('1d', 2), 'process-ctrl-c': ('1d', 1),
    'process-shutdown': ('1d', 1), 'process-shutdown-after': ('1d', 1),
    'process-shutdown-submit': ('1d', 1),
    'process-collected': ('1d', 2), 'process-fork': ('1d', 1),
}
#: With --full only, or by name.  What must be found in the first two takes
#: minutes; the others take seconds, and are much like some that take less.
LONG = ['process-broken-at-once', 'process-failing-initializer',
        'process-failing-start', 'process-fork', 'process-shutdown-submit']
#: docs/upstream.md has the three losses: the wake-up is missed, so that the
#: worker stays; the start comes too late; work is put when the manager has
#: left.
_LOSSES = {
    'process-first-submit': [DEADLOCK, NOT_JOINED, ORPHAN],
    'process-later-submit': [LEFT_BEHIND], 'process-nested': [NOT_JOINED],
    'process-with-pool': [NOT_JOINED], 'process-interrupted': [DEADLOCK]}
#: Not closed by the patch.  A manager that finds a worker
#: dead fails what is pending; what another thread is about to make pending
#: waits for ever.  Workers whose start has failed halfway wait for the next
#: submit; if there is none, multiprocessing's exit handler waits for them.
_LIMITS = {
    'process-broken': [LEFT_BEHIND], 'process-broken-at-once': [LEFT_BEHIND],
    'process-failing-initializer': [LEFT_BEHIND],
    'process-failing-fork': [DEADLOCK], 'process-failing-start': [DEADLOCK]}
#: The same, but rare: found with --full only, with stock code as well.
RARE = {'process-failing-initializer': [MANAGER_DIED]}
if VERSION == '3.6':
    for _table in BOUNDS, _LIMITS:
        del _table['process-failing-initializer']   # new in 3.7
KNOWN = {'stock': _LOSSES, 'patched': _LIMITS}

PATCH = 'patches/process_%s.py' % ('3_6' if VERSION == '3.6' else '3_7')
if VERSION == '3.6':
    FLAG = '_shutdown'
    _IF_DECLARED = '        if _shutdown and _backport.declared():\n'
    _WAKE = 'self._result_queue.put(None)\n'
    EXIT_HANDLER = mutants.EXIT_HANDLER
else:
    FLAG = '_global_shutdown'
    _IF_DECLARED = '        if _global_shutdown:\n'
    _WAKE = 'self._queue_management_thread_wakeup.wakeup()\n'
    EXIT_HANDLER = PATCH
_LATE = _IF_DECLARED + '            # One that'
_PENDING = '        self._pending_work_items[self._queue_count] = w\n'
_PUT = '        self._work_ids.put(self._queue_count)\n'

MUTANTS = {
    'process submit: no look when it is pending': (
        PATCH, {_LATE: '        if False:\n            # One that'},
        'process-later-submit', LEFT_BEHIND),
    'process submit: refused work stays pending': (
        PATCH,
        {'self._pending_work_items.pop(self._queue_count, None)': 'pass'},
        'process-later-submit', DEADLOCK),
    'process submit: the manager is not woken for that': (
        PATCH, {'                ' + _WAKE: '                pass\n'},
        'process-later-submit', DEADLOCK),
    'process submit: the id is put before the look': (
        PATCH, {_PUT: '', _PENDING: _PENDING + _PUT},
        'process-later-submit', 'printed KeyError'),
    'process submit: taken from under a manager': (
        PATCH, {'if not self._broken:': 'if True:'},
        'process-broken', MANAGER_DIED),
    'process submit: what could not be started runs later': (
        PATCH, {'                f.cancel()': '                pass'},
        'process-failing-fork', RAN),
    'process start: no look': (
        '_exit.py', {mutants._LOOK: ''}, 'process-first-submit', ORPHAN),
    'process start: registered after the look': (
        '_exit.py', {mutants._REGISTER + mutants._LOOK:
                     mutants._LOOK + mutants._REGISTER},
        'process-first-submit', ORPHAN),
    'process start: registered after the start': (
        '_exit.py', {mutants._REGISTER: '',
                     mutants._START: mutants._START + mutants._REGISTER},
        'process-first-submit', NOT_JOINED),
    'process start: an interrupted one is always forgotten': (
        PATCH, {'if not _backport.may_run(t):': 'if True:'},
        'process-interrupted', MANAGER_DIED),
    'process exit: no wait': (
        '_exit.py', {mutants._WAIT: ''}, 'process-first-submit', NOT_JOINED),
    'process exit: does not close': (
        '_exit.py', {mutants._CLOSE: '            pass\n'},
        'process-first-submit', NOT_JOINED),
    'process exit: no second pass': (
        '_exit.py', {mutants._SECOND: ''}, 'process-first-submit',
        NOT_JOINED),
    'process exit: no first pass': (
        '_exit.py', {mutants._FIRST: '            pass\n        finally:\n'},
        'process-ctrl-c', DEADLOCK),
    'process exit: joins who has not started': (
        '_exit.py', {'and _is_running(thread)]': ']'}, 'process-first-submit',
        'E raised RuntimeError: cannot join thread before it is started'),
}
if VERSION != '3.6':
    MUTANTS.update({
        'process exit: a closed wake-up ends it': (
            PATCH, {'(OSError, TypeError)': 'TypeError'}, 'process-shutdown',
            'E raised OSError: handle is closed'),
        'process exit: a wake-up that is being closed ends it': (
            PATCH, {'(OSError, TypeError)': 'OSError'}, 'process-shutdown',
            'E raised TypeError: an integer is required '
            '(got type NoneType)'),
    })
