"""Runs the bug report's programs and `verify`, and prints one table.

    python run.py INTERPRETER...

Each interpreter has the package installed.  The exit status is 0 if nothing was
lost with the patch.
"""
import collections
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAMS = (
    ('chain.py', 'callbacks submit the next job'),
    ('fan_out.py', '100 jobs, main leaves after 1.5 s'),
)
TIMEOUT = 60


def program(python, name, variant):
    """Return word -> how often the program printed it."""
    print('  %s, %s' % (name, variant), file=sys.stderr, flush=True)
    env = dict(os.environ, BACKPORT_DISABLE='1' if variant == 'stock' else '')
    try:
        done = subprocess.run(
            [python, os.path.join(HERE, name), variant], env=env,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            universal_newlines=True, timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        return collections.Counter(hung=1)
    return collections.Counter(done.stdout.split())


def told(words):
    """Return (what to print, whether there is harm)."""
    lost = words['accepted'] - words['completed']
    text, harm = harms({'lost': lost, 'hung': words['hung']})
    return '%s, %d accepted' % (text, words['accepted']), harm


def harms(counts):
    """Return (what to print, whether there is harm)."""
    found = ['%d %s' % (counts[word], word.upper())
             for word in ('lost', 'hung', 'orphans') if counts.get(word)]
    return ', '.join(found) or '0 lost', bool(found)


def verified(python):
    """Yield (loss, stock, patched, harm) from `python -m backport verify`."""
    done = subprocess.run([python, '-m', 'backport', 'verify', '--json'],
                          stdout=subprocess.PIPE, universal_newlines=True,
                          cwd=HERE)
    if not done.stdout:
        sys.exit('verify failed with status %d' % done.returncode)
    rows = json.loads(done.stdout)['rows']
    for off, on in zip(rows[::2], rows[1::2]):
        stock, _ = harms(off)
        patched, harm = harms(on)
        yield (off['loss'] + ' (forced)', '%s of %d' % (stock, off['trials']),
               '%s of %d' % (patched, on['trials']), harm)


def main(pythons):
    print('This runs programs that lose work, on %d interpreters, half a '
          'minute each.' % len(pythons), file=sys.stderr, flush=True)
    table, failed = [('interpreter', 'program', 'stock', 'patched')], False
    for python in pythons:
        version = subprocess.check_output(
            [python, '-c', 'import platform; print(platform.python_version())'],
            universal_newlines=True).strip()
        print('CPython %s' % version, file=sys.stderr, flush=True)
        for name, title in PROGRAMS:
            stock, _ = told(program(python, name, 'stock'))
            patched, harm = told(program(python, name, 'patched'))
            table.append((version, title, stock, patched))
            failed |= harm
        for title, stock, patched, harm in verified(python):
            table.append((version, title, stock, patched))
            failed |= harm
    widths = [max(map(len, column)) for column in zip(*table)]
    print()
    for line in table:
        print('  '.join(cell.ljust(width)
                        for cell, width in zip(line, widths)).rstrip())
    print('\nWith the patch, %s.'
          % ('WORK WAS LOST' if failed else 'nothing was lost'))
    if not failed:
        print('To protect an environment, with its own python:\n'
              '    python -m pip install .\n'
              '    python -m backport enable\n'
              'docs/install.md has more, for 3.6 too.')
    return failed


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
