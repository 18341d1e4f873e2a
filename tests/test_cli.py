"""python -m backport: what concerns all commands, and `verify`."""
import json
import os
import shutil
import sys

import pytest

from conftest import run_python as run

pytestmark = pytest.mark.skipif(
    sys.version_info >= (3, 9), reason='3.9 and later: test_not_needed.py')

COMMANDS = [['status'], ['status', '--json'], ['verify', '--trials', '1'],
            ['enable'], ['disable'], ['diff'], ['--version'], ['--help']]


def counts(lines):
    """Return "patch trials lost refused completed hung orphans" of each row."""
    return [' '.join(line.split()[-7:]) for line in lines]


def test_verify_prints_the_table(run_python):
    child = run_python('-m', 'backport', 'verify', '--trials', '2')
    assert child.returncode == 0, child
    lines = child.out.splitlines()
    assert lines[2].split() == [
        'executor', 'loss', 'patch', 'trials', 'lost', 'refused', 'completed',
        'hung', 'orphans']
    assert counts(lines[3:13]) == [
        'off 2 2 0 0 0 0', 'on 2 0 0 2 0 0',
        'off 2 2 0 0 0 0', 'on 2 0 2 0 0 0',
        'off 2 0 0 0 2 0', 'on 2 0 0 2 0 0',
        'off 2 2 0 0 0 2', 'on 2 0 2 0 0 0',
        'off 2 2 0 0 0 0', 'on 2 0 2 0 0 0'], child
    assert lines[-1] == 'With the patch, nothing was lost.'
    # Said beforehand; progress is for terminals.
    assert child.err.startswith('backport verify: 20 child interpreters, about')
    assert child.err.count('\n') == 1


def test_verify_shows_progress_on_a_terminal(run_python):
    child = run_python('-c', '''if True:
        import os, pty, subprocess, sys
        terminal, end = pty.openpty()
        subprocess.check_call(
            [sys.executable, '-m', 'backport', 'verify', '--trials', '1',
             '--json'], stdout=subprocess.DEVNULL, stderr=end)
        os.close(end)
        text = b''
        while True:
            try:
                text += os.read(terminal, 1000)
            except OSError:
                break
        print(ascii(text.decode()))
        ''')
    assert '10 to go' in child.out and '1 to go' in child.out, child
    assert child.out.endswith("\\r\\x1b[K'\n"), child


def test_verify_as_json(run_python):
    child = run_python('-m', 'backport', 'verify', '--trials', '1', '--json')
    result = json.loads(child.out)
    assert (result['needed'], result['protected']) == (True, True)
    assert [(row['patch'], row['lost'] + row['hung'], row['orphans'])
            for row in result['rows']] == [
        ('off', 1, 0), ('on', 0, 0), ('off', 1, 0), ('on', 0, 0),
        ('off', 1, 0), ('on', 0, 0), ('off', 1, 1), ('on', 0, 0),
        ('off', 1, 0), ('on', 0, 0)]


