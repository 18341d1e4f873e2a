"""Other implementations, and interpreters that lack something.

The interpreter is this one; its sitecustomize gives it another name, or takes
modules away.
"""
import sys

import pytest

import stdlib

POOLS = ['not_loaded', 'loaded']


@pytest.fixture
def told(run, tmp_path):
    """Run interpreters.py after *lines*; return the lines it prints."""
    def told(lines, pools):
        (tmp_path / 'sitecustomize.py').write_text('import sys\n' + lines)
        child = run('interpreters.py', 'stock', 'told', pools,
                    env=stdlib.environ(tmp_path))
        assert child.returncode == 0 and not child.err, child
        return child.out.splitlines()
    return told


@pytest.mark.parametrize('pools', POOLS)
def test_another_implementation(told, pools):
    """Its file is CPython's, with the race, and nothing is done."""
    thread, process, raised = told('sys.implementation.name = "pypy"\n', pools)
    for line in thread, process:
        assert line.startswith('not-supported: pypy is not supported, and its '
                               'file is that of CPython 3.%d.'
                               % sys.version_info[1])
        assert line.partition(': ')[2] in raised
    assert raised.startswith('backport.require(): thread is not-supported')
    # The twin.
    *lines, raised = told('', pools)
    assert raised == 'None' and 'not-supported' not in ''.join(lines)


@pytest.mark.parametrize('pools', POOLS)
def test_another_implementation_with_a_file_of_its_own(told, tmp_path, pools):
    """Nobody knows whether that has the race."""
    row = stdlib.rows('thread')[-1]
    stdlib.in_front(tmp_path, stdlib.source(row) + b'pass\n')
    thread, process, raised = told('sys.implementation.name = "pypy"\n', pools)
    assert thread == 'not-supported: pypy is not supported'
    assert 'process' in raised and 'thread is' not in raised


@pytest.mark.parametrize('pools', POOLS)
def test_without_sha256(told, pools):
    """As on RHEL 8 in FIPS mode: the code decides, and needs none."""
    # Not all of hashlib: 3.6's process pools import random, which needs it.
    lines = ('import hashlib; vars(hashlib).pop("sha256")\n'
             'sys.modules["_sha256"] = None\n')
    thread, process, raised = told(lines, pools)
    for line in thread, process:
        assert line.startswith('pending: the program has not loaded' if
                               pools == 'not_loaded' else
                               'applied: matched by code: this interpreter '
                               'has no sha256 for the source file'), line
        assert 'not known' not in line
    assert raised == 'None'
