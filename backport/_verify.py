"""Shows on this machine that work is lost without the patch and not with it."""
import json
import os
import subprocess
import sys

from . import _hook

TIMEOUT = 60    # seconds before a child counts as hung; a trial takes about one

#: (loss, as _scenarios.py calls it, as the table does)
LOSSES = (
    ('start-after-snapshot', 'worker started after the snapshot'),
    ('put-after-goodbye', 'work queued after the goodbye'),
)
COLUMNS = ('trials', 'lost', 'refused', 'completed', 'hung')


class Failed(Exception):
    """A child program did not do its part; the argument says what it said."""


def verify(trials, progress):
    """Run every loss *trials* times with the patch off and on.

    Returns a list of dicts, one for each row of the table, with the keys
    ``executor``, ``loss``, ``patch`` ("off" or "on") and `COLUMNS`.  Calls
    *progress* with a line of text as it goes.  Raises `Failed`.
    """
    rows = []
    for loss, title in LOSSES:
        for switch in 'off', 'on':
            row = dict.fromkeys(COLUMNS, 0)
            row.update(executor='ThreadPoolExecutor', loss=title, patch=switch)
            for trial in range(trials):
                progress('%s, patch %s: %d of %d'
                         % (title, switch, trial + 1, trials))
                row['trials'] += 1
                row[_trial(loss, switch)] += 1
            rows.append(row)
    return rows


def main(trials, as_json=False):
    """Print the table; return the exit status: 0 if the patch lost nothing."""
    python = '%d.%d.%d' % sys.version_info[:3]
    needed = not any(record.state == 'not-needed' for record in _hook.status())
    rows = []
    if needed:
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
    failed = any(row['lost'] or row['hung'] for row in rows
                 if row['patch'] == 'on')
    if as_json:
        print(json.dumps({'python': python, 'needed': needed, 'rows': rows,
                          'protected': not failed}, indent=2))
    elif not needed:
        print('CPython %s: nothing is needed. %s.'
              % (python, _hook.status()[0].reason))
    else:
        print('\n'.join(_table(python, rows)))
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
    """Run a child once; return the column that it counts for."""
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                          '_scenarios.py')
    env = dict(os.environ)
    env.pop('BACKPORT_DISABLE', None)
    if switch == 'off':
        env['BACKPORT_DISABLE'] = '1'   # should the environment activate it
    child = subprocess.Popen([sys.executable, script, loss, switch], env=env,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             universal_newlines=True)
    try:
        out, err = child.communicate(timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        child.kill()
        child.communicate()
        return 'hung'
    except BaseException:
        child.kill()    # Ctrl-C
        raise
    words = out.split()
    if 'completed' in words:
        return 'completed'
    if 'refused' in words:
        return 'refused'
    if 'accepted' in words or 'began' in words:
        return 'lost'
    raise Failed('the child program for %r, patch %s, failed with status %s: %s'
                 % (loss, switch, child.returncode,
                    (err.strip().splitlines() or ['no message'])[-1]))


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
