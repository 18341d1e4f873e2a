"""What works, or ends, on stock does so with the patch.

Most of it is what a hostile reader of version 0.1.0 found.  Each program runs
on stock as well.
"""
import sys

import pytest
from losses import IN_A_START, STARTING

OLD = sys.version_info < (3, 7)

#: The same in a class that starts its workers in another way.
UNDER_THE_GUARD = STARTING + '''
class Own(thread.ThreadPoolExecutor):
    def _adjust_thread_count(self):
        extra = (None, ()) if sys.version_info >= (3, 7) else ()
        t = threading.Thread(target=thread._worker, daemon=True, args=(
            thread.weakref.ref(self), self._work_queue) + extra)
        held_up()
        t.start()
        thread._threads_queues[t] = self._work_queue
        began.wait(PATIENCE)
executor = Own(1)
threading.Thread(target=submit_late, daemon=True).start()
inside.wait(PATIENCE)
'''


def assert_lost(child):
    assert child.returncode == 0 and child.words == ['accepted'], child


def assert_kept(child):
    assert child.returncode == 0, child
    assert sorted(child.words) == ['accepted', 'completed'], child


# What a program or its tests have replaced.

@pytest.mark.parametrize('where', [IN_A_START, UNDER_THE_GUARD],
                         ids=['start', 'guard'])
@pytest.mark.parametrize('replaced', [
    "'os.getpid', return_value=1",
    "'os.getpid', side_effect=[4711]",
    "'threading.Event'",
    "'threading.Event', side_effect=StopIteration",
    "'time.sleep'",
    "'time.monotonic', return_value=1.0",
])
def test_mock_left_on_at_exit(run, where, replaced):
    program = where % {'seconds': 0.3} + '''
from unittest import mock
mock.patch(%s).start()
''' % replaced
    if 'sleep' in replaced or 'Event' in replaced:
        # The gates need the real ones.
        program = 'sleep, Event = time.sleep, threading.Event\n' + (
            program.replace('time.sleep(', 'sleep('))
    assert_lost(run(program, 'stock'))
    assert_kept(run(program))


def test_the_wait_at_exit_costs_no_processor_time(run):
    program = IN_A_START % {'seconds': 1} + '''
from unittest import mock
mock.patch('threading.Event').start()
begin = time.process_time()
atexit.register(lambda: tell('idle' if time.process_time() - begin < 0.3
                             else 'spins'))
# Last, so that the pools' own handler runs before the one above.
atexit.unregister(thread._python_exit)
atexit.register(thread._python_exit)
'''
    child = run(program)
    assert 'idle' in child.words and 'completed' in child.words, child


@pytest.mark.parametrize('variant', ['stock', 'patched'])
@pytest.mark.parametrize('replaced', [
    "'os.getpid', side_effect=[4711]",
    "'threading.Thread', autospec=True",
    "'threading.Thread'",
    "'threading.Thread', StandIn",
])
def test_mock_during_submit(run, variant, replaced):
    child = run('''
        from unittest import mock
        from concurrent.futures import ThreadPoolExecutor
        stock = threading.Thread
        class StandIn:
            def __init__(self, name, target, args):
                self.thread = stock(target=target, args=args, daemon=True)
            def start(self):
                self.thread.start()
            def join(self):
                self.thread.join()
                tell('joined')
        pool = ThreadPoolExecutor(1)
        with mock.patch(%s):
            pool.submit(tell, 'done')
        tell('accepted')
    ''' % replaced, variant)
    assert child.returncode == 0 and not child.err, child
    words = {'accepted'}
    if 'StandIn' in replaced:
        words |= {'done', 'joined'}
    if 'getpid' in replaced:
        words |= {'done'}
    assert set(child.words) == words, child


@pytest.mark.parametrize('variant', ['stock', 'patched'])
def test_other_mapping_in_place_of_the_workers(run, variant):
    child = run('''
        from concurrent.futures import thread
        thread._threads_queues = {}
        pool = thread.ThreadPoolExecutor(1)
        pool.submit(time.sleep, 0.2)
        pool.submit(tell, 'done')
    ''', variant)
    assert child.words == ['done'] and not child.err, child


# Starts that do not come off.

@pytest.mark.parametrize('variant', ['stock', 'patched'])
def test_worker_dies_before_it_says_that_it_started(run, variant):
    """Its submitter waits in Thread.start() for ever; exit must not."""
    child = run('''
        from concurrent.futures import ThreadPoolExecutor
        stock = threading._set_sentinel
        def no_memory():
            if threading.get_ident() == submitter.ident:
                return stock()      # that is the submitter's own
            dying.set()
            raise MemoryError
        dying = threading.Event()
        pool = ThreadPoolExecutor(1)
        submitter = threading.Thread(target=pool.submit, args=(int,),
                                     daemon=True)
        threading._set_sentinel = no_memory
        submitter.start()
        dying.wait(PATIENCE)
        tell('exits')
    ''', variant, timeout=30)
    assert child.returncode == 0 and child.words == ['exits'], child


@pytest.mark.parametrize('exception', ['KeyboardInterrupt', 'TimeoutError'])
def test_signal_handler_raises_while_a_worker_starts(run, exception):
    """The worker takes work; stock forgets the worker and cuts that off."""
    program = '''
        from concurrent.futures import thread
        def handle(signum, frame):
            raise %s
        signal.signal(signal.SIGALRM, handle)
        class Started(threading.Event):
            def wait(self, timeout=None):
                threading.Event = Started.__base__
                os.kill(os.getpid(), signal.SIGALRM)
        def late():
            until(lambda: thread._shutdown)
            time.sleep(0.5)
            tell('completed')
        pool = thread.ThreadPoolExecutor(1)
        threading.Event = Started
        try:
            pool.submit(late)
        except %s:
            tell('interrupted')
    ''' % (exception, exception)
    stock, patched = run(program, 'stock'), run(program)
    assert stock.words == ['interrupted'], stock
    assert patched.words == ['interrupted', 'completed'], patched
    for child in stock, patched:
        assert child.returncode == 0 and not child.err, child


