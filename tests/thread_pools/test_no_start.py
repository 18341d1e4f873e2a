"""No harm where no native thread comes of Thread.start()."""
import sys

import pytest

from platforms import needs_fork

PROGRAM = 'no_start.py'


def test_start_is_replaced_during_submit(run):
    """Exit does not wait for a worker that nobody will ever start.

    Stock's exit handler joins it, which raises.
    """
    stock = run(PROGRAM, 'stock', 'replaced')
    patched = run(PROGRAM, 'patched', 'replaced', env={'BACKPORT_REPORT': '1'})
    for child in stock, patched:
        assert child.returncode == 0 and child.words == ['exits'], child
    assert 'cannot join thread before it is started' in stock.err, stock
    assert 'exit waited for: 0;' in patched.err, patched


@pytest.mark.parametrize('variant', ['stock', 'patched'])
def test_start_is_put_off(run, variant):
    child = run(PROGRAM, variant, 'put_off')
    assert child.words == ['0'] and child.returncode == 0, child
    assert not child.err, child


@needs_fork
@pytest.mark.skipif(sys.version_info >= (3, 7),
                    reason='3.7 and later refuse in such a child')
@pytest.mark.parametrize('variant', ['stock', 'patched'])
def test_start_raises_in_a_child_that_was_forked_during_exit(run, variant):
    """The RuntimeError of start() is the program's, for nothing was refused."""
    child = run(PROGRAM, variant, 'raises_in_a_child')
    assert child.returncode == 0 and child.words == ['raised'], child
