"""enable and disable, in real environments."""
import os
import shutil
import subprocess
import sys
import time

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from backport import _block, _hook
from environments import copied, read

pytestmark = pytest.mark.skipif(
    sys.version_info >= (3, 9), reason='3.9 and later: test_not_needed.py')

STATUS = 'import os; os.write(1, b"theirs\\n")\n'


def as_owner_only():
    """Return a command that gives up what lets root write everywhere."""
    if os.getuid():
        return []
    return ['setpriv', '--bounding-set=-all', '--inh-caps=-all']


def run_without_rights(environment, *args):
    done = subprocess.run(
        as_owner_only() + [environment.python, '-m', 'backport'] + list(args),
        cwd='/', env={'PATH': os.environ['PATH']}, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        universal_newlines=True)
    return done


def assert_one_line(text):
    assert text.count('\n') == 1, text
    assert 'Traceback' not in text


# There and back.

@pytest.mark.parametrize('method', ['auto', 'sitecustomize', 'pth'])
def test_on_and_off(venv, method):
    before = venv.files()
    assert not venv.is_on()
    child = venv.enable('--method', method)
    assert_one_line(child.out)
    assert venv.is_on()
    assert os.path.exists(venv.pth if method == 'pth' else venv.sitecustomize)
    venv.disable()
    assert not venv.is_on()
    assert venv.files() == before


@pytest.mark.parametrize('method', ['sitecustomize', 'pth'])
def test_a_second_time_changes_nothing(venv, method):
    venv.enable('--method', method)
    before = venv.files()
    assert 'on already' in venv.enable().out
    assert 'on already' in venv.enable('--method', method).out
    other, = {'sitecustomize', 'pth'} - {method}
    child = venv.backport('enable', '--method', other)
    assert child.returncode == 1 and 'on already' in child.err
    assert venv.files() == before
    venv.disable()
    assert 'nothing to take out' in venv.disable().out


def test_active_by_other_means(venv):
    path = venv.write('sitecustomize.py', b'import backport\n')
    before = venv.files()
    child = venv.enable()
    assert 'active already, by other means' in child.out and path in child.out
    assert 'still active, by other means' in venv.disable().out
    after = venv.files()
    assert after[path] == before[path]
    assert not os.path.exists(venv.pth)


@pytest.mark.parametrize('method', ['sitecustomize', 'pth'])
def test_isolated_and_optimised(venv, method):
    venv.enable('--method', method)
    for flags in '-I', '-E', '-s', '-O', '-B':
        assert venv.is_on(flags), flags
    assert venv.is_on('-Werror', '-bb')
    assert not venv.is_on('-S')
    assert not venv.is_on(env={'BACKPORT_DISABLE': '1'})


@pytest.mark.parametrize('method', ['sitecustomize', 'pth'])
def test_start_loads_nothing(venv, method):
    program = 'import sys; print(sorted(sys.modules))'
    before = venv.run('-c', program).out
    venv.enable('--method', method, env={'PYTHONDONTWRITEBYTECODE': '1'})
    loaded = set(eval(venv.run('-c', program).out))
    # 3.8 decodes .pth files with the last two.
    assert loaded - set(eval(before)) <= {'sitecustomize', '_bootlocale',
                                          '_locale'}


@pytest.mark.parametrize('method', ['sitecustomize', 'pth'])
def test_what_it_writes_is_compiled(venv, method):
    """Images are built with PYTHONDONTWRITEBYTECODE."""
    venv.enable('--method', method, env={'PYTHONDONTWRITEBYTECODE': '1'})
    tag = sys.implementation.cache_tag
    package = os.listdir(os.path.join(venv.site, 'backport', '__pycache__'))
    for name in '_stub', '_startup', '_hook', '__init__':
        assert '%s.%s.pyc' % (name, tag) in package
    child = venv.run('-B', '-c', '''
import os, sys
import concurrent.futures.process, concurrent.futures.thread
for name in sorted(sys.modules):
    if name.startswith('backport'):
        print(name, os.path.exists(sys.modules[name].__cached__))
''')
    lines = child.out.splitlines()
    assert len(lines) > 7 and all(line.endswith(' True') for line in lines), (
        child)
    if method == 'sitecustomize':
        assert os.listdir(os.path.join(venv.site, '__pycache__')) == [
            'sitecustomize.%s.pyc' % tag]


