"""When the patch is applied, when it is refused, and what `status` says."""
import hashlib
import json
import os
import shutil
import textwrap
import types

import pytest

import stdlib
from forms import FORMS
from losses import (HOLD, LATE, PUT_AFTER_GOODBYE, START_AFTER_SNAPSHOT,
                    SUBMITTERS, assert_kept, assert_lost)

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
ROWS = stdlib.rows('thread')
INSTALLED = ROWS[-1]

# Every program may use these. They do not load what is not loaded.
HELPERS = '''
from importlib.machinery import PathFinder

def codes():
    thread = sys.modules['concurrent.futures.thread']
    pool = thread.ThreadPoolExecutor
    return [function.__code__ for function in (
        pool._adjust_thread_count, pool.submit, thread._python_exit)]

def same(first, second):
    return [id(code) for code in first] == [id(code) for code in second]

def live():
    """Return the folder that the code of the functions comes from."""
    folder, = {os.path.basename(os.path.dirname(code.co_filename))
               for code in codes()}
    return folder

class Gate:
    """Calls *inside* when a module has been found and is to be loaded.

    Not before: the finders run under the one global import lock.
    """
    def __init__(self, prefix, inside):
        self.prefix, self.inside = prefix, inside
        sys.meta_path.insert(0, self)
    def find_spec(self, name, path=None, target=None):
        if name.startswith(self.prefix):
            spec = PathFinder.find_spec(name, path)
            spec.loader.create_module = lambda spec: self.inside()
            return spec

def waits(thread):
    """Return whether a thread waits for an import in another one."""
    from _frozen_importlib import _blocking_on
    return thread.ident in _blocking_on
'''

# What becomes of a program at its end.
RECORD = '''
import json
if 'backport' in sys.modules:
    record = sys.modules['backport'].status()[0]
    record = getattr(record, '_asdict', lambda: vars(record))()
else:
    record = {}
if hasattr(sys.modules.get('concurrent.futures.thread'), '_python_exit'):
    record['live'] = live()
print(json.dumps(record))
'''


@pytest.fixture
def ask(run):
    """Run a program; the child has a `record`: its status and what is live."""
    def ask(program, **options):
        child = run(HELPERS + textwrap.dedent(program) + RECORD,
                    options.pop('variant', 'stock'), **options)
        assert child.returncode == 0, child
        *lines, last = child.out.splitlines()
        child.words = ' '.join(lines).split()
        child.record = types.SimpleNamespace(**json.loads(last))
        return child
    return ask


# Loaded after, before or while backport is imported.

# thread.py imports queue. 3.6 has loaded both with concurrent.futures.
HALF_IMPORTED = '''
import concurrent.futures
for name in 'queue', 'concurrent.futures.thread':
    sys.modules.pop(name, None)
'''
ORDERS = {
    'backport first': '''
%s
import concurrent.futures.thread
''',
    'thread first': '''
import concurrent.futures.thread
%s
''',
    'backport first, by an attribute': '''
%s
import concurrent.futures
concurrent.futures.ThreadPoolExecutor
''',
    'backport first, in another thread': '''
%s
importer = threading.Thread(target=__import__,
                            args=('concurrent.futures.thread',))
importer.start()
importer.join()
''',
    # The other thread is past the finders: backport waits for its import, as
    # `import` does.
    'half-imported in another thread': HALF_IMPORTED + '''
inside, done = threading.Event(), threading.Event()
main = threading.main_thread()
Gate('queue', lambda: (
    inside.set(), until(lambda: waits(main) or done.is_set())) and None)
importer = threading.Thread(target=__import__,
                            args=('concurrent.futures.thread',))
importer.start()
inside.wait(PATIENCE)
assert not hasattr(sys.modules['concurrent.futures.thread'], '_shutdown')
%s
done.set()
importer.join()
''',
    'found by another thread': HALF_IMPORTED + '''
inside, done = threading.Event(), threading.Event()
main = threading.main_thread()
Gate('concurrent.futures.thread', lambda: (
    inside.set(), until(lambda: waits(main) or done.is_set())) and None)
importer = threading.Thread(target=__import__,
                            args=('concurrent.futures.thread',))
importer.start()
inside.wait(PATIENCE)
assert 'concurrent.futures.thread' not in sys.modules
%s
done.set()
importer.join()
''',
}


