"""status: what it says, and the exit status that a build can depend on."""
import json
import os
import shutil
import sys
import tempfile

import pytest

import backport
import environments
from environments import LAUNCHER, LAUNCHERS, change, copied
from platforms import WINE, needs

pytestmark = pytest.mark.skipif(
    sys.version_info >= (3, 9), reason='3.9 and later: test_not_needed.py')

OFF = {'active': False, 'method': None, 'path': None, 'in_this_process': None,
       'unreadable': None}


def status(environment, *flags, **options):
    child = environment.run(*flags, '-m', 'backport', 'status', '--json',
                            **options)
    assert not child.err, child
    result = json.loads(child.out)
    assert sorted(result) == ['auto_activation', 'backport', 'implementation',
                              'package', 'patches', 'python']
    assert [record['name'] for record in result['patches']] == [
        'thread', 'process']
    for record in result['patches']:
        assert sorted(record) == ['name', 'reason', 'releases', 'sha256',
                                  'source', 'state']
    result['code'] = child.returncode
    result['states'] = {record['state'] for record in result['patches']}
    return result


def on(method, path, **others):
    return dict(OFF, active=True, method=method, path=path,
                in_this_process=True, **others)


def test_off(venv):
    result = status(venv)
    assert result['auto_activation'] == OFF
    assert (result['code'], result['states']) == (3, {'pending'})
    assert 'can be applied' in result['patches'][0]['reason']
    assert result['python'] == '.'.join(map(str, sys.version_info[:3]))
    assert result['implementation'] == 'CPython'
    assert result['backport'] == backport.__version__
    assert result['package'] == os.path.join(venv.site, 'backport')


def test_on(enabled):
    result = status(enabled)
    assert result['auto_activation'] == on('pth', enabled.pth)
    assert (result['code'], result['states']) == (0, {'applied'})
    result = status(enabled, env={'BACKPORT_DISABLE': '1'})
    assert (result['code'], result['states']) == (3, {'disabled'})
    for name in '1', 'thread':
        child = enabled.backport('status', env={'BACKPORT_DISABLE': name})
        assert child.returncode == 3
        assert 'Unset' in child.out and 'enable"' not in child.out, child
    enabled.disable()
    assert status(enabled)['code'] == 3


def test_by_run(venv):
    child = venv.backport('run', '-m', 'backport', 'status', '--json')
    activation = json.loads(child.out)['auto_activation']
    assert child.returncode == 0
    assert activation == on('run', activation['path'])
    assert os.path.isfile(activation['path'])


def test_by_other_means(venv):
    path = venv.write('sitecustomize.py', b'import backport\n')
    result = status(venv)
    assert result['auto_activation'] == on('other', path)
    assert result['code'] == 0


def test_other_means_what_nobody_else_is(venv):
    """A start-up file that has no part in it is not called the means."""
    venv.write('sitecustomize.py', b'import sys\n')
    venv.enable()
    assert status(venv)['auto_activation'] == on('pth', venv.pth)


@pytest.mark.parametrize('launcher', LAUNCHERS)
def test_under_a_launcher(enabled, launcher):
    result = status(enabled, LAUNCHER, launcher)
    assert result['auto_activation'] == on('pth', enabled.pth)
    assert result['code'] == 0


def test_under_a_launcher_that_keeps_it_out(venv):
    """The fresh interpreter is protected, and this process is not."""
    path = venv.write('sitecustomize.py', b'import backport\n')
    result = status(venv, LAUNCHER, 'cleans_up')
    assert result['auto_activation'] == dict(on('other', path),
                                             in_this_process=False)
    assert (result['code'], result['states']) == (3, {'applied'})
    child = venv.run(LAUNCHER, 'cleans_up', '-m', 'backport', 'status')
    assert 'but not in this process' in child.out, child
    # One that chains, and one whose children have it too.
    assert status(venv, LAUNCHER, 'chains')['code'] == 0
    result = status(venv, LAUNCHER, 'stays')
    assert (result['code'], result['auto_activation']) == (3, OFF)


def test_with_an_option_that_keeps_it_out(enabled):
    result = status(enabled, '-S', env={'PYTHONPATH': enabled.site})
    assert not result['auto_activation']['in_this_process']
    assert result['code'] == 3