@pytest.mark.parametrize('method', ['sitecustomize', 'pth'])
def test_uninstalled_without_disable(venv, method):
    venv.enable('--method', method)
    shutil.rmtree(os.path.join(venv.site, 'backport'))
    assert not venv.is_on()
    child = venv.run('-c', 'import asyncio', env={'BACKPORT_REPORT': '1'})
    assert (child.returncode, child.err) == (0, '')


@pytest.mark.parametrize('method', ['sitecustomize', 'pth'])
def test_a_module_of_the_same_name_is_left_alone(venv, tmp_path, method):
    """By its name the program's own module would be run."""
    venv.enable('--method', method)
    (tmp_path / 'backport.py').write_text('raise SystemExit("run")')
    program = tmp_path / 'program.py'
    program.write_text('import concurrent.futures.thread as thread\n'
                       'print(hasattr(thread, "_backport"))')
    assert venv.run(str(program)).words == ['True']


@pytest.mark.parametrize('modules', [
    'asyncio', 'concurrent.futures.thread', 'concurrent.futures.process',
    'concurrent.futures'])
def test_every_way_to_load_it(venv, modules):
    venv.enable()
    child = venv.run('-c', '''
import %s, concurrent.futures.thread as thread, backport
assert backport.status()[0].state == 'applied', backport.status()
assert thread._backport
''' % modules)
    assert child.returncode == 0, child


def test_threads_that_load_it_at_once(venv):
    """One waits for a module that another one loads: no deadlock.

    But importlib's own, whose search for deadlocks can go round in circles for
    ever (bpo-38091): stock 3.6.15 hangs in 8 of 400 such programs.
    """
    venv.enable()
    for _ in range(5):
        child = venv.run('-c', LOADED_AT_ONCE)
        if 'in has_deadlock' not in child.err:
            break
    assert child.out.splitlines() == ['0', "{'applied'}"], child


LOADED_AT_ONCE = '''
import faulthandler, os, sys, threading, time
sys.setswitchinterval(1e-6)
names = ['concurrent.futures.thread', 'concurrent.futures.process', 'backport',
         'asyncio'] * 2
go = threading.Barrier(len(names))
def load(name):
    go.wait()
    __import__(name)
threads = [threading.Thread(target=load, args=(name,), daemon=True)
           for name in names]
for thread in threads: thread.start()
end = time.monotonic() + 20
for thread in threads: thread.join(max(end - time.monotonic(), 0))
print([thread.is_alive() for thread in threads].count(True), flush=True)
if any(thread.is_alive() for thread in threads):
    faulthandler.dump_traceback()
    os._exit(1)
import backport
print({record.state for record in backport.status()})
'''


def test_the_stub_knows_all_modules():
    for module in _hook.PATCHES.values():
        assert module.startswith('concurrent.futures.')


def test_deactivate_holds(venv):
    """What was put at the start does not activate it again."""
    venv.enable()
    child = venv.run('-c', '''
import backport
backport.deactivate()
import concurrent.futures.thread as thread
print(hasattr(thread, '_backport'))
''')
    assert child.words == ['False'], child


# Somebody else's sitecustomize.

def test_a_sitecustomize_in_the_stdlib_folder(prefix):
    """Debian has one.  Ours would never be imported."""
    theirs = os.path.join(os.path.dirname(prefix.site), 'sitecustomize.py')
    with open(theirs, 'w') as file:
        file.write(STATUS)
    child = prefix.backport('enable', '--method', 'sitecustomize')
    assert child.returncode == 1 and theirs in child.err
    assert not os.path.exists(prefix.sitecustomize)
    prefix.enable()
    assert os.path.exists(prefix.pth)
    assert not os.path.exists(prefix.sitecustomize)
    child = prefix.run('-c', 'pass')
    assert child.words == ['theirs']
    assert prefix.is_on()
    prefix.disable()
    assert not prefix.is_on()


def test_ours_would_not_run_there(prefix):
    """The twin: the naive way fails in such an interpreter."""
    theirs = os.path.join(os.path.dirname(prefix.site), 'sitecustomize.py')
    prefix.write('sitecustomize.py', b'import backport\n')
    assert prefix.is_on()
    with open(theirs, 'w') as file:
        file.write(STATUS)
    assert not prefix.is_on()


