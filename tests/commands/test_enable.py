"""enable and disable: what they write, what they remove, what they refuse."""
import os
import pathlib
import shutil
import subprocess
import sys
from importlib.util import cache_from_source

import pytest

from children import one_lib
from environments import ROOT, WINDOWS, change, copied, read
from platforms import needs

pytestmark = pytest.mark.skipif(
    sys.version_info >= (3, 9), reason='3.9 and later: test_not_needed.py')


def without_rights(*command):
    """Run a command without root's right to read and write everything."""
    if not WINDOWS and not os.getuid():
        command = ('setpriv', '--bounding-set=-all', '--inh-caps=-all',
                   *command)
    return subprocess.run(
        command, cwd='/', env={
            name: os.environ[name] for name in ('PATH', 'SYSTEMROOT')
            if name in os.environ},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, universal_newlines=True)


def assert_refused(child, *words):
    """Check that it failed with one line on standard error."""
    assert child.returncode == 1, child
    assert child.err.count('\n') == 1 and 'Traceback' not in child.err, child
    for word in words:
        assert word in child.err, child


# enable, and disable after it

@pytest.mark.parametrize('kind', ['venv', 'prefix'])
def test_on_and_off(request, kind):
    environment = request.getfixturevalue(kind)
    before = environment.files()
    assert not environment.is_on()
    child = environment.enable()
    assert child.out == ('backport: on, by %s: every start of %s activates it\n'
                         % (environment.pth, environment.python))
    assert environment.is_on()
    assert environment.files().keys() - before == {environment.pth}
    child = environment.disable()
    assert child.out == 'backport: off: removed %s\n' % environment.pth
    assert not environment.is_on()
    assert environment.files() == before


def test_a_second_time_changes_nothing(enabled):
    before = enabled.files()
    child = enabled.enable()
    assert 'on already, by %s;' % enabled.pth in child.out
    assert enabled.files() == before
    enabled.disable()
    assert 'it is not enabled here;' in enabled.disable().out


@pytest.mark.parametrize('name', ['sitecustomize.py', 'mine.pth'])
def test_active_by_other_means(venv, name):
    path = venv.write(name, b'import backport\n')
    before = venv.files()
    child = venv.enable()
    assert 'active already, by %s; nothing was changed' % path in child.out
    assert 'it is not enabled here;' in venv.disable().out
    assert {path: data for path, data in venv.files().items()
            if not path.endswith('.pyc') and '__pycache__' not in path} == {
        path: data for path, data in before.items()
        if not path.endswith('.pyc') and '__pycache__' not in path}


def test_what_a_start_reads_is_compiled(venv):
    """Neither uv nor an interpreter with this variable does that."""
    package = os.path.join(venv.site, 'backport')
    sources = [os.path.join(folder, name)
               for folder, _, names in os.walk(package) for name in names
               if name.endswith('.py')]
    compiled = list(map(cache_from_source, sources))
    env = {'PYTHONDONTWRITEBYTECODE': '1'}
    assert venv.run('-m', 'backport', 'status', env=env).returncode == 3
    assert not any(map(os.path.exists, compiled))
    venv.enable(env=env)
    assert len(compiled) > 10 and all(map(os.path.exists, compiled))


def test_copied_with_its_environment(enabled, tmp_path):
    """An environment is moved, for example as a layer of an image."""
    moved = copied(enabled, tmp_path / 'moved')
    shutil.rmtree(enabled.root)
    assert moved.is_on()
    moved.disable()
    assert not moved.is_on()


def test_editable_install(venv):
    """The package is in another folder, which a .pth file names."""
    path = venv.write('__editable__.backport.pth', b'')
    for name in 'src', 'moved':
        source = os.path.join(venv.root, name)
        os.mkdir(source)
        os.rename(os.path.join(venv.root, 'src', 'backport')
                  if name == 'moved' else os.path.join(venv.site, 'backport'),
                  os.path.join(source, 'backport'))
        with open(path, 'w') as file:
            file.write(source + '\n')
        # The second time, what was enabled is there and has no effect.
        assert not venv.is_on()
        venv.enable()
        assert venv.is_on()
    venv.disable()
    assert not os.path.exists(venv.pth)


def test_a_checkout(venv):
    """Its patches/ is not where the lines of a start look for it."""
    shutil.rmtree(os.path.join(venv.site, 'backport'))
    assert_refused(venv.backport('enable', env={'PYTHONPATH': ROOT}),
                   'checkout', 'install it')
    assert not os.path.exists(venv.pth)


def test_user_site(prefix, tmp_path):
    """It says for whom it is on."""
    env = {'PYTHONUSERBASE': str(tmp_path / 'user')}
    site = pathlib.Path(prefix.run(
        '-c', 'import site; print(site.getusersitepackages())',
        env=env).out.strip())
    site.mkdir(parents=True)
    os.rename(os.path.join(prefix.site, 'backport'), str(site / 'backport'))
    before = prefix.files()
    child = prefix.enable(env=env)
    assert child.out.endswith(
        '%s by this user, without -s and -I, activates it\n' % prefix.python)
    assert (site / 'zz_backport.pth').exists()
    assert prefix.is_on(env=env)
    assert not prefix.is_on('-s', env=env) and not prefix.is_on('-I', env=env)
    assert not prefix.is_on()
    prefix.disable(env=env)
    assert not (site / 'zz_backport.pth').exists()
    assert prefix.files() == before


# Files that are not ours

