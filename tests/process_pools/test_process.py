"""Process pools: the race is closed, and no harm done.

Accepted work completes before the process ends, and its worker processes are
gone; or submit raised.  Stock hangs (A), loses work and leaves an orphan (B),
or loses work alone (C): docs/upstream.md.
"""
import hashlib
import sys
import textwrap

import pytest

import stdlib
from children import HANG

OLD = sys.version_info < (3, 7)
ROWS = stdlib.rows('process')

LATE = '''
submitted = threading.Event()   # the late submit has returned or raised
inside = threading.Event()      # the late submitter is where it is held up
overtaken = threading.Event()   # all other exit handlers are done
@atexit.register
def hold():
    overtaken.set()
    submitted.wait(PATIENCE)
%(imports)s
from concurrent.futures import process
from concurrent.futures import thread
OLD = sys.version_info < (3, 7)
FLAG = '_shutdown' if OLD else '_global_shutdown'
# What wakes the manager is entered with it.
ENTERED = '_result_queue' if OLD else '_queue_management_thread_wakeup'

def declared():
    return getattr(process, FLAG)

def submit_late():
    try:
        future = executor.submit(time.sleep, 0.5)
    except RuntimeError as exc:
        tell('refused')
        print(exc, file=sys.stderr)
    else:
        future.add_done_callback(
            lambda future: future.exception() or tell('completed'))
        tell('accepted')
    finally:
        submitted.set()
'''

#: Which exit handler comes first is decided by which module is loaded last.
IMPORTS = {'process first': 'import concurrent.futures.process',
           'thread first': 'import concurrent.futures.thread'}

#: How the late submitter comes to be, as in test_losses.py.
SUBMITTERS = {
    'daemon thread': '''
threading.Thread(target=submit_late, daemon=True).start()
''',
    'work item': '''
other = thread.ThreadPoolExecutor(1)
other.submit(submit_late)
''',
}

# The manager has done its work, and is entered when exit has looked.
A = '''
def held_up(executor):
    manager = executor._queue_management_thread
    if manager and manager.is_alive() and not inside.is_set():
        idle.wait(PATIENCE)
        inside.set()
        until(declared, SECONDS)
        time.sleep(0.3)
class Executor(process.ProcessPoolExecutor):
    pass
setattr(Executor, ENTERED, gated_property(ENTERED, held_up))
idle = threading.Event()        # the manager has gone round with nothing to do
executor = Executor(1)
is_full = executor._call_queue.full
def full():
    if executor._queue_count and not executor._pending_work_items:
        idle.set()
    return is_full()
executor._call_queue.full = full
'''

# Workers and manager are started when the exit handlers are done.
B = '''
def held_up(work_id):
    inside.set()
    if until(declared, SECONDS):
        overtaken.wait(0.5)
executor = process.ProcessPoolExecutor(1)
executor._pending_work_items = Pending(held_up)
'''

# Workers are being started when exit is declared.
D = '''
def held_up():
    inside.set()
    if until(declared, SECONDS):
        overtaken.wait(0.5)
class Executor(process.ProcessPoolExecutor):
    def _adjust_process_count(self):
        held_up()
        super()._adjust_process_count()
executor = Executor(1)
'''

# The manager has left, because exit was declared and nothing was pending.
C = '''
def held_up(work_id):
    if work_id:
        inside.set()
        if until(declared, SECONDS):
            executor._queue_management_thread.join(PATIENCE)
executor = process.ProcessPoolExecutor(1)
executor._pending_work_items = Pending(held_up)
executor.submit(int).result()
'''


def program(loss, submitter='daemon thread', order='process first', seconds=10):
    return ('SECONDS = %d\n' % seconds + LATE % {'imports': IMPORTS[order]}
            + loss + SUBMITTERS[submitter] + 'inside.wait(PATIENCE)')


