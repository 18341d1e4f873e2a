"""No harm: whatever held a reference goes on working; and nothing grows.

What a program can see is as on the stock interpreter, but for the code.
"""
import json
import os
import textwrap

import pytest

import stdlib

ROWS = stdlib.rows('thread')

# Every program may use this.
HELPERS = '''
def folder(function):
    """Return the last folder in the path of the code's file."""
    code = function.__code__
    return os.path.basename(os.path.dirname(code.co_filename))

def runs(call):
    """Tell which folder's submit, and start of workers, *call* runs last."""
    ran = {}
    def profile(frame, event, arg):
        code = frame.f_code
        if event == 'call' and code.co_name in (
                'submit', '_adjust_thread_count'):
            ran[code.co_name] = os.path.basename(
                os.path.dirname(code.co_filename))
    sys.setprofile(profile)
    try:
        future = call()
    finally:
        sys.setprofile(None)
    assert future.result() == 3
    tell(ran['submit'])
    tell(ran['_adjust_thread_count'])
'''

STOCK = ['futures'] * 2
PATCHED = ['patches'] * 2

#: How a program holds submit -> (what it does before, how it submits).
REFERENCES = {
    'class': ('''
from concurrent.futures import ThreadPoolExecutor
''', 'ThreadPoolExecutor(1).submit(len, "abc")'),
    'function': ('''
from concurrent.futures import ThreadPoolExecutor
submit = ThreadPoolExecutor.submit
''', 'submit(ThreadPoolExecutor(1), len, "abc")'),
    'bound method': ('''
from concurrent.futures import ThreadPoolExecutor
submit = ThreadPoolExecutor(1).submit
''', 'submit(len, "abc")'),
    'method of a subclass': ('''
from concurrent.futures import ThreadPoolExecutor
class Pool(ThreadPoolExecutor):
    def submit(self, fn, *args):
        return super().submit(fn, *args)
    def _adjust_thread_count(self):
        super()._adjust_thread_count()
submit = Pool(1).submit
''', 'submit(len, "abc")'),
    'copy in a subclass': ('''
from concurrent.futures import ThreadPoolExecutor
class Pool(ThreadPoolExecutor):
    submit = start = ThreadPoolExecutor.submit
''', 'Pool(1).start(len, "abc")'),
    'functools.partial': ('''
import functools
from concurrent.futures import ThreadPoolExecutor
submit = functools.partial(ThreadPoolExecutor(1).submit, len)
''', 'submit("abc")'),
}

#: What puts a wrapper around submit.
WRAPPERS = {
    'functools.wraps': '''
import functools
from concurrent.futures import ThreadPoolExecutor
def wrap(wrapped):
    @functools.wraps(wrapped)
    def submit(*args, **kwargs):
        tell('wrapper')
        return wrapped(*args, **kwargs)
    return submit
ThreadPoolExecutor.submit = wrap(ThreadPoolExecutor.submit)
''',
    'wrapt': '''
import wrapt
def wrapper(wrapped, instance, args, kwargs):
    tell('wrapper')
    return wrapped(*args, **kwargs)
wrapt.wrap_function_wrapper(
    'concurrent.futures', 'ThreadPoolExecutor.submit', wrapper)
from concurrent.futures import ThreadPoolExecutor
''',
    'wrapt, on import': '''
import wrapt
def wrapper(wrapped, instance, args, kwargs):
    tell('wrapper')
    return wrapped(*args, **kwargs)
@wrapt.when_imported('concurrent.futures.thread')
def wrap(module):
    wrapt.wrap_function_wrapper(module, 'ThreadPoolExecutor.submit', wrapper)
from concurrent.futures import ThreadPoolExecutor
''',
}


@pytest.fixture
def words(run):
    """Run a program that must succeed silently; return the words it prints."""
    def words(program, variant='stock', **options):
        child = run(HELPERS + textwrap.dedent(program), variant, **options)
        assert child.returncode == 0 and not child.err, child
        return child.words
    return words


# Who calls what.

@pytest.mark.parametrize('reference', sorted(REFERENCES))
def test_reference_taken_before(words, reference):
    take, call = REFERENCES[reference]
    program = take + '%s\nruns(lambda: ' + call + ')'
    assert words(program % 'import backport') == PATCHED
    assert words(program % 'pass') == STOCK


@pytest.mark.parametrize('reference', sorted(REFERENCES))
def test_reference_taken_while_patched(words, reference):
    """It runs the stock code once that is back."""
    take, call = REFERENCES[reference]
    program = ('import backport' + take + 'runs(lambda: ' + call
               + ')\nbackport.deactivate()\n' + take + 'runs(lambda: ' + call
               + ')')
    assert words(program) == PATCHED + STOCK


