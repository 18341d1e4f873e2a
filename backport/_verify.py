"""Shows on this machine that work is lost without the patch and not with it."""
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time

from . import _hook

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                      '_scenarios.py')
UNAVAILABLE = 77    # as _scenarios.py has it
TIMEOUT = 60    # seconds before a child counts as hung; a trial takes about one

# The same, once it has told what became of submit.  With the patch it is not
# expected to hang, and has time on a slow machine.
DECIDED = {'off': 5, 'on': 30}

# Seconds that worker processes have to end after the child.
ORPHANED = 1

#: (executor, loss, as _scenarios.py calls it, as the table does)
LOSSES = (
    ('ThreadPoolExecutor', 'start-after-snapshot',
     'worker started after the snapshot'),
    ('ThreadPoolExecutor', 'put-after-goodbye',
     'work queued after the goodbye'),
    ('ProcessPoolExecutor', 'missed-wake-up', 'manager missed its wake-up'),
    ('ProcessPoolExecutor', 'late-start', 'workers started after the exit'),
    ('ProcessPoolExecutor', 'put-after-leave', 'work queued after the manager '
     'left'),
)
COLUMNS = ('trials', 'lost', 'refused', 'completed', 'hung', 'orphans')


class Failed(Exception):
    """A child program did not do its part; the argument says what it said."""


class Unavailable(Exception):
    """This machine has no such pools; the argument says why."""


def verify(trials, progress):
    """Run every loss *trials* times with the patch off and on.

    Returns a list of dicts, one for each row of the table, with the keys
    ``executor``, ``loss``, ``patch`` ("off" or "on") and `COLUMNS`, the last of
    which counts the trials that left a worker process behind.  Where this
    machine has no such pools, ``unavailable`` says why.  Calls
    *progress* with a line of text as it goes.  Raises `Failed`.
    """
    rows = []
    for executor, loss, title in LOSSES:
        for switch in 'off', 'on':
            row = dict.fromkeys(COLUMNS, 0)
            row.update(executor=executor, loss=title, patch=switch)
            try:
                for trial in range(trials):
                    progress('%s, patch %s: %d of %d'
                             % (title, switch, trial + 1, trials))
                    column, orphan = _trial(loss, switch)
                    row['trials'] += 1
                    row[column] += 1
                    row['orphans'] += orphan
            except Unavailable as exc:
                row['unavailable'] = str(exc)
            rows.append(row)
    return rows


def main(trials, as_json=False):
    """Print the table; return the exit status: 0 if the patch lost nothing."""
    python = '%d.%d.%d' % sys.version_info[:3]
    records = _hook.status()
    needed = not any(record.state == 'not-needed' for record in records)
    rows = []
    if needed:
        if not os.path.isfile(SCRIPT):
            return _error('its files are not in a folder (%s): install it '
                          'unzipped' % os.path.dirname(SCRIPT))
        if not sys.executable:
            return _error('this interpreter does not know its own path '
                          '(sys.executable), so it cannot start children')
        progress = Progress()
        try:
            rows = verify(trials, progress)
        except Failed as exc:
            return _error(str(exc))
        finally:
            progress.end()
    failed = any(row['lost'] or row['hung'] or row['orphans'] for row in rows
                 if row['patch'] == 'on')
    if as_json:
        print(json.dumps({'python': python, 'needed': needed, 'rows': rows,
                          'protected': not failed}, indent=2))
    elif not needed:
        print('%s %s: nothing is done.' % (platform.python_implementation(),
                                           python))
        for record in records:
            print('%-8s %s' % (record.name, record.reason))
    else:
        print('\n'.join(_table(python, rows)))
        for reason in sorted({row['unavailable'] for row in rows
                              if 'unavailable' in row}):
            print('\nThis machine has no process pools: %s' % reason)
        print('\nWith the patch, %s.' % (
            'WORK WAS LOST' if failed else 'nothing was lost'))
    return 1 if failed else 0


class Progress:
    """Shows what is going on, on standard error if that is a terminal."""

    def __call__(self, text):
        if sys.stderr.isatty():
            sys.stderr.write('\r\033[K%s' % text)
        else:
            sys.stderr.write(text + '\n')
        sys.stderr.flush()

    def end(self):
        if sys.stderr.isatty():
            sys.stderr.write('\r\033[K')
            sys.stderr.flush()


def _trial(loss, switch):
    """Run a child once; return the column it counts for, and if it orphaned.
    """
    env = dict(os.environ)
    env.pop('BACKPORT_DISABLE', None)
    env.pop('BACKPORT_REPORT', None)
    if switch == 'off':
        env['BACKPORT_DISABLE'] = '1'   # should the environment activate it
    # Files, not pipes: an orphan would keep those open.
    with tempfile.TemporaryFile('w+') as out, \
            tempfile.TemporaryFile('w+') as err:
        child = subprocess.Popen([sys.executable, SCRIPT, loss, switch],
                                 env=env, stdin=subprocess.DEVNULL, stdout=out,
                                 stderr=err, start_new_session=True)
        try:
            hung = _hangs(child, out, switch)
            orphan = not hung and _leaves_processes(child)
        finally:
            _kill(child)
        words = _text(out).split()
        message = (_text(err).strip().splitlines() or ['no message'])[-1]
    if child.returncode == UNAVAILABLE:
        raise Unavailable(message)
    if hung:
        return 'hung', orphan
    if 'completed' in words:
        return 'completed', orphan
    if 'refused' in words:
        return 'refused', orphan
    if 'accepted' in words or 'began' in words:
        return 'lost', orphan
    raise Failed('the child program for %r, patch %s, failed with status %s: %s'
                 % (loss, switch, child.returncode, message))


def _hangs(child, out, switch):
    deadline, decided = time.time() + TIMEOUT, False
    while child.poll() is None:
        if time.time() > deadline:
            return True
        time.sleep(0.02)
        if not decided and {'accepted', 'refused'} & set(_text(out).split()):
            decided = True
            deadline = time.time() + DECIDED[switch]
    return False


def _text(file):
    file.seek(0)
    return file.read()


def _leaves_processes(child):
    """Return whether there is anybody left in the session of *child*."""
    deadline = time.time() + ORPHANED
    while time.time() < deadline:
        try:
            os.killpg(child.pid, 0)
        except (AttributeError, OSError):   # not on Windows
            return False
        time.sleep(0.02)
    return True


def _kill(child):
    try:
        os.killpg(child.pid, signal.SIGKILL)    # its workers as well
    except (AttributeError, OSError):
        child.kill()
    child.wait()


def _table(python, rows):
    titles = ('executor', 'loss', 'patch') + COLUMNS
    cells = [titles] + [[str(row[title]) for title in titles] for row in rows]
    widths = [max(len(line[i]) for line in cells) for i in range(len(titles))]
    yield 'CPython %s, %s' % (python, sys.executable)
    yield ''
    for line in cells:
        yield '  '.join(
            cell.ljust(width) if i < 3 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(line, widths))).rstrip()


def _error(text):
    print('backport verify: ' + text, file=sys.stderr)
    return 2