def test_interrupted_start_keeps_nothing_alive(run):
    """Neither the locals of the callers nor the pool."""
    program = '''
        import gc, weakref
        from concurrent.futures import thread
        class Local: pass
        make_thread = threading._start_new_thread
        def interrupted(*args):
            threading._start_new_thread = make_thread
            raise KeyboardInterrupt
        def caller():
            local, pool = Local(), thread.ThreadPoolExecutor(1)
            kept.append(weakref.ref(local))
            kept.append(weakref.ref(pool))
            threading._start_new_thread = interrupted
            pool.submit(int)
        kept = []
        try:
            caller()
        except KeyboardInterrupt:
            pass
        gc.collect()
        tell([ref() for ref in kept])
    '''
    for variant in 'stock', 'patched':
        child = run(program, variant)
        assert child.out == '[None, None]\n', child
        assert child.returncode == 0 and not child.err, child


def test_process_pool_whose_manager_could_not_be_started(run):
    """Stock accepts the next work, never runs it and never exits."""
    program = '''
        from concurrent.futures import ProcessPoolExecutor
        make_thread = threading._start_new_thread
        def fails(*args):
            threading._start_new_thread = make_thread
            raise RuntimeError("can't start new thread")
        pool = ProcessPoolExecutor(1)
        threading._start_new_thread = fails
        try:
            pool.submit(int)
        except RuntimeError as exc:
            tell('raised')
        pool.submit(int).add_done_callback(lambda future: tell('done'))
    '''
    stock, patched = run(program, 'stock', timeout=5), run(program)
    assert stock.hung and stock.words == ['raised'], stock
    assert patched.words == ['raised', 'done'], patched
    assert patched.returncode == 0 and not patched.orphaned, patched


@pytest.mark.skipif(OLD, reason='3.6 has no initializers')
@pytest.mark.parametrize('variant', ['stock', 'patched'])
def test_process_pool_whose_workers_die_at_once(run, variant):
    """The first submit returns a future, and that fails; it does not hang."""
    child = run('''
        from concurrent.futures import ProcessPoolExecutor
        class Executor(ProcessPoolExecutor):
            def _adjust_process_count(self):
                super()._adjust_process_count()
                for process in self._processes.values():
                    process.join(PATIENCE)
        pool = Executor(2, initializer=os._exit, initargs=(1,))
        try:
            pool.submit(int).result(PATIENCE)
        except Exception as exc:
            tell(type(exc).__name__)
    ''', variant)
    assert child.words == ['BrokenProcessPool'], child


# What ends the wait.

def test_ctrl_c_while_exit_waits_for_a_start(run):
    """The workers are told and joined all the same.

    Stock does not wait for the start; Ctrl-C ends its join of the workers, and
    cuts their work off.
    """
    program = STARTING % {'seconds': 0} + '''
from concurrent.futures import ThreadPoolExecutor
def work():
    until(lambda: thread._shutdown)
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(0.5)
    tell('completed')
forever = threading.Event()
busy = ThreadPoolExecutor(1)
submitter = threading.Thread(target=executor.submit, args=(int,), daemon=True)
threading.Thread = gated_thread(executor, lambda: (
    inside.set(), forever.wait()))
submitter.start()
inside.wait(PATIENCE)
submitted.set()
busy.submit(work)
'''
    stock, patched = run(program, 'stock'), run(program)
    assert stock.words == [] and 'KeyboardInterrupt' in stock.err, stock
    assert patched.words == ['completed'], patched
    assert 'KeyboardInterrupt' in patched.err, patched


def test_refused_start_and_the_end_of_its_executor(run):
    """A weak reference of the refused manager to the executor calls nothing.

    The exit handler has the manager in its list when the executor is freed.
    The twin keeps that reference.
    """
    program = '''
        import weakref
        done, entered = threading.Event(), threading.Event()
        atexit.register(lambda: done.wait(PATIENCE))
        from concurrent.futures import process
        old = sys.version_info < (3, 7)
        flag = '_shutdown' if old else '_global_shutdown'
        class Managers(weakref.WeakKeyDictionary):
            def __setitem__(self, manager, wakeup):
                super().__setitem__(manager, wakeup)
                entered.set()
                until(lambda: getattr(process, flag))
                time.sleep(0.05)        # exit has listed it, and waits
        managers = '_threads_queues' if old else '_threads_wakeups'
        setattr(process, managers, Managers())
        def use():
            try:
                with process.ProcessPoolExecutor(1) as pool:
                    pool.submit(int)
            except RuntimeError:
                tell('refused')
            pool = None
            done.set()
        threading.Thread(target=use, daemon=True).start()
        entered.wait(PATIENCE)
        %s
    '''
    child = run(program % '')
    assert child.words == ['refused'] and child.returncode == 0, child
    assert not child.err, child
    if not OLD:     # 3.6 puts into a queue that nobody closes
        kept = run(program % 'threading.Thread._args = property('
                   'lambda self: self.arguments, lambda self, arguments: '
                   'arguments and setattr(self, "arguments", arguments))')
        assert 'handle is closed' in kept.err, kept