def test_a_sitecustomize_on_pythonpath(venv, tmp_path):
    (tmp_path / 'sitecustomize.py').write_text(STATUS)
    venv.enable(env={'PYTHONPATH': str(tmp_path)})
    assert os.path.exists(venv.pth)
    assert not os.path.exists(venv.sitecustomize)


def test_a_sitecustomize_that_raises(venv):
    """Lines at its end would not be reached."""
    data = b'raise ValueError("theirs")\n'
    venv.write('sitecustomize.py', data)
    venv.enable()
    assert read(venv.sitecustomize) == data
    child = venv.run('-c', 'import concurrent.futures.thread as thread\n'
                     'print(thread._backport)')
    assert 'GlobalShutdownLock' in child.out and 'ValueError' in child.err
    venv.disable()
    assert not os.path.exists(venv.pth)


def test_a_link(venv, tmp_path):
    outside = tmp_path / 'outside.py'
    outside.write_text('x = 1\n')
    os.symlink(str(outside), venv.sitecustomize)
    child = venv.backport('enable', '--method', 'sitecustomize')
    assert child.returncode == 1 and 'outside of this' in child.err
    assert outside.read_text() == 'x = 1\n'
    os.unlink(venv.sitecustomize)
    inside = os.path.join(venv.root, 'inside.py')
    shutil.copy(str(outside), inside)
    os.symlink(inside, venv.sitecustomize)
    venv.enable()
    assert os.path.islink(venv.sitecustomize) and venv.is_on()
    venv.disable()
    assert os.path.islink(venv.sitecustomize)
    assert read(inside) == b'x = 1\n'


def test_a_hard_link(venv, tmp_path):
    """uv and conda link the files of many environments together."""
    path = venv.write('sitecustomize.py', b'x = 1\n')
    os.link(path, str(tmp_path / 'cache'))
    venv.enable()
    assert (tmp_path / 'cache').read_bytes() == b'x = 1\n'


def test_mode_owner_and_attributes_are_kept(venv):
    path = venv.write('sitecustomize.py', b'x = 1\n')
    os.chmod(path, 0o640)
    if not os.getuid():
        os.chown(path, 12345, 54321)
    try:
        os.setxattr(path, 'user.theirs', b'kept')
    except OSError:
        pass    # the file system has none
    before = facts(path)
    venv.enable()
    assert facts(path) == before
    venv.disable()
    assert facts(path) == before


def facts(path):
    status = os.stat(path)
    return (status.st_mode, status.st_uid, status.st_gid,
            {name: os.getxattr(path, name) for name in os.listxattr(path)})


# Where it cannot be done: one line, nothing changed.

def test_read_only(venv):
    before = venv.files()
    os.chmod(venv.site, 0o555)
    try:
        done = run_without_rights(venv, 'enable')
    finally:
        os.chmod(venv.site, 0o755)
    assert done.returncode == 1, done
    assert venv.site in done.stderr and 'Permission denied' in done.stderr
    assert_one_line(done.stderr)
    assert venv.files() == before


@pytest.mark.skipif(os.getuid() != 0, reason='only root can give files away')
def test_foreign(venv):
    path = venv.write('sitecustomize.py', b'x = 1\n')
    os.chown(path, 12345, 12345)
    before = venv.files()
    done = run_without_rights(venv, 'enable')
    assert done.returncode == 1 and 'belongs to somebody else' in done.stderr
    assert_one_line(done.stderr)
    after = venv.files()
    after.pop(os.path.join(venv.site, '__pycache__'), None)
    assert {path: data for path, data in after.items()
            if not path.endswith('.pyc')} == before


def test_without_site(venv):
    child = venv.run('-S', '-m', 'backport', 'enable',
                     env={'PYTHONPATH': venv.site})
    assert child.returncode == 1 and '(-S)' in child.err
    assert_one_line(child.err)


