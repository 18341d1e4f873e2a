"""run: the program sees what it would see if started directly."""
import glob
import os
import shutil
import signal
import subprocess
import sys

import pytest

from environments import IS_ON, LAUNCHER, LAUNCHERS

pytestmark = pytest.mark.skipif(
    sys.version_info >= (3, 9), reason='3.9 and later: test_not_needed.py')

#: Prints what a program can see of how it was started.
SEEN = '''
import json, os, sys
if __name__ == '__main__':
    main = sys.modules['__main__']
    print(json.dumps([
        sys.argv, sys.path, repr(sys.flags), sys.warnoptions,
        sorted(map(str, sys._xoptions.items())), sys.prefix, sys.executable,
        main.__name__, getattr(main, '__file__', None),
        getattr(main.__spec__, 'name', None), sorted(vars(main)),
        'sitecustomize' in sys.modules, os.getcwd(), sys.stdout.encoding,
        sorted(set(os.environ.items()) - {
            ('PYTHONPATH', os.environ.get('PYTHONPATH'))}),
        sorted(set(sys.modules) - {'backport'})]))
'''


@pytest.fixture
def program(tmp_path):
    folder = tmp_path / 'program'
    (folder / 'package').mkdir(parents=True)
    for name in 'script.py', 'package/__init__.py', 'package/__main__.py':
        (folder / name).write_text(SEEN)
    return folder


@pytest.mark.parametrize('arguments', [
    ['script.py', 'a', '-m', '--help'], ['-m', 'package', '-c', 'b'],
    ['-c', SEEN, '-I'], ['-W', 'ignore', '-OO', '-m', 'package'],
    ['-Wdefault', '-Xdev', '-B', 'script.py'], ['-sqm', 'package', '-E'],
    ['.', 'x'], ['-bb', '-X', 'faulthandler', 'script.py', '-S']])
def test_as_if_started_directly(venv, program, arguments):
    (program / '__main__.py').write_text(SEEN)
    env = {'PYTHONPATH': str(program)}
    arguments = [str(program / argument) if argument in ('script.py', '.')
                 else argument for argument in arguments]
    direct = venv.run(*arguments, env=env)
    run = venv.backport('run', *arguments, env=env)
    assert direct.returncode == run.returncode == 0, (direct, run)
    assert run.out == direct.out
    assert run.err == direct.err


@pytest.mark.parametrize('env', [
    {'PYTHONPATH': ''}, {'PYTHONPATH': '/a:/b:'}, {'LC_ALL': 'C'},
    {'PYTHONUTF8': '1'}, {'PYTHONWARNINGS': 'error,default',
                          'PYTHONNOUSERSITE': '1'},
    {'PYTHONDONTWRITEBYTECODE': '1', 'PYTHONOPTIMIZE': '1'}], ids=str)
def test_in_the_same_environment(venv, env):
    direct = venv.run('-O', '-B', '-c', SEEN, env=env)
    run = venv.backport('run', '-O', '-B', '-c', SEEN, env=env)
    assert run.out == direct.out and direct.out
    assert run.err == direct.err


@pytest.mark.parametrize('arguments', [[], ['-'], ['-i', '-q']])
def test_standard_input(venv, arguments):
    """As python alone, with nothing behind it."""
    direct, run = (subprocess.run(
        [venv.python, *command, *arguments], input=IS_ON + 'import sys, site\n'
        'print(sys.argv, sys.flags, site.__spec__.origin)\n', cwd='/',
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)
        for command in ([], ['-m', 'backport', 'run']))
    assert direct.returncode == run.returncode == 0
    assert direct.stdout.startswith('False\n')
    assert run.stdout == direct.stdout.replace('False', 'True', 1)
    assert run.stderr == direct.stderr


def test_it_is_on_and_was_not(venv):
    assert not venv.is_on()
    child = venv.backport('run', '-c', IS_ON)
    assert child.words == ['True'], child
    child = venv.backport('run', '-c', IS_ON, env={'BACKPORT_DISABLE': '1'})
    assert child.words == ['False'], child


