"""backport is imported, or the patch is switched, at an odd moment."""
import pytest


def test_activated_by_two_threads(words):
    """The second one comes while the first one is about to patch."""
    assert words('odd_moments.py', 'stock', 'by_two_threads',
                 env={'BACKPORT_DISABLE': '1'}) == [
        'futures', 'True', '3', 'applied', 'patches']


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
