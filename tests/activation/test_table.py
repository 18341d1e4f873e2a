"""The hash table is right: every row, from the source of its releases."""
import pytest

import stdlib
from backport import _sources


@pytest.mark.parametrize('row', stdlib.rows(),
                         ids=lambda row: '%s-%s' % (row.name, row.releases))
def test_code_digest(row):
    assert stdlib.code_digests(row) == row.digests


def test_every_row_is_tested():
    assert {(name, row[0]) for name, rows in _sources.SOURCES.items()
            for row in rows} == set(stdlib.EDITS)
