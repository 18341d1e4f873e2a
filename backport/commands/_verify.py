"""Shows on this machine that work is lost without the patch and not with it."""
import ctypes
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time

import backport

from . import _scenarios

SCRIPT = os.path.abspath(_scenarios.__file__)

AT_ONCE = 8     # children that run at the same time; they mostly wait

# Each child is polled every PAUSE seconds.  Polls are counted and not time:
# on a busy machine they take longer, as do the children.
PAUSE = 0.01
TIMEOUT = 6000  # polls before a child counts as hung; most end within 100
HANGING = 500   # the same where stock hangs
ORPHANED = 200  # polls that worker processes have to end after the child

COLUMNS = ('trials', 'lost', 'refused', 'completed', 'hung', 'orphans')


def verify(trials):
    """Run every loss *trials* times with the patch off and on.

    Returns a list of dicts, one for each row of the table, with the keys
    ``executor``, ``loss``, ``patch`` ("off" or "on"), and `COLUMNS`, the last
    of which counts the trials that left a worker process behind, or is None if
    they could not be counted.  Where a child could not do its part (a machine
    without shared memory has no process pools) ``problem`` says why.
    """
    rows, todo, running = [], [], []
    for loss, (pool, _, title) in _scenarios.LOSSES.items():
        for patch in 'off', 'on':
            row = dict.fromkeys(COLUMNS, 0)
            row.update(executor=pool.title() + 'PoolExecutor', loss=title,
                       patch=patch)
            rows.append(row)
            todo += [(row, loss, patch)] * trials
    todo.sort(key=_hangs)   # they are taken from the end, the longest first
    # KeyboardInterrupt in the middle of starting a child would leave it behind.
    interrupted = []
    handler = signal.signal(signal.SIGINT,
                            lambda *args: interrupted.append(True))
    try:
        while todo or running:
            if interrupted:
                raise KeyboardInterrupt
            while todo and len(running) < AT_ONCE:
                running.append(_trial(*todo.pop()))
            _progress('%d to go' % (len(todo) + len(running)))
            running = [trial for trial in running if next(trial, False)]
            time.sleep(PAUSE)
    finally:
        _progress('')
        for trial in running:
            trial.close()
        signal.signal(signal.SIGINT, handler)
    return rows


def _hangs(trial):
    return trial[1] in _scenarios.HANGS and trial[2] == 'off'


def _progress(text):
    if sys.stderr is not None and sys.stderr.isatty():
        sys.stderr.write('\r\033[K' + text)
        sys.stderr.flush()


def _trial(row, loss, patch):
    """Run a child once, and count it in *row*; yield True while it runs."""
    env = {name: value for name, value in os.environ.items()
           if not name.startswith('BACKPORT_')}
    # Files, not pipes: an orphan would keep those open.
    with tempfile.TemporaryFile('w+') as out, \
            tempfile.TemporaryFile('w+') as err:
        # -S: what is done at start-up could patch it, or load a pool too early.
        child = subprocess.Popen([sys.executable, '-S', SCRIPT, loss, patch],
                                 env=env, stdin=subprocess.DEVNULL, stdout=out,
                                 stderr=err, start_new_session=True)
        group = (_Job if os.name == 'nt' else _Session)(child)
        try:
            polls = HANGING if _hangs((row, loss, patch)) else TIMEOUT
            while child.poll() is None and polls:
                polls -= 1
                yield True
            hung = child.poll() is None
            polls = 0 if hung else ORPHANED
            while group.is_there() and polls:
                polls -= 1
                yield True
            orphan = not hung and group.is_there()
        finally:
            child.kill()
            group.kill()
            child.wait()
        out.seek(0)
        err.seek(0)
        words, errors = out.read().split(), err.read().strip().splitlines()
    if not hung and not words:
        row['problem'] = errors[-1] if errors else 'no message'
        return
    row['trials'] += 1
    if orphan is None:
        row['orphans'] = None
    elif row['orphans'] is not None:
        row['orphans'] += orphan
    row['hung' if hung else
        'completed' if 'completed' in words else
        'refused' if 'refused' in words else 'lost'] += 1


class _Session:
    """A child process and all that it has started."""

    def __init__(self, child):
        self.id = child.pid

    def is_there(self):
        """Return whether any process is left; None if that cannot be told."""
        return self.kill(0)

    def kill(self, number=9):
        try:
            os.killpg(self.id, number)
            return True
        except OSError:
            return False


class _Job:
    """The same on Windows, which has no sessions."""

    def __init__(self, child):
        self.kernel32 = ctypes.windll.kernel32
        self.handle = ctypes.c_void_p(
            self.kernel32.CreateJobObjectW(None, None))
        self.kernel32.AssignProcessToJobObject(
            self.handle, ctypes.c_void_p(int(child._handle)))

    def is_there(self):
        # JobObjectBasicAccountingInformation; all that matters are two counts.
        numbers = (ctypes.c_uint32 * 12)()
        self.kernel32.QueryInformationJobObject(
            self.handle, 1, numbers, ctypes.sizeof(numbers), None)
        total, active = numbers[9:11]
        return active > 0 if total else None

    def kill(self):
        self.kernel32.TerminateJobObject(self.handle, 1)
        self.kernel32.CloseHandle(self.handle)


def main(trials, as_json=False):
    """Print the table; return the exit status."""
    records = backport.status()
    needed = not any(record.state == 'not-needed' for record in records)
    rows = []
    if needed:
        print('backport verify: %d child interpreters, about %d seconds' % (
            2 * len(_scenarios.LOSSES) * trials, HANGING * PAUSE + trials),
            file=sys.stderr)
        rows = verify(trials)
    lost = any(row['lost'] or row['hung'] or row['orphans'] for row in rows
               if row['patch'] == 'on')
    problems = sorted({row['problem'] for row in rows if 'problem' in row})
    if as_json:
        print(json.dumps({'python': platform.python_version(),
                          'needed': needed, 'rows': rows,
                          'protected': not lost and not problems}, indent=2))
    else:
        print('%s %s, %s\n' % (platform.python_implementation(),
                               platform.python_version(), sys.executable))
        print('\n'.join(_table(rows, lost, problems) if needed else (
            '%-8s nothing is done: %s' % (record.name, record.reason)
            for record in records)))
    for problem in problems:
        print('backport verify: not everything could be tried: ' + problem,
              file=sys.stderr)
    return 1 if lost else 2 if problems else 0


def _table(rows, lost, problems):
    line = '%-19s  %-34s  %-5s' + '  %s' * len(COLUMNS)
    yield line % (('executor', 'loss', 'patch') + COLUMNS)
    for row in rows:
        yield line % ((row['executor'], row['loss'], row['patch']) + tuple(
            'not counted' if row[column] is None else
            str(row[column]).rjust(len(column)) for column in COLUMNS))
    yield ''
    yield 'With the patch, %s%s.' % (
        'WORK WAS LOST' if lost else 'nothing was lost',
        ' where it could be tried' if problems else '')