def test_refused(prefix):
    change(os.path.join(prefix.own_futures(), 'thread.py'),
           b'work_item.run()', b'work_item.run(); v = 1')
    result = status(prefix)
    assert result['code'] == 1 and 'refused' in result['states']
    child = prefix.backport('status')
    assert child.returncode == 1 and 'refused: ' in child.out


@needs('modes of files for others')
@pytest.mark.skipif(getattr(os, 'getuid', int)() != 0,
                    reason='only root can read everything')
def test_that_others_cannot_read(monkeypatch):
    """Root is told that others cannot read the package."""
    with tempfile.TemporaryDirectory(dir='/tmp') as folder:
        os.chmod(folder, 0o755)
        os.mkdir(os.path.join(folder, 'lib'))
        environments.copy_lib(os.path.join(folder, 'lib'))
        # pyenv's interpreter is linked to a library in a folder that only its
        # owner can read.
        monkeypatch.setenv('LD_LIBRARY_PATH', os.path.join(folder, 'lib'))
        shared = environments.prefix(os.path.join(folder, 'prefix'),
                                     os.path.join(folder, 'lib'))
        shared.enable()
        assert status(shared)['code'] == 0
        path = os.path.join(shared.site, 'backport', '__init__.py')
        os.chmod(path, 0o600)
        result = status(shared)
        assert (result['code'], result['states']) == (3, {'applied'})
        assert result['auto_activation'] == on('pth', shared.pth,
                                               unreadable=path)
        assert shared.backport('status').out.endswith(path + '\n')


def test_a_start_up_that_prints(venv):
    venv.write('sitecustomize.py', b'print("theirs"); import sys\n'
               b'sys.stderr.write("theirs")\n')
    child = venv.backport('status', '--json', env={
        'PYTHONUNBUFFERED': '', 'PYTHONIOENCODING': 'utf-8:strict'})
    assert json.loads(child.out[len('theirs\n'):]), child
    assert child.returncode == 3


def test_for_people(venv):
    child = venv.backport('status')
    assert child.returncode == 3 and not child.err
    first, second, _, third = child.out.splitlines()[:4]
    assert first.startswith('CPython 3.')
    assert second == 'backport %s, %s' % (
        backport.__version__, os.path.join(venv.site, 'backport'))
    assert third == 'auto-activation  off'
    assert 'python -m backport enable' in child.out
    venv.enable()
    child = venv.backport('status')
    assert child.returncode == 0
    assert 'auto-activation  on, pth, ' in child.out
    assert 'enable' not in child.out


@pytest.mark.skipif(
    WINE and sys.version_info < (3, 7),
    reason='Wine keeps back what 3.6 writes to the stderr of C')
def test_a_start_up_that_fails(venv):
    venv.write('sitecustomize.py', b'raise SystemExit("theirs")\n')
    for arguments in ['status'], ['status', '--json']:
        child = venv.run('-S', '-m', 'backport', *arguments,
                         env={'PYTHONPATH': venv.site})
        assert child.returncode == 2
        assert child.err.count('\n') == 1 and 'theirs' in child.err
    result = json.loads(child.out)
    assert 'theirs' in result['error']
    assert (result['auto_activation'], result['patches']) == (None, [])


@pytest.mark.parametrize('executable, said', [
    ('', 'does not know its own path'), ('/no/such', 'cannot be started')])
def test_embedded(venv, executable, said):
    """There is no interpreter to start."""
    child = venv.run('-c', 'import sys; sys.executable = %r; '
                     'from backport.__main__ import main; '
                     'sys.exit(main(["status"]))' % executable)
    assert child.returncode == 2, child
    assert said in child.err and child.err.count('\n') == 1, child


#: File -> exit status without that file, where it is not 2.
WITHOUT = {
    # The line that is printed is Python's own.
    '__main__.py': 1,
    '_api.py': 1,
    '_finder.py': 1,
    'startup/watch.py': 3,  # It is not active.
    # They are not needed for what `status` tells.
    '_report.py': 0,
    'startup/run/site.py': 0,
    'commands/_diff.py': 0,
    'commands/_run.py': 0,
    'commands/_scenarios.py': 0,
    'commands/_verify.py': 0,
    'patches/__init__.py': 0,
    'commands/__init__.py': 0,
}


