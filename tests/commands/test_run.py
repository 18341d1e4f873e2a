"""run: the program sees what it would see if it were started directly."""
import glob
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys

import pytest

from environments import IS_ON, LAUNCHER, LAUNCHERS, ROOT, WINDOWS, read
from platforms import needs_signals

pytestmark = pytest.mark.skipif(
    sys.version_info >= (3, 9), reason='3.9 and later: test_not_needed.py')


@pytest.fixture
def seen(find_program):
    """The text of seen.py."""
    return read(find_program('seen.py')).decode()


@pytest.fixture
def program(seen, tmp_path):
    """A folder with seen.py as a script, as a package and as __main__.py."""
    folder = tmp_path / 'program'
    (folder / 'package').mkdir(parents=True)
    for name in ('script.py', 'package/__init__.py', 'package/__main__.py',
                 '__main__.py'):
        (folder / name).write_text(seen)
    return folder


@pytest.mark.parametrize('arguments', [
    ['script.py', 'a', '-m', '--help'], ['-m', 'package', '-c', 'b'],
    ['-c', 'seen', '-I'], ['-W', 'ignore', '-OO', '-m', 'package'],
    ['-Wdefault', '-Xdev', '-B', 'script.py'], ['-sqm', 'package', '-E'],
    ['.', 'x'], ['-bb', '-X', 'faulthandler', 'script.py', '-S']])
def test_as_if_started_directly(venv, program, seen, arguments):
    env = {'PYTHONPATH': str(program)}
    arguments = [str(program / argument) if argument in ('script.py', '.')
                 else seen if argument == 'seen' else argument
                 for argument in arguments]
    direct = venv.run(*arguments, env=env)
    run = venv.backport('run', *arguments, env=env)
    assert direct.returncode == run.returncode == 0, (direct, run)
    assert run.out == direct.out
    assert run.err == direct.err


@pytest.mark.parametrize('env', [
    {'PYTHONPATH': ''}, {'PYTHONPATH': os.pathsep.join(['/a', '/b', ''])},
    {'LC_ALL': 'C'}, {'PYTHONUTF8': '1'},
    {'PYTHONWARNINGS': 'error,default', 'PYTHONNOUSERSITE': '1'},
    {'PYTHONDONTWRITEBYTECODE': '1', 'PYTHONOPTIMIZE': '1'}], ids=str)
def test_in_the_same_environment(venv, seen, env):
    direct = venv.run('-O', '-B', '-c', seen, env=env)
    run = venv.backport('run', '-O', '-B', '-c', seen, env=env)
    assert run.out == direct.out and direct.out
    assert run.err == direct.err


READ = '''
import concurrent.futures.thread as thread, site, sys
print('patches' in thread.ThreadPoolExecutor.submit.__code__.co_filename)
print(sys.argv, sys.flags, site.__spec__.origin)
'''


@pytest.mark.parametrize('arguments', [[], ['-'], ['-i', '-q']])
def test_standard_input(venv, arguments):
    """`run` alone reads its program there, as `python` alone does."""
    direct, run = (subprocess.run(
        [venv.python, *command, *arguments], input=READ, cwd='/',
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)
        for command in ([], ['-m', 'backport', 'run']))
    assert direct.returncode == run.returncode == 0
    assert direct.stdout.startswith('False\n')
    assert run.stdout == direct.stdout.replace('False', 'True', 1)
    assert run.stderr == direct.stderr


def test_it_is_on_and_was_not(venv):
    assert not venv.is_on()
    child = venv.backport('run', IS_ON)
    assert child.words == ['True'], child
    child = venv.backport('run', IS_ON, env={'BACKPORT_DISABLE': '1'})
    assert child.words == ['False'], child


def test_a_checkout(venv):
    """Its patches/ is not where the lines of a start look for it."""
    shutil.rmtree(os.path.join(venv.site, 'backport'))
    child = venv.backport('run', '-c', 'print()', env={'PYTHONPATH': ROOT})
    assert child.returncode == 2 and 'install it unzipped' in child.err, child


def test_the_package_is_somewhere_else(venv, find_program, tmp_path):
    """The program has the package of the command, and sys.path as it was."""
    os.rename(os.path.join(venv.site, 'backport'), str(tmp_path / 'backport'))
    child = venv.run('-c', '''
import os, runpy
del os.environ['PYTHONPATH']
runpy.run_module('backport', run_name='__main__')
''', 'run', find_program('where.py'), tmp_path.name,
                     env={'PYTHONPATH': str(tmp_path)})
    patch, path = child.out.splitlines()
    assert os.path.normpath(patch).startswith(
        str(tmp_path / 'backport' / 'patches')), child
    # On Windows the site module puts the prefix there as well.
    assert path == repr([
        entry for entry in [venv.root] * WINDOWS + [venv.site]
        if tmp_path.name in entry]), child


def test_child_processes(venv, find_program):
    program = find_program('is_on_in_children.py')
    for on, arguments in [('False', []), ('True', ['-m', 'backport', 'run'])]:
        child = venv.run(*arguments, program)
        assert child.out.splitlines() == [
            name + ' ' + on
            for name in multiprocessing.get_all_start_methods() + [
                'subprocess']], child


@pytest.mark.parametrize('name', LAUNCHERS)
def test_launchers(venv, find_program, name):
    """The program that a launcher starts is protected, and so is its child."""
    arguments = (LAUNCHER, name, find_program('is_on_and_in_a_child.py'),
                 'and a child')
    direct = venv.run(*arguments)
    assert direct.words == ['False', 'True', 'False', str(name != 'cleans_up')]
    child = venv.backport('run', *arguments)
    assert child.words == ['True', 'True', 'True', str(name != 'cleans_up')]
    assert child.err == direct.err == ''


