"""require: it raises unless the patches are in force or will be."""
import pytest

import stdlib
from forms import FORMS


@pytest.fixture
def requires(run):
    """Return what require() raised after a case of require.py, or None."""
    def requires(case, **options):
        child = run('require.py', 'patched', case, **options)
        assert child.returncode == 0 and not child.err, child
        text, = child.out.splitlines()
        return None if text == 'None' else text
    return requires


@pytest.mark.parametrize('case', ['nothing', 'thread_loaded', 'both_loaded',
                                  'off_and_on'])
def test_require(requires, case):
    assert requires(case) is None


def test_require_loads_no_pool(run_python):
    child = run_python('-c', '''
import sys, backport
before = set(sys.modules)
backport.require()
print(*[name for name in set(sys.modules) - before
        if not name.startswith('backport.')
        and name not in ('_sha256', 'itertools')])
''')
    assert child.out == '\n' and not child.err, child


@pytest.mark.parametrize('case, reason', [
    ('deactivated', 'thread is disabled, backport.deactivate() was called; '
                    'process is disabled'),
    ('hook_removed', 'the import hook is no longer in sys.meta_path; call '
                     'backport.activate()'),
    ('loaded_past_the_hook',
     'concurrent.futures.thread was loaded past the import hook'),
    ('submit_replaced', 'thread is refused, since it was patched, another tool '
                        'has replaced ThreadPoolExecutor.submit'),
])
def test_require_raises(requires, case, reason):
    raised = requires(case)
    assert raised.startswith('backport.require(): '), raised
    assert reason in raised, raised


@pytest.mark.parametrize('case, live', [
    ('finder_in_front', ['futures', 'futures']),
    ('finder_in_front_for_threads', ['futures', 'patches']),
    ('finder_in_front_that_asks_the_others', ['patches', 'patches'])])
def test_require_with_another_finder_in_front(run, case, live):
    """It sees for each module whether an import would use our loader."""
    child = run('require.py', 'patched', case)
    raised, *real = child.out.splitlines()
    assert real == live and not child.err, child
    for name, folder in zip(('thread', 'process'), live):
        reason = '%s is pending, the import hook is not asked for ' % name
        assert (reason in raised) == (folder == 'futures'), child


def test_require_while_it_is_disabled(requires):
    raised = requires('nothing', env={'BACKPORT_DISABLE': 'process'})
    assert raised == ('backport.require(): process is disabled, '
                      'BACKPORT_DISABLE=process is set')


@pytest.mark.parametrize('known', [True, False])
@pytest.mark.parametrize('form', ['file', 'CRLF', 'no source', 'zip'])
def test_require_of_what_would_be_loaded(requires, tmp_path, form, known):
    """It is looked for, and not loaded."""
    data = stdlib.source(stdlib.rows('thread')[-1])
    if not known:
        data = data.replace(b't.join()', b't.join(9)')
    entry = tmp_path
    if form == 'file':
        stdlib.in_front(tmp_path, data)
    else:
        entry = FORMS[form](tmp_path, data)
    raised = requires('nothing', env=stdlib.environ(entry))
    if known:
        assert raised is None
    else:
        assert 'thread is pending' in raised, raised
        assert raised.endswith('its code is not known here'), raised
