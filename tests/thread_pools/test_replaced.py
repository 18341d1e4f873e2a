"""No harm where a program or its tests have replaced what the pools use."""
import pytest

from losses import assert_kept, assert_lost

PROGRAM = 'replaced.py'


@pytest.mark.parametrize('replaced', [
    'getpid', 'getpid, once', 'Event', 'Event, never', 'sleep', 'monotonic'])
def test_mock_left_on_at_exit(run, replaced):
    """The exit handler waits for the start of a worker."""
    arguments = 'at_exit', replaced
    assert_lost(run(PROGRAM, 'stock', *arguments))
    assert_kept(run(PROGRAM, 'patched', *arguments), 'completed')


def test_the_wait_at_exit_costs_no_processor_time(run):
    child = run(PROGRAM, 'patched', 'processor_time_at_exit')
    assert 'idle' in child.words and 'completed' in child.words, child


@pytest.mark.parametrize('variant', ['stock', 'patched'])
@pytest.mark.parametrize('replaced, words', [
    ('getpid, once', {'accepted', 'done'}),
    ('Thread, autospec', {'accepted'}),
    ('Thread', {'accepted'}),
    ('Thread, stand-in', {'accepted', 'done', 'joined'}),
])
def test_mock_during_submit(run, variant, replaced, words):
    child = run(PROGRAM, variant, 'during_submit', replaced)
    assert child.returncode == 0 and not child.err, child
    assert set(child.words) == words, child


@pytest.mark.parametrize('variant', ['stock', 'patched'])
def test_other_mapping_in_place_of_the_workers(run, variant):
    child = run(PROGRAM, variant, 'mapping_of_workers')
    assert child.words == ['done'] and not child.err, child