@pytest.mark.parametrize('name', LAUNCHERS)
def test_they_hide_a_sitecustomize(venv, tmp_path, name):
    """The twin is a run that puts a sitecustomize in front of PYTHONPATH."""
    (tmp_path / 'sitecustomize.py').write_text('import backport')
    env = {'PYTHONPATH': str(tmp_path)}
    assert venv.is_on(env=env)
    child = venv.run(LAUNCHER, name, IS_ON, env=env)
    assert child.words == [str(name == 'chains')], child


@pytest.mark.parametrize('text', [
    'import sys; print("theirs", __name__, sorted(globals())); here = 1',
    'raise ValueError("theirs")', 'import no_such_module',
    'raise SystemExit("theirs")', 'import sys; del sys.modules["site"]',
    'import sys; del sys.modules["sitecustomize"]'])
def test_beside_a_sitecustomize(venv, seen, tmp_path, text):
    (tmp_path / 'sitecustomize.py').write_text(text)
    direct = venv.run('-c', seen, env={'PYTHONPATH': str(tmp_path)})
    # The sitecustomize is for the program, and not for the command.
    run = venv.run('-c', '''
import os, runpy, sys
os.environ['PYTHONPATH'] = sys.argv.pop(1)
runpy.run_module('backport', run_name='__main__')
''', str(tmp_path), 'run', '-c', seen)
    assert run.returncode == direct.returncode
    assert run.out == direct.out
    if direct.returncode == 0:
        assert run.err == direct.err
    else:   # No interpreter starts.  The traceback has one entry more.
        assert run.err.splitlines()[::-1][:2] == direct.err.splitlines()[
            ::-1][:2]


def test_other_interpreters(venv, find_program):
    """A child process may be of another version."""
    others = [path for path in glob.glob(os.path.join(
        os.path.dirname(sys.base_prefix),
        *['*', 'python.exe'] if WINDOWS else ['3.*', 'bin', 'python']))
        if not path.startswith(sys.base_prefix)]
    if not others:
        pytest.skip('there are no others beside ' + sys.base_prefix)
    child = venv.backport('run', '-c', '''
import subprocess, sys
for path in sys.argv[2:]:
    subprocess.check_call([path, '-W', 'error', sys.argv[1]])
''', find_program('untouched.py'), *others)
    assert (child.returncode, child.err) == (0, '')


@pytest.mark.parametrize('entry', [
    '{}/', '{}/../run', '{}%s{}' % os.pathsep])
def test_an_entry_written_differently(venv, entry):
    """Tools that change PYTHONPATH may write it in another way."""
    folder = os.path.join(venv.site, 'backport', 'startup', 'run')
    child = venv.run(IS_ON, 'print("startup" in repr(sys.path))', env={
        'PYTHONPATH': entry.format(folder, folder)})
    assert child.words == ['False', 'True'] and not child.err, child


def test_uninstalled_meanwhile(venv):
    child = venv.backport('run', '-c', '''
import shutil, subprocess, sys
shutil.rmtree(sys.argv[1])
subprocess.check_call([sys.executable, '-c', 'import asyncio'])
''', os.path.join(venv.site, 'backport'))
    assert (child.returncode, child.err) == (0, '')


def test_run_in_run(venv):
    child = venv.backport('run', '-m', 'backport', 'run', IS_ON,
                          'print(os.environ["PYTHONPATH"])')
    assert os.pathsep not in child.words[0] and child.words[1] == 'True', child


@pytest.mark.parametrize('program', [
    'import sys; sys.exit(5)', 'raise SystemExit("no")',
    'import os; os._exit(9)',
    'raise ValueError', 'raise KeyboardInterrupt', 'x = (',
    'import os, signal; os.kill(os.getpid(), signal.SIGTERM)'])
def test_exit_status(venv, program):
    direct, run = (venv.run(*arguments, '-c', program)
                   for arguments in ([], ['-m', 'backport', 'run']))
    assert (run.returncode, run.err) == (direct.returncode, direct.err)


@needs_signals
def test_signals(venv, find_program):
    child = venv.backport('run', find_program('signalled.py'),
                          interrupt_at='ready\n')   # whole, with -u too
    assert child.words == ['ready', 'interrupted'], child
    assert child.returncode == -signal.SIGTERM, child


def test_an_isolated_interpreter(venv):
    """On Windows a ._pth file isolates every interpreter."""
    child = venv.run('-I', '-m', 'backport', 'run', '-c', 'print("run")')
    assert child.returncode == 2 and child.out == ''
    assert child.err.count('\n') == 1 and '._pth' in child.err, child


@pytest.mark.parametrize('arguments', [
    ['-I', '-c', ''], ['-Ec', ''], ['-BS', 'x.py'], ['-W', 'error', '-I', 'x'],
    ['-Xdev', '-sES', '-m', 'x']])
def test_what_defeats_it(venv, arguments):
    child = venv.backport('run', *arguments)
    assert child.returncode == 2
    assert child.err.count('\n') == 1 and 'turns one' in child.err, child


def test_own_options_are_not_passed_on(venv):
    child = venv.run('-E', '-O', '-m', 'backport', 'run', IS_ON,
                     'print(sys.flags.optimize)')
    assert child.words == ['0', 'True'], child


def test_imported_from_a_zip_file(venv, tmp_path):
    archive = shutil.make_archive(str(tmp_path / 'archive'), 'zip', venv.site,
                                  'backport')
    shutil.rmtree(os.path.join(venv.site, 'backport'))
    child = venv.backport('run', '-c', '', env={'PYTHONPATH': archive})
    assert child.returncode == 2
    assert child.err.count('\n') == 1 and 'unzipped' in child.err, child


def test_help(venv):
    child = venv.backport('run', '--help')
    assert child.returncode == 0 and '-m mod' in child.out
