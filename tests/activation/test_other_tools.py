"""Where another tool has changed thread.py, that stays as it is."""
import pytest

EVERY_TOOL = ['code_of_submit', 'code_of_the_exit_handler', 'code_of_a_worker',
              'submit_itself', 'the_class']


@pytest.mark.parametrize('tool', EVERY_TOOL)
def test_another_tool_came_before(ask, tool):
    child = ask('other_tools.py', 'stock', 'came_before', tool)
    assert child.words == ['3'], child
    assert child.record.state == 'refused', child
    assert child.err.count('RuntimeWarning: ') == 1, child


@pytest.mark.parametrize('tool, changed', [
    ('code_of_a_worker', '_worker'),
    ('code_of_submit', 'ThreadPoolExecutor.submit'),
    ('wrap_in_place', 'ThreadPoolExecutor.submit')])
def test_changed_while_it_was_off(ask, tool, changed):
    """It is refused as it would have been at first; nothing is undone."""
    child = ask('other_tools.py', 'stock', 'came_while_it_was_off', tool)
    assert child.words == ['3'] and child.record.state == 'refused', child
    assert child.record.reason.endswith(changed), child
    assert 'another tool has ' in child.record.reason, child


@pytest.mark.parametrize('tool', ['code_of_submit', 'code_of_the_exit_handler',
                                  'submit_itself'])
def test_deactivate_refuses(ask, tool):
    """Another tool has changed a function since: all stays as it is."""
    child = ask('other_tools.py', 'stock', 'came_while_it_was_on', tool)
    assert child.words[0] == 'refused', child
    assert 'another tool has' in child.out, child


@pytest.mark.parametrize('order', ['backport first', 'tool first'])
def test_kept_in_a_closure(ask, order):
    """It is found there, so the order does not matter.

    The twin is `submit_itself` above, which keeps it where nobody looks.
    """
    child = ask('other_tools.py', 'stock', 'keeps_it_in_a_closure', order)
    assert child.words == ['patches', '3'] and not child.err, child
    assert child.record.state == 'applied', child


def test_wrapped_in_place(ask):
    """It is applied, and cannot be taken back."""
    child = ask('other_tools.py', 'stock', 'wrapped_in_place')
    assert child.words == ['applied', 'applied', '3'] and not child.err, child
