"""Another copy of the package, which an application vendors."""
import shutil

import pytest

import stdlib
from environments import install


@pytest.fixture
def vendored(tmp_path):
    """Return the environment variables with which app._vendor.backport is."""
    folder = tmp_path / 'app' / '_vendor'
    folder.mkdir(parents=True)
    install(str(folder))
    return stdlib.environ(tmp_path)


def test_alone(run, vendored):
    child = run('copies.py', 'stock', 'alone', env=vendored)
    assert child.words == ['patches', 'applied', 'False'], child
    assert not child.err, child


@pytest.mark.parametrize('first', ['vendored', 'installed'])
def test_two(run, vendored, first):
    """They have one finder and one state: the first one does the work."""
    child = run('copies.py', 'stock', 'two', first, env=vendored)
    assert child.words == ['patches', '1'] + [
        'disabled', 'futures', 'applied', 'patches'] * 2, child
    assert not child.err, child


def test_vendored_and_auto_activated(auto, tmp_path, vendored):
    shutil.copytree(str(tmp_path / 'app'), str(tmp_path / 'copy' / 'app'))
    child = auto('copies.py', 'auto', 'two', 'vendored')
    assert child.words[:2] == ['patches', '1'] and not child.err, child