def assert_kept(child):
    assert child.returncode == 0 and not child.orphaned, child
    assert child.words in (['accepted', 'completed'], ['completed', 'accepted'],
                           ['refused']), child
    if child.words == ['refused']:
        assert ('cannot schedule new futures after interpreter shutdown'
                in child.err), child
    else:
        assert not child.err, child


def assert_not_kept(child):
    assert (child.hung or child.orphaned
            or child.returncode == 0 and 'completed' not in child.words), child
    assert 'refused' not in child.words, child


@pytest.mark.parametrize('loss', [A, B, C, D], ids='ABCD')
@pytest.mark.parametrize('order', sorted(IMPORTS))
def test_daemon_thread(run, loss, order):
    text = program(loss, order=order)
    stock = run(text, 'stock', timeout=HANG)
    assert_not_kept(stock)
    if loss == A:       # it hangs, with its work done
        assert stock.hung and 'completed' in stock.words, stock
    else:
        assert stock.returncode == 0 and stock.words == ['accepted'], stock
        assert stock.orphaned == (loss in (B, D)), stock
    assert_kept(run(text))


@pytest.mark.parametrize('loss', [A, B, C, D], ids='ABCD')
@pytest.mark.parametrize('order', sorted(IMPORTS))
def test_work_of_a_thread_pool(run, loss, order):
    """The exit handler of thread.py joins the submitter, if it runs first.

    Then stock code has no race: `held_up` gives up, and the work is done.
    """
    races = order == 'thread first' and not OLD     # 3.6 always loads both
    text = program(loss, 'work item', order, seconds=10 if races else 1)
    stock = run(text, 'stock', timeout=HANG)
    if races:
        assert_not_kept(stock)
    else:
        assert_kept(stock)
    assert_kept(run(text))


@pytest.mark.parametrize('row', ROWS, ids=lambda row: row.releases)
def test_known_release(run, tmp_path, row):
    path = stdlib.in_front(tmp_path, stdlib.source(row), 'process')
    child = run('''
        from concurrent.futures import process
        record = sys.modules['backport'].status()[1]
        tell(record.name); tell(record.state); tell(record.source)
        tell(record.releases)
    ''', env=stdlib.environ(tmp_path))
    assert child.words == ['process', 'applied', path, row.releases], child


@pytest.mark.parametrize('loss, word', [
    (A, 'completed'), (B, 'refused'), (C, 'refused'), (D, 'refused')],
    ids='ABCD')
@pytest.mark.parametrize('row', ROWS, ids=lambda row: row.releases)
def test_losses_of_a_known_release(run, tmp_path, row, loss, word):
    stdlib.in_front(tmp_path, stdlib.source(row), 'process')
    environ = stdlib.environ(tmp_path)
    assert_not_kept(run(program(loss), 'stock', timeout=HANG, env=environ))
    patched = run(program(loss), env=environ)
    assert_kept(patched)
    assert word in patched.words, patched


# The two patches are independent.

STATES = '''
from concurrent.futures import process, thread
for record in backport.status():
    tell(record.name + '=' + record.state)
'''


@pytest.mark.parametrize('value, states', [
    ('process', ['thread=applied', 'process=disabled']),
    ('thread', ['thread=disabled', 'process=applied']),
    ('process, thread', ['thread=disabled', 'process=disabled']),
    ('1', ['thread=disabled', 'process=disabled']),
])
def test_disabled(run, value, states):
    child = run('import backport' + STATES, 'stock',
                env={'BACKPORT_DISABLE': value})
    assert child.words == states and not child.err, child


def test_disabled_alone_it_still_races(run):
    assert_not_kept(run(program(C), env={'BACKPORT_DISABLE': 'process'}))
    assert_kept(run(program(C), env={'BACKPORT_DISABLE': 'thread'}))