def test_from_a_checkout(venv, tmp_path):
    """The package that it belongs to, without a new entry on sys.path."""
    os.rename(os.path.join(venv.site, 'backport'), str(tmp_path / 'backport'))
    child = venv.run('-c', '''
import os, runpy, sys
os.environ.pop('PYTHONPATH')
sys.argv[1:] = ['run', '-c', """if 1:
    import sys
    from concurrent.futures.thread import ThreadPoolExecutor
    print(ThreadPoolExecutor.submit.__code__.co_filename)
    print([path for path in sys.path if '%s' in path])
"""]
runpy.run_module('backport', run_name='__main__')
''' % tmp_path.name, env={'PYTHONPATH': str(tmp_path)})
    patch, path = child.out.splitlines()
    assert patch.startswith(str(tmp_path / 'backport' / 'patches')), child
    assert path == ('[%r]' % venv.site if tmp_path.name in venv.site
                    else '[]'), child


CHILDREN = '''
import multiprocessing, subprocess, sys

def is_on(_=None):
    from concurrent.futures.thread import ThreadPoolExecutor
    return 'patches' in ThreadPoolExecutor.submit.__code__.co_filename

if __name__ == '__main__':
    for method in 'fork', 'spawn', 'forkserver':
        pool = multiprocessing.get_context(method).Pool(1)
        print(method, pool.apply(is_on), flush=True)
        pool.close()
        pool.join()
    subprocess.check_call([sys.executable, '-c', """if 1:
        from concurrent.futures.thread import ThreadPoolExecutor
        print('subprocess', 'patches' in
              ThreadPoolExecutor.submit.__code__.co_filename)"""])
'''


def test_child_processes(venv, tmp_path):
    script = tmp_path / 'script.py'
    script.write_text(CHILDREN)
    for on, arguments in [('False', []), ('True', ['-m', 'backport', 'run'])]:
        child = venv.run(*arguments, str(script))
        assert child.out.splitlines() == [
            name + ' ' + on
            for name in ('fork', 'spawn', 'forkserver', 'subprocess')], child


@pytest.mark.parametrize('name', LAUNCHERS)
def test_launchers(venv, tmp_path, name):
    """The program that a launcher starts is protected, and its children."""
    script = tmp_path / 'script.py'
    script.write_text(IS_ON + '''
import subprocess, sys
print('sitecustomize' in sys.modules, flush=True)
if sys.argv[1:]:
    subprocess.check_call([sys.executable, __file__])
''')
    arguments = LAUNCHER, name, str(script), 'and a child'
    direct = venv.run(*arguments)
    assert direct.words == ['False', 'True', 'False', str(name != 'cleans_up')]
    child = venv.backport('run', *arguments)
    assert child.words == ['True', 'True', 'True', str(name != 'cleans_up')]
    assert child.err == direct.err == ''


@pytest.mark.parametrize('name', LAUNCHERS)
def test_they_hide_a_sitecustomize(venv, tmp_path, name):
    """The twin: run would have one in front of PYTHONPATH."""
    (tmp_path / 'sitecustomize.py').write_text('import backport')
    env = {'PYTHONPATH': str(tmp_path)}
    assert venv.is_on(env=env)
    child = venv.run(LAUNCHER, name, '-c', IS_ON, env=env)
    assert child.words == [str(name == 'chains')], child


@pytest.mark.parametrize('text', [
    'import sys; print("theirs", __name__, sorted(globals())); here = 1',
    'raise ValueError("theirs")', 'import no_such_module',
    'raise SystemExit("theirs")', 'import sys; del sys.modules["site"]',
    'import sys; del sys.modules["sitecustomize"]'])
def test_beside_a_sitecustomize(venv, tmp_path, text):
    (tmp_path / 'sitecustomize.py').write_text(text)
    program = SEEN + 'print(sys.modules.get("site"))\n'
    env = {'PYTHONPATH': str(tmp_path)}
    direct = venv.run('-c', program, env=env)
    run = venv.run('-c', '''
import os, sys
os.environ["PYTHONPATH"] = %r
sys.argv[1:] = ["run"] + sys.argv[1:]
import runpy
runpy.run_module("backport", run_name="__main__")
''' % str(tmp_path), '-c', program)
    assert run.returncode == direct.returncode
    assert run.out == direct.out
    if direct.returncode == 0:
        assert run.err == direct.err
    else:   # no interpreter starts; the traceback has one entry more
        assert run.err.splitlines()[::-1][:2] == direct.err.splitlines()[
            ::-1][:2]


