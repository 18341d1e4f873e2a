"""The exit handler of thread pools stays the function that is registered."""
import pytest


@pytest.mark.parametrize('when', ['before', 'after', 'back and forth'])
def test_exit_handler_keeps_its_slot(words, when):
    order = ['third', 'second', 'worked', 'first']
    assert words('exit_handler.py', 'stock', 'keeps_its_slot', 'never') == (
        ['futures'] + order)
    assert words('exit_handler.py', 'stock', 'keeps_its_slot', when) == (
        ['patches'] + order)


@pytest.mark.parametrize('switch, folder', [('off', 'futures'),
                                            ('on', 'patches')])
@pytest.mark.parametrize('by, declared', [('nobody', 'True'),
                                          ('program', 'False')])
def test_exit_handler_unregistered(words, switch, folder, by, declared):
    """By a reference taken before."""
    assert words('exit_handler.py', 'stock', 'unregistered', switch, by) == [
        folder, declared]


@pytest.mark.parametrize('variant', ['stock', 'patched'])
def test_exit_handler_registered_again(words, variant):
    """In another slot, as some programs do to be the first."""
    assert words('exit_handler.py', variant, 'registered_again') == [
        'worked', 'first']