@pytest.mark.parametrize('name, line, states', [
    ('process', 'EXTRA_QUEUED_CALLS = 1',
     ['thread=applied', 'process=applied']),    # not code that it relies upon
    ('process', "raise RuntimeError('cannot schedule new futures after "
     "shutdown')", ['thread=applied', 'process=refused']),
    ('thread', "raise RuntimeError('cannot schedule new futures after "
     "shutdown')", ['thread=refused', 'process=applied']),
])
def test_unknown_source(run, tmp_path, name, line, states):
    row = stdlib.rows(name)[-1]
    data = stdlib.source(row)
    assert line.encode() in data
    stdlib.in_front(tmp_path, data.replace(
        line.encode(), line.encode() + b'; vendor = 1'), name)
    child = run('import backport' + STATES, 'stock',
                env=stdlib.environ(tmp_path, PYTHONWARNINGS='always'))
    assert child.words == states, child
    assert child.err.count('RuntimeWarning: ') == states.count(
        name + '=refused'), child


def test_two_unknown_sources(run, tmp_path):
    """The reason is the same: each has a warning of its own, and only one."""
    line = b"raise RuntimeError('cannot schedule new futures after shutdown')"
    changed = {}
    for name in 'thread', 'process':
        data = stdlib.source(stdlib.rows(name)[-1])
        assert line in data
        changed[name] = data.replace(line, line + b'; vendor = 1')
    path = stdlib.in_front(tmp_path, changed['thread'], 'thread')
    paths = {'thread': path, 'process': path.replace('thread.py', 'process.py')}
    with open(paths['process'], 'wb') as file:
        file.write(changed['process'])
    child = run('import backport' + STATES + 'backport.activate()', 'stock',
                env=stdlib.environ(tmp_path, PYTHONWARNINGS='always'))
    assert child.words == ['thread=refused', 'process=refused'], child
    warnings = child.err.split('RuntimeWarning: ')[1:]
    assert len(warnings) == 2, child
    for name in changed:
        warning, = [text for text in warnings if paths[name] in text]
        assert hashlib.sha256(changed[name]).hexdigest() in warning, child
        assert 'BACKPORT_DISABLE=%s silences' % name in warning, child


def test_a_program_without_process_pools_pays_nothing(run):
    child = run('''
        from concurrent.futures import thread
        tell('multiprocessing' in sys.modules)
        tell(any('process_' in name for name in sys.modules))
    ''')
    assert child.words == [str(OLD)] * 2, child     # 3.6 loads both


# No new deadlock.

def test_signal_handlers_submit_in_the_middle_of_submits(run):
    program = '''
        from concurrent.futures import ProcessPoolExecutor
        pools = [ProcessPoolExecutor(1), ProcessPoolExecutor(1)]
        handled = []
        def handle(signum, frame):
            handled.append(pools[1].submit(int))
            if len(handled) < 50:
                signal.setitimer(signal.ITIMER_REAL, 0.001)
        pools[1].submit(int).result()
        signal.signal(signal.SIGALRM, handle)
        signal.setitimer(signal.ITIMER_REAL, 0.001)
        futures = []
        while len(handled) < 50:
            futures.append(pools[0].submit(int))
        tell(sum(future.result() for future in futures + handled))
    '''
    assert run(program, 'stock').words == ['0']
    assert run(program).words == ['0']


@pytest.mark.parametrize('at', ['_work_ids', '_processes'])
def test_finaliser_submits_to_another_pool(run, at):
    """Before its own work is queued, and between start of worker and manager.
    """
    program = '''
        from concurrent.futures import ProcessPoolExecutor
        other = ProcessPoolExecutor(1)
        futures = []
        class Finaliser:
            def __del__(self):
                futures.append(other.submit(int))
        def gate(executor):
            garbage.clear()
        garbage = [Finaliser()]
        class Executor(ProcessPoolExecutor):
            pass
        pool = ProcessPoolExecutor.__new__(Executor)
        pool.__init__(1)
        Executor.%s = gated_property('%s', gate)
        futures.append(pool.submit(int))
        assert not garbage
        tell(sum(future.result() for future in futures) + len(futures))
    ''' % (at, at)
    assert run(program, 'stock').words == ['2']
    assert run(program).words == ['2']


