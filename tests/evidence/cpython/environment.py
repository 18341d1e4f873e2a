"""Runs regression tests in an environment, as it is or patched: see run.py."""
import collections
import contextlib
import glob
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import xml.etree.ElementTree as ElementTree

HERE = os.path.dirname(os.path.abspath(__file__))
SUPPORT = os.path.join(os.path.dirname(os.path.dirname(HERE)), 'support')
TIMEOUT = 600           # seconds for a test method, then regrtest ends itself
FILE_TIMEOUT = 3600     # seconds for a file
FILE = ', the file'     # what follows its name where it is one of the methods

#: *methods*: id -> "passed", "failed" or "skipped"; *reasons*: id -> why not.
Result = collections.namedtuple('Result',
                                'methods reasons seconds pid output')


class Environment:
    """The environment of an interpreter, and what is put into it."""

    def __init__(self, python, folder, broken, later):
        self.python = python
        self.later = later      # the newer interpreter's test package
        self.folder = folder
        self.log = os.path.join(folder, 'log')
        self.broken = broken
        self.site_packages = subprocess.check_output(
            [python, '-c', 'import sysconfig; '
             'print(sysconfig.get_path("purelib"))'],
            universal_newlines=True).strip()

    @contextlib.contextmanager
    def patched(self):
        """Activate the package in every interpreter of the environment."""
        open(self.log, 'w').close()
        self.disable()
        try:
            self._backport('enable')
            self._record()
            yield
        finally:
            self.disable()

    def _backport(self, command):
        subprocess.check_output([self.python, '-m', 'backport', command])

    def _start(self, name, **constants):
        """Make every interpreter run a copy of a file of this folder."""
        with open(os.path.join(HERE, name + '.py')) as file:
            text = file.read()
        for constant, value in constants.items():
            assert text.count(constant + ' = None') == 1
            text = text.replace(constant + ' = None',
                                '%s = %r' % (constant, value))
        self._write('backport_cpython_%s.py' % name, text)
        self._write('backport_cpython_%s.pth' % name,
                    'import backport_cpython_%s\n' % name)

    def _record(self):
        self._start('recorder', LOG=self.log, BREAK=self.broken)
        if self.broken == 'upstream':
            shutil.copy(os.path.join(SUPPORT, 'upstream_lock.py'),
                        os.path.join(self.site_packages, 'upstream_lock.py'))

    def disable(self):
        """Put the environment back as it was."""
        self._backport('disable')
        for pattern in '*backport[-_]cpython*', 'upstream_lock.py':
            for path in glob.glob(os.path.join(self.site_packages, pattern)):
                os.remove(path)

    def _write(self, name, text):
        with open(os.path.join(self.site_packages, name), 'w') as file:
            file.write(text)

    def environ(self):
        environ = {name: value for name, value in os.environ.items()
                   if not name.startswith(('BACKPORT_', 'PYTHONPATH',
                                           'PYTHONWARNINGS'))}
        # The tests need a path that is short enough for the names of sockets.
        environ['TMPDIR'] = self.folder
        return environ

    def run(self, test, match, patched=False):
        """Run a test file, or the methods of it that match; return `Result`.

        The file as a whole is one of its methods.
        """
        if self.later:
            self._start('later', TESTS=self.later)
        report = os.path.join(self.folder, test + '.xml')
        with contextlib.suppress(FileNotFoundError):
            os.remove(report)
        command = [self.python, '-m', 'test', '--junit-xml', report,
                   '--timeout', str(TIMEOUT), test]
        for pattern in match:
            command += ['-m', pattern]
        environ = self.environ()
        if patched and self.broken == 'disabled':
            environ['BACKPORT_DISABLE'] = '1'
        begin = time.monotonic()
        # A pipe would be kept open by processes that a test leaves behind.
        with tempfile.TemporaryFile('w+', errors='replace') as output:
            process = subprocess.Popen(
                command, env=environ, cwd=self.folder, stdout=output,
                stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                start_new_session=True)
            try:
                status = process.wait(FILE_TIMEOUT)
            except subprocess.TimeoutExpired:
                status = 'timeout'
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            output.seek(0)
            text = output.read()
        methods, reasons = read_report(report)
        methods[test + FILE] = 'failed' if status else 'passed'
        return Result(methods, reasons, time.monotonic() - begin, process.pid,
                      text)

    def children(self, runners):
        """Return process id -> set of (word, flag), from the recorder's log.

        The processes of regrtest itself, *runners*, are left out.
        """
        children = collections.defaultdict(set)
        with open(self.log) as log:
            for line in log:
                pid, word, flag = line.split()
                if int(pid) not in runners:
                    children[int(pid)].add((word, flag))
        return children


def read_report(path):
    """Return the ``methods`` and ``reasons`` of a `Result`.

    A method that has a failing subtest is not in them.  Both are empty if the
    tests did not come to an end.
    """
    methods, reasons = {}, {}
    try:
        root = ElementTree.parse(path)
    except (FileNotFoundError, ElementTree.ParseError):
        return methods, reasons
    for case in root.iter('testcase'):
        if case.get('name') is None:
            continue
        tags = {child.tag for child in case}
        outcome = ('failed' if tags & {'error', 'failure'} else
                   'skipped' if 'skipped' in tags else 'passed')
        # Two methods may have one name.  The worse outcome counts.
        methods[case.get('name')] = min(
            outcome, methods.get(case.get('name'), outcome))
        for child in case:
            if child.tag in ('error', 'failure', 'skipped'):
                text = child.get('message') or child.text or ''
                # The last one: the error of a child process comes
                # after that of the test.
                reasons[case.get('name')] = (
                    re.findall(r'^[\w.]*Error\b.*', text, re.MULTILINE)
                    or [text])[-1]
    return methods, reasons
