"""Try the wheel on interpreters that nox does not make environments for.

    python tests/release/interpreters/run.py WHEEL INTERPRETER...

An INTERPRETER is a path, or a command that starts one, such as "wine-python
FOLDER".  The wheel is unpacked into a user site-packages that is removed
afterwards.  An interpreter that has none, as in a virtual environment or beside
a ._pth file, must have the wheel in its own site-packages.
"""
import json
import os
import shlex
import subprocess
import sys
import tempfile

TIMEOUT = 600   # seconds for one command; Wine takes its time

SET_UP = '''
import importlib.util, json, platform, site, sys, zipfile
if importlib.util.find_spec('backport') is None and site.ENABLE_USER_SITE:
    zipfile.ZipFile(sys.argv[1]).extractall(site.getusersitepackages())
print(json.dumps([platform.python_version(), sys.platform,
                  sys.flags.isolated]))
'''

POOLS = '''
from concurrent.futures.process import ProcessPoolExecutor
from concurrent.futures.thread import ThreadPoolExecutor
'''
IS_ON = POOLS + '''
for pool in ThreadPoolExecutor, ProcessPoolExecutor:
    print('patches' in pool.submit.__code__.co_filename)
with ThreadPoolExecutor() as executor:
    print(executor.submit(int, '42').result())
'''
ON, OFF = 'True True 42', 'False False 42'

# Presses Ctrl-C in a console of its own; prints the exit status, and then what
# is printed.  The arguments are for the interpreter.
CTRL_C = '''
import ctypes, signal, subprocess, sys
ctypes.windll.kernel32.FreeConsole()
ctypes.windll.kernel32.AllocConsole()
child = subprocess.Popen([sys.executable] + sys.argv[1:] + ['-c', """
import sys, time
try:
    print('ready', flush=True)
    while True:
        time.sleep(0.05)
except KeyboardInterrupt:
    print('interrupted')
    sys.exit(7)
"""], stdout=subprocess.PIPE, universal_newlines=True)
child.stdout.readline()
signal.signal(signal.SIGINT, signal.SIG_IGN)
ctypes.windll.kernel32.GenerateConsoleCtrlEvent(0, 0)
print(child.wait(), child.stdout.read())
'''

DISABLE = 'import os; os.environ["BACKPORT_DISABLE"] = "1"\n'
REQUIRE = 'import backport; backport.require()'


class Failed(Exception):
    """A command has not done what it should have done."""


class Interpreter:
    """What *command*, a list, starts; *environ*: its environment."""

    def __init__(self, command, folder, environ):
        self.command = command
        self.folder = folder
        self.environ = environ
        self.platform, self.isolated = None, False

    def run(self, *arguments, status=0, says=''):
        """Run it; return its output.

        Raises `Failed` unless it ends with *status*, and with *says* as its
        last words.
        """
        try:
            done = subprocess.run(
                self.command + list(arguments), env=self.environ,
                cwd=self.folder, stdin=subprocess.DEVNULL, timeout=TIMEOUT,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        except (OSError, subprocess.TimeoutExpired) as exc:
            raise Failed(str(exc))
        if done.returncode != status or not ' '.join(
                done.stdout.split()).endswith(says):
            raise Failed('%s\n%s\nstatus %d; expected %d%s' % (
                ' '.join(arguments), done.stdout.strip(), done.returncode,
                status, says and ' and "%s"' % says))
        return done.stdout

    def backport(self, *arguments, **expected):
        return self.run('-m', 'backport', *arguments, **expected)

    def set_up(self, wheel):
        """Install the wheel; return a line that says what this is."""
        version, self.platform, self.isolated = json.loads(
            self.run('-c', SET_UP, wheel).splitlines()[-1])
        return 'CPython %s, %s%s' % (version, self.platform,
                                     ', isolated' if self.isolated else '')


# What is tried.  Each function may return a word about what it saw.

def imported(python):
    """import, before and after the pools"""
    python.run('-c', IS_ON, says=OFF)
    python.run('-c', 'import backport\n' + IS_ON, says=ON)
    python.run('-c', POOLS + 'import backport\n' + IS_ON, says=ON)


def required(python):
    """require()"""
    python.run('-c', REQUIRE)
    python.run('-c', DISABLE + REQUIRE, status=1)


def run(python):
    """run"""
    if python.isolated:
        python.backport('run', '-c', IS_ON, status=2)
        return 'refused, as it must be'
    python.backport('run', '-c', IS_ON, says=ON)
    python.backport('run', '-c', 'import sys; sys.exit(5)', status=5)
    if python.platform == 'win32':
        # Elsewhere the program takes the place of this process.
        for command in [], ['-m', 'backport', 'run']:
            python.run('-c', CTRL_C, *command, says='7 interrupted')


def enabled(python):
    """status, enable, disable"""
    return _on_and_off(python, 'enable')


def sitecustomize(python):
    """enable --sitecustomize"""
    return _on_and_off(python, 'enable', '--sitecustomize')


def _on_and_off(python, *enable):
    python.backport('status', status=3)
    try:
        python.backport(*enable)
        python.run('-c', IS_ON, says=ON)
        python.backport('status')
    finally:
        python.backport('disable')
    python.run('-c', IS_ON, says=OFF)
    python.backport('status', status=3)


def losses(python):
    """each loss, stock and patched"""
    said = python.backport('verify', '--trials', '1', '--json')
    # What comes before or behind it was written to standard error.
    result, _ = json.JSONDecoder().raw_decode(said[said.index('{'):])
    rows = result['rows']
    outcomes = [next(word for word in ('lost', 'hung', 'refused', 'completed')
                     if row[word]) for row in rows]
    pairs = list(zip(outcomes[::2], outcomes[1::2]))
    if not all(stock in ('lost', 'hung') and patched in ('refused', 'completed')
               for stock, patched in pairs):
        raise Failed(said)
    return ', '.join(map('/'.join, pairs))


TRIED = imported, required, run, enabled, sitecustomize, losses


def main(wheel, *commands):
    """Print what comes of it; return the exit status."""
    failed = False
    for text in commands:
        command = [os.path.abspath(word) if os.path.exists(word) else word
                   for word in shlex.split(text)]
        environ = {name: value for name, value in os.environ.items()
                   if not name.startswith(('PYTHON', 'BACKPORT_'))}
        with tempfile.TemporaryDirectory() as folder:
            environ['PYTHONUSERBASE'] = os.path.join(folder, 'user')
            python = Interpreter(command, folder, environ)
            try:
                print('%s: %s' % (python.set_up(os.path.abspath(wheel)), text))
            except Failed as exc:
                failed = True
                print('%s: FAILED\n%s' % (text, exc))
                continue
            for try_ in TRIED:
                try:
                    word = try_(python) or 'ok'
                except Failed as exc:
                    failed, word = True, 'FAILED: %s' % exc
                print('  %-35s %s' % (try_.__doc__, word), flush=True)
    return int(failed)


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
