"""enable: killed at any moment, and two at once."""
import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(
    sys.version_info >= (3, 9), reason='3.9 and later: test_not_needed.py')

KILLED = '''
import os, signal, sys
from backport.commands import _enable
path, data = sys.argv[1], b'#' * 500
calls = 0
while True:
    child = os.fork()
    if not child:
        left = calls
        def count(frame, event, arg):
            global left
            if event in ('c_call', 'c_return'):
                left -= 1
                if left < 0:
                    os.kill(os.getpid(), signal.SIGKILL)
        sys.setprofile(count)
        _enable._write(path, data)
        sys.setprofile(None)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    there = os.path.exists(path)
    assert not there or open(path, 'rb').read() == data
    if status == 0:
        break
    assert status == signal.SIGKILL
    print(there)
    if there:
        os.unlink(path)
    calls += 1
os.unlink(path)
'''


def test_killed_at_any_moment(venv):
    """At every call into C: the file is there, or it is not."""
    child = venv.run('-c', KILLED, venv.pth)
    assert child.returncode == 0, child
    assert child.words.count('False') > 5 and 'True' in child.words, child
    left = [name for name in os.listdir(venv.site) if 'zz_backport' in name]
    assert left and not any(name.endswith('.pth') for name in left)
    assert not venv.is_on()
    venv.enable()
    assert venv.is_on()
    venv.disable()
    assert not [name for name in os.listdir(venv.site) if 'zz_back' in name]


GATED = '''
import sys
from backport.commands import _enable, _environment
fresh = _environment.fresh

def gated(**options):
    answer = fresh(**options)
    print('seen', flush=True)
    sys.stdin.readline()
    _environment.fresh = fresh
    return answer

_environment.fresh = gated
sys.exit(_enable.main('enable'))
'''


def test_two_at_once(venv):
    """Both have seen that it is off when they go on."""
    both = [subprocess.Popen(
        [venv.python, '-c', GATED], cwd='/', stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, universal_newlines=True) for _ in range(2)]
    for child in both:
        assert child.stdout.readline() == 'seen\n'
    for child in both:
        child.stdin.write('\n')
        child.stdin.flush()
    for child in both:
        assert ': on, by ' in child.communicate()[0]
    assert [child.returncode for child in both] == [0, 0]
    assert venv.is_on()
    venv.disable()
    assert not venv.is_on()
