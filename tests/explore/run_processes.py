"""Explores the interleavings of process pools and exit: run.py, on these.

    python run_processes.py [--full] [--replay ID] ...

The running interpreter's own concurrent.futures.process, as it is, patched, and
weakened; multiprocessing, as it is, on models of what it asks of the system.
"""
import sys

import run
from mutants import DEADLOCK, FAILED, LEFT_BEHIND, NOT_JOINED, RAN, VAIN, VERSION

#: '1d': one deviation of any kind, see explorer.py.
BOUNDS = {
    'first-submit': (1, 2), 'later-submit': (1, 2), 'with-pool': ('1d', 1),
    'broken': ('1d', 2), 'broken-at-once': (1, 2),
    'failing-initializer': (1, 2), 'failing-fork': ('1d', 1),
    'failing-start': ('1d', 1), 'nested': ('1d', 1), 'nested-in-exit': (1, 2),
    'interrupted': (1, 2), 'ctrl-c': ('1d', 1), 'shutdown': ('1d', 1),
    'shutdown-submit': ('2d', 1), 'collected': (1, 2), 'fork': ('1d', 1),
}
if VERSION == '3.6':
    del BOUNDS['failing-initializer']
#: docs/upstream.md has the three losses: the wake-up is missed, so that the
#: worker stays; the start comes too late; work is put when the manager has left.
KNOWN = {
    'stock': {'first-submit': [DEADLOCK, NOT_JOINED, 'orphan'],
              'later-submit': [LEFT_BEHIND], 'nested': [NOT_JOINED],
              'with-pool': [NOT_JOINED], 'interrupted': [DEADLOCK]},
    'upstream': {},
    # As on stock: docs/design.md, Limits.
    'patched': {'broken': [LEFT_BEHIND], 'broken-at-once': [LEFT_BEHIND],
                'failing-initializer': [LEFT_BEHIND],
                'failing-fork': [DEADLOCK], 'failing-start': [DEADLOCK]},
}

SUBMIT = 'patches/process_%s.py' % {
    '3.6': '3_6', '3.7': '3_7_4', '3.8': '3_8'}[VERSION]
if VERSION == '3.6':
    START = SUBMIT
    FLAG, THREADS = '_shutdown', '_threads_queues'
    _IF_DECLARED = 'if _shutdown and _backport.declared():\n'
    _WAKE, _VALUE = 'self._result_queue.put(None)\n', 'self._result_queue\n'
else:
    START = 'patches/process_3_7_4.py'
    FLAG, THREADS = '_global_shutdown', '_threads_wakeups'
    _IF_DECLARED = 'if _global_shutdown:\n'
    _WAKE = 'self._queue_management_thread_wakeup.wakeup()\n'
    _VALUE = 'self._queue_management_thread_wakeup\n'
_REFUSE = 'raise _backport.refusal()\n'
_FIRST_LOOK = '        %s            %s' % (_IF_DECLARED, _REFUSE)
_LOOK = '    ' + _FIRST_LOOK.replace('\n', '\n    ').rstrip(' ')
_ENTER = '            %s[t] = %s' % (THREADS, _VALUE)
_START = '            t.start()\n'
_PUT = '        self._work_ids.put(work_id)\n'
_WAIT = '        _backport.wait(%s)\n' % THREADS
_DECLARE = '    %s = True\n' % FLAG

MUTANTS = {
    'submit: no look after': (
        SUBMIT, {'\n' + _LOOK + '        except': '\n        except'},
        'later-submit', LEFT_BEHIND),
    'submit: refused work stays pending': (
        SUBMIT, {'self._pending_work_items.pop(work_id, None)': 'pass'},
        'later-submit', DEADLOCK),
    'submit: the manager is not woken for that': (
        SUBMIT, {_WAKE + '            raise': 'pass\n            raise'},
        'later-submit', DEADLOCK),
    'submit: the id is put before the look': (
        SUBMIT, {_PUT: '', '        try:\n            self._start': _PUT +
                 '        try:\n            self._start'},
        'later-submit', RAN),
    'submit: taken from under a manager that fails all': (
        SUBMIT, {'if not self._broken:\n                self._p':
                 'if True:\n                self._p'}, 'broken', '?'),
    'start: no look': (
        START, {_LOOK + '            # Start': '            # Start'},
        'first-submit', NOT_JOINED),
    'start: entered after the look': (
        START, {_ENTER + _LOOK: _LOOK + _ENTER}, 'first-submit',
        NOT_JOINED),
    'start: entered after the start': (
        START, {_ENTER: '', _START: _START + _ENTER}, 'first-submit',
        NOT_JOINED),
    'start: a refused Thread stays entered': (
        START, {'if _backport.interrupted(t, %s)' % THREADS: 'if True'},
        'first-submit', VAIN),
    'start: a failed manager is not forgotten': (
        START, {'self._queue_management_thread = None': 'pass'},
        'failing-start', DEADLOCK),
    'start: an interrupted one is always forgotten': (
        START, {'if _backport.interrupted(t, %s)' % THREADS:
                'if _backport.interrupted(t, %s) or True' % THREADS},
        'interrupted', '?'),
    'exit: no wait': (START, {_WAIT: '        pass\n'}, 'first-submit', NOT_JOINED),
    'exit: waits before it declares': (
        START, {_DECLARE: '', _WAIT: _WAIT + '    ' + _DECLARE},
        'first-submit', NOT_JOINED),
    'exit: Ctrl-C ends it': (
        START, {'    finally:\n': '    except ZeroDivisionError:\n'
                '        return\n    else:\n'}, 'ctrl-c', DEADLOCK),
    'exit: joins who has not started': (
        '_exit.py', {' if _has_started(item[0])': ''}, 'ctrl-c', '?'),
    'exit: waits for who was taken out': (
        '_exit.py', {' and thread in threads': ''}, 'first-submit', '?'),
}
if VERSION != '3.6':
    MUTANTS.update({
        'exit: a closed wake-up ends it': (
            START, {'(OSError, TypeError)': 'TypeError'}, 'shutdown', '?'),
        'exit: a wake-up that is being closed ends it': (
            START, {'(OSError, TypeError)': 'OSError'}, 'shutdown', '?'),
    })

if __name__ == '__main__':
    for table, ours in ((run.BOUNDS, BOUNDS), (run.KNOWN, KNOWN),
                        (run.MUTANTS, MUTANTS)):
        table.clear()
        table.update(ours)
    run.EXPLORER = 'process_explorer'
    sys.exit(run.main())
