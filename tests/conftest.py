"""Fixtures; what they are made of is in `support`."""
import os
import sys
import textwrap

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                'support'))
import environments as throw_away   # noqa: E402
from children import PREAMBLES, PRELUDE, run_python   # noqa: E402


@pytest.fixture(name='run_python')
def run_python_fixture():
    return run_python


@pytest.fixture
def run():
    """Run a program text in a variant of the interpreter's thread pools."""
    def run(program, variant='patched', **options):
        text = '\n'.join([PREAMBLES[variant], PRELUDE,
                          textwrap.dedent(program)])
        return run_python('-c', text, **options)
    return run


@pytest.fixture(scope='session')
def environments(tmp_path_factory):
    """A virtual environment, and a copied interpreter, to be copied."""
    folder = tmp_path_factory.mktemp('environments')
    return {'venv': throw_away.venv(folder / 'venv'),
            'prefix': throw_away.prefix(folder / 'prefix')}


@pytest.fixture
def venv(environments, tmp_path):
    """A throw-away virtual environment with backport in it."""
    return throw_away.copied(environments['venv'], tmp_path / 'venv')


@pytest.fixture
def prefix(environments, tmp_path):
    """A throw-away interpreter with backport in it, not a venv."""
    return throw_away.copied(environments['prefix'], tmp_path / 'prefix')