def test_from_a_checkout(venv, tmp_path):
    """It would only be there in this working directory."""
    os.rename(os.path.join(venv.site, 'backport'),
              str(tmp_path / 'backport'))
    before = venv.files()
    child = venv.run('-c', '''
import os, sys
os.environ.pop('PYTHONPATH')
sys.argv[1:] = ['enable']
import runpy
runpy.run_module('backport', run_name='__main__')
''', env={'PYTHONPATH': str(tmp_path)})
    assert child.returncode == 1 and 'cannot import backport' in child.err
    assert_one_line(child.err)
    assert venv.files() == before


def test_unknown_source(prefix):
    """Where the patch is refused, nothing is put at the start."""
    folder = os.path.join(os.path.dirname(prefix.site), 'concurrent')
    source = os.path.realpath(folder)
    os.unlink(folder)
    shutil.copytree(source, folder)
    path = os.path.join(folder, 'futures', 'thread.py')
    data = read(path).replace(b'work_item.run()', b'work_item.run(); v = 1')
    with open(path, 'wb') as file:
        file.write(data)
    before = prefix.files()
    child = prefix.backport('enable')
    if len(_hook.PATCHES) == 1:
        assert child.returncode == 1 and 'not be applied' in child.err
        assert_one_line(child.err)
        assert sorted(prefix.files()) == sorted(before)
    else:
        assert child.returncode == 0 and "not the patch 'thread'" in child.out
    assert prefix.backport('status').returncode == 1
    prefix.disable()


def test_edited_lines(venv):
    venv.enable()
    data = read(venv.sitecustomize).replace(b'del _backport', b'pass')
    venv.write('sitecustomize.py', data)
    for command in 'disable', 'enable':
        child = venv.backport(command)
        assert child.returncode == 1 and 'by hand' in child.err, child
        assert_one_line(child.err)
    assert read(venv.sitecustomize) == data


def test_edits_around_stay(venv):
    venv.write('sitecustomize.py', b'x = 1')
    venv.enable()
    data = read(venv.sitecustomize)
    venv.write('sitecustomize.py', b'y = 2\n' + data + b'z = 3\n')
    assert venv.is_on()
    venv.disable()
    assert read(venv.sitecustomize) == b'y = 2\nx = 1\nz = 3\n'


# Where else it works.

def test_user_site(prefix, tmp_path):
    env = {'PYTHONUSERBASE': str(tmp_path / 'user')}
    site = tmp_path / 'user' / 'lib' / os.path.basename(
        os.path.dirname(prefix.site)) / 'site-packages'
    site.mkdir(parents=True)
    os.rename(os.path.join(prefix.site, 'backport'), str(site / 'backport'))
    before = prefix.files()
    prefix.enable(env=env)
    assert (site / 'sitecustomize.py').exists()
    assert prefix.is_on(env=env) and not prefix.is_on('-s', env=env)
    prefix.disable(env=env)
    assert not (site / 'sitecustomize.py').exists()
    assert prefix.files() == before


def test_conda_like(prefix):
    before = prefix.files()
    prefix.enable()
    assert os.path.exists(prefix.sitecustomize) and prefix.is_on('-I')
    prefix.disable()
    assert prefix.files() == before


def test_copied_with_its_environment(venv, tmp_path):
    """As a layer of an image, to another place."""
    venv.enable()
    moved = copied(venv, tmp_path / 'moved')
    shutil.rmtree(venv.root)
    assert moved.is_on()
    moved.disable()
    assert not moved.is_on()


def test_zipapp(venv, tmp_path):
    venv.enable()
    (tmp_path / 'app').mkdir()
    (tmp_path / 'app' / '__main__.py').write_text(
        'from concurrent.futures import thread\n'
        'print(hasattr(thread, "_backport"))')
    archive = str(tmp_path / 'app.pyz')
    assert venv.run('-m', 'zipapp', str(tmp_path / 'app'), '-o',
                    archive).returncode == 0
    assert venv.run(archive).words == ['True']


def test_editable_install(venv):
    """The package is elsewhere, and found by a .pth."""
    source = os.path.join(venv.root, 'src')
    os.mkdir(source)
    os.rename(os.path.join(venv.site, 'backport'),
              os.path.join(source, 'backport'))
    venv.write('__editable__.backport.pth', source.encode() + b'\n')
    for method in 'sitecustomize', 'pth':
        venv.enable('--method', method)
        assert venv.is_on()
        venv.disable()


