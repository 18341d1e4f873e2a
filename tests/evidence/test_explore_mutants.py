"""Each weakened patch of tests/evidence/explore can still be made.

`nox -s explore` runs them with --full only.
"""
import os
import sys

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), 'explore'))
import mutants  # noqa: E402


@pytest.mark.parametrize('name', mutants.MUTANTS)
def test_it_is_weakened_in_one_place(name, tmp_path):
    mutants.mutate(name, str(tmp_path))     # raises if the text is not there
