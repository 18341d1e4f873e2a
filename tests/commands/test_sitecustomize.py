"""enable --sitecustomize: what differs from the .pth file."""
import json
import os
import shutil
import sys

import pytest

from environments import IS_ON, LAUNCHER, LAUNCHERS, copied, read

pytestmark = pytest.mark.skipif(
    sys.version_info >= (3, 9), reason='3.9 and later: test_not_needed.py')


def enable(environment, **options):
    child = environment.backport('enable', '--sitecustomize', **options)
    assert child.returncode == 0, child
    return child


@pytest.mark.parametrize('kind', ['venv', 'prefix'])
def test_on_and_off(request, kind):
    environment = request.getfixturevalue(kind)
    os.makedirs(os.path.join(environment.site, '__pycache__'), exist_ok=True)
    before = environment.files()
    child = enable(environment)
    path = environment.sitecustomize
    assert child.out.startswith(
        'backport: on, by %s: every start of %s activates it; but not where a '
        'folder on PYTHONPATH' % (path, environment.python)), child
    assert not os.path.exists(environment.pth)
    assert environment.is_on() and environment.is_on('-I')
    child = environment.backport('status', '--json')
    activation = json.loads(child.out)['auto_activation']
    assert (child.returncode, activation['method'], activation['path']) == (
        0, 'sitecustomize', path)
    for arguments in [], ['--sitecustomize']:
        child = environment.backport('enable', *arguments)
        assert 'on already, by %s; nothing was changed' % path in child.out
    child = environment.disable()
    assert child.out == 'backport: off: removed %s\n' % path
    assert not environment.is_on()
    assert environment.files() == before


def test_start_loads_nothing_but_itself(venv):
    program = 'import sys; print(sorted(sys.modules))'
    before = set(eval(venv.run('-c', program).out))
    enable(venv)
    loaded = set(eval(venv.run('-c', program).out)) - before
    assert loaded == {'sitecustomize'}


@pytest.mark.parametrize('text', [b'x = 1\n', b'', b'1 / 0\n'])
def test_where_there_is_one(venv, text):
    """Nothing is touched; with the line that is printed it is active."""
    path = venv.write('sitecustomize.py', text)
    before = venv.files()
    child = venv.backport('enable', '--sitecustomize')
    assert child.returncode == 1 and not child.out, child
    # One that fails prints its own error first.
    assert child.err.endswith(
        'backport enable: there is %s already: put the line "import backport" '
        'into it\n' % path), child
    assert {path for path in venv.files() if '__pycache__' not in path} == {
        path for path in before if '__pycache__' not in path}
    assert read(path) == text
    venv.write('sitecustomize.py', b'import backport\n')
    assert venv.is_on()
    assert 'active already, by ' + path in enable(venv).out
    # The .pth file has no such rule.
    venv.write('sitecustomize.py', b'x = 1\n')
    venv.enable()
    assert venv.is_on()


def test_where_there_is_one_in_the_stdlib_folder(prefix):
    """Debian has one, which would hide ours."""
    path = os.path.join(os.path.dirname(prefix.site), 'sitecustomize.py')
    with open(path, 'w') as file:
        file.write('x = 1\n')
    child = prefix.backport('enable', '--sitecustomize')
    assert child.returncode == 1 and 'there is %s already' % path in child.err
    assert not os.path.exists(prefix.sitecustomize)


def test_edited(venv):
    enable(venv)
    edited = read(venv.sitecustomize) + b'x = 1\n'
    venv.write('sitecustomize.py', edited)
    for command in ['disable'], ['enable', '--sitecustomize']:
        child = venv.backport(*command)
        if command[0] == 'disable':
            assert child.returncode == 1 and 'by hand' in child.err, child
        else:
            assert 'active already, by ' in child.out, child
    assert read(venv.sitecustomize) == edited


def test_copied_with_its_environment(venv, tmp_path):
    enable(venv)
    moved = copied(venv, tmp_path / 'moved')
    shutil.rmtree(venv.root)
    assert moved.is_on()
    moved.disable()
    assert not moved.is_on()


def test_another_folder(venv):
    """The package is not beside it, as after an editable install."""
    source = os.path.join(venv.root, 'src')
    os.mkdir(source)
    os.rename(os.path.join(venv.site, 'backport'),
              os.path.join(source, 'backport'))
    venv.write('__editable__.backport.pth', source.encode())
    enable(venv)
    assert venv.is_on()
    shutil.rmtree(source)
    child = venv.run('-c', 'import asyncio')
    assert (child.returncode, child.err) == (0, '')     # uninstalled


@pytest.mark.parametrize('name', LAUNCHERS)
def test_launchers_hide_it(venv, name):
    """The twin is the .pth file in test_enabled.py."""
    enable(venv)
    child = venv.run(LAUNCHER, name, IS_ON)
    assert child.words == [str(name == 'chains')], child
    child = venv.run(LAUNCHER, name, '-m', 'backport', 'status')
    assert child.returncode == (3 if name != 'chains' else 0), child


def test_it_is_on_under_run_as_well(venv):
    enable(venv)
    assert venv.backport('run', IS_ON).words == ['True']
