"""activate, deactivate and require, from one thread and from many."""
import sys

import pytest

pytestmark = pytest.mark.skipif(
    sys.version_info >= (3, 9), reason='3.9 and later: test_not_needed.py')

#: Threads that switch as often as they can, until *seconds* are over.
LOOPS = '''
import backport
from concurrent.futures import thread
sys.setswitchinterval(1e-6)
failures = []
def loop(function, seconds=%r):
    end = time.monotonic() + seconds
    try:
        while not failures:
            function()
            if time.monotonic() > end:
                break
    except Exception as exc:
        failures.append(repr(exc))
def run(*functions):
    threads = [threading.Thread(target=loop, args=(function,))
               for function in functions]
    for t in threads: t.start()
    for t in threads: t.join()
FUNCTIONS = [thread.ThreadPoolExecutor._adjust_thread_count,
             thread.ThreadPoolExecutor.submit, thread._python_exit]
def live():
    return {os.path.basename(os.path.dirname(function.__code__.co_filename))
            for function in FUNCTIONS}
'''


def test_from_many_threads(run):
    """Nothing is raised, and status is true of what runs in the end."""
    child = run(LOOPS % 0.5 + '''
import warnings
warnings.simplefilter('error')
states = {'patches': 'applied', 'futures': 'disabled'}
for _ in range(5):
    run(backport.activate, backport.deactivate, backport.deactivate,
        backport.status, backport.activate)
    assert not failures, failures
    folder, = live()
    assert backport.status()[0].state == states[folder], backport.status()
    for function, folder in ((backport.deactivate, 'futures'),
                             (backport.activate, 'patches')):
        function()
        assert live() == {folder}
        assert backport.status()[0].state == states[folder]
print(thread.ThreadPoolExecutor(1).submit(len, 'abc').result())
''')
    assert child.words == ['3'] and not child.err, child
    assert child.returncode == 0, child


def test_naively_from_many_threads(run):
    """The twin: version 0.1.0 took its finder out."""
    child = run(LOOPS % 0.0 + '''
barrier = threading.Barrier(2)
def naive():
    finders = [finder for finder in sys.meta_path
               if getattr(finder, 'is_of_backport', False)]
    barrier.wait()
    for finder in finders:
        sys.meta_path.remove(finder)
run(naive, naive)
tell(failures)
''')
    assert 'ValueError' in child.out, child


def test_deactivated_while_it_is_being_applied(run):
    """By another thread, when the first one has decided to apply it."""
    child = run('''
import backport
from backport import _installer
apply = _installer.apply
def gated(*args):
    thread = threading.Thread(target=backport.deactivate)
    thread.start()
    thread.join()
    return apply(*args)
_installer.apply = gated
import concurrent.futures.thread as thread
tell(backport.status()[0].state)
tell('patches' in thread.ThreadPoolExecutor.submit.__code__.co_filename)
''', 'stock')
    assert child.words == ['disabled', 'False'] and not child.err, child


def test_never_forgotten(run):
    """Off and on again puts the same code into the same functions."""
    child = run('''
import backport
from concurrent.futures import thread
applied = thread._backport.applied
for _ in range(3):
    backport.deactivate()
    assert thread._backport.applied is applied
    assert thread._python_exit.__code__ is applied.stock[2]
    backport.activate()
    assert thread._backport.applied is applied
    assert thread._python_exit.__code__ is applied.ours[2]
for name in list(sys.modules):
    if name.startswith('backport'):
        del sys.modules[name]
import backport
assert thread._backport.applied is applied
tell(backport.status()[0].state)
tell(backport.deactivate()[0].state)
assert thread._python_exit.__code__ is applied.stock[2]
import concurrent.futures.process
tell(backport.status()[1].state)
''', 'stock')
    assert child.words == ['applied', 'disabled', 'disabled'], child
    assert not child.err, child


# require

def requires(run, program, env=None):
    """Return what require() raised, or None."""
    child = run('import backport\n' + program + '''
try:
    print(backport.require())
except RuntimeError as exc:
    print(exc)
''', 'stock', env=env)
    assert child.returncode == 0 and not child.err, child
    text, = child.out.splitlines()
    return None if text == 'None' else text


@pytest.mark.parametrize('program', [
    '', 'import concurrent.futures.thread',
    'import concurrent.futures.thread, concurrent.futures.process',
    'backport.deactivate(); backport.activate()'])
def test_require(run, program):
    assert requires(run, program) is None


def test_require_loads_no_pool(run_python):
    child = run_python('-c', '''
import sys, backport
before = set(sys.modules)
backport.require()
print(*[name for name in set(sys.modules) - before
        if not name.startswith('backport.') and name != '_sha256'])
''')
    assert child.out == '\n' and not child.err, child


@pytest.mark.parametrize('program, reason', [
    ('backport.deactivate()', 'thread is disabled, backport.deactivate() was '
                              'called; process is disabled'),
    ('sys.meta_path[:] = sys.meta_path[1:]',
     'the import hook is no longer in sys.meta_path; call backport.activate()'),
    ('''
from importlib.machinery import PathFinder
sys.meta_path.insert(0, PathFinder)
import concurrent.futures.thread
''', 'concurrent.futures.thread was loaded past the import hook'),
    ('''
from concurrent.futures import thread
thread.ThreadPoolExecutor.submit = lambda *args: None
''', 'thread is refused, since it was patched, another tool has replaced '
     'ThreadPoolExecutor.submit'),
])
def test_require_raises(run, program, reason):
    raised = requires(run, program)
    assert raised.startswith('backport.require(): '), raised
    assert reason in raised, raised


def test_require_while_it_is_disabled(run):
    raised = requires(run, '', env={'BACKPORT_DISABLE': 'process'})
    assert raised == ('backport.require(): process is disabled, '
                      'BACKPORT_DISABLE=process is set')


@pytest.mark.parametrize('known', [True, False])
@pytest.mark.parametrize('form', ['file', 'CRLF', 'no source', 'zip'])
def test_require_of_what_would_be_loaded(run, tmp_path, form, known):
    """It is looked for, and not loaded."""
    import stdlib
    from forms import FORMS
    row = stdlib.rows('thread')[-1]
    data = stdlib.source(row)
    if not known:
        data = data.replace(b't.join()', b't.join(9)')
    entry = tmp_path
    if form == 'file':
        stdlib.in_front(tmp_path, data)
    else:
        entry = FORMS[form](tmp_path, data)
    raised = requires(run, '', env=stdlib.environ(entry))
    if known:
        assert raised is None
    else:
        assert 'thread is pending' in raised, raised
        assert raised.endswith('its code is not known here'), raised