def test_other_interpreters(venv):
    """A child process may be of another version."""
    others = [path for path in glob.glob(os.path.join(
        os.path.dirname(sys.base_prefix), '3.*', 'bin', 'python'))
        if not path.startswith(sys.base_prefix)]
    program = '''
import subprocess, sys
for path in sys.argv[1:]:
    subprocess.check_call([path, '-W', 'error', '-c', %r])
''' % ('import site, sys\nassert "startup" not in repr(site)\n'
       '# Since 3.11 this module is frozen, and found before any path.\n'
       'assert sys.version_info > (3, 11) or "startup" not in repr(sys.path)\n'
       'assert sys.version_info < (3, 9) or "backport" not in repr((\n'
       '    sorted(sys.modules), sys.meta_path))')
    child = venv.backport('run', '-c', program, *others)
    assert (child.returncode, child.err) == (0, '')


@pytest.mark.parametrize('entry', ['{}/', '{}/../run', '{}:{}'])
def test_an_entry_written_differently(venv, entry):
    """As tools may write it that change PYTHONPATH."""
    folder = os.path.join(venv.site, 'backport', 'startup', 'run')
    program = IS_ON + 'import sys; print("startup" in repr(sys.path))'
    child = venv.run('-c', program, env={'PYTHONPATH': entry.format(
        folder, folder)})
    assert child.words == ['True', 'False'] and not child.err, child


def test_uninstalled_meanwhile(venv):
    child = venv.backport('run', '-c', '''
import shutil, subprocess, sys
shutil.rmtree(sys.argv[1])
subprocess.check_call([sys.executable, '-c', 'import asyncio'])
''', os.path.join(venv.site, 'backport'))
    assert (child.returncode, child.err) == (0, '')


def test_run_in_run(venv):
    child = venv.backport('run', '-m', 'backport', 'run', '-c', IS_ON
                          + 'import os; print(os.environ["PYTHONPATH"])')
    assert child.words[0] == 'True' and ':' not in child.words[1], child


@pytest.mark.parametrize('program', [
    'import sys; sys.exit(5)', 'raise SystemExit("no")',
    'import os; os._exit(9)',
    'raise ValueError', 'raise KeyboardInterrupt', 'x = (',
    'import os, signal; os.kill(os.getpid(), signal.SIGTERM)'])
def test_exit_status(venv, program):
    direct, run = (venv.run(*arguments, '-c', program)
                   for arguments in ([], ['-m', 'backport', 'run']))
    assert (run.returncode, run.err) == (direct.returncode, direct.err)


def test_signals(venv):
    child = venv.backport('run', '-c', '''
import signal, time
try:
    print('ready', flush=True)
    # Short ones: what arrives just before a sleep does not end it.
    while True:
        time.sleep(0.05)
except KeyboardInterrupt:
    print('interrupted', flush=True)
    import os
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(60)
''', interrupt_at='ready')
    assert child.words == ['ready', 'interrupted'], child
    assert child.returncode == -signal.SIGTERM, child


@pytest.mark.parametrize('arguments', [
    ['-I', '-c', ''], ['-Ec', ''], ['-BS', 'x.py'], ['-W', 'error', '-I', 'x'],
    ['-Xdev', '-sES', '-m', 'x']])
def test_what_defeats_it(venv, arguments):
    child = venv.backport('run', *arguments)
    assert child.returncode == 2
    assert child.err.count('\n') == 1 and 'turns one' in child.err, child


def test_own_options_are_not_passed_on(venv):
    child = venv.run('-E', '-O', '-m', 'backport', 'run', '-c',
                     IS_ON + 'import sys; print(sys.flags.optimize)')
    assert child.words == ['True', '0'], child


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
