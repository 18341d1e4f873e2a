"""run: the program sees what it would see if started directly."""
import os
import signal
import sys

import pytest

from environments import IS_ON

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
    {'LC_ALL': '', 'LANG': '', 'LC_CTYPE': ''}, {'PYTHONUTF8': '1'},
    {'PYTHONDONTWRITEBYTECODE': '1', 'PYTHONOPTIMIZE': '1'},
    {'PYTHONWARNINGS': 'error,default', 'PYTHONNOUSERSITE': '1'}], ids=str)
def test_in_the_same_environment(venv, env):
    """The C locale is not the program's after the first start (PEP 538), and
    -O is not given twice."""
    direct = venv.run('-O', '-B', '-c', SEEN, env=env)
    run = venv.backport('run', '-O', '-B', '-c', SEEN, env=env)
    assert run.out == direct.out and direct.out
    assert run.err == direct.err


def test_own_flags_are_passed_on(venv):
    flags = '-O', '-B', '-W', 'error', '-s', '-v'
    program = 'import sys; print(sys.flags, sys.warnoptions)'
    direct = venv.run(*flags, '-c', program)
    run = venv.run(*flags, '-m', 'backport', 'run', '-c', program)
    assert run.out == direct.out


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
    import sys, concurrent.futures.thread as thread
    print(thread._backport.applied is not None)
    print([path for path in sys.path if '%s' in path])
    print(sys.modules['backport'].__file__)
"""]
runpy.run_module('backport', run_name='__main__')
''' % tmp_path.name, env={'PYTHONPATH': str(tmp_path)})
    assert child.out.splitlines() == [
        'True', "[%r]" % venv.site if tmp_path.name in venv.site else '[]',
        str(tmp_path / 'backport' / '__init__.py')], child


CHILDREN = '''
import multiprocessing, subprocess, sys

def is_on(_=None):
    import concurrent.futures.thread as thread
    lock = getattr(thread, '_backport', None)
    return getattr(lock, 'applied', None) is not None

if __name__ == '__main__':
    for method in 'fork', 'spawn', 'forkserver':
        pool = multiprocessing.get_context(method).Pool(1)
        print(method, pool.apply(is_on), flush=True)
        pool.close()
        pool.join()
    subprocess.check_call([sys.executable, '-c', """if 1:
        import concurrent.futures.thread as thread
        print('subprocess', hasattr(thread, '_backport'))"""])
'''


def test_child_processes(venv, tmp_path):
    script = tmp_path / 'script.py'
    script.write_text(CHILDREN)
    for on, arguments in [('False', []), ('True', ['-m', 'backport', 'run'])]:
        child = venv.run(*arguments, str(script))
        assert child.out.splitlines() == [
            name + ' ' + on
            for name in ('fork', 'spawn', 'forkserver', 'subprocess')], child


@pytest.mark.parametrize('text', [
    'import sys; print("theirs", __name__, sorted(globals())); here = 1',
    'raise ValueError("theirs")', 'import no_such_module',
    'import sys; del sys.modules["sitecustomize"]'])
def test_the_sitecustomize_that_it_hides(venv, text):
    venv.write('sitecustomize.py', text.encode() + b'\n')
    program = ('import sys; print(getattr(sys.modules.get("sitecustomize"), '
               '"__file__", None))')
    direct = venv.run('-c', program)
    run = venv.backport('run', '-c', program)
    assert run.returncode == direct.returncode == 0
    # Once by the interpreter that runs "backport run", once by the program.
    assert run.err == direct.err * 2
    *theirs, last = direct.out.splitlines()
    assert run.out.splitlines() == theirs * 2 + [last]


def test_on_pythonpath(venv, tmp_path):
    (tmp_path / 'sitecustomize.py').write_text('print("theirs")')
    child = venv.backport('run', '-c', IS_ON,
                          env={'PYTHONPATH': str(tmp_path)})
    assert child.words[-2:] == ['theirs', 'True'], child


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
    assert child.err.count('\n') == 1 and 'with -' in child.err, child


@pytest.mark.parametrize('flag', ['-I', '-E', '-S'])
def test_own_flags_that_defeat_it(venv, flag):
    env = {'PYTHONPATH': venv.site} if flag == '-S' else {}
    child = venv.run(flag, '-m', 'backport', 'run', '-c', 'pass', env=env)
    assert child.returncode == 2 and 'with %s ' % flag in child.err, child


@pytest.mark.parametrize('arguments', [[], ['-h']])
def test_help(venv, arguments):
    child = venv.backport('run', *arguments)
    assert child.returncode == (0 if arguments else 2)
    assert '-m mod' in child.out + child.err and 'Traceback' not in child.err
