"""No harm: whatever held a reference goes on working."""
import pytest

STOCK = ['futures'] * 2
PATCHED = ['patches'] * 2

REFERENCES = ['the_class', 'function', 'bound_method', 'method_of_a_subclass',
              'copy_in_a_subclass', 'partial']
WRAPPERS = ['functools_wraps', 'wrapt', 'wrapt_on_import']


@pytest.fixture
def refer(words):
    """Run a case of references.py; return what it tells."""
    def refer(*arguments, variant='stock'):
        if 'wrapt' in arguments[1]:
            pytest.importorskip('wrapt')
        return words('references.py', variant, *arguments)
    return refer


@pytest.mark.parametrize('reference', REFERENCES)
def test_reference_taken_before(refer, reference):
    assert refer('taken_before', reference, 'on') == PATCHED
    assert refer('taken_before', reference, 'off') == STOCK


@pytest.mark.parametrize('reference', REFERENCES)
def test_reference_taken_while_patched(refer, reference):
    """It runs the stock code once that is back, as a new one does."""
    assert refer('taken_while_patched', reference,
                 variant='patched') == PATCHED + STOCK + STOCK


@pytest.mark.parametrize('order', ['wrapper first', 'backport first'])
@pytest.mark.parametrize('wrapper', WRAPPERS)
def test_wrapper_around_submit(refer, wrapper, order):
    assert refer('wrapped', wrapper, order, 'on') == ['wrapper'] + PATCHED
    assert refer('wrapped', wrapper, order, 'off') == ['wrapper'] + STOCK


@pytest.mark.parametrize('wrapper', WRAPPERS)
def test_wrapper_stays_when_deactivated(refer, wrapper):
    assert refer('wrapped_and_deactivated', wrapper) == (
        ['disabled', 'wrapper'] + STOCK)


# The module's own objects, which programs use.

@pytest.mark.parametrize('switch', ['off', 'on'])
def test_workers_are_known_where_they_were(words, switch):
    assert words('module_objects.py', 'stock',
                 'workers_are_known_where_they_were', switch) == []


@pytest.mark.parametrize('variant', ['stock', 'patched'])
def test_workers_forgotten_by_the_program(words, variant):
    """Some programs clear the dict to have exit wait for nobody."""
    assert words('module_objects.py', variant, 'workers_are_forgotten',
                 timeout=20) == []


@pytest.mark.parametrize('variant', ['stock', 'patched'])
def test_pools_are_usable_once_the_flag_is_reset(words, variant):
    assert words('module_objects.py', variant, 'flag_is_reset') == [
        'True', '3', 'worked']


def test_global_shutdown_lock_has_its_name(run, words):
    assert words('module_objects.py', 'patched', 'global_shutdown_lock') == [
        '3']
    stock = run('module_objects.py', 'stock', 'global_shutdown_lock')
    assert 'ImportError' in stock.err
