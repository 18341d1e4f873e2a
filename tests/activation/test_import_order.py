"""thread.py is patched, whenever it is loaded, and by whom."""
import pytest

import stdlib
from forms import FORMS

INSTALLED = stdlib.rows('thread')[-1]


@pytest.mark.parametrize('order', [
    'backport_first', 'thread_first', 'by_an_attribute', 'in_another_thread',
    'half_imported_in_another_thread', 'found_by_another_thread'])
def test_applied(ask, order):
    child = ask('import_order.py', 'stock', order, 'on')
    assert (child.record.state, child.record.live) == ('applied', 'patches')
    assert not child.words and not child.err, child
    stock = ask('import_order.py', 'stock', order, 'off')
    assert stock.record.live == 'futures', stock
    assert not stock.words and not stock.err, stock


@pytest.mark.parametrize('form', ['file', 'zip'])
def test_half_imported_by_this_thread(ask, tmp_path, form):
    """It says so, and what to do.  zipimport keeps no spec that would tell."""
    environ = {}
    if form == 'zip':
        environ = stdlib.environ(FORMS['zip'](tmp_path,
                                              stdlib.source(INSTALLED)))
    child = ask('import_order.py', 'stock', 'half_imported_by_this_thread',
                env=environ)
    reason = ('concurrent.futures.thread was loaded past the import hook, or '
              'its import or an activate() is under way; call '
              'backport.activate() after that')
    assert ' '.join(child.words) == ' '.join([reason, 'futures', reason])
    assert (child.record.state, child.record.live) == ('applied', 'patches')
    assert not child.err, child


def test_half_imported_from_a_zip_in_another_thread(ask, tmp_path):
    entry = FORMS['zip'](tmp_path, stdlib.source(INSTALLED))
    child = ask('import_order.py', 'stock', 'half_imported_in_another_thread',
                'on', env=stdlib.environ(entry))
    assert (child.record.state, child.record.live) == ('applied', 'patches')
    assert not child.err, child


@pytest.mark.parametrize('how', ['reloaded', 'imported_afresh'])
def test_loaded_again(ask, how):
    child = ask('import_order.py', 'patched', how)
    assert (child.record.state, child.record.live) == ('applied', 'patches')
    assert ask('import_order.py', 'stock', how).record.live == 'futures'


def test_loaded_past_the_hook(ask):
    child = ask('import_order.py', 'patched', 'loaded_past_the_hook')
    assert child.words == ['futures', 'pending'], child
    assert child.record.state == 'applied', child


def test_import_loads_nothing_else(run_python):
    child = run_python('-c', '''if True:
        import sys
        before = set(sys.modules)
        import backport
        print(*sorted(set(sys.modules) - before))
        ''')
    assert child.words == ["backport", "backport._api", "backport._finder"], (
        child)


def test_pending(ask):
    child = ask('import_order.py', 'patched', 'not_loaded')
    assert child.record.state == 'pending', child
    assert not hasattr(child.record, 'live'), child
    assert child.record.sha256 == INSTALLED.sha256, child
    assert child.record.releases == INSTALLED.releases, child
