"""status: what it says, and the exit status that a build can gate on."""
import json
import os
import shutil
import sys

import pytest

import backport
from environments import LAUNCHER, LAUNCHERS, read

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


def test_on(venv):
    venv.enable()
    result = status(venv)
    assert result['auto_activation'] == on('pth', venv.pth)
    assert (result['code'], result['states']) == (0, {'applied'})
    result = status(venv, env={'BACKPORT_DISABLE': '1'})
    assert not result['auto_activation']['active']
    assert (result['code'], result['states']) == (3, {'disabled'})
    for name in '1', 'thread':
        child = venv.backport('status', env={'BACKPORT_DISABLE': name})
        assert child.returncode == 3
        assert 'unset it' in child.out and 'enable"' not in child.out, child
    venv.disable()
    assert status(venv)['code'] == 3


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
    """An edited file of ours is not called so, nor is one that has no part in
    it."""
    venv.write('sitecustomize.py', b'import sys\n')
    venv.enable()
    assert status(venv)['auto_activation'] == on('pth', venv.pth)


@pytest.mark.parametrize('launcher', LAUNCHERS)
def test_under_a_launcher(venv, launcher):
    venv.enable()
    result = status(venv, LAUNCHER, launcher)
    assert result['auto_activation'] == on('pth', venv.pth)
    assert result['code'] == 0


def test_under_a_launcher_that_keeps_it_out(venv):
    """The fresh interpreter is protected, and this process is not."""
    path = venv.write('sitecustomize.py', b'import backport\n')
    result = status(venv, LAUNCHER, 'cleans_up')
    assert result['auto_activation'] == dict(on('other', path),
                                             in_this_process=False)
    assert (result['code'], result['states']) == (3, {'applied'})
    child = venv.run(LAUNCHER, 'cleans_up', '-m', 'backport', 'status')
    assert 'This process was started without it' in child.out, child
    # One that chains, and one whose children have it too.
    assert status(venv, LAUNCHER, 'chains')['code'] == 0
    result = status(venv, LAUNCHER, 'stays')
    assert (result['code'], result['auto_activation']) == (3, OFF)


def test_with_an_option_that_keeps_it_out(venv):
    venv.enable()
    result = status(venv, '-S', env={'PYTHONPATH': venv.site})
    assert not result['auto_activation']['in_this_process']
    assert result['code'] == 3


def test_refused(prefix):
    folder = os.path.join(os.path.dirname(prefix.site), 'concurrent')
    source = os.path.realpath(folder)
    os.unlink(folder)
    shutil.copytree(source, folder)
    path = os.path.join(folder, 'futures', 'thread.py')
    data = read(path).replace(b'work_item.run()', b'work_item.run(); v = 1')
    with open(path, 'wb') as file:
        file.write(data)
    result = status(prefix)
    assert result['code'] == 1 and 'refused' in result['states']
    child = prefix.backport('status')
    assert child.returncode == 1 and 'refused: ' in child.out


def test_that_others_cannot_read(venv):
    """Root is told, although for root all is well."""
    venv.enable()
    path = os.path.join(venv.site, 'backport', '__init__.py')
    os.chmod(path, 0o600)
    result = status(venv)
    assert (result['code'], result['states']) == (3, {'applied'})
    assert result['auto_activation'] == on('pth', venv.pth, unreadable=path)
    assert path in venv.backport('status').out
    os.chmod(path, 0o644)
    assert status(venv)['code'] == 0


def test_a_start_up_that_prints(venv):
    venv.write('sitecustomize.py', b'print("theirs"); import sys\n'
               b'sys.stderr.write("theirs")\n')
    child = venv.backport('status', '--json')
    assert json.loads(child.out[len('theirs\n'):])
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


#: Without these, what `status` tells can still be told.
NOT_FOR_STATUS = ['_report.py', 'commands/_diff.py', 'commands/_run.py',
                  'commands/_scenarios.py', 'commands/_verify.py']


def files(package):
    """Return the .py files of a package, relative to its folder."""
    return sorted(os.path.relpath(os.path.join(folder, name), package)
                  for folder, _, names in os.walk(package)
                  for name in names if name.endswith('.py'))


def test_half_installed(venv):
    """Whichever file is missing, it is one line and 2, or does not matter."""
    venv.enable()
    package = os.path.join(venv.site, 'backport')
    wrong = []
    for name in files(package):
        if name.startswith('patches') and not is_of_this_version(name):
            continue
        path = os.path.join(package, name)
        os.rename(path, path + '.away')
        shutil.rmtree(os.path.join(os.path.dirname(path), '__pycache__'),
                      ignore_errors=True)
        child = venv.backport('status')
        os.rename(path + '.away', path)
        if name in NOT_FOR_STATUS:
            good = child.returncode == 0 and not child.err
        elif name == '__main__.py':
            good = child.returncode == 1    # Python's own line
        else:
            good = child.returncode == 2
        if not good or child.err.count('\n') > 1 or 'Traceback' in child.err:
            wrong.append((name, child))
    assert not wrong


def is_of_this_version(name):
    version = '_%d_%d' % sys.version_info[:2]
    return version in name or '_3_' not in name


def test_a_namespace_package(venv):
    """An empty folder protects nobody."""
    package = os.path.join(venv.site, 'backport')
    shutil.rmtree(package)
    os.mkdir(package)
    child = venv.backport('status')
    assert child.returncode == 1    # Python's own message
    assert 'Traceback' not in child.err and child.err.count('\n') == 1
