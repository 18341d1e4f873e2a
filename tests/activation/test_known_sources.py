"""Every known source is patched, and known code in a source that is not."""
import pytest

import losses
import stdlib
from forms import FORMS

ROWS = stdlib.rows('thread')


@pytest.mark.parametrize('row', ROWS, ids=lambda row: row.releases)
def test_known_release(ask, tmp_path, row):
    path = stdlib.in_front(tmp_path, stdlib.source(row))
    child = ask('use.py', 'patched', 'map_', env=stdlib.environ(tmp_path))
    assert child.words == ['7'] and not child.err, child
    assert child.record.reason == (
        'the source is that of CPython ' + row.releases)
    del child.record.reason
    assert vars(child.record) == dict(
        name='thread', state='applied', live='patches', source=path,
        sha256=row.sha256, releases=row.releases)


@pytest.mark.parametrize('loss, outcome', [
    ('start-after-snapshot', 'completed'),
    ('put-after-worker-left', 'refused')])
@pytest.mark.parametrize('row', ROWS, ids=lambda row: row.releases)
def test_losses_of_a_known_release(tmp_path, row, loss, outcome):
    stdlib.in_front(tmp_path, stdlib.source(row))
    environ = stdlib.environ(tmp_path)
    losses.assert_lost(losses.force(loss, 'stock', env=environ))
    losses.assert_kept(losses.force(loss, 'patched', env=environ), outcome)


@pytest.mark.parametrize('optimize', ['', '1', '2'])
@pytest.mark.parametrize('form', sorted(FORMS))
@pytest.mark.parametrize('row', ROWS, ids=lambda row: row.releases)
def test_matched_by_code(ask, tmp_path, row, form, optimize):
    entry = FORMS[form](tmp_path, stdlib.source(row))
    child = ask('use.py', 'patched', 'submit',
                env=stdlib.environ(entry, PYTHONOPTIMIZE=optimize))
    assert child.words == ['3'] and not child.err, child
    assert (child.record.state, child.record.live) == ('applied', 'patches')
    assert child.record.releases == row.releases, child
    if form == 'CRLF':
        # As python.org's installers for Windows have it.
        assert child.record.sha256 == row.sha256, child
        return
    assert child.record.reason.startswith('matched by code'), child
    assert ('no source file' in child.record.reason) == (
        'source' in form or 'zip' in form), child