@pytest.mark.parametrize('order', sorted(ORDERS))
def test_applied(ask, order):
    child = ask(ORDERS[order] % 'import backport')
    assert (child.record.state, child.record.live) == ('applied', 'patches')
    assert set(child.words) <= {'patches'} and not child.err, child
    stock = ask(ORDERS[order] % 'pass')
    assert stock.record.live == 'futures', stock
    assert set(stock.words) <= {'futures'} and not stock.err, stock


@pytest.mark.parametrize('form', ['file', 'zip'])
def test_half_imported_by_this_thread(ask, tmp_path, form):
    """It says so, and what to do.  zipimport keeps no spec that would tell."""
    environ = {}
    if form == 'zip':
        environ = stdlib.environ(FORMS['zip'](tmp_path,
                                              stdlib.source(INSTALLED)))
    program = HALF_IMPORTED + '''
def inside():
    assert not hasattr(sys.modules['concurrent.futures.thread'], '_shutdown')
    %s
    print(reason())
reason = lambda: sys.modules['backport'].status()[0].reason
Gate('queue', inside)
import concurrent.futures.thread
tell(live())
print(reason())
backport.activate()
'''
    child = ask(program % 'global backport; import backport', env=environ)
    reason = ('concurrent.futures.thread was loaded past the import hook, or '
              'this thread is importing it; call backport.activate() after '
              'that')
    assert ' '.join(child.words) == ' '.join([reason, 'futures', reason])
    assert (child.record.state, child.record.live) == ('applied', 'patches')
    assert not child.err, child


def test_half_imported_from_a_zip_in_another_thread(ask, tmp_path):
    entry = FORMS['zip'](tmp_path, stdlib.source(INSTALLED))
    child = ask(HALF_IMPORTED + '''
inside, done = threading.Event(), threading.Event()
main = threading.main_thread()
Gate('queue', lambda: (
    inside.set(), until(lambda: waits(main) or done.is_set())) and None)
importer = threading.Thread(target=__import__,
                            args=('concurrent.futures.thread',))
importer.start()
inside.wait(PATIENCE)
import backport
done.set()
importer.join()
''', env=stdlib.environ(entry))
    assert (child.record.state, child.record.live) == ('applied', 'patches')
    assert not child.err, child


@pytest.mark.parametrize('how', [
    'importlib.reload(thread)',
    'del sys.modules[thread.__name__]; import concurrent.futures.thread',
], ids=['reloaded', 'imported afresh'])
def test_loaded_again(ask, how):
    program = '''
        import importlib
        from concurrent.futures import thread
        before = thread.ThreadPoolExecutor
        %s
        assert sys.modules[thread.__name__].ThreadPoolExecutor is not before
    ''' % how
    child = ask(program, variant='patched')
    assert (child.record.state, child.record.live) == ('applied', 'patches')
    assert ask(program).record.live == 'futures'


def test_loaded_past_the_hook(ask):
    program = '''
        from importlib.machinery import PathFinder
        sys.meta_path.insert(0, PathFinder)
        from concurrent.futures import thread
        tell(live())
        tell(backport.status()[0].state)
        backport.activate()
    '''
    child = ask(program, variant='patched')
    assert child.words == ['futures', 'pending'], child
    assert child.record.state == 'applied', child


def test_import_loads_nothing_else(run_python):
    child = run_python('-c', '''if True:
        import sys
        before = set(sys.modules)
        import backport
        print(*sorted(set(sys.modules) - before))
        ''')
    assert child.words == ["backport", "backport._api", "backport._finder"], (
        child)


