"""No harm: nothing grows, and nothing is kept."""
import pytest


@pytest.mark.parametrize('variant', ['stock', 'patched'])
def test_thousands_of_threads_and_pools(words, variant):
    growth = words('growth.py', variant, 'many_threads_and_pools')
    assert growth and all(int(number) <= 0 for number in growth), growth


@pytest.mark.parametrize('variant', ['stock', 'patched'])
@pytest.mark.parametrize('pool', ['stock class', 'own start of workers'])
@pytest.mark.parametrize('used', ['worker_busy', 'never_used', 'shut_down'])
def test_dropped_executor_is_freed_at_once(words, used, pool, variant):
    assert words('growth.py', variant, 'dropped', used, pool) == ['True']


def test_executor_that_refused_after_the_put_is_freed_at_once(words):
    """Exit is declared in the middle of its submit."""
    assert words('growth.py', 'patched', 'dropped', 'refused_after_the_put',
                 'stock class') == ['refused', 'True']
