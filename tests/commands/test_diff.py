"""diff: it prints the whole change, and nothing else."""
import os
import re
import subprocess
import sys

import pytest

from children import HERE
from environments import change
from platforms import needs

pytestmark = pytest.mark.skipif(
    sys.version_info >= (3, 9), reason='3.9 and later: test_not_needed.py')

LIVE_CODE = os.path.join(HERE, 'live_code.py')


def files_of(diff):
    return [line[4:] for line in diff.splitlines() if line.startswith('--- ')]


@needs('patch(1)')
def test_it_is_the_change(run_python, prefix):
    """The stock files, patched by patch(1), have the code that runs."""
    diff = run_python('-m', 'backport', 'diff')
    assert diff.returncode == 0 and not diff.err, diff
    files = files_of(diff.out)
    assert [os.path.basename(path) for path in files] == [
        'thread.py', 'process.py']
    patched = run_python(LIVE_CODE, 'patched')
    stock = run_python(LIVE_CODE, 'patched', 'deactivated')
    changed = set(patched.out.splitlines()) - set(stock.out.splitlines())
    assert len(changed) == 6, changed

    futures = prefix.own_futures()
    assert prefix.run(LIVE_CODE, 'stock').out == stock.out
    done = subprocess.run(
        ['patch', '-s', '-p0', '-d', futures], stdout=subprocess.PIPE,
        input=re.sub(r'(?m)^(---|\+\+\+) .*/', r'\1 ', diff.out).encode())
    assert done.returncode == 0, done
    assert prefix.run(LIVE_CODE, 'stock').out == patched.out


def test_it_says_where_the_functions_are(run_python):
    child = run_python('-m', 'backport', 'diff')
    heads = re.findall(r'(?m)^# (\w+): (.*):(\d+)$', child.out)
    assert len(heads) == 6
    for name, path, line in heads:
        with open(path) as file:
            assert file.readlines()[int(line) - 1].startswith('def ' + name)


def test_it_does_not_matter_whether_it_is_on(run_python):
    child = run_python('-m', 'backport', 'diff')
    assert run_python('-m', 'backport', 'diff',
                      env={'BACKPORT_DISABLE': '1'}).out == child.out


def test_a_source_that_a_vendor_has_touched(prefix):
    """The change is shown if the code is known and the source is there."""
    path = os.path.join(prefix.own_futures(), 'thread.py')
    change(path, b'__author__', b'# a vendor\n__author__')
    child = prefix.backport('diff')
    assert child.returncode == 0 and path in files_of(child.out), child
    change(path, b'work_item.run()', b'work_item.run(); v = 1')
    child = prefix.backport('diff')
    assert child.returncode == 1 and path not in files_of(child.out), child
    assert 'not that of any release of CPython' in child.err, child
    os.unlink(path)
    child = prefix.backport('diff')
    assert child.returncode == 1 and 'Traceback' not in child.err, child