@pytest.mark.parametrize('order', ['wrapper first', 'backport first'])
@pytest.mark.parametrize('wrapper', sorted(WRAPPERS))
def test_wrapper_around_submit(words, wrapper, order):
    if 'wrapt' in wrapper:
        pytest.importorskip('wrapt')
    parts = [WRAPPERS[wrapper], '%s\n']
    if order == 'backport first':
        parts.reverse()
    program = ''.join(parts) + (
        'runs(lambda: ThreadPoolExecutor(1).submit(len, "abc"))')
    assert words(program % 'import backport') == ['wrapper'] + PATCHED
    assert words(program % 'pass') == ['wrapper'] + STOCK


@pytest.mark.parametrize('wrapper', sorted(WRAPPERS))
def test_wrapper_stays_when_deactivated(words, wrapper):
    if 'wrapt' in wrapper:
        pytest.importorskip('wrapt')
    program = WRAPPERS[wrapper] + '''
import backport
tell(backport.deactivate()[0].state)
runs(lambda: ThreadPoolExecutor(1).submit(len, "abc"))
'''
    assert words(program) == ['disabled', 'wrapper'] + STOCK


# The exit handler.

@pytest.mark.parametrize('when', ['before', 'after', 'back and forth'])
def test_exit_handler_keeps_its_slot(words, when):
    program = '''
        before = after = forth = lambda: None
        if %r != 'never':
            def forth():
                import backport
                backport.deactivate()
                backport.activate()
            def %s():
                import backport
        atexit.register(tell, 'first')
        before()
        from concurrent.futures import thread
        atexit.register(tell, 'second')
        after()
        def work():
            until(lambda: thread._shutdown)
            tell('worked')
        pool = thread.ThreadPoolExecutor(1)
        pool.submit(work)
        atexit.register(tell, 'third')
        if %r == 'back and forth':
            forth()
        tell(folder(pool.submit))
    '''
    stock = words(program % ('never', 'never', 'never'))
    assert stock == ['futures', 'third', 'second', 'worked', 'first']
    patched = words(program % (when, when.split()[-1], when))
    assert patched == ['patches'] + stock[1:]


@pytest.mark.parametrize('activate, folder', [
    ('pass', 'futures'), ('import backport', 'patches')])
@pytest.mark.parametrize('unregister, declared', [
    ('pass', 'True'), ('atexit.unregister(_python_exit)', 'False')])
def test_exit_handler_unregistered(words, activate, folder, unregister,
                                   declared):
    """By a reference taken before."""
    assert words('''
        from concurrent.futures import thread
        from concurrent.futures.thread import _python_exit
        %s
        tell(folder(_python_exit))
        %s
        def work():
            until(lambda: thread._shutdown or after.is_set())
        after = threading.Event()
        thread.ThreadPoolExecutor(1).submit(work)
        atexit._run_exitfuncs()
        tell(thread._shutdown)
        after.set()
    ''' % (activate, unregister)) == [folder, declared]


@pytest.mark.parametrize('variant', ['stock', 'patched'])
def test_exit_handler_registered_again(words, variant):
    """In another slot, as some programs do to be the first."""
    assert words('''
        from concurrent.futures import thread
        atexit.register(tell, 'first')
        atexit.unregister(thread._python_exit)
        atexit.register(thread._python_exit)
        def work():
            until(lambda: thread._shutdown)
            tell('worked')
        thread.ThreadPoolExecutor(1).submit(work)
    ''', variant) == ['worked', 'first']


# What can be read about the functions.

SHOW = '''
import inspect, pickle, pydoc
from concurrent.futures import thread
pool = thread.ThreadPoolExecutor
for function in (pool.submit, pool._adjust_thread_count, thread._python_exit,
                 pool(1).submit):
    tell(inspect.signature(function))
    tell(inspect.getfullargspec(function))
    tell(inspect.getdoc(function))
    for name in ('__name__', '__qualname__', '__module__', '__doc__',
                 '__text_signature__', '__defaults__', '__kwdefaults__',
                 '__annotations__', '__closure__', '__dict__'):
        tell(repr(getattr(function, name, 'none')))
for function in pool.submit, pool._adjust_thread_count, thread._python_exit:
    tell(pickle.dumps(function))
    tell(pickle.loads(pickle.dumps(function)) is function)
    tell(function.__globals__ is vars(thread))
tell(pydoc.plain(pydoc.render_doc(pool)))
tell(sorted(vars(pool)))
tell(thread.__all__ if hasattr(thread, '__all__') else sorted(
    name for name in vars(thread) if 'shutdown_lock' not in name
    and '_backport' not in name))
for call in (lambda: pool.submit(), lambda: pool(1).submit(),
             lambda: pool(1).submit(fn=int).result()):
    try:
        tell(call())
    except TypeError as exc:
        tell(exc)
'''