def test_pending(ask):
    child = ask('', variant='patched')
    assert child.record.state == 'pending', child
    assert not hasattr(child.record, 'live'), child
    assert child.record.sha256 == INSTALLED.sha256, child
    assert child.record.releases == INSTALLED.releases, child


# Known sources, and known code in unknown sources.

@pytest.mark.parametrize('row', ROWS, ids=lambda row: row.releases)
def test_known_release(ask, run, tmp_path, row):
    path = stdlib.in_front(tmp_path, stdlib.source(row))
    child = ask('''
        from concurrent.futures import ThreadPoolExecutor
        with ThreadPoolExecutor(2) as pool:
            print(sum(pool.map(len, ['abc', 'defg'])))
    ''', variant='patched', env=stdlib.environ(tmp_path))
    assert child.words == ['7'] and not child.err, child
    assert child.record.reason == (
        'the source is that of CPython ' + row.releases)
    del child.record.reason
    assert vars(child.record) == dict(
        name='thread', state='applied', live='patches', source=path,
        sha256=row.sha256, releases=row.releases)


@pytest.mark.parametrize('loss, word', [
    (START_AFTER_SNAPSHOT, 'completed'), (PUT_AFTER_GOODBYE, 'refused'),
], ids=['start after snapshot', 'put after goodbye'])
@pytest.mark.parametrize('row', ROWS, ids=lambda row: row.releases)
def test_losses_of_a_known_release(run, tmp_path, row, loss, word):
    stdlib.in_front(tmp_path, stdlib.source(row))
    environ = stdlib.environ(tmp_path)
    text = (HOLD + LATE + loss + SUBMITTERS['daemon thread']
            + 'inside.wait(PATIENCE)')
    assert_lost(run(text, 'stock', env=environ))
    patched = run(text, env=environ)
    assert_kept(patched)
    assert word in patched.words, patched


@pytest.mark.parametrize('optimize', ['', '1', '2'])
@pytest.mark.parametrize('form', sorted(FORMS))
@pytest.mark.parametrize('row', ROWS, ids=lambda row: row.releases)
def test_matched_by_code(ask, tmp_path, row, form, optimize):
    entry = FORMS[form](tmp_path, stdlib.source(row))
    child = ask('''
        from concurrent.futures import ThreadPoolExecutor
        print(ThreadPoolExecutor(1).submit(len, 'abc').result())
    ''', variant='patched', env=stdlib.environ(entry, PYTHONOPTIMIZE=optimize))
    assert child.words == ['3'] and not child.err, child
    assert (child.record.state, child.record.live) == ('applied', 'patches')
    assert child.record.reason.startswith('matched by code'), child
    assert child.record.releases == row.releases, child
    assert ('no source file' in child.record.reason) == (
        'source' in form or 'zip' in form), child


# Code that is not known.

#: Where a vendor changed the code -> (old, new).
CHANGES = {
    'submit': (b'new futures after shutdown', b'futures after shutdown'),
    '_adjust_thread_count': (b't.daemon = True', b't.daemon = bool(1)'),
    '_python_exit': (b't.join()', b't.join(9)'),
    '_worker': (b'if work_item is not None', b'if work_item'),
    'shutdown': (b'self._work_queue.put(None)', b'self._work_queue.put(())'),
}


@pytest.fixture
def vendor(tmp_path):
    """Change the code of thread.py; return its path."""
    def vendor(where):
        old, new = CHANGES[where]
        data = stdlib.source(INSTALLED)
        assert old in data
        return stdlib.in_front(tmp_path, data.replace(old, new))
    return vendor


