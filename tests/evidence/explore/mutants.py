"""The patch weakened in one place after the other, each of which must be seen.

Name -> (file, {what is replaced: by what}, scenario that fails, and how).
"""
import os
import shutil
import sys

VERSION = '%d.%d' % sys.version_info[:2]

NOT_JOINED, LEFT_BEHIND = 'worker not joined', 'work left behind'
RAN = 'refused work ran'
CHANGED = 'E raised RuntimeError: dictionary changed size during iteration'
DEADLOCK, IN_CHILD = 'deadlock', 'deadlock in the child'
TORN = 'S raised TornRead: List'
FAILED, VAIN = 'child failed: status 0x100', 'exit waited in vain'

PATCH = 'patches/thread_%s.py' % ('3_6' if VERSION == '3.6' else '3_7')
EXIT_HANDLER = 'patches/thread_3_7.py'
START = 'patches/thread_%s.py' % VERSION.replace('.', '_')

_LOOK = '''            if _shutdown and _backport.refuses():
                raise RuntimeError(_backport.REFUSED)
'''
_ENTER = '''            _threads_queues[t] = self._work_queue
'''
_START = '''            t.start()
'''
_WAIT = '''    try:
        # Afterwards'''
_TRY, _FINALLY = '\n    try:\n', '\n    finally:\n'
_TAKE_STOCK = '''    items = _backport.started(_threads_queues)
'''

MUTANTS = {
    # submit and _adjust_thread_count.
    'no look after the Thread is entered': (
        START, {_LOOK: ''}, 'new-pool', NOT_JOINED),
    'entered after the look': (
        START, {_ENTER: '', _LOOK: _LOOK + _ENTER}, 'new-pool', NOT_JOINED),
    'entered after the start': (
        START, {_ENTER: '', _START: _START + _ENTER}, 'new-pool', NOT_JOINED),
    'no look at the end': (
        PATCH, {'f.cancel()': 'False'}, 'full-pool', LEFT_BEHIND),
    'refused work is not cancelled': (
        PATCH, {'f.cancel()': 'True'}, 'growing-pool', RAN),
    'a refused start is let out': (
        PATCH, {'except RuntimeError:': 'except ZeroDivisionError:'},
        'growing-pool', RAN),
    "no look for another class's submit": (
        START, {'    # For a submit that is not ours': '    if False:  #',
                '    if _shutdown and _backport.refuses():\n        raise':
                '        raise'}, 'stock-submit', LEFT_BEHIND),
    'other functions are not guarded': (
        PATCH, {'if patched:': 'if True:'}, 'own-start', NOT_JOINED),
    'no look under the guard': (
        '_exit.py', {"if self.namespace['_shutdown'] and": 'if False and'},
        'own-start', NOT_JOINED),
    'a refused Thread stays entered': (
        START, {'_backport.forget(t, _threads_queues)': 'pass'},
        'new-pool', VAIN),
    'a refused Thread is freed': (
        '_exit.py', {'self.taken_out.append(thread)': 'pass'}, 'new-pool',
        'printed KeyError'),
    'who holds the lock is refused': (
        '_exit.py', {'not (self.lock and self.lock.held())': 'True'},
        'locking', RAN),
    'who is guarded holds the lock': (
        '_lock.py', {", float('inf')\n        return": '\n        return',
                     'hold[:3]': 'hold[:2]'}, 'slow-start', NOT_JOINED),
    'interrupted: no look whether it is about to run': (
        '_exit.py', {'thread in threading._limbo or ': ''}, 'interrupted',
        NOT_JOINED),
    'interrupted: no look whether it runs': (
        '_exit.py', {' or thread._started.is_set():': ':'}, 'interrupted',
        NOT_JOINED),

    # The lock.
    'a slice of what is held': (
        '_lock.py', {'self.holds = {}': 'self.holds = []',
                     'self.holds[hold] = True': 'self.holds.append(hold)',
                     'sorted(list(self.holds)': 'sorted(self.holds[:]',
                     'self.holds.pop(hold, False)':
                     '(self.holds.remove(hold) or True)'},
        'two-locking', TORN),

    'the oldest hold of a thread is released first': (
        '_lock.py', {'list(self.holds)[::-1]': 'list(self.holds)'},
        'nested-locking', DEADLOCK),

    # The exit handler.
    'exit is declared after the wait': (
        EXIT_HANDLER, {'    _shutdown = True\n': '',
                       _FINALLY: _FINALLY + '        _shutdown = True\n'},
        'new-pool', NOT_JOINED),
    'exit takes stock before the wait': (
        EXIT_HANDLER, {'    ' + _TAKE_STOCK: '', _WAIT: _TAKE_STOCK + _WAIT},
        'new-pool', NOT_JOINED),
    'exit forgets the workers after Ctrl-C': (
        EXIT_HANDLER, {_TRY: '\n    if True:\n',
                       _FINALLY: '\n    if True:\n'},
        'ctrl-c', NOT_JOINED),
    'exit does not wait for starts': (
        '_exit.py', {'                  if _is_starting(thread)\n':
                     '                  if False\n'},
        'new-pool', NOT_JOINED),
    'exit waits for a Thread that is taken out': (
        '_exit.py', {' and thread in threads': ''}, 'new-pool', VAIN),
    'exit waits for a start for ever': (
        '_exit.py', {'while waited and looks:': 'while waited:'},
        'dead-start', DEADLOCK),
    'exit does not wait for holds': (
        '_lock.py', {'while hold in self.holds': 'while False'},
        'own-copy', NOT_JOINED),
    'exit waits for its own holds': (
        '_lock.py', {'hold[0] != threading.get_ident() and ': ''},
        'exit-inside-locking', DEADLOCK),
    'exit waits for holds of another process': (
        '_lock.py', {' and hold[1] == getpid():': ':'}, 'fork-locking',
        IN_CHILD),
    'exit waits for a guard for ever': (
        '_lock.py', {' and looks < hold[2]': ''}, 'slow-start', DEADLOCK),
    'exit looks at one thread after the other': (
        '_exit.py', {'[reference() for reference in threads.keyrefs()]':
                     '[thread for thread, _ in threads.items()]'},
        'freed-thread', CHANGED),
    'a child waits for threads of its parent': (
        '_exit.py', {' or thread._is_stopped)': ')'}, 'fork', FAILED),
    'a child forgets a thread that it goes on to start': (
        '_exit.py', {' and thread._tstate_lock is None': ''}, 'fork-inside',
        FAILED),
}
if VERSION == '3.6':
    MUTANTS.update({
        'a child tells threads of its parent': (
            '_exit.py', {'thread._is_stopped and thread._tstate': 'False and '
                         'thread._tstate'}, 'fork', IN_CHILD),
        'a child that never declared exit refuses work': (
            '_exit.py', {'return self.process_id in (None, getpid())':
                         'return True'}, 'fork-late', IN_CHILD),
    })


def mutate(name, folder):
    """Put a copy of the installed package into *folder*, weakened."""
    import backport
    path, replacements, _, _ = MUTANTS[name]
    copy = os.path.join(folder, 'backport')
    shutil.copytree(os.path.dirname(os.path.abspath(backport.__file__)), copy)
    path = os.path.join(copy, path)
    with open(path) as file:
        text = file.read()
    for old, new in replacements.items():
        assert text.count(old) == 1, (name, old)
        text = text.replace(old, new)
    with open(path, 'w') as file:
        file.write(text)
