"""diff: what it prints is the change, and nothing else is."""
import os
import re
import subprocess
import sys

import pytest

from backport import _hook, _identify
from backport._table import REPLACED

pytestmark = pytest.mark.skipif(
    sys.version_info >= (3, 9), reason='3.9 and later: test_not_needed.py')


def lines_of(path, first, number):
    with open(path) as file:
        return file.read().splitlines()[first - 1:first - 1 + number]


def test_the_lines_are_those_of_the_files(run_python):
    child = run_python('-m', 'backport', 'diff')
    assert child.returncode == 0 and not child.err, child
    names, hunks = [], 0
    for line in child.out.splitlines():
        if line.startswith('--- '):
            stock, name = line[4:].rsplit(' ', 1)
            names.append(name)
            stock, position = stock.rsplit(':', 1)
            assert re.search('def %s' % name.split('.')[-1],
                             lines_of(stock, int(position), 1)[0])
        elif line.startswith('+++ '):
            ours = line[4:].rsplit(' ', 1)[0].rsplit(':', 1)[0]
        elif line.startswith('@@'):
            at_stock, number, at_ours, _ = (int(part or 1) for part in re.match(
                r'@@ -(\d+),?(\d*) \+(\d+),?(\d*) @@', line).groups())
            want = {'-': (stock, at_stock), '+': (ours, at_ours)}
            hunks += 1
        else:
            for sign, other in ('-', '+'), ('+', '-'):
                if line[0] != other:
                    path, position = want[sign]
                    text, = lines_of(path, position, 1)
                    assert text.strip() == line[1:].strip()
                    want[sign] = path, position + 1
    assert sorted(names) == sorted(
        name for patch in _hook.PATCHES for name, _ in REPLACED[patch])
    assert hunks >= len(names)


def test_it_applies(run_python, tmp_path):
    """patch(1) makes of the stock functions what --source prints."""
    diff = run_python('-m', 'backport', 'diff').out
    for name in _hook.PATCHES:
        stock, _, _ = _identify.expected(name)
        with open(stock) as file:
            text = file.read()
        copy = tmp_path / (name + '.py')
        copy.write_text(text)
        for part in ('\n' + diff).split('\n--- ')[:0:-1]:
            if part.startswith(stock):
                done = subprocess.run(
                    ['patch', '-s', str(copy)],
                    input=('--- %s\n' % part).encode(),
                    stdout=subprocess.PIPE)
                assert done.returncode == 0, done
        compile(copy.read_text(), str(copy), 'exec')
        patched = copy.read_text()
        for function in run_python('-m', 'backport', 'diff',
                                   '--source').out.split('# /'):
            title, _, body = function.partition('\n')
            if os.path.basename(title).startswith(name):
                assert body.strip() in patched


def test_stock(run_python):
    child = run_python('-m', 'backport', 'diff', '--stock')
    assert child.returncode == 0
    text = ''
    for name in _hook.PATCHES:
        with open(_identify.expected(name)[0]) as file:
            text += file.read()
    functions = re.split('(?m)^# .*\n', child.out)[1:]
    assert len(functions) == sum(len(REPLACED[name]) for name in _hook.PATCHES)
    assert all(function.rstrip() in text for function in functions)
    assert '_backport' not in child.out


def test_source(run_python):
    child = run_python('-m', 'backport', 'diff', '--source')
    assert child.returncode == 0
    assert '_backport.declare()' in child.out


def test_one_or_the_other(run_python):
    child = run_python('-m', 'backport', 'diff', '--source', '--stock')
    assert child.returncode == 2


def test_without_a_known_source(prefix):
    futures = os.path.join(os.path.dirname(prefix.site), 'concurrent')
    import shutil
    source = os.path.realpath(futures)
    os.unlink(futures)
    shutil.copytree(source, futures)
    path = os.path.join(futures, 'futures', 'thread.py')
    with open(path, 'a') as file:
        file.write('# a vendor\n')
    child = prefix.backport('diff')
    assert child.returncode == 1 and 'sha256' in child.err
    os.unlink(path)
    child = prefix.backport('diff')
    assert child.returncode == 1 and 'no source file' in child.err
    assert child.err.count('\n') == 1


def test_output_that_nobody_reads(run_python):
    """"| head" ends it without a traceback."""
    child = run_python('-c', '''if True:
        import os, subprocess, sys
        read, write = os.pipe()
        os.close(read)
        process = subprocess.Popen([sys.executable, '-m', 'backport', 'diff'],
                                   stdout=write, stderr=subprocess.PIPE)
        err = process.communicate()[1]
        print(process.returncode, err)
        ''')
    assert child.out == "1 b''\n", child
