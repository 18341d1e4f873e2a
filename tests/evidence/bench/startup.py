"""Measures what `enable` costs at a start, as ratios of instructions.

    python startup.py INTERPRETER [--seeds N] [--json FILE]

`-c pass` is run under valgrind's callgrind, in virtual environments that have
nothing else, and, to compare, in those that have the start-up files of
setuptools and coverage.  A sitecustomize or a .pth file costs something even if
it is empty, so the ratio to an empty one is printed as well.

The first pool that is imported loads the patch.  What that costs is measured
bare, enabled, and with `import backport` before.  Everything is compiled.
"""
import functools
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

from run import parse_arguments, python_version, record

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), *['..'] * 3))
EMPTY = 'an empty '     # sitecustomize or .pth
POOLS = 'concurrent.futures.thread', 'concurrent.futures.process'
#: Where importing a pool is measured.
FIRST = 'sitecustomize', 'pth', 'import backport'
#: Their start-up files are distutils-precedence.pth, and the .pth file that the
#: documentation of coverage has.
OTHERS = {'setuptools\' .pth': 'setuptools', 'coverage\'s .pth': 'coverage'}


def environment(folder, python, packages):
    """Make a virtual environment with *packages*; return its interpreter.

    It has no .pyc files, as in images: uv makes none unless it is told to.
    """
    subprocess.check_call([python, '-m', 'venv', '--without-pip', folder])
    python = os.path.join(folder, 'bin', 'python')
    if packages:
        subprocess.check_call(['uv', 'pip', 'install', '-q', '-p', python]
                              + packages)
    return python


def site_packages(python):
    return subprocess.check_output(
        [python, '-c', 'import sysconfig as s; print(s.get_path("purelib"))'],
        universal_newlines=True).strip()


def instructions(python, seed, program='pass'):
    """Return how many instructions `-c` *program* is."""
    done = subprocess.run(
        ['valgrind', '--tool=callgrind', '--callgrind-out-file=/dev/null',
         python, '-c', program], stderr=subprocess.PIPE, cwd=os.sep,
        env={'PATH': os.environ['PATH'], 'PYTHONHASHSEED': str(seed)},
        universal_newlines=True)
    return int(re.search(r'Collected : (\d+)', done.stderr).group(1))


def make(folder, python, title):
    """Return the interpreter of a new environment for the row *title*."""
    path = os.path.join(folder, re.sub(r'\W', '-', title))
    packages = []
    if title in OTHERS:
        packages = [OTHERS[title]]
    elif title in FIRST:
        packages = [ROOT]
    python = environment(path, python, packages)
    site = site_packages(python)
    write = functools.partial(write_file, site)
    if title == 'pth':
        subprocess.check_call([python, '-m', 'backport', 'enable'],
                              stdout=subprocess.DEVNULL, cwd=os.sep)
    elif title == 'sitecustomize':
        # It has in it what a .pth file would execute.
        with open(os.path.join(site, 'backport/startup/watch.py')) as file:
            write('sitecustomize.py', file.read().replace(
                '__file__[:-17]', '__file__[:-17] + "/backport"'))
    elif title == EMPTY + '.pth':
        write('empty.pth', '')
    elif title == EMPTY + 'sitecustomize':
        write('sitecustomize.py', '')
    elif title.startswith('coverage'):
        write('coverage.pth',
              'import coverage; coverage.process_startup()\n')
    # uv's --compile-bytecode fails on 3.6.
    subprocess.call([python, '-m', 'compileall', '-q', site])
    return python


def write_file(folder, name, text):
    with open(os.path.join(folder, name), 'w') as file:
        file.write(text)


def main():
    arguments = parse_arguments(seeds=3)
    if not shutil.which('valgrind'):
        sys.exit('valgrind is not installed (apt-get install valgrind)')
    titles = ['bare', 'sitecustomize', 'pth', EMPTY + 'sitecustomize',
              EMPTY + '.pth', *OTHERS]
    mean, first = {}, {module: {} for module in POOLS}
    with tempfile.TemporaryDirectory() as folder:
        for title in titles + ['import backport']:
            print('\r\033[K%s' % title, end='', file=sys.stderr, flush=True)
            python = make(folder, shutil.which(arguments.python), title)

            def measure(program):
                return statistics.mean(instructions(python, seed, program)
                                       for seed in range(arguments.seeds))

            if title in titles:
                mean[title] = measure('pass')
            for module in POOLS:
                if title == 'import backport':
                    first[module][title] = measure(title + ', ' + module)
                elif title in ('bare',) + FIRST:
                    first[module][title] = measure('import ' + module)
    print('\r\033[K', end='', file=sys.stderr)
    print('instructions of a start, mean of %d hash seeds (bare: %.2f M)'
          % (arguments.seeds, mean['bare'] / 1e6))
    for title in titles:
        empty = EMPTY + {'pth': '.pth'}.get(title, title)
        print('  %-24s %.4f%s' % (
            title, mean[title] / mean['bare'],
            '   (%.4f of an empty one)' % (mean[title] / mean[empty])
            if empty in mean else ''))
    print('of a start that imports a pool')
    for module in POOLS:
        for title in FIRST:
            print('  %-26s  %-16s %.4f' % (
                module, title, first[module][title] / first[module]['bare']))
    if arguments.json:
        record(arguments.json, python_version(
            shutil.which(arguments.python)), {
                'instructions of a start': mean,
                'instructions of a start that imports a pool': first})


if __name__ == '__main__':
    main()
