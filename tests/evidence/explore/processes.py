"""What is explored of process pools, and what must be found; see run.py.

The running interpreter's own concurrent.futures.process, as it is, patched, and
weakened; multiprocessing, as it is, on models of what it asks of the system.
"""
import mutants
from mutants import DEADLOCK, LEFT_BEHIND, NOT_JOINED, RAN, VAIN, VERSION

ORPHAN, MANAGER_DIED = 'orphan', 'printed RuntimeError'

#: As in run.py.  '1d': one deviation of any kind, see `explorer.explore`.
BOUNDS = {
    'process-first-submit': (1, 2), 'process-later-submit': (1, 2),
    'process-with-pool': ('1d', 1), 'process-broken': (1, 2),
    'process-broken-at-once': (1, 2),
    'process-failing-initializer': (1, 2),
    'process-failing-fork': ('1d', 2), 'process-failing-start': ('1d', 2),
    'process-nested': ('1d', 1), 'process-nested-in-exit': (1, 2),
    'process-interrupted': (1, 2), 'process-interrupted-later': (1, 2),
    'process-ctrl-c': ('1d', 1),
    'process-shutdown': ('1d', 1), 'process-shutdown-submit': ('2d', 1),
    'process-collected': (1, 2), 'process-fork': ('1d', 1),
}
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
EXIT_HANDLER = mutants.EXIT_HANDLER if VERSION == '3.6' else PATCH
if VERSION == '3.6':
    FLAG, THREADS = '_shutdown', '_threads_queues'
    _IF_DECLARED = 'if _shutdown and _backport.declared():\n'
    _WAKE, _VALUE = 'self._result_queue.put(None)\n', 'self._result_queue\n'
else:
    FLAG, THREADS = '_global_shutdown', '_threads_wakeups'
    _IF_DECLARED = 'if _global_shutdown:\n'
    _WAKE = 'self._queue_management_thread_wakeup.wakeup()\n'
    _VALUE = 'self._queue_management_thread_wakeup\n'
_LOOK = ('            %s                raise _backport.refusal()\n'
         % _IF_DECLARED)
_ENTER = '            %s[t] = %s' % (THREADS, _VALUE)
_START = '            t.start()\n'
_TRY = '        try:\n'
_PENDING = '            self._pending_work_items[work_id] = w\n'
_WORKERS = '            # Start the processes'
_IF_NEVER = 'if _backport.forget(t, %s)' % THREADS
_PUT = '        self._work_ids.put(work_id)\n'
_WAIT = '        _backport.wait(%s)\n' % THREADS
_DECLARE = '    %s = True\n' % FLAG

MUTANTS = {
    'process submit: no look at the end': (
        PATCH, {'\n' + _LOOK + '        except': '\n        except'},
        'process-later-submit', LEFT_BEHIND),
    'process submit: refused work stays pending': (
        PATCH, {'self._pending_work_items.pop(work_id, None)': 'pass'},
        'process-later-submit', DEADLOCK),
    'process submit: the manager is not woken for that': (
        PATCH, {_WAKE + '            raise': 'pass\n            raise'},
        'process-later-submit', DEADLOCK),
    'process submit: the id is put before the look': (
        PATCH, {_PUT: '', _PENDING: _PENDING + '    ' + _PUT},
        'process-later-submit', RAN),
    'process submit: interrupted when it is pending': (
        PATCH, {_TRY + _PENDING: _PENDING[4:] + _TRY},
        'process-interrupted-later', DEADLOCK),
    'process submit: taken from under a manager': (
        PATCH, {'if not self._broken:\n                self._p':
                'if True:\n                self._p'},
        'process-broken', MANAGER_DIED),
    'process start: no look': (
        PATCH, {_LOOK + _WORKERS: _WORKERS}, 'process-first-submit', ORPHAN),
    'process start: entered after the look': (
        PATCH, {_ENTER + _LOOK: _LOOK + _ENTER},
        'process-first-submit', ORPHAN),
    'process start: entered after the start': (
        PATCH, {_ENTER: '', _START: _START + _ENTER},
        'process-first-submit', NOT_JOINED),
    'process start: a refused Thread stays entered': (
        PATCH, {_IF_NEVER: 'if True'}, 'process-first-submit', VAIN),
    'process start: a failed manager is not forgotten': (
        PATCH, {'self._queue_management_thread = None': 'pass'},
        'process-failing-start', DEADLOCK),
    'process start: an interrupted one is always forgotten': (
        PATCH, {_IF_NEVER: _IF_NEVER + ' or True'},
        'process-interrupted', MANAGER_DIED),
    'process start: an interrupted one is taken for one below exit': (
        PATCH, {'            t._backport_starter = None\n': ''},
        'process-interrupted', NOT_JOINED),
    'process exit: no wait': (
        EXIT_HANDLER, {_WAIT: '        pass\n'}, 'process-first-submit',
        NOT_JOINED),
    'process exit: waits before it declares': (
        EXIT_HANDLER, {_DECLARE: '', _WAIT: _WAIT + '    ' + _DECLARE},
        'process-first-submit', NOT_JOINED),
    'process exit: Ctrl-C ends it': (
        EXIT_HANDLER, {'\n    finally:\n':
                       '\n    except ZeroDivisionError:\n'
                       '        return\n    else:\n'},
        'process-ctrl-c', DEADLOCK),
    'process exit: joins who has not started': (
        '_exit.py', {' if _has_started(item[0])': ''}, 'process-ctrl-c',
        'E raised RuntimeError: cannot join thread before it is started'),
    'process exit: waits for who was taken out': (
        '_exit.py', {' and thread in threads': ''},
        'process-first-submit', VAIN),
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