@pytest.mark.parametrize('where', sorted(CHANGES))
def test_vendor_changed_the_code(ask, vendor, tmp_path, where):
    path = vendor(where)
    with open(path, 'rb') as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    child = ask('''
        from concurrent.futures import thread
        backport.activate()
        import importlib
        importlib.reload(thread)
        print(thread.ThreadPoolExecutor(1).submit(len, 'abc').result())
        print(*[name for name in vars(thread) if 'lock' in name])
    ''', variant='patched',
                env=stdlib.environ(tmp_path, PYTHONWARNINGS='always'))
    assert child.words == ['3'], child
    assert (child.record.state, child.record.live) == ('refused', 'futures')
    assert (child.record.source, child.record.sha256) == (path, digest)
    assert child.record.releases is None, child
    assert child.err.count('RuntimeWarning: ') == 1, child
    for word in path, digest, 'report', 'BACKPORT_DISABLE=thread':
        assert word in child.err, child


@pytest.mark.parametrize('order', ['backport first', 'thread first'])
def test_warnings_that_are_errors(ask, vendor, tmp_path, order):
    vendor('submit')
    child = ask(ORDERS[order] % 'import backport',
                env=stdlib.environ(tmp_path, PYTHONWARNINGS='error'))
    assert child.record.state == 'refused', child
    assert 'Traceback' not in child.err, child
    assert 'BACKPORT_DISABLE=thread' in child.err, child


#: What another tool has done to the module.
TOOLS = {
    'code of submit': '''
thread.kept = type(live)(pool.submit.__code__, vars(thread))
pool.submit.__code__ = (lambda *args, **kw: kept(*args, **kw)).__code__
''',
    'code of the exit handler': '''
thread._python_exit.__code__ = (lambda: None).__code__
''',
    'code of a worker': '''
thread.kept = type(live)(thread._worker.__code__, vars(thread))
thread._worker.__code__ = (lambda *args: kept(*args)).__code__
''',
    'submit itself': '''
kept = pool.submit
pool.submit = lambda *args, **kw: kept(*args, **kw)
''',
    'the class': '''
class ThreadPoolExecutor(pool): pass
thread.ThreadPoolExecutor = ThreadPoolExecutor
''',
}
REWRITTEN = '''
from concurrent.futures import thread
pool = thread.ThreadPoolExecutor
%s
'''


@pytest.mark.parametrize('tool', sorted(TOOLS))
def test_another_tool_came_before(ask, tool):
    child = ask(REWRITTEN % TOOLS[tool] + '''
def contents():
    return dict(vars(thread)), dict(vars(pool)), [
        function.__code__ for function in vars(thread).values()
        if hasattr(function, '__code__')]
before = contents(), codes()
import backport
backport.activate()
backport.deactivate()
backport.activate()
assert contents() == before[0] and same(codes(), before[1])
print(thread.ThreadPoolExecutor(1).submit(len, 'abc').result())
live = lambda: None     # it is neither here nor there
''')
    assert child.words == ['3'], child
    assert child.record.state == 'refused', child
    assert child.err.count('RuntimeWarning: ') == 1, child


# What is no standard library, or not all of it.

def test_shadowed_by_another_package(ask, tmp_path):
    package = tmp_path / 'concurrent' / 'futures'
    package.mkdir(parents=True)
    (package.parent / '__init__.py').write_text('')
    (package / '__init__.py').write_text('')
    (package / 'thread.py').write_text('def submit(): return "mine"\n')
    child = ask('''
        from concurrent.futures import thread
        print(thread.submit(), *sorted(set(vars(thread)) - {'submit'}))
    ''', variant='patched', env=stdlib.environ(tmp_path))
    assert child.words[0] == 'mine', child
    assert all(word.startswith('__') for word in child.words[1:]), child
    assert child.record.state == 'refused', child
    assert 'not the standard library' in child.record.reason, child
    assert child.err.count('RuntimeWarning: ') == 1, child


@pytest.mark.parametrize('name', ['concurrent.py', 'concurrent/futures.py'])
def test_shadowed_by_a_module(ask, tmp_path, name):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    (path.parent / '__init__.py').write_text('')
    path.write_text('')
    child = ask('''
        try:
            import concurrent.futures.thread
        except ModuleNotFoundError as exc:
            print(exc)
    ''', variant='patched', env=stdlib.environ(tmp_path))
    assert 'is not a package' in ' '.join(child.words), child
    assert child.record.state == 'pending' and not child.err, child