FORK = '''
from concurrent.futures import ProcessPoolExecutor, process
def gate(work_id):
    inside.set()
    forked.wait(PATIENCE)
inside, forked = threading.Event(), threading.Event()
pool = ProcessPoolExecutor(1)
pool._pending_work_items = Pending(gate)
thread = threading.Thread(target=lambda: tell(pool.submit(int).result()))
thread.start()
inside.wait(PATIENCE)
pid = os.fork()
if pid:
    forked.set()
    thread.join()
    ended = until(lambda: os.waitpid(pid, os.WNOHANG)[0])
    tell('ended' if ended else 'hung')
    if not ended:
        os.kill(pid, signal.SIGKILL)
'''


def test_fork_while_another_thread_is_in_submit(run):
    """The child ends: what its parent's thread has announced is not waited for.
    """
    for variant in 'stock', 'patched':
        child = run(FORK, variant)
        assert child.words == ['0', 'ended'], child


@pytest.mark.skipif(OLD, reason='3.6 has no mp_context')
@pytest.mark.parametrize('method', ['spawn', 'forkserver'])
def test_other_start_methods(run, method):
    text = program('''
import multiprocessing
stock_executor = process.ProcessPoolExecutor
process.ProcessPoolExecutor = lambda n: stock_executor(
    n, multiprocessing.get_context('%s'))
''' % method + B)
    assert_not_kept(run(text, 'stock', timeout=HANG))
    assert_kept(run(text))


@pytest.mark.parametrize('library, when', [
    # eventlet after the import hangs, on stock as well
    ('gevent', 'before'), ('gevent', 'after'), ('eventlet', 'before')])
def test_cooperative_schedulers(run, library, when):
    """They end as on stock, whatever they make of process pools."""
    patch = {'gevent': 'import gevent.monkey; gevent.monkey.patch_all()',
             'eventlet': 'import eventlet; eventlet.monkey_patch()'}[library]
    text = '''
        %s
        import concurrent.futures.process
        %s
        pool = concurrent.futures.process.ProcessPoolExecutor(1)
        tell(pool.submit(len, 'abc').result(PATIENCE))
    ''' % ((patch, '') if when == 'before' else ('', patch))
    stock, patched = run(text, 'stock', timeout=20), run(text, timeout=20)
    assert (stock.hung, stock.words) == (patched.hung, patched.words), (
        stock, patched)


def test_ctrl_c_while_the_manager_starts(run_python):
    """Stock forgets the manager; at exit nobody tells it to leave."""
    text = '''
import threading
%s
from gates import *
from concurrent.futures import ProcessPoolExecutor
class Started(threading.Event):
    def wait(self, timeout=None):
        if self is pool._queue_management_thread._started and not told:
            told.append(until(self.is_set))
            raise KeyboardInterrupt
        return super().wait(timeout)
told = []
stock = threading.Event
threading.Event = Started
pool = ProcessPoolExecutor(1)
try:
    pool.submit(int)
except KeyboardInterrupt:
    threading.Event = stock
    until(lambda: not pool._pending_work_items)
    tell('interrupted')
'''
    # The manager must be idle when exit begins, which it is once it has done
    # the work and gone round; on stock it then waits for ever.
    stock, patched = [
        run_python('-c', text % preamble, timeout=HANG)
        for preamble in ('', 'import backport')]
    assert stock.hung and stock.words == ['interrupted'], stock
    assert patched.returncode == 0, patched
    assert patched.words == ['interrupted'], patched


# References, introspection, growth.

def test_exit_handler_keeps_its_slot(run):
    text = '''
        atexit.register(lambda: tell('registered first'))
        from concurrent.futures import process
        def work():
            time.sleep(0.3)
        pool = process.ProcessPoolExecutor(1)
        pool.submit(work).add_done_callback(lambda future: tell('work'))
        atexit.register(lambda: tell('registered last'))
        if %d:
            import backport
        if 'backport' in sys.modules:
            tell(sys.modules['backport'].status()[1].state)
    '''
    for variant, late in ('stock', 0), ('patched', 0), ('stock', 1):
        child = run(text % late, variant)
        stock = variant == 'stock' and not late
        assert child.out.splitlines() == ([] if stock else ['applied']) + [
            'registered last', 'work', 'registered first'], child


