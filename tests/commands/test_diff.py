"""diff: what it prints is the change, and nothing else is."""
import os
import re
import shutil
import subprocess
import sys

import pytest

from children import HERE

pytestmark = pytest.mark.skipif(
    sys.version_info >= (3, 9), reason='3.9 and later: test_not_needed.py')

LIVE_CODE = os.path.join(HERE, 'live_code.py')


def files_of(diff):
    return [line[4:] for line in diff.splitlines() if line.startswith('--- ')]


def test_it_is_the_change(run_python, prefix):
    """The stock files, patched by patch(1), have the code that runs."""
    diff = run_python('-m', 'backport', 'diff')
    assert diff.returncode == 0 and not diff.err, diff
    files = files_of(diff.out)
    assert [os.path.basename(path) for path in files] == [
        'thread.py', 'process.py']
    patched = run_python(LIVE_CODE, 'patched')
    stock = run_python(LIVE_CODE, 'deactivated')
    changed = set(patched.out.splitlines()) - set(stock.out.splitlines())
    assert len(changed) == 6, changed

    futures = own_copy(prefix)
    assert prefix.run(LIVE_CODE, 'stock').out == stock.out
    done = subprocess.run(
        ['patch', '-s', '-p0', '-d', futures], stdout=subprocess.PIPE,
        input=re.sub(r'(?m)^(---|\+\+\+) .*/', r'\1 ', diff.out).encode())
    assert done.returncode == 0, done
    assert prefix.run(LIVE_CODE, 'stock').out == patched.out


def own_copy(environment):
    """Give an environment its own concurrent.futures; return the folder."""
    folder = os.path.join(os.path.dirname(environment.site), 'concurrent')
    source = os.path.realpath(folder)
    os.unlink(folder)
    shutil.copytree(source, folder)
    return os.path.join(folder, 'futures')


def test_it_says_where_to_read(run_python):
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
    """It is shown as long as the code is known, and the source there."""
    path = os.path.join(own_copy(prefix), 'thread.py')
    with open(path) as file:
        text = file.read()
    with open(path, 'w') as file:
        file.write('# a vendor\n' + text)
    child = prefix.backport('diff')
    assert child.returncode == 0 and path in files_of(child.out), child
    with open(path, 'w') as file:
        file.write(text.replace('work_item.run()', 'work_item.run(); v = 1'))
    child = prefix.backport('diff')
    assert child.returncode == 1 and path not in files_of(child.out), child
    assert 'not that of any CPython release' in child.err, child
    os.unlink(path)
    child = prefix.backport('diff')
    assert child.returncode == 1 and 'Traceback' not in child.err, child
