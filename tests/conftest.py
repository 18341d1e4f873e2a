"""Fixtures; what they are made of is in `support`."""
import functools
import os
import sys
import zlib

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                'support'))
import children     # noqa: E402
import environments as throw_away   # noqa: E402


def pytest_collection_modifyitems(config, items):
    """With -n, mix the tests that wait with those that compute."""
    if hasattr(config, 'workerinput'):
        items.sort(key=lambda item: zlib.crc32(item.nodeid.encode()))


@pytest.fixture(name='run_python')
def run_python_fixture():
    return children.run_python


@pytest.fixture
def find_program(request):
    """Return the path of a program: see `children.find_program`."""
    return functools.partial(children.find_program,
                             str(request.path.parent))


@pytest.fixture
def run(find_program):
    """Run a program in a variant of the pools and return the `Child`.

    `run('program.py', 'stock', 'case', ...)` runs the file of that name, see
    `find_program` and support/variant.py.
    """
    def run(program, variant='patched', *arguments, **options):
        return children.run_python(find_program(program), variant,
                                   *map(str, arguments), **options)
    return run


@pytest.fixture(scope='session')
def environments(tmp_path_factory):
    """A virtual environment, and a copied interpreter, to be copied."""
    folder = tmp_path_factory.mktemp('environments')
    return {'venv': throw_away.venv(folder / 'venv'),
            'prefix': throw_away.prefix(folder / 'prefix')}


@pytest.fixture(scope='session')
def enabled_environment(environments, tmp_path_factory):
    """The virtual environment after `enable`, to be copied: it may be moved."""
    environment = throw_away.copied(
        environments['venv'], tmp_path_factory.mktemp('enabled') / 'venv')
    environment.enable()
    return environment


@pytest.fixture
def venv(environments, tmp_path):
    """A throw-away virtual environment with backport in it."""
    return throw_away.copied(environments['venv'], tmp_path / 'venv')


@pytest.fixture
def enabled(enabled_environment, tmp_path):
    """The same, enabled."""
    return throw_away.copied(enabled_environment, tmp_path / 'enabled')


@pytest.fixture
def prefix(environments, tmp_path):
    """A throw-away interpreter with backport in it, not a venv."""
    return throw_away.copied(environments['prefix'], tmp_path / 'prefix')