def test_imported_from_a_zip_file(venv, tmp_path):
    """Nothing there can be run by its path."""
    package = os.path.join(venv.site, 'backport')
    archive = shutil.make_archive(str(tmp_path / 'archive'), 'zip', venv.site,
                                  'backport')
    shutil.rmtree(package)
    before = venv.files()
    for command, status in (['enable'], 1), (['run', '-c', ''], 2):
        child = venv.backport(*command, env={'PYTHONPATH': archive})
        assert child.returncode == status
        assert_one_line(child.err)
    assert venv.files() == before


# Killed, and two at once.

KILLED = '''
import os, signal, sys
from backport import _files
path, mode = sys.argv[1:]
old, new = b'old = 1\\n', b'new = %d\\n' % 10 ** 40
folder = os.path.dirname(path)
calls = 0
while True:
    if mode == 'change' or mode == 'remove':
        _files.write(path, old)
    elif os.path.exists(path):
        _files.write(path, None)
    child = os.fork()
    if not child:
        left = calls
        def count(frame, event, arg):
            global left
            if event in ('c_call', 'c_return'):
                left -= 1
                if left < 0:
                    os.kill(os.getpid(), signal.SIGKILL)
        sys.setprofile(count)
        with _files.locked(folder):
            _files.write(path, None if mode == 'remove' else new)
        sys.setprofile(None)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    data = open(path, 'rb').read() if os.path.exists(path) else None
    assert data in {'change': (old, new), 'create': (None, new),
                    'remove': (old, None)}[mode], (calls, data)
    if status == 0:
        break
    assert status == signal.SIGKILL
    print('killed', data)
    calls += 1 + calls // 50
with _files.locked(folder):
    _files.write(path, old)     # the next run takes away what was left behind
print(sorted(name for name in os.listdir(folder) if '.backport-' in name))
'''


@pytest.mark.parametrize('mode', ['change', 'create', 'remove'])
def test_killed_at_any_moment(venv, mode):
    """At every call into C: there is the old file or the new one."""
    child = venv.run('-c', KILLED, venv.sitecustomize, mode)
    assert child.returncode == 0, child
    *killed, left = child.out.splitlines()
    assert left == '[]'
    assert len(killed) > 15 and len(set(killed)) == 2, child
    names = os.listdir(os.path.join(venv.site, '__pycache__'))
    assert [name for name in names if not name.endswith('.pyc')] == []


def test_killed_and_enabled_again(venv):
    venv.write('sitecustomize.py', b'x = 1')
    venv.write('sitecustomize.py.backport-1', b'left behind')
    venv.enable()
    assert venv.is_on()
    venv.disable()
    assert read(venv.sitecustomize) == b'x = 1'
    assert not [name for name in os.listdir(venv.site) if '.backport' in name]