#: What comes first that the half-written file lacks -> does it load?
HALVES = {'class ThreadPoolExecutor': True, '.put(None)': False,
          'atexit.register': False}


@pytest.mark.parametrize('order', ['backport first', 'thread first'])
@pytest.mark.parametrize('lacks', sorted(HALVES))
def test_half_written_file(ask, tmp_path, lacks, order):
    """The same failure as on stock; once the file is whole, it is patched."""
    whole = stdlib.source(INSTALLED)
    path = stdlib.in_front(tmp_path, whole)
    half = whole[:whole.index(lacks.encode())]
    if not HALVES[lacks]:
        half += b'put('
    program = '''
path, half, whole = %r
def write(data):
    with open(path, 'wb') as file:
        file.write(data)
def load():
    try:
        from concurrent.futures import thread
        thread.ThreadPoolExecutor
    except Exception as exc:
        tell(repr(exc))
write(half)
%s
write(whole)
for name in [name for name in sys.modules if name.startswith('concurrent')]:
    del sys.modules[name]
import concurrent.futures.thread
'''
    children = []
    for statement in 'pass', 'import backport':
        first = ORDERS[order].replace('import concurrent.futures.thread',
                                      'load()') % statement
        children.append(ask(program % ((path, half, whole), first),
                            env=stdlib.environ(
                                tmp_path, PYTHONDONTWRITEBYTECODE='1')))
    stock, patched = children
    assert stock.words == patched.words != [], children
    assert stock.record.live == 'futures', stock
    assert patched.record.live == 'patches', patched
    assert patched.record.state == 'applied', patched


# Switched off, on and off again.

@pytest.mark.parametrize('order', ['backport first', 'thread first'])
@pytest.mark.parametrize('value, state', [
    ('1', 'disabled'), ('thread', 'disabled'), (' thread, ', 'disabled'),
    ('yes', 'disabled'), ('thread,unheard-of', 'disabled'),
    ('0', 'applied'), ('', 'applied'),
])
def test_disabled_by_the_environment(ask, order, value, state):
    child = ask('finders = list(sys.meta_path)'
                + ORDERS[order] % 'import backport' + '''
tell(finders == sys.meta_path)
tell(hasattr(concurrent.futures.thread, '_global_shutdown_lock'))
''', env={'BACKPORT_DISABLE': value})
    applied = state == 'applied'
    assert child.record.state == state and not child.err, child
    assert child.record.live == ('patches' if applied else 'futures'), child
    assert child.words[1] == str(applied), child
    if not applied:
        # The import hook stays for the other patch.
        alone = value.strip(' ,') == 'thread'
        assert child.words[0] == str(not alone), child
        assert 'BACKPORT_DISABLE=' + value in child.record.reason, child


def test_off_and_on_again(ask):
    child = ask('''
        from concurrent.futures import thread
        stock = codes()
        import backport
        ours = codes()
        for _ in range(3):
            tell(backport.deactivate()[0].state)
            assert same(codes(), stock)
            backport.activate()
            backport.activate()
            assert same(codes(), ours)
    ''')
    assert child.words == ['disabled'] * 3, child
    assert child.record.state == 'applied', child


#: As ddtrace wraps a function.
WRAP_IN_PLACE = '''
submit = thread.ThreadPoolExecutor.submit
submit.kept = type(live)(submit.__code__, vars(thread))
submit.__code__ = (lambda *args: ThreadPoolExecutor.submit.kept(*args)).__code__
'''


