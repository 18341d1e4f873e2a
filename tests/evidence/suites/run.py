"""Runs the tests that other projects have, stock and patched.

    python run.py INTERPRETER FOLDER [--turns N] [PROJECT...]

INTERPRETER is that of an environment in which the projects and the package are
installed, and the package is enabled, so every child of a test has the patch.
Stock is the same with BACKPORT_DISABLE=1.  Sdists are unpacked in FOLDER.

A test that passes stock and not patched is run again in turns, N times (5) each
way.  If it passes less often patched, this is a finding and the exit status 1.
It is 1 as well if a project's tests do not submit, if none passes, or if the
patch was on where it should not have been or the other way round.

    python run.py --requirements 3.8

prints what the environment for that version needs.
"""
import argparse
import glob
import json
import os
import shutil
import signal
import subprocess
import sys
import time

from projects import PROJECTS

HERE = os.path.dirname(os.path.abspath(__file__))
TIMEOUT = 900       # seconds for the tests of a project
NOTHING = {'outcomes': {}, 'submits': 0, 'patched': None}


def tell(text):
    print(text, file=sys.stderr, flush=True)


class Suite:
    """The tests of a project."""

    def __init__(self, project, python, folder):
        self.project, self.python, self.folder = project, python, folder
        self.version = self.ask(
            'try:\n from importlib.metadata import version\n'
            'except ImportError:\n from importlib_metadata import version\n'
            'print(version(%r))' % project.name)
        self.root = (self.sdist() if project.sdist else self.ask(
            'import sysconfig; print(sysconfig.get_path("purelib"))'))

    def ask(self, code):
        return subprocess.check_output([self.python, '-c', code],
                                       universal_newlines=True).strip()

    def sdist(self):
        """Return the folder of the sdist of the installed version."""
        target = os.path.join(self.folder, self.project.name)
        if not os.path.exists(target):
            archives = target + '-sdist'
            subprocess.check_call(
                [self.python, '-m', 'pip', 'download', '--quiet', '--no-deps',
                 '--no-binary', self.project.name, '--dest', archives,
                 '%s==%s' % (self.project.name, self.version)])
            archive, = glob.glob(os.path.join(archives, '*'))
            shutil.unpack_archive(archive, target)
        root, = glob.glob(os.path.join(target, '*'))
        return root

    def run(self, variant, tests=()):
        """Run some tests, or all; return what recorder.py has written."""
        result = os.path.join(self.folder, 'result.json')
        if os.path.exists(result):
            os.remove(result)
        environ = {name: value for name, value in os.environ.items()
                   if not name.startswith(('BACKPORT_', 'PYTHON'))}
        environ.update(PYTHONPATH=HERE, SUITES_RESULT=result, NO_NETWORK='1',
                       BACKPORT_DISABLE='1' if variant == 'stock' else '')
        begun = time.monotonic()
        with open(os.path.join(self.folder, 'output'), 'w') as output:
            process = subprocess.Popen(
                [self.python, '-m', 'pytest', '-q', '--rootdir', self.root,
                 '-o', 'addopts=', '-p', 'recorder', '-p', 'no:cacheprovider',
                 *self.project.arguments, *(tests or self.project.tests)],
                env=environ, cwd=self.root, stdin=subprocess.DEVNULL,
                stdout=output, stderr=subprocess.STDOUT,
                start_new_session=True)
            try:
                process.wait(TIMEOUT)
            except subprocess.TimeoutExpired:
                tell('  hangs')
            finally:
                try:
                    os.killpg(process.pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
                process.wait()
        seen = NOTHING
        if os.path.exists(result):
            with open(result) as file:
                seen = json.load(file)
        tell('  %s %s, %s: %d passed of %d, %d submits, %d s' % (
            self.project.name, self.version, variant, passed(seen),
            len(seen['outcomes']), seen['submits'], time.monotonic() - begun))
        return seen


def passed(seen):
    return sum(map('passed'.__eq__, seen['outcomes'].values()))


def differ(suite, stock, patched, turns):
    """Yield (whether it is a finding, a line) for each test that is worse."""
    for test, outcome in sorted(stock['outcomes'].items()):
        if outcome != 'passed' or patched['outcomes'].get(test) == 'passed':
            continue
        counts = {'stock': 0, 'patched': 0}
        for _ in range(turns):
            for variant in counts:
                again = suite.run(variant, [test])['outcomes']
                counts[variant] += again.get(test) == 'passed'
        yield counts['patched'] < counts['stock'], (
            '%s: passed again %d of %d times stock, %d of %d patched' % (
                test, counts['stock'], turns, counts['patched'], turns))


def judge(suite, turns):
    """Return the cells of the row, and the problems."""
    stock, patched = suite.run('stock'), suite.run('patched')
    problems = []
    for found, line in differ(suite, stock, patched, turns):
        tell('  %s %s' % ('FINDING' if found else 'varies', line))
        if found:
            problems.append(line)
    if not passed(stock) or not stock['submits'] or not patched['submits']:
        problems.append('no test passes, or none submits')
        with open(os.path.join(suite.folder, 'output')) as output:
            tell(output.read()[-2000:])
    if stock['patched'] or not patched['patched']:
        problems.append('patched: %s and %s'
                        % (stock['patched'], patched['patched']))
    return [suite.project.name, suite.version, len(stock['outcomes']),
            stock['submits'], passed(stock), passed(patched),
            'FAILED' if problems else ''], problems


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--requirements', metavar='VERSION')
    parser.add_argument('--turns', type=int, default=5)
    parser.add_argument('python', nargs='?', metavar='INTERPRETER')
    parser.add_argument('folder', nargs='?', metavar='FOLDER')
    parser.add_argument('projects', nargs='*', metavar='PROJECT')
    arguments = parser.parse_args()
    version = arguments.requirements or subprocess.check_output(
        [arguments.python, '-c', 'import sys; print("%d.%d" '
         '% sys.version_info[:2])'], universal_newlines=True)
    version = tuple(map(int, version.split('.')))
    chosen = [project for project in PROJECTS if version in project.versions
              and (not arguments.projects
                   or project.name in arguments.projects)]
    if arguments.requirements:
        print(*sorted({'importlib-metadata', 'pytest', 'pip'}.union(*[
            [project.name, *project.needs] for project in chosen])))
        return 0
    python = os.path.abspath(arguments.python)
    folder = os.path.abspath(arguments.folder)
    os.makedirs(folder, exist_ok=True)
    table = [['CPython %d.%d' % version, 'version', 'tests', 'submits',
              'passed stock', 'passed patched', ''], ['---'] * 7]
    failed = False
    for project in chosen:
        row, problems = judge(Suite(project, python, folder), arguments.turns)
        failed |= bool(problems)
        table.append(row)
        for problem in problems:
            print('%s: %s' % (project.name, problem))
    for row in table:
        print('| %s |' % ' | '.join(map(str, row)))
    return failed


if __name__ == '__main__':
    sys.exit(main())
