"""activate and deactivate, from one thread and from many."""
import pytest


@pytest.mark.parametrize('order', ['backport first', 'thread first'])
@pytest.mark.parametrize('value, state', [
    ('1', 'disabled'), ('thread', 'disabled'), (' thread, ', 'disabled'),
    ('yes', 'disabled'), ('thread,unheard-of', 'disabled'),
    ('0', 'applied'), ('', 'applied'),
])
def test_disabled_by_the_environment(ask, order, value, state):
    child = ask('off_and_on.py', 'stock', 'disabled', order,
                env={'BACKPORT_DISABLE': value})
    applied = state == 'applied'
    assert child.record.state == state and not child.err, child
    assert child.record.live == ('patches' if applied else 'futures'), child
    assert child.words[1] == str(applied), child
    if not applied:
        # The import hook stays for the other patch.
        alone = value.strip(' ,') == 'thread'
        assert child.words[0] == str(not alone), child
        assert 'BACKPORT_DISABLE=' + value in child.record.reason, child


def test_off_and_on_again(ask):
    child = ask('off_and_on.py', 'stock', 'off_and_on_again')
    assert child.words == ['disabled'] * 3, child
    assert child.record.state == 'applied', child


def test_never_forgotten(ask):
    """Off and on again puts the same code into the same functions."""
    child = ask('off_and_on.py', 'stock', 'never_forgotten')
    assert child.words == ['applied', 'disabled', 'disabled'], child
    assert not child.err, child


def test_deactivated_before_it_was_loaded(ask):
    child = ask('off_and_on.py', 'stock', 'deactivated_before_it_was_loaded')
    assert (child.record.state, child.record.live) == ('disabled', 'futures')


def test_deactivated_while_it_is_being_applied(ask):
    child = ask('off_and_on.py', 'stock',
                'deactivated_while_it_is_being_applied')
    assert (child.record.state, child.record.live) == ('disabled', 'futures')
    assert not child.err, child


def test_from_many_threads(words):
    """Nothing is raised, and status is true of what runs in the end."""
    assert words('many_threads.py', 'patched', 'on_and_off') == ['3']


def test_naively_from_many_threads(run):
    """The twin: version 0.1.0 took its finder out."""
    child = run('many_threads.py', 'patched', 'naive')
    assert 'ValueError' in child.out, child
