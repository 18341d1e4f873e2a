"""backport is imported, or the patch is switched, at an odd moment."""
import sys

import pytest

from platforms import needs_fork


def test_activated_by_two_threads(words):
    """The second one comes while the first one is about to patch."""
    assert words('odd_moments.py', 'stock', 'by_two_threads',
                 env={'BACKPORT_DISABLE': '1'}) == [
        'futures', 'True', '3', 'applied', 'patches']


@needs_fork
def test_activated_in_a_forked_child(words):
    assert words('odd_moments.py', 'stock', 'in_a_forked_child') == [
        'patches', 'completed', '7', 'futures']


@pytest.mark.parametrize('when, outcome', [('after', 'worked'),
                                           ('before', 'refused')])
def test_activated_by_an_exit_handler(words, when, outcome):
    assert words('odd_moments.py', 'stock', 'by_an_exit_handler', when) == [
        'patches', outcome]


@pytest.mark.parametrize('disabled', ['', '1'])
@pytest.mark.parametrize('loaded', ['not loaded', 'loaded'])
def test_activated_at_teardown(words, loaded, disabled):
    assert words('odd_moments.py', 'stock', 'at_teardown', loaded,
                 env={'BACKPORT_DISABLE': disabled}) == ['refused']


def test_activated_while_stock_code_exits(words):
    """By a worker that the exit handler is waiting for."""
    assert words('odd_moments.py', 'stock', 'while_stock_code_exits') == [
        'applied', 'refused']


# What starts workers, submit, the exit handler.
ON_THE_WAY = [('futures', 'futures', 'futures'),
              ('futures', 'futures', 'patches'),
              ('futures', 'patches', 'patches')]

has_audit_hooks = pytest.mark.skipif(
    sys.version_info < (3, 8), reason='3.6 and 3.7 have no audit hooks')


@has_audit_hooks
def test_what_an_audit_hook_sees(words):
    """No worker is entered before it starts while the exit handler is stock."""
    told = words('odd_moments.py', 'stock', 'under_an_audit_hook')
    assert told[:4] == ['patches', 'applied', 'patches', 'futures']
    seen = list(zip(*[iter(told[4:])] * 3))
    assert seen == ON_THE_WAY + [('patches',) * 3] + ON_THE_WAY[:0:-1]


@has_audit_hooks
@pytest.mark.parametrize('objects_to', '123')
def test_an_audit_hook_objects(run, objects_to):
    """Nothing is left half done, and it can be tried again."""
    child = run('odd_moments.py', 'stock', 'under_an_audit_hook', objects_to)
    assert child.returncode == 0, child
    assert child.words[:4] == ['futures', 'refused', 'patches', 'futures']
    assert child.err.count('PermissionError: an audit hook objects') == 1
