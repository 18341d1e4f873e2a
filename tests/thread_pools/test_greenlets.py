"""No harm under gevent and eventlet, which replace what locks are made of.

With upstream's plain lock the programs hang, which shows that the tests can
tell.
"""
import pytest

PROGRAM = 'greenlets.py'
TIMEOUT = 20    # seconds; each program takes less than two

LIBRARIES = ['eventlet', 'gevent']
SUSPENDED = 'suspended_while_it_starts_a_worker'


@pytest.mark.parametrize('variant', ['stock', 'patched'])
@pytest.mark.parametrize('when', ['before', 'after'])
@pytest.mark.parametrize('library', LIBRARIES)
def test_greenlets_use_pools(run, library, when, variant):
    """Monkey patched before or after the import of concurrent.futures."""
    pytest.importorskip(library)
    child = run(PROGRAM, variant, 'use_pools', library, when, timeout=TIMEOUT)
    assert child.words[:1] == ['30'], child
    assert child.returncode == 0, child


@pytest.mark.parametrize('when', ['before', 'after'])
@pytest.mark.parametrize('library', LIBRARIES)
def test_they_hang_on_upstreams_lock(run, library, when):
    """Unless the lock is made of what is monkey patched already."""
    pytest.importorskip(library)
    child = run(PROGRAM, 'stock', 'use_pools', library, when, 'upstream_lock',
                timeout=5 if when == 'after' else TIMEOUT)
    if when == 'after':
        assert child.hung and not child.words, child
    else:
        assert child.words[:1] == ['30'] and child.returncode == 0, child


def test_exit_waits_for_a_greenlet_of_its_own_thread(run):
    """It is suspended while it starts a worker; a sleeping exit handler that
    does not yield to it would wait for ever."""
    pytest.importorskip('gevent')
    child = run(PROGRAM, 'patched', SUSPENDED, timeout=TIMEOUT)
    assert child.words == ['suspended', 'done'], child
    assert child.returncode == 0, child
    stock = run(PROGRAM, 'stock', SUSPENDED, timeout=TIMEOUT)
    assert stock.words == ['suspended'] and stock.returncode == 0, stock


def test_exit_hangs_on_upstreams_lock_that_such_a_greenlet_holds(run):
    pytest.importorskip('gevent')
    child = run(PROGRAM, 'upstream', SUSPENDED, timeout=TIMEOUT)
    assert child.hung and 'suspended' in child.words, child
