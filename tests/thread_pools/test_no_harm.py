"""What works, or ends, on stock does so with the patch."""
import sys

import pytest

PROGRAM = 'no_harm.py'
TIMEOUT = 20    # seconds


@pytest.mark.parametrize('variant', ['stock', 'patched'])
def test_synchronous_executors_that_work_for_ever(run, variant):
    """In daemon threads: stock does not wait for them, the patch not for long.
    """
    child = run(PROGRAM, variant, 'synchronous_executors', timeout=TIMEOUT)
    assert child.returncode == 0 and not child.err, child


def test_subinterpreters(run):
    # It makes them.
    pytest.importorskip('_testcapi', reason=(
        'this Python for %s has no _testcapi' % sys.platform))
    child = run(PROGRAM, 'patched', 'subinterpreter', timeout=TIMEOUT)
    assert sorted(child.words) == ['main', 'main', 'sub'], child
    assert child.returncode == 0 and not child.err, child