@pytest.mark.parametrize('edit', [
    lambda data: data + b'import os\n', lambda data: b'#' + data,
    lambda data: data.replace(b'import sys', b'#import sys'),
    lambda data: b'import os\n'])
def test_edited(enabled, edit):
    edited = edit(read(enabled.pth))
    enabled.write('zz_backport.pth', edited)
    assert_refused(enabled.backport('disable'), enabled.pth, 'by hand')
    if enabled.is_on():
        assert 'active already, by %s;' % enabled.pth in enabled.enable().out
    else:
        assert_refused(enabled.backport('enable'), enabled.pth, 'by hand')
    assert read(enabled.pth) == edited


def test_what_is_not_ours_stays(venv):
    """By its name it could be what an enable that was killed has left."""
    paths = [venv.write(name, b'x = 1\n') for name in (
        'sitecustomize.py.1', 'sitecustomize.py.2019-backup',
        'zz_backport.pth.1', 'zz_backport.1.new', 'sitecustomize.py')]
    venv.disable()
    venv.enable()
    venv.disable()
    assert [read(path) for path in paths] == [b'x = 1\n'] * len(paths)
    # The twin is what one has left.
    venv.enable()
    ours = read(venv.pth)
    for data in ours, b'':
        left = venv.write('zz_backport.2.new', data)
        venv.disable()
        assert not os.path.exists(left)


# Where it is not possible

@needs('folders that are read-only')
def test_read_only(venv):
    """The error names the file that would be there."""
    before = venv.files()
    os.chmod(venv.site, 0o555)
    done = without_rights(venv.python, '-m', 'backport', 'enable')
    assert done.returncode == 1 and done.stderr == (
        'backport enable: cannot write %s: Permission denied\n' % venv.pth)
    assert venv.files() == before
    os.chmod(venv.site, 0o755)
    venv.enable()
    before = venv.files()
    os.chmod(venv.site, 0o555)
    done = without_rights(venv.python, '-m', 'backport', 'disable')
    os.chmod(venv.site, 0o755)
    assert done.returncode == 1 and done.stderr == (
        'backport disable: cannot change %s: Permission denied\n' % venv.pth)
    assert venv.files() == before


def test_a_read_only_package(venv):
    """On Windows, a file that is read-only could not be removed again."""
    os.chmod(os.path.join(venv.site, 'backport'), 0o555)
    venv.enable()
    assert os.stat(venv.pth).st_mode & 0o777 == (0o666 if WINDOWS else 0o644)
    venv.disable()


def test_without_site(venv):
    assert_refused(venv.run('-S', '-m', 'backport', 'enable',
                            env={'PYTHONPATH': venv.site}), '(-S)')


@pytest.mark.parametrize('state', [
    'missing', 'empty', 'half', pytest.param(
        'unreadable', marks=needs('modes of files for others'))])
def test_a_broken_package(venv, tmp_path, state):
    """It says what a start would import, and how to repair the package."""
    package = os.path.join(venv.site, 'backport')
    shutil.copytree(package, str(tmp_path / 'backport'))
    if state == 'unreadable':
        os.chmod(package, 0)
    elif state == 'half':
        os.unlink(os.path.join(package, '__init__.py'))
        venv.write('backport/__init__.py', b'from . import no_such_module\n')
    else:
        shutil.rmtree(package)
        if state == 'empty':
            os.makedirs(os.path.join(package, '__pycache__'))
    before = venv.files()
    done = without_rights(venv.python, '-c', '''
import runpy, sys
sys.path.insert(0, sys.argv.pop(1))
runpy.run_module('backport', run_name='__main__')
''', str(tmp_path), 'enable')
    os.path.exists(package) and os.chmod(package, 0o755)
    done.err = one_lib(done.stderr)
    assert_refused(done, {
        'missing': "No module named 'backport'", 'half': 'no_such_module',
        'empty': 'no __init__.py in ' + package,
        'unreadable': 'no __init__.py in ' + package}[state],
        'install it again')
    assert venv.files() == before


def test_a_start_up_file_that_undoes_it(venv):
    """enable takes back what a fresh interpreter does not confirm."""
    venv.write('sitecustomize.py', b'import sys\nsys.meta_path[:] = [\n'
               b'    finder for finder in sys.meta_path\n'
               b'    if not hasattr(finder, "watches_for_backport")]\n')
    assert_refused(venv.backport('enable'), venv.pth,
                   'still not active for thread and process')
    assert not os.path.exists(venv.pth)


def test_unknown_source(prefix):
    """If both patches are refused, nothing is executed at the start."""
    futures = prefix.own_futures()
    change(os.path.join(futures, 'thread.py'), b'work_item.run()',
           b'work_item.run(); v = 1')
    child = prefix.enable()
    assert "; but not the patch 'thread': its code is not" in child.out
    prefix.disable()
    change(os.path.join(futures, 'process.py'), b'del work_item',
           b'del work_item; v = 1')
    assert_refused(prefix.backport('enable'), 'not be applied')
    assert not os.path.exists(prefix.pth)


def test_imported_from_a_zip_file(venv, tmp_path):
    """A start could not run anything there by its path."""
    archive = shutil.make_archive(str(tmp_path / 'archive'), 'zip', venv.site,
                                  'backport')
    shutil.rmtree(os.path.join(venv.site, 'backport'))
    child = venv.backport('enable', env={'PYTHONPATH': archive})
    assert_refused(child, 'install it unzipped')
    assert not os.path.exists(venv.pth)
