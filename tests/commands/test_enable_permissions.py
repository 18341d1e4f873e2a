"""enable: everybody who can run the interpreter can read what it writes."""
import os
import shutil
import subprocess
import sys
import tempfile

import pytest

import environments
from environments import IS_ON
from platforms import needs

pytestmark = [
    pytest.mark.skipif(sys.version_info >= (3, 9),
                       reason='3.9 and later: test_not_needed.py'),
    needs('modes of files for others')]

STRANGER = 12345
only_root = pytest.mark.skipif(
    getattr(os, 'getuid', int)() != 0,
    reason='only root can become somebody else')


@pytest.fixture(scope='module')
def readable_lib():
    """A copy of the interpreter's libraries that everybody can read."""
    with tempfile.TemporaryDirectory(dir='/tmp') as folder:
        os.chmod(folder, 0o755)
        environments.copy_lib(folder)
        yield folder


@pytest.fixture
def shared(readable_lib, monkeypatch):
    """An interpreter that everybody can run."""
    # pyenv's interpreter is linked to a library in a folder that only its owner
    # can read.
    monkeypatch.setenv('LD_LIBRARY_PATH', readable_lib)
    with tempfile.TemporaryDirectory(dir='/tmp') as folder:
        os.chmod(folder, 0o755)
        environment = environments.prefix(folder, readable_lib)
        # The folder of the tests may be one that not everybody can read.
        shutil.copy(IS_ON, folder)
        yield environment


def is_on_for(environment, user=STRANGER, group=STRANGER):
    out = subprocess.check_output(
        ['setpriv', '--reuid=%d' % user, '--regid=%d' % group, '--clear-groups',
         environment.python, os.path.join(environment.root, 'is_on.py')],
        cwd='/', stderr=subprocess.STDOUT)
    return {b'True\n': True, b'False\n': False}[out]


def backport_with_umask(environment, umask, *arguments):
    done = subprocess.run(
        ['sh', '-c', 'umask %o && exec "$0" -m backport "$@"' % umask,
         environment.python, *arguments], cwd='/', stdout=subprocess.PIPE,
        universal_newlines=True)
    assert done.returncode == 0
    return done.stdout


@only_root
@pytest.mark.parametrize('umask', [0o022, 0o027, 0o077])
def test_others_can_read_what_it_writes(shared, umask):
    said = backport_with_umask(shared, umask, 'enable')
    assert said.endswith(' activates it\n')
    assert is_on_for(shared) and shared.is_on()
    assert os.stat(shared.pth).st_mode & 0o777 == 0o644
    for folder, _, names in os.walk(os.path.join(shared.site, 'backport')):
        assert os.stat(folder).st_mode & 0o005 == 0o005
        for name in names:
            assert os.stat(os.path.join(folder, name)).st_mode & 0o004, name
    # The twin is a file that is written with the mode that the umask gives.
    backport_with_umask(shared, umask, 'disable')
    path = shared.write('mine.pth', b'import backport\n')
    os.chmod(path, 0o666 & ~umask)
    assert is_on_for(shared) == (umask == 0o022) and shared.is_on()


@only_root
@pytest.mark.parametrize('name, mode', [
    ('', 0o700), ('..', 0o750), ('_finder.py', 0o600)])
def test_it_says_who_cannot_read_it(shared, name, mode):
    """A package that was installed under such a umask is on for some users."""
    path = os.path.realpath(os.path.join(shared.site, 'backport', name))
    assert shared.enable().out.endswith(' activates it\n')
    assert is_on_for(shared)
    os.chmod(path, mode)
    shutil.rmtree(os.path.join(shared.site, 'backport', '__pycache__'))
    assert not is_on_for(shared)
    for already in True, False:
        said = shared.enable().out
        assert ('on already' in said) == already
        assert said.endswith('; but not everybody who can run this '
                             'interpreter can read backport: see the mode of '
                             '%s\n' % path), said
        shared.disable()


@only_root
def test_it_says_that_a_group_cannot_read_it(shared):
    """This interpreter can be run by its group, and not by others."""
    for folder, _, names in os.walk(shared.root):
        for path in [folder] + [os.path.join(folder, name) for name in names]:
            if not os.path.islink(path):
                os.chown(path, 0, STRANGER)
                os.chmod(path, os.stat(path).st_mode & 0o770)
    assert shared.enable().out.endswith(
        'see the mode of %s\n' % shared.pth)
    assert not is_on_for(shared)
    os.chown(shared.pth, 0, STRANGER)
    assert is_on_for(shared)
    assert shared.enable().out.endswith('nothing was changed\n')