def test_two_at_once(venv):
    """They come to the lock together, and one finds it done."""
    import fcntl
    venv.write('sitecustomize.py', b'x = 1\n')
    folder = os.open(venv.site, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    env = dict(os.environ, PYTHONPATH='')
    both = [subprocess.Popen([venv.python, '-m', 'backport', 'enable'], env=env,
                             cwd='/', stdout=subprocess.PIPE,
                             universal_newlines=True) for _ in range(2)]
    waiting = ['-> FLOCK  ADVISORY  WRITE %d ' % child.pid for child in both]
    deadline = time.time() + 60
    while not all(line in open('/proc/locks').read() for line in waiting):
        assert time.time() < deadline
        time.sleep(0.01)
    os.close(folder)
    said = sorted(child.communicate()[0].split()[2] for child in both)
    assert [child.returncode for child in both] == [0, 0]
    assert said == ['already,', 'by'], said
    assert read(venv.sitecustomize).count(b'>>> backport') == 1
    venv.disable()
    assert read(venv.sitecustomize) == b'x = 1\n'


# What may be in the file already.

CONTENTS = [
    b'', b'x = 1', b'x = 1\n', b'x = 1\r\ny = 2\r\n', b'x = 1\r', b'\n\n',
    b'\xef\xbb\xbfx = 1\n', b'\xef\xbb\xbf', b'# coding: latin-1\nx = "\xe9"',
    b'# coding: utf-7\nx = "+AOk-"\n', b'# coding: utf-7\n#+', b'# no newline',
    b'# coding: rot13\nk = 1\n', b'# coding: utf-16\n', b'x = 1\\',
    b'x = 1\\\n', b'x = 1\n\\', b'"""open', b'if 1:\n    x = 1',
    b'if 1:\n\tx = 1\n\t', b'x = (1,\n', b'x = 1\0\n', b'"docstring"',
    b'from __future__ import division', b'x = 1\f', b'\xff\xfe', b'return\n',
    b'def f():\n    pass\n# comment \\', b'x = 1 # \xe9', b'x = 1;',
    b'# >>> not ours\n', b'import sys; sys.exit(3)\n', b'raise ValueError\n',
    b'del __file__\n', b'__file__ = None\n', b'def f(): yield\n', b'@',
    b'# -*- coding: koi8-r -*-\r\nx = 1', b'lambda: (yield)\n',
]
PARTS = st.sampled_from([
    b'x = 1', b'"', b"'''", b'\\', b'\n', b'\r\n', b'\r', b'#', b'(', b')',
    b'if 1:', b'    ', b'\t', b'\0', b'\f', b'\xe9', b'\xef\xbb\xbf',
    b'# coding: utf-7\n', b'# coding: latin-1\n', b'+AOk-', b';', b'pass',
    b'# <<<', b'# >>>', b'@', b'lambda: ', b'return', b'import os'])
TEXTS = st.lists(PARTS, max_size=12).map(b''.join) | st.binary(max_size=60)
LINES = b'added = 1\nif added:\n    added += 1\n'
QUICK = dict(deadline=None, suppress_health_check=[
    HealthCheck.too_slow, HealthCheck.filter_too_much])


def contents(test):
    for data in CONTENTS:
        test = example(data)(test)
    return settings(max_examples=300, **QUICK)(given(TEXTS)(test))


@contents
def test_added_and_taken_out_again(data):
    added = _block.add(data, LINES)
    assert added.startswith(data)
    assert _block.find(added, 'file')[1] == LINES
    assert _block.remove(added, 'file') == data


@contents
def test_edits_around_are_kept(data):
    added = _block.add(b'x = 1\n', LINES)
    assert _block.remove(b'# ' + added + data, 'file') == (
        b'# x = 1\n' + data)


def test_created_and_taken_out_again():
    added = _block.add(None, LINES)
    assert _block.remove(added, 'file') is None
    assert _block.remove(added + b'y', 'file') == b'y'


@contents
def test_what_is_accepted_runs_as_before(data):
    """Its own statements, with the same results, and then ours."""
    try:
        _block.check(data, LINES)
    except _block.Problem:
        return
    before, after = run(data), run(_block.add(data, LINES))
    if '!' not in before:
        assert after.pop('added') == '2'
    assert after == before


def run(data):
    namespace = {'__file__': 'f', '__name__': 'n'}
    try:
        exec(compile(data, 'sitecustomize', 'exec', dont_inherit=True),
             namespace)
    except BaseException as exc:
        namespace['!'] = repr(exc)
    namespace.pop('__builtins__', None)
    return {name: repr(value).split(' at 0x')[0]
            for name, value in namespace.items()}


@pytest.fixture(scope='module')
def real_environment(environments, tmp_path_factory):
    """One for all contents: each test takes out what it has enabled."""
    return copied(environments['venv'],
                  tmp_path_factory.mktemp('contents') / 'venv')


@pytest.mark.parametrize('data', CONTENTS[::3], ids=ascii)
def test_in_a_real_environment(real_environment, data):
    """On, and as it was, whatever was there; in the file or as a .pth."""
    venv = real_environment
    path = venv.write('sitecustomize.py', data)
    plain = venv.run('-c', 'pass')
    child = venv.backport('enable')
    if plain.returncode:    # no interpreter starts here at all
        assert child.returncode not in (0, None)
        assert read(path) == data
        return
    assert child.returncode == 0, child
    assert read(path).startswith(data)
    now = venv.run('-c', 'import concurrent.futures.thread as thread\n'
                   'assert thread._backport.applied')
    assert now.returncode == 0, now
    assert (now.out, now.err) == (plain.out, plain.err)
    venv.disable()
    assert read(path) == data
    assert not os.path.exists(venv.pth)
