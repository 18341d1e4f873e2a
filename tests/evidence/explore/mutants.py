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

_LOOK = '''            if self.declared() and self.closed:
                raise RuntimeError(self.REFUSED)
'''
_REGISTER = (
    '            self.starting[thread] = (value, getpid(), '
    'threading.get_ident(),\n'
    '                                     processes)\n')
_START = '''            start()
'''
_CLOSE = '''            self.closed = True
'''
_WAIT = '''        self._wait(self._being_started, STARTING)
'''
_FIRST = '''            _join(self._tell(threads, tell, known))
        finally:
'''
_SECOND = '''        _join(self._tell(threads, tell, known))

'''
_TOLD = '''            self.told[id(value)] = value
'''
_TELL = '''            tell(value)
'''

MUTANTS = {
    # submit and _adjust_thread_count.
    'no look at the end': (
        PATCH, {'f.cancel()': 'False'}, 'full-pool', LEFT_BEHIND),
    'refused work is not cancelled': (
        PATCH, {'and f.cancel()': 'and (f.cancel() or True)'}, 'growing-pool',
        RAN),
    'a refused start is let out': (
        PATCH, {'except RuntimeError:': 'except ZeroDivisionError:'},
        'growing-pool', RAN),
    "no look for another class's submit": (
        START, {'    if _shutdown and _backport.refuses(self._work_queue):\n'
                '        raise RuntimeError':
                '    if False:\n        raise RuntimeError'},
        'stock-submit', LEFT_BEHIND),

    # What starts workers.
    'no look after the Thread is registered': (
        '_exit.py', {_LOOK: ''}, 'new-pool', NOT_JOINED),
    'registered after the look': (
        '_exit.py', {_REGISTER + _LOOK: _LOOK + _REGISTER}, 'new-pool',
        NOT_JOINED),
    'registered after the start': (
        '_exit.py', {_REGISTER: '', _START: _START + _REGISTER}, 'new-pool',
        NOT_JOINED),
    'closed is read before the flag': (
        '_exit.py', {'self.declared() and self.closed:':
                     'self.closed and self.declared():'}, 'from-a-worker', RAN),
    'interrupted: no look whether it is about to run': (
        '_exit.py', {'thread in threading._limbo or ': ''}, 'interrupted',
        NOT_JOINED),
    'interrupted: no look whether it runs': (
        '_exit.py', {' or _has_started(thread)\n': '\n'}, 'interrupted',
        NOT_JOINED),
    'interrupted: forgotten': (
        '_exit.py', {'            if self.may_run(thread):\n'
                     '                threads[thread] = value\n': ''},
        'interrupted', NOT_JOINED),

    # The lock.
    'a slice of what is held': (
        '_lock.py', {'self.holds = {}': 'self.holds = []',
                     'self.holds[threading.get_ident(), getpid(), object()] = '
                     'True': 'self.holds.append('
                     '(threading.get_ident(), getpid(), object()))',
                     'sorted(list(self.holds)': 'sorted(self.holds[:]',
                     'self.holds.pop(hold, False)':
                     '(self.holds.remove(hold) or True)'},
        'two-locking', TORN),
    'the oldest hold of a thread is released first': (
        '_lock.py', {'list(self.holds)[::-1]': 'list(self.holds)'},
        'nested-locking', DEADLOCK),

    # The exit handler.
    'exit is declared after the first pass': (
        EXIT_HANDLER, {'    _shutdown = True\n    _backport.leave(_threads_qu'
                       'eues, lambda q: q.put(None))\n':
                       '    _backport.leave(_threads_queues, lambda q: '
                       'q.put(None))\n    _shutdown = True\n'},
        'full-pool', DEADLOCK),
    'a queue is told before it is entered': (
        '_exit.py', {_TOLD + _TELL: _TELL + _TOLD}, 'full-pool', LEFT_BEHIND),
    'a queue is not entered': (
        '_exit.py', {_TOLD: ''}, 'full-pool', LEFT_BEHIND),
    'exit does not close': (
        '_exit.py', {_CLOSE: '            pass\n'}, 'new-pool', NOT_JOINED),
    'exit closes after the wait': (
        '_exit.py', {_CLOSE: '            pass\n',
                     _SECOND: _CLOSE[4:] + _SECOND}, 'new-pool', NOT_JOINED),
    'exit does not wait for starts': (
        '_exit.py', {_WAIT: ''}, 'new-pool', NOT_JOINED),
    'exit does not wait for starts that were interrupted': (
        '_exit.py', {'if thread in threading._limbo]': 'if False]'},
        'interrupted', NOT_JOINED),
    'exit has no second pass': (
        '_exit.py', {_SECOND: ''}, 'new-pool', NOT_JOINED),
    'exit waits for a start for ever': (
        '_exit.py', {'elif not polls or monotonic() > end:': 'elif False:'},
        'dead-start', DEADLOCK),
    'exit does not wait for holds': (
        '_lock.py', {'while hold in self.holds': 'while False'},
        'locking', RAN),
    'exit waits for its own holds': (
        '_lock.py', {'hold[0] != threading.get_ident() and ': ''},
        'exit-inside-locking', DEADLOCK),
    'exit waits for holds of another process': (
        '_lock.py', {' and hold[1] == getpid()]': ']'}, 'fork-locking',
        IN_CHILD),
    'exit looks at one thread after the other': (
        '_exit.py', {'references = threads.keyrefs()':
                     'return [thread for thread, _ in threads.items()]'},
        'freed-thread', CHANGED),
    'a child waits for threads of its parent': (
        '_exit.py', {'process_id == getpid() and ': ''}, 'fork', FAILED),
    'a child forgets a thread that it goes on to start': (
        '_exit.py', {"\n        and getattr(thread, '_tstate_lock', thread) is "
                     "None)": ')'}, 'fork-inside', FAILED),
}
if VERSION == '3.6':
    MUTANTS.update({
        'a child tells threads of its parent': (
            '_exit.py', {"getattr(thread, '_is_stopped', False)\n        and":
                         'False and'}, 'fork', IN_CHILD),
        'a child that never declared exit refuses work': (
            '_exit.py', {'self.process_id in (None, getpid())': 'True'},
            'fork-late', IN_CHILD),
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