def files(package):
    """Return the .py files that the last releases of this version use.

    They are relative to the folder of the package.
    """
    versions = {6: '6', 7: '7', 8: '78'}[sys.version_info[1]]
    names = sorted(os.path.relpath(os.path.join(folder, name), package)
                   .replace(os.sep, '/')
                   for folder, _, names in os.walk(package)
                   for name in names if name.endswith('.py'))
    return [name for name in names
            if '_3_' not in name or name[-len('6.py')] in versions
            or name == 'patches/thread_3_7.py']


def test_half_installed(enabled):
    """Without any one file it prints a line and exits with 2, or works."""
    package = os.path.join(enabled.site, 'backport')
    wrong = []
    for name in files(package):
        path = os.path.join(package, name)
        os.rename(path, path + '.away')
        child = enabled.backport('status')
        os.rename(path + '.away', path)
        code = WITHOUT.get(name, 2)
        lines = child.err.count('\n')
        if child.returncode != code or lines != (code in (1, 2)):
            wrong.append((name, child))
    assert not wrong


def test_a_namespace_package(venv):
    """An empty folder protects nobody."""
    package = os.path.join(venv.site, 'backport')
    shutil.rmtree(package)
    os.mkdir(package)
    child = venv.backport('status')
    assert child.returncode == 1    # The message is Python's own.
    assert 'Traceback' not in child.err and child.err.count('\n') == 1


# A finder that finds one of the modules itself, so that no other is asked.
FINDER = '''
import sys
from importlib.machinery import PathFinder
class Finder(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name == %r:
            return super().find_spec(name, path, target)
sys.meta_path.insert(0, Finder)
'''


@pytest.mark.parametrize('module', ['thread', 'process'])
def test_each_patch_is_looked_at_by_itself(enabled, module):
    """The other one says nothing, and the import of backport would be late."""
    path = enabled.write('sitecustomize.py', (
        FINDER % ('concurrent.futures.' + module)).encode())
    assert enabled.is_on() == (module == 'process')
    result = status(enabled)
    assert (result['code'], result['auto_activation']) == (3, OFF)
    assert {record['name'] for record in result['patches']
            if record['state'] == 'pending'} == {module}
    # enable says the same, and what was there is there again.
    before = enabled.files()
    child = enabled.backport('enable')
    assert child.returncode == 1
    assert child.err.endswith('still not active for %s\n' % module), child
    assert enabled.files() == before
    os.unlink(path)
    assert status(enabled)['code'] == 0


def test_a_relative_pythonpath(enabled, tmp_path):
    """The fresh interpreter is where the program is."""
    (tmp_path / 'src').mkdir()
    (tmp_path / 'src' / 'sitecustomize.py').write_text(
        FINDER % 'concurrent.futures.thread')
    for folder, code in (tmp_path, 3), ('/', 0):
        child = enabled.run(
            '-c', 'import os, runpy, sys\n'
            'os.chdir(sys.argv.pop(1))\n'
            'os.environ["PYTHONPATH"] = "src"\n'
            'runpy.run_module("backport", run_name="__main__")',
            str(folder), 'status')
        assert child.returncode == code, child


def test_a_start_up_that_prints_what_is_not_utf_8(venv):
    venv.write('sitecustomize.py', b'import atexit, os, sys\n'
               b'os.write(1, b"\\xff\\n")\n'
               b'atexit.register(os.write, 1, b"theirs")\n')
    assert venv.run('-S', '-m', 'backport', 'status', env={
        'PYTHONPATH': venv.site}).returncode == 3


def test_what_the_output_cannot_encode(environments, tmp_path):
    """A path, for one; it is escaped, and what was done is not undone."""
    venv = copied(environments['venv'], tmp_path / 'v\xe9nv')
    env = {'PYTHONIOENCODING': 'ascii', 'LC_ALL': 'C.UTF-8'}
    for command, code in ('enable', 0), ('status', 0), ('disable', 0):
        child = venv.backport(command, env=env)
        assert (child.returncode, child.err) == (code, ''), child
        assert 'v\\xe9nv' in child.out, child
    child = venv.run('-c', 'import sys; print(sys.prefix)', env=env)
    assert 'UnicodeEncodeError' in child.err, child