@pytest.mark.parametrize('tool, changed', [
    (TOOLS['code of a worker'], '_worker'),
    (TOOLS['code of submit'], 'ThreadPoolExecutor.submit'),
    (WRAP_IN_PLACE, 'ThreadPoolExecutor.submit'),
], ids=['worker', 'submit', 'wrapped'])
def test_changed_while_it_was_off(ask, tool, changed):
    """It is refused as it would have been at first; nothing is undone."""
    child = ask('import backport' + REWRITTEN % '''
backport.deactivate()
''' + tool + '''
before = codes()
backport.activate()
assert same(before, codes())
print(pool(1).submit(len, 'abc').result())
live = lambda: None
''')
    assert child.words == ['3'] and child.record.state == 'refused', child
    assert child.record.reason.endswith(changed), child
    assert 'another tool has ' in child.record.reason, child


def test_deactivated_before_it_was_loaded(ask):
    child = ask('''
        import backport
        backport.deactivate()
        import concurrent.futures.thread
        assert sys.modules['backport'].status()[0].state == 'disabled'
        assert '_backport' not in vars(concurrent.futures.thread)
    ''')
    assert (child.record.state, child.record.live) == ('disabled', 'futures')


@pytest.mark.parametrize('tool', ['code of submit', 'code of the exit handler',
                                  'submit itself'])
def test_deactivate_refuses(ask, tool):
    """Another tool has changed a function since: all stays as it is."""
    child = ask('import backport' + REWRITTEN % TOOLS[tool] + '''
before = codes()
record = backport.deactivate()[0]
tell(record.state)
assert same(before, codes())
print(record.reason)
live = lambda: None
''')
    assert child.words[0] == 'refused', child
    assert 'another tool has' in child.out, child


def test_wrapped_in_place(ask):
    """It is applied, and cannot be taken back."""
    child = ask('''
import backport
from concurrent.futures import thread
''' + WRAP_IN_PLACE + '''
before = codes()
for record in backport.status()[0], backport.deactivate()[0]:
    tell(record.state)
    assert record.reason.endswith(
        '; another tool has wrapped the patched code in place'), record
backport.activate()
assert same(before, codes())
print(thread.ThreadPoolExecutor(1).submit(len, 'abc').result())
live = lambda: None
''')
    assert child.words == ['applied', 'applied', '3'] and not child.err, child


# At odd moments.

def test_activated_by_two_threads(ask):
    """The second one comes while the first one is about to patch."""
    child = ask('''
        from concurrent.futures import thread
        import backport
        del os.environ['BACKPORT_DISABLE']
        inside = threading.Event()
        Gate('backport.patches.thread_3', lambda: (
            inside.set(), tell(until(lambda: waits(second)))) and None)
        first = threading.Thread(target=backport.activate)
        second = threading.Thread(target=backport.activate)
        first.start()
        inside.wait(PATIENCE)
        tell(live())
        second.start()
        first.join()
        second.join()
        print(thread.ThreadPoolExecutor(1).submit(len, 'abc').result())
    ''', env={'BACKPORT_DISABLE': '1'})
    assert child.words == ['futures', 'True', '3'] and not child.err, child
    assert (child.record.state, child.record.live) == ('applied', 'patches')


def test_activated_in_a_forked_child(ask):
    child = ask('''
        from concurrent.futures import thread
        pool = thread.ThreadPoolExecutor(1)
        pool.submit(int).result()
        pid = os.fork()
        if pid == 0:
            import backport
            tell(live())
            own = thread.ThreadPoolExecutor(1)
            own.submit(lambda: (until(lambda: thread._shutdown),
                                tell('completed')))
            sys.exit(7)
        tell(os.waitpid(pid, 0)[1] >> 8)
    ''')
    assert child.words == ['patches', 'completed', '7'], child
    assert child.record.live == 'futures' and not child.err, child


@pytest.mark.parametrize('when, words', [
    # Handlers run in reverse: these before the pools', those after it.
    ('after', ['patches', 'worked']), ('before', ['patches', 'refused'])])
def test_activated_by_an_exit_handler(run, when, words):
    program = HELPERS + '''
def late():
    import backport
    tell(live())
    pool = concurrent.futures.ThreadPoolExecutor(1)
    try:
        pool.submit(tell, 'worked').result()
    except RuntimeError:
        tell('refused')
def register():
    atexit.register(late)
when = %r
if when == 'before': register()
import concurrent.futures.thread
if when == 'after': register()
'''
    child = run(program % when, 'stock')
    assert child.words == words and not child.err, child
    assert child.returncode == 0, child