def test_off_and_on_again(run):
    child = run('''
        import backport
        from concurrent.futures import process
        pool = process.ProcessPoolExecutor(1)
        for _ in range(3):
            tell(pool.submit(len, 'abc').result())
            tell(backport.deactivate()[1].state)
            tell(pool.submit(len, 'abc').result())
            backport.activate()
            tell(backport.status()[1].state)
    ''')
    assert child.words == ['3', 'disabled', '3', 'applied'] * 3, child


def test_nothing_grows(run):
    child = run('''
        from concurrent.futures import ProcessPoolExecutor, process
        import gc, weakref
        class Argument:
            pass
        for n in range(10):
            pool = ProcessPoolExecutor(1)
            for m in range(20):
                argument = Argument()
                future = pool.submit(id, argument)
                future.result()
            kept = [weakref.ref(x) for x in (argument, future, pool)]
            pool.shutdown()
            del argument, future, pool
            gc.collect()
            until(lambda: not any(ref() for ref in kept))
            tell([ref() for ref in kept] == [None] * 3)
        entered = (process._threads_queues if sys.version_info < (3, 7)
                   else process._threads_wakeups)
        tell(len(entered))
    ''')
    assert child.words == ['True'] * 10 + ['0'], child


def at_the_end(code, text):
    """Run *code* as the last exit handler but `hold`."""
    return '@atexit.register\ndef last():\n%s\n' % textwrap.indent(
        textwrap.dedent(code), '    ') + text


def test_refused_work_leaves_nothing_behind(run):
    """The work item is taken out again, and the manager leaves."""
    child = run(at_the_end('''
        submitted.wait(PATIENCE)
        manager = executor._queue_management_thread
        tell(manager.is_alive())
        tell(len(executor._pending_work_items))
    ''', program('''
def held_up(work_id):
    if work_id:
        inside.set()
        until(declared)
executor = process.ProcessPoolExecutor(1)
executor._pending_work_items = Pending(held_up)
executor.submit(int).result()
''')))
    assert child.returncode == 0, child
    assert child.words == ['refused', 'False', '0'], child


@pytest.mark.parametrize('loss, counts', [
    (A, ['0', '0']), (B, ['0', '1']), (C, ['0', '1']), (D, ['1', '1'])],
    ids='ABCD')
def test_counts(run, loss, counts):
    """What the exit report tells: starts waited for, and submits refused."""
    child = run(at_the_end('''
        submitted.wait(PATIENCE)
        print(process._backport.waits,
              process._backport.refusals)
    ''', program(loss)))
    assert child.words[-2:] == counts, child


# What a hostile review found.

def test_ctrl_c_while_exit_waits_for_a_start(run):
    """The managers are told to leave all the same: multiprocessing waits."""
    text = '''
        from concurrent.futures import process
        idle = process.ProcessPoolExecutor(1)
        idle.submit(int).result()
        class Slow(process.ProcessPoolExecutor):
            def _adjust_process_count(self):
                inside.set()
                until(lambda: False)    # longer than all of it takes
                super()._adjust_process_count()
        def late():
            try:
                Slow(1).submit(int)
            except RuntimeError:
                pass
        inside = threading.Event()
        def handle(signum, frame):
            raise KeyboardInterrupt
        signal.signal(signal.SIGALRM, handle)
        atexit.register(signal.setitimer, signal.ITIMER_REAL, 0.3)
        threading.Thread(target=late, daemon=True).start()
        inside.wait(PATIENCE)
    '''
    stock, patched = run(text, 'stock', timeout=HANG), run(text)
    assert 'KeyboardInterrupt' in patched.err, patched
    assert not patched.hung, patched
    assert '_pause' in patched.err, patched     # it did wait
    assert stock.words == patched.words == [], stock