@pytest.mark.parametrize('row', ROWS, ids=lambda row: row.releases)
def test_introspection(run, tmp_path, row):
    stdlib.in_front(tmp_path, stdlib.source(row))
    stock, patched = [run(SHOW, variant, env=stdlib.environ(tmp_path))
                      for variant in ('stock', 'patched')]
    assert stock.returncode == patched.returncode == 0, (stock, patched)
    assert patched.out == stock.out != ''
    assert patched.err == stock.err     # 3.8 warns of fn=, with our line


@pytest.mark.parametrize('row', ROWS, ids=lambda row: row.releases)
@pytest.mark.parametrize('variant', ['stock', 'patched'])
def test_source_is_of_the_code_that_runs(run, tmp_path, row, variant):
    stdlib.in_front(tmp_path, stdlib.source(row))
    child = run('''
        import inspect, json
        from concurrent.futures import thread
        pool = thread.ThreadPoolExecutor
        lines = []
        for function in (pool.submit, pool._adjust_thread_count,
                         thread._python_exit):
            path = inspect.getsourcefile(function)
            source, first = inspect.getsourcelines(function)
            with open(path) as file:
                there = file.readlines()[first - 1:][:len(source)]
            lines.append([path, source[0].split('(')[0].split()[-1],
                          there == source, 'backport' in ''.join(source)])
        print(json.dumps(lines))
    ''', variant, env=stdlib.environ(tmp_path))
    lines = json.loads(child.out)
    folder = os.path.basename
    patched = variant == 'patched'
    for path, name, there, ours in lines:
        assert folder(os.path.dirname(path)) == (
            'patches' if patched else 'futures'), child
        assert there and ours == patched, child
    assert [line[1] for line in lines] == [
        'submit', '_adjust_thread_count', '_python_exit'], child


@pytest.mark.parametrize('row', ROWS, ids=lambda row: row.releases)
@pytest.mark.parametrize('variant, folder', [('stock', 'futures'),
                                             ('patched', 'patches')])
def test_traceback(run, tmp_path, row, variant, folder):
    stdlib.in_front(tmp_path, stdlib.source(row))
    child = run('''
        from concurrent.futures import ThreadPoolExecutor
        pool = ThreadPoolExecutor(1)
        pool.shutdown()
        pool.submit(int)
    ''', variant, env=stdlib.environ(tmp_path))
    *_, place, line, error = child.err.splitlines()
    file = place.split('"')[1]
    number = int(place.split('line ')[1].split(',')[0])
    assert os.path.basename(os.path.dirname(file)) == folder, child
    assert place.endswith(', in submit'), child
    with open(file) as source:
        assert source.readlines()[number - 1].strip() == line.strip(), child
    message = 'cannot schedule new futures after shutdown'
    assert line.strip() == 'raise RuntimeError(%r)' % message, child
    assert error == 'RuntimeError: ' + message, child


# The module's own objects, which programs use.

@pytest.mark.parametrize('activate', ['pass', 'import backport'])
def test_workers_are_known_where_they_were(words, activate):
    assert words('''
        from concurrent.futures.thread import _threads_queues, _worker
        from concurrent.futures import thread
        before = dict(vars(thread))
        %s
        pool = thread.ThreadPoolExecutor(1)
        pool.submit(int)
        assert list(_threads_queues) == list(pool._threads)
        assert list(_threads_queues.values()) == [pool._work_queue]
        for name in before:
            assert vars(thread)[name] is before[name], name
    ''' % activate) == []


@pytest.mark.parametrize('variant', ['stock', 'patched'])
def test_workers_forgotten_by_the_program(words, variant):
    """Some clear the dict to have exit wait for nobody."""
    assert words('''
        from concurrent.futures import thread
        thread.ThreadPoolExecutor(1).submit(threading.Event().wait)
        thread._threads_queues.clear()
    ''', variant, timeout=20) == []


