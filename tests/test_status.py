"""status: what it says, and the exit status that a build can gate on."""
import json
import os
import shutil
import sys

import pytest

from backport import _hook
from environments import read

pytestmark = pytest.mark.skipif(
    sys.version_info >= (3, 9), reason='3.9 and later: test_not_needed.py')


def status(environment, *flags, **options):
    child = environment.run(*flags, '-m', 'backport', 'status', '--json',
                            **options)
    assert not child.err, child
    result = json.loads(child.out)
    assert sorted(result) == ['auto_activation', 'implementation', 'patches',
                              'python']
    assert sorted(result['auto_activation']) == ['active', 'method', 'path']
    assert [record['name'] for record in result['patches']] == list(
        _hook.PATCHES)
    for record in result['patches']:
        assert sorted(record) == ['name', 'reason', 'releases', 'sha256',
                                  'source', 'state']
    result['code'] = child.returncode
    result['states'] = {record['state'] for record in result['patches']}
    return result


def test_off(venv):
    result = status(venv)
    assert result['auto_activation'] == {'active': False, 'method': None,
                                         'path': None}
    assert (result['code'], result['states']) == (3, {'pending'})
    assert 'can be applied' in result['patches'][0]['reason']
    assert result['python'] == '.'.join(map(str, sys.version_info[:3]))
    assert result['implementation'] == 'CPython'


@pytest.mark.parametrize('method', ['sitecustomize', 'pth'])
def test_on(venv, method):
    venv.enable('--method', method)
    result = status(venv)
    path = venv.pth if method == 'pth' else venv.sitecustomize
    assert result['auto_activation'] == {'active': True, 'method': method,
                                         'path': path}
    assert (result['code'], result['states']) == (0, {'applied'})
    result = status(venv, env={'BACKPORT_DISABLE': '1'})
    assert not result['auto_activation']['active']
    assert (result['code'], result['states']) == (3, {'disabled'})
    first = list(_hook.PATCHES)[0]
    result = status(venv, env={'BACKPORT_DISABLE': first})
    assert result['code'] == 3
    for name in '1', first:
        child = venv.backport('status', env={'BACKPORT_DISABLE': name})
        assert 'unset it' in child.out and 'enable"' not in child.out, child
    venv.disable()
    assert status(venv)['code'] == 3


def test_by_run(venv):
    child = venv.backport('run', '-m', 'backport', 'status', '--json')
    activation = json.loads(child.out)['auto_activation']
    assert child.returncode == 0
    assert activation['method'] == 'run'
    assert os.path.isfile(activation['path'])


def test_by_other_means(venv):
    venv.write('sitecustomize.py', b'import backport\n')
    result = status(venv)
    assert result['auto_activation'] == {'active': True, 'method': 'other',
                                         'path': None}
    assert result['code'] == 0


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


def test_a_start_up_that_prints(venv):
    venv.write('sitecustomize.py', b'print("theirs"); import sys\n'
               b'sys.stderr.write("theirs")\n')
    child = venv.backport('status', '--json')
    assert json.loads(child.out[len('theirs\n'):])
    assert child.returncode == 3


def test_for_people(venv):
    child = venv.backport('status')
    assert child.returncode == 3 and not child.err
    assert 'auto-activation  off\n' in child.out
    assert 'python -m backport enable' in child.out
    venv.enable()
    child = venv.backport('status')
    assert child.returncode == 0
    assert 'auto-activation  on, sitecustomize, ' in child.out
    assert 'enable' not in child.out
    assert max(map(len, child.out.splitlines()[:1])) < 200


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
    venv.enable()
    before = venv.files()
    for command, code in ('status', 2), ('disable', 0):
        child = venv.run('-c', 'import sys; sys.executable = %r; '
                         'from backport.__main__ import main; '
                         'sys.exit(main([%r]))' % (executable, command))
        assert child.returncode == code, child
        assert said in child.out + child.err, child
    assert venv.files() != before       # it was taken out, and is said to be
    assert child.out.startswith('backport: off: taken out of ')