BROKEN = '''
def held_up(work_id):
    if work_id:
        inside.set()
        until(declared)
        os.kill(list(executor._processes)[0], signal.SIGKILL)
        %s
executor = process.ProcessPoolExecutor(2)
executor._pending_work_items = Pending(lambda work_id: None)
blocked = executor.submit(time.sleep, 60)
until(lambda: blocked.running())
class Pending(Pending):
    def __setitem__(self, work_id, work_item):
        super().__setitem__(work_id, work_item)
        held_up(work_id)
executor._pending_work_items.__class__ = Pending
'''


@pytest.mark.parametrize('moment', [
    'until(lambda: not executor._pending_work_items)',  # it has failed them
    'until(lambda: executor._broken)',                  # it may be at it
], ids=['after', 'during'])
def test_pool_breaks_under_a_late_submitter(run, moment):
    text = program(BROKEN % moment)
    patched = run(text)
    assert patched.returncode == 0 and not patched.orphaned, patched
    assert patched.words == ['refused'], patched
    assert 'Exception in thread' not in patched.err, patched


def test_worker_processes_of_late_work_may_use_thread_pools(run):
    """As on stock: 3.6 refuses nothing there, 3.7 and later do."""
    text = '''
        from concurrent.futures import (ProcessPoolExecutor,
                                        ThreadPoolExecutor, thread)
        def nested():
            with ThreadPoolExecutor(1) as pool:
                return pool.submit(len, 'abc').result()
        def job():
            until(lambda: thread._shutdown)
            try:
                with ProcessPoolExecutor(1) as pool:
                    tell(pool.submit(nested).result())
            except RuntimeError as exc:
                tell('refused')
        ThreadPoolExecutor(1).submit(job)
    '''
    stock, patched = run(text, 'stock'), run(text)
    assert stock.words == patched.words == ['3' if OLD else 'refused'], (
        stock, patched)


def test_exit_handler_called_by_a_signal_handler_in_submit(run):
    """It does not wait for the start below it, which then is refused.

    On stock the work is done, as long as the process lives.
    """
    text = '''
        from concurrent.futures import process
        class Slow(process.ProcessPoolExecutor):
            def _adjust_process_count(self):
                process._python_exit()      # as a signal handler might
                super()._adjust_process_count()
        try:
            tell(Slow(1).submit(len, 'abc').result(PATIENCE))
        except RuntimeError:
            tell('refused')
    '''
    assert run(text, 'stock').words == ['3']
    patched = run(text)
    assert patched.words == ['refused'] and not patched.hung, patched


CLOSED_IN_BETWEEN = '''
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import _ThreadWakeup
    class ClosedInBetween(_ThreadWakeup):
        def wakeup(self):
            if exiting():
                # The exit handler has looked for managers.
                shutdown = threading.Thread(target=first.shutdown)
                shutdown.start()
                shutdown.join()
            super().wakeup()
    def exiting():
        return (threading.current_thread() is threading.main_thread()
                and sys.modules['concurrent.futures.process']._global_shutdown)
    first, second = ProcessPoolExecutor(1), ProcessPoolExecutor(1)
    first._queue_management_thread_wakeup = ClosedInBetween()
    for pool in first, second:
        pool.submit(int).result()
    tell('worked')
'''


@pytest.mark.skipif(OLD, reason='3.6 wakes managers through a queue that '
                    'nobody closes')
def test_a_pool_is_shut_down_while_exit_wakes_managers(run):
    """Stock's exit handler dies of it; nobody tells the second pool."""
    stock = run(CLOSED_IN_BETWEEN, 'stock', timeout=HANG)
    patched = run(CLOSED_IN_BETWEEN)
    assert stock.words == patched.words == ['worked']
    assert stock.hung and 'handle is closed' in stock.err, stock
    assert patched.returncode == 0 and not patched.err, patched
    assert not patched.orphaned, patched