@pytest.mark.parametrize('variant', ['stock', 'patched'])
def test_pools_are_usable_once_the_flag_is_reset(words, variant):
    assert words('''
        from concurrent.futures import thread
        pool = thread.ThreadPoolExecutor(2)
        pool.submit(int).result()
        thread._python_exit()
        tell(thread._shutdown)
        thread._shutdown = False
        thread._threads_queues.clear()
        def work():
            until(lambda: thread._shutdown)
            tell('worked')
        pool = thread.ThreadPoolExecutor(2)
        print(pool.submit(len, 'abc').result(), flush=True)
        pool.submit(work)
    ''', variant) == ['True', '3', 'worked']


def test_global_shutdown_lock_has_its_name(run, words):
    program = '''
        from concurrent.futures.thread import _global_shutdown_lock
        from concurrent.futures.thread import ThreadPoolExecutor
        with _global_shutdown_lock:
            print(ThreadPoolExecutor(1).submit(len, 'abc').result())
        assert _global_shutdown_lock.acquire()
        _global_shutdown_lock.release()
    '''
    assert words(program, 'patched') == ['3']
    assert 'ImportError' in run(program, 'stock').err


# Nothing grows.

GROWTH = '''
    import gc
    from concurrent.futures import thread
    shared, full = thread.ThreadPoolExecutor(4), threading.Barrier(4)
    list(shared.map(lambda n: full.wait(PATIENCE), range(4)))
    def submitter():
        shared.submit(int).result()
        with thread.ThreadPoolExecutor(1) as own:
            own.submit(int).result()
        dropped = thread.ThreadPoolExecutor(1)
        dropped.submit(int).result()
        worker, = dropped._threads
        del dropped
        workers.append(worker)
    def use():
        global workers
        workers = []
        for _ in range(25):
            threads = [threading.Thread(target=submitter) for _ in range(20)]
            for t in threads: t.start()
            for t in threads: t.join()
        for worker in workers: worker.join()
        del workers, worker, t, threads
    def sizes():
        gc.collect()
        lists = []
        if 'backport' in sys.modules:
            lock = thread._global_shutdown_lock
            lists = [len(getattr(lock, name)) for name in lock.__slots__
                     if isinstance(getattr(lock, name, None), (list, dict))
                     and getattr(lock, name) is not vars(thread)]
        return [len(gc.get_objects()), len(thread._threads_queues)] + lists
    use()
    before = sizes()    # is counted itself from now on
    before = sizes()
    for _ in range(4):
        use()
    after = sizes()
    print(*map(int.__sub__, after, before))
'''


@pytest.mark.parametrize('variant', ['stock', 'patched'])
def test_thousands_of_threads_and_pools(words, variant):
    assert all(int(growth) <= 0 for growth in words(GROWTH, variant))


#: How a pool is used before it is dropped.
USES = {
    'worker busy': '''
began = threading.Event()
pool = Pool(2)
pool.submit(lambda: (began.set(), done.wait(PATIENCE)))
began.wait(PATIENCE)
''',
    'never used': '''
pool = Pool(2)
''',
    'refused': '''
pool = Pool(2)
pool.shutdown()
try:
    pool.submit(int)
except RuntimeError:
    pass
''',
}
POOLS = {
    'stock class': '''
Pool = ThreadPoolExecutor
''',
    'own start of workers': '''
class Pool(ThreadPoolExecutor):
    def _adjust_thread_count(self):
        super()._adjust_thread_count()
''',
}


@pytest.mark.parametrize('variant', ['stock', 'patched'])
@pytest.mark.parametrize('pool', sorted(POOLS))
@pytest.mark.parametrize('use', sorted(USES))
def test_dropped_executor_is_freed_at_once(words, use, pool, variant):
    program = '''
import gc, weakref
from concurrent.futures import ThreadPoolExecutor
gc.disable()    # there are no cycles either
done = threading.Event()
''' + POOLS[pool] + USES[use] + '''
reference = weakref.ref(pool)
del pool
tell(reference() is None)
done.set()
'''
    assert words(program, variant) == ['True']


def test_executor_that_refused_after_the_put_is_freed_at_once(words):
    """Exit is declared in the middle of its submit."""
    assert words('''
        import gc, weakref
        from concurrent.futures import thread
        gc.disable()
        pool = thread.ThreadPoolExecutor(1)
        def declare(item):
            thread._shutdown = True
        pool._work_queue = Queue(pool._work_queue, declare)
        try:
            pool.submit(int)
        except RuntimeError:
            tell('refused')
        reference = weakref.ref(pool)
        del pool
        tell(reference() is None)
    ''', 'patched') == ['refused', 'True']
