"""enable: it is killed at any moment, and two of them run at once."""
import os
import subprocess
import sys

import pytest

from platforms import needs_fork

pytestmark = pytest.mark.skipif(
    sys.version_info >= (3, 9), reason='3.9 and later: test_not_needed.py')


@needs_fork
def test_killed_at_any_moment(venv, find_program):
    """The file is there as a whole, or not at all, at every call into C."""
    child = venv.run(find_program('killed_while_writing.py'), venv.pth)
    assert child.returncode == 0, child
    assert child.words.count('False') > 5 and 'True' in child.words, child
    left = [name for name in os.listdir(venv.site) if 'zz_backport' in name]
    assert left and all(name.endswith('.new') for name in left)
    assert not venv.is_on()
    venv.enable()
    assert venv.is_on()
    venv.disable()
    assert not [name for name in os.listdir(venv.site) if 'zz_back' in name]


def test_two_at_once(venv, find_program):
    """Both have seen that it is off before they go on."""
    both = [subprocess.Popen(
        [venv.python, find_program('gated_enable.py')], cwd='/',
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, universal_newlines=True)
        for _ in range(2)]
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