@pytest.mark.parametrize('disabled', ['', '1'])
@pytest.mark.parametrize('loaded', ['pass', 'import concurrent.futures.thread'],
                         ids=['not loaded', 'loaded'])
def test_activated_at_teardown(run, loaded, disabled):
    child = run('''
        import backport
        %s
        class Last:
            def __del__(self, backport=backport, sys=sys, write=os.write):
                assert sys.meta_path is None
                backport.activate()
                backport.deactivate()
                backport.activate()
                write(1, backport.status()[0].state.encode())
        last = Last()
    ''' % loaded, 'stock', env={'BACKPORT_DISABLE': disabled})
    assert child.words == ['refused'], child
    assert child.returncode == 0 and not child.err, child


def test_activated_while_stock_code_exits(run):
    """By a worker that the exit handler is waiting for."""
    child = run('''
        from concurrent.futures import thread
        pool = thread.ThreadPoolExecutor(1)
        def work():
            until(lambda: thread._shutdown)
            import backport
            tell(backport.status()[0].state)
            try:
                pool.submit(tell, 'ran')
            except RuntimeError:
                tell('refused')
        pool.submit(work)
    ''', 'stock')
    assert child.words == ['applied', 'refused'], child
    assert child.returncode == 0 and not child.err, child


# Where the package itself lies, and when it is broken.

@pytest.mark.parametrize('entry', [ROOT, os.path.relpath(ROOT, HERE)],
                         ids=['absolute', 'relative'])
def test_checkout_that_is_not_installed(ask, entry):
    child = ask('''
        sys.dont_write_bytecode = True
        sys.path.insert(0, %r)
        import backport
        os.chdir('/')
        import concurrent.futures.thread
        for code in codes():
            print(code.co_filename)
        print(concurrent.futures.ThreadPoolExecutor(1).submit(int).result())
    ''' % entry)
    *files, result = child.words
    assert {os.path.dirname(os.path.realpath(os.path.join('/', file)))
            for file in files} == {os.path.join(ROOT, 'patches')}, child
    assert result == '0' and not child.err, child
    assert child.record.state == 'applied', child


BREAKAGES = {
    'syntax error': 'def',
    'empty': '',
    'raises': 'raise OSError("broken")',
    'missing': None,
}


PATCH = 'patches/%s.py' % INSTALLED.patch


@pytest.mark.parametrize('order', ['backport first', 'thread first'])
@pytest.mark.parametrize('file, breakage', [
    (PATCH, breakage) for breakage in sorted(BREAKAGES)] + [
    (file, 'raises') for file in (
        '_installer.py', '_sources.py', '_exit.py', '_lock.py')])
def test_broken_package(ask, tmp_path, file, breakage, order):
    """Somebody else's import goes on, and everything is as it was."""
    ignore = shutil.ignore_patterns('__pycache__')
    package = tmp_path / 'backport'
    shutil.copytree(os.path.join(ROOT, 'backport'), str(package),
                    ignore=ignore)
    shutil.copytree(os.path.join(ROOT, 'patches'), str(package / 'patches'),
                    ignore=ignore)
    if BREAKAGES[breakage] is None:
        (package / file).unlink()
    else:
        (package / file).write_text(BREAKAGES[breakage])
    child = ask(ORDERS[order] % 'import backport' + '''
import backport
backport.deactivate()
backport.activate()
print(concurrent.futures.ThreadPoolExecutor(1).submit(int).result())
assert not hasattr(concurrent.futures.thread, '_global_shutdown_lock')
''', env=stdlib.environ(tmp_path))
    assert child.words == ['0'], child
    assert (child.record.state, child.record.live) == ('refused', 'futures')
    assert 'the installer failed' in child.record.reason, child
    assert 'Traceback' not in child.err, child
