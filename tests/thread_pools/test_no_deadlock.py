"""No harm: no wait that stock code does not have.

The programs end on stock code. Those of the tests named "upstreams_lock" hang
with that plain lock, or their children do, which shows that they can tell.
"""
import sys

import pytest

TIMEOUT = 20    # seconds; each program takes less than two

SIGNAL_HANDLER = '''
    # The handler runs in the middle of submit: before the item is put.
    from concurrent.futures import ThreadPoolExecutor
    pool, other = ThreadPoolExecutor(1), ThreadPoolExecutor(1)
    pool._work_queue = Queue(
        pool._work_queue,
        lambda item: item and os.kill(os.getpid(), signal.SIGUSR1))
    signal.signal(signal.SIGUSR1, lambda *args: other.submit(tell, 'handled'))
    pool.submit(tell, 'done').result()
'''

FINALISER = '''
    import gc
    from concurrent.futures import ThreadPoolExecutor
    pool, other = ThreadPoolExecutor(1), ThreadPoolExecutor(1)
    class Cycle:
        def __init__(self):
            self.me = self
        def __del__(self):
            other.submit(tell, 'finalised').result()
    pool._work_queue = Queue(pool._work_queue,
                             lambda item:
                             item and (Cycle() and 0, gc.collect()))
    pool.submit(tell, 'done').result()
'''

# Two threads, each in its pool's submit, each submit needing the other's.
FINALISERS_CROSSWISE = '''
    from concurrent.futures import ThreadPoolExecutor
    inside = threading.Barrier(2)
    first, second = ThreadPoolExecutor(1), ThreadPoolExecutor(1)
    third, fourth = ThreadPoolExecutor(1), ThreadPoolExecutor(1)
    def meet(pool):
        def gate(item):
            if item is not None:
                inside.wait(PATIENCE)   # both are in submit now
                pool.submit(int).result()
        return gate
    first._work_queue = Queue(first._work_queue, meet(third))
    second._work_queue = Queue(second._work_queue, meet(fourth))
    threads = [threading.Thread(target=pool.submit, args=(tell, 'done'))
               for pool in (first, second)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
'''

FORK = '''
    # Another thread is in submit, at %(where)s, while this one forks.
    from concurrent.futures import ThreadPoolExecutor
    inside, go_on = threading.Event(), threading.Event()
    def hold_up(item=True):
        if item is not None:
            inside.set()
            go_on.wait(PATIENCE)
    pool, unused = ThreadPoolExecutor(2), ThreadPoolExecutor(2)
    if %(where)r == 'the queue':
        pool._work_queue = Queue(pool._work_queue, hold_up)
    elif %(where)r == 'the worker':
        pool._threads = Threads(hold_up)
    submitter = threading.Thread(target=pool.submit, args=(int,))
    submitter.start()
    inside.wait(PATIENCE)
    pids = []
    for n in range(5):
        pid = os.fork()
        if pid == 0:
            ThreadPoolExecutor(2).submit(tell, 'own').result()
            unused.submit(tell, 'inherited').result()
            with ThreadPoolExecutor(2) as own:
                own.submit(tell, 'own')
            sys.exit(7)
        pids.append(pid)
    statuses = []
    def reap():
        for pid in pids:
            statuses.append(os.waitpid(pid, 0)[1] >> 8)
    reaper = threading.Thread(target=reap, daemon=True)
    reaper.start()
    reaper.join(5)
    tell('exited=%%s' %% statuses.count(7))
    go_on.set()
    submitter.join()
    for pid in pids:
        if len(statuses) < 5:
            os.kill(pid, signal.SIGKILL)
'''

FORK_INSIDE = '''
    import gc
    from concurrent.futures import ThreadPoolExecutor
    pool = ThreadPoolExecutor(2)
    children = []
    def fork(*args):
        pid = os.fork()
        if pid:
            children.append(pid)
    class Cycle:
        def __init__(self):
            self.me = self
        def __del__(self):
            fork()
    signal.signal(signal.SIGUSR1, fork)
    def gate(item):
        if item is not None and not children:
            if %(where)r == 'finaliser':
                Cycle() and 0, gc.collect()
            else:
                os.kill(os.getpid(), signal.SIGUSR1)
    pool._work_queue = Queue(pool._work_queue, gate)
    pool.submit(tell, 'done').result()
    for pid in children:
        tell(os.waitpid(pid, 0)[1])
'''

GEVENT = '''
    %(before)s
    import concurrent.futures.thread
    from concurrent.futures import ThreadPoolExecutor
    %(after)s
    pools = [ThreadPoolExecutor(2) for n in range(3)]
    def work(n):
        time.sleep(0.001)
        return n
    def use(pool):
        total = 0
        for n in range(5):
            total += pool.submit(work, n).result()
        return total
    jobs = [gevent.spawn(use, pool) for pool in pools]
    gevent.joinall(jobs)
    tell(sum(job.value for job in jobs))
    gevent.spawn(pools[0].submit, tell, 'late')
    gevent.sleep(0)
'''
EVENTLET = GEVENT.replace('gevent.joinall(jobs)', '').replace(
    'job.value', 'job.wait()').replace('gevent', 'eventlet')

GREEN = {'gevent': GEVENT, 'eventlet': EVENTLET}
MONKEY = {'gevent': 'import gevent.monkey; gevent.monkey.patch_all()',
          'eventlet': 'import eventlet; eventlet.monkey_patch()'}


@pytest.mark.parametrize('variant', ['stock', 'patched'])
@pytest.mark.parametrize('program, words', [
    (SIGNAL_HANDLER, ['done', 'handled']),
    (FINALISER, ['done', 'finalised']),
    (FINALISERS_CROSSWISE, ['done', 'done']),
], ids=['signal handler', 'finaliser', 'finalisers crosswise'])
def test_submit_inside_submit(run, program, words, variant):
    child = run(program, variant, timeout=TIMEOUT)
    assert sorted(child.words) == words, child
    assert child.returncode == 0 and not child.err, child


@pytest.mark.parametrize('program', [
    SIGNAL_HANDLER, FINALISER, FINALISERS_CROSSWISE],
    ids=['signal handler', 'finaliser', 'finalisers crosswise'])
def test_submit_inside_submit_deadlocks_on_upstreams_lock(run, program):
    assert run(program, 'upstream', timeout=5).hung


@pytest.mark.parametrize('variant', ['stock', 'patched'])
@pytest.mark.parametrize('where', ['the queue', 'the worker'])
def test_fork_while_another_thread_is_in_submit(run, where, variant):
    child = run(FORK % {'where': where}, variant, timeout=TIMEOUT)
    assert child.words.count('own') == 10, child
    assert child.words.count('inherited') == 5, child
    assert 'exited=5' in child.words, child
    assert child.returncode == 0, child


@pytest.mark.parametrize('where', ['the queue', 'the worker'])
def test_fork_hangs_the_children_of_upstreams_lock(run, where):
    child = run(FORK % {'where': where}, 'upstream', timeout=TIMEOUT)
    assert 'exited=0' in child.words, child


@pytest.mark.parametrize('variant', ['stock', 'patched'])
@pytest.mark.parametrize('where', ['signal handler', 'finaliser'])
def test_fork_inside_submit(run, where, variant):
    """The child goes on in the submit, and exits."""
    child = run(FORK_INSIDE % {'where': where}, variant, timeout=TIMEOUT)
    assert child.words == ['done', 'done', '0'], child
    assert child.returncode == 0 and not child.err, child


@pytest.mark.skipif(sys.version_info < (3, 7),
                    reason='3.6 has no os.register_at_fork')
@pytest.mark.parametrize('where', ['signal handler', 'finaliser'])
def test_fork_inside_submit_hangs_with_upstreams_hooks(run, where):
    """Those that later 3.9 releases have beside it (bpo-45021)."""
    hooks = '''
    from concurrent.futures import thread
    lock = thread._global_shutdown_lock
    os.register_at_fork(before=lock.acquire, after_in_parent=lock.release,
                        after_in_child=lock.release)
    '''
    assert run(hooks + FORK_INSIDE % {'where': where}, 'upstream',
               timeout=5).hung


@pytest.mark.parametrize('variant', ['stock', 'patched'])
@pytest.mark.parametrize('when', ['before', 'after'])
@pytest.mark.parametrize('green', sorted(GREEN))
def test_green(run, green, when, variant):
    """Monkey patched before or after the import of concurrent.futures."""
    pytest.importorskip(green)
    places = {'before': '', 'after': '', when: MONKEY[green]}
    child = run(GREEN[green] % places, variant, timeout=TIMEOUT)
    assert child.words[:1] == ['30'], child
    assert child.returncode == 0, child


@pytest.mark.parametrize('when', ['before', 'after'])
@pytest.mark.parametrize('green', sorted(GREEN))
def test_green_hangs_on_upstreams_lock(run, green, when):
    """Unless the lock is made of what is monkey patched already."""
    pytest.importorskip(green)
    places = {'before': '', 'after': '', when: MONKEY[green]}
    # Not by the preamble: that would load thread.py before either.
    program = (GREEN[green] % places).replace(
        'import concurrent.futures.thread', 'import upstream_lock')
    child = run(program, 'stock', timeout=5)
    if when == 'after':
        assert child.hung and not child.words, child
    else:
        assert child.words[:1] == ['30'] and child.returncode == 0, child


SUSPENDED_GREENLET = '''
    from gevent import monkey; monkey.patch_all(time=False)
    import gevent
    from concurrent.futures import ThreadPoolExecutor
    inside = []
    def suspend(t):
        inside.append(t)
        gevent.sleep(0.05)
    def work():
        gevent.sleep(0.5)
        tell('done')
    pool = ThreadPoolExecutor(1)
    pool._threads = Threads(suspend)
    gevent.spawn(pool.submit, work)
    while not inside:
        gevent.sleep(0)
    tell('suspended')
'''


def test_exit_waits_for_a_greenlet_of_its_own_thread(run):
    """It is suspended while it starts a worker; a sleeping exit handler that
    does not yield to it would wait for ever."""
    pytest.importorskip('gevent')
    child = run(SUSPENDED_GREENLET, timeout=TIMEOUT)
    assert child.words == ['suspended', 'done'], child
    assert child.returncode == 0, child
    stock = run(SUSPENDED_GREENLET, 'stock', timeout=TIMEOUT)
    assert stock.words == ['suspended'] and stock.returncode == 0, stock


def test_exit_hangs_on_upstreams_lock_that_such_a_greenlet_holds(run):
    pytest.importorskip('gevent')
    child = run(SUSPENDED_GREENLET, 'upstream', timeout=5)
    assert child.hung and 'suspended' in child.words, child


@pytest.mark.parametrize('held_up', [
    'by a holder', 'by a start', 'by a worker'])
def test_ctrl_c_during_exit(run, held_up):
    """It ends the wait, as it ends the join of stock code."""
    program = '''
        from concurrent.futures import thread
        pool = thread.ThreadPoolExecutor(1)
        forever, inside = threading.Event(), threading.Event()
        watcher = threading.Thread(target=lambda: watch(), daemon=True)
        def hold():
            with thread._global_shutdown_lock:
                forever.wait()
        if %r == 'by a holder':
            threading.Thread(target=hold, daemon=True).start()
            lock = thread._global_shutdown_lock
            until(lock.locked)
        elif %r == 'by a start':
            submitter = threading.Thread(target=pool.submit, args=(int,),
                                         daemon=True)
            gate = lambda: inside.set() or forever.wait()
            threading.Thread = gated_thread(pool, gate)
            submitter.start()
            inside.wait(PATIENCE)
        else:
            pool.submit(forever.wait)
        def watch():
            until(lambda: thread._shutdown)
            tell('exiting')
        watcher.start()
    ''' % (held_up, held_up)

    def interrupted(variant):
        # A signal that arrives between the interpreter's last look for one and
        # the call that waits does not end that call, in any program: 4 of
        # 17,000 starts of time.sleep.  So a hang counts if it happens twice.
        options = {'timeout': TIMEOUT, 'interrupt_at': 'exiting'}
        child = run(program, variant, **options)
        return run(program, variant, **options) if child.hung else child

    child = interrupted('patched')
    assert not child.hung, child
    assert 'KeyboardInterrupt' in child.err, child
    if held_up == 'by a worker':
        stock = interrupted('stock')
        assert stock.returncode == child.returncode, (stock, child)


def test_exit_handler_called_inside_submit(run):
    """By a signal handler: submit cannot go on before it returns."""
    program = '''
        from concurrent.futures import thread
        pool = thread.ThreadPoolExecutor(2)
        pool.submit(int)
        signal.signal(signal.SIGUSR1, lambda *args: thread._python_exit())
        pool._threads = Threads(lambda t: os.kill(os.getpid(), signal.SIGUSR1))
        try:
            pool.submit(tell, 'done')
            tell('accepted')
        except RuntimeError:
            tell('refused')
    '''
    for variant in 'stock', 'patched':
        child = run(program, variant, timeout=TIMEOUT)
        assert not child.hung, child
        assert 'accepted' in child.words and 'done' in child.words, child


def test_synchronous_executors_that_work_for_ever(run):
    """In daemon threads: stock does not wait for them, we not for long."""
    program = '''
        from concurrent.futures import ThreadPoolExecutor
        class Synchronous(ThreadPoolExecutor):
            def _adjust_thread_count(self):
                self._work_queue.get().run()
        inside = threading.Barrier(3)
        def work():
            inside.wait(PATIENCE)
            while True:
                time.sleep(0.1)
        for n in range(2):
            threading.Thread(target=Synchronous().submit, args=(work,),
                             daemon=True).start()
        inside.wait(PATIENCE)
    '''
    for variant in 'stock', 'patched':
        child = run(program, variant, timeout=TIMEOUT)
        assert child.returncode == 0 and not child.err, child


# Ctrl-C in Thread.start, before there is a thread, or before it runs.  The
# function that makes the thread is the only place where it can be sent on time.
INTERRUPTED_START = '''
    from concurrent.futures import thread
    make_thread = threading._start_new_thread
    def interrupted(*args):
        threading._start_new_thread = make_thread
        if %r == 'after':
            make_thread(*args)
        raise KeyboardInterrupt
    pool, other = thread.ThreadPoolExecutor(1), thread.ThreadPoolExecutor(1)
    threading._start_new_thread = interrupted
    def late():
        until(lambda: thread._shutdown)
        time.sleep(0.5)
        tell('completed')
    try:
        pool.submit(%s)
    except KeyboardInterrupt:
        tell('interrupted')
'''


def test_exit_waits_for_a_worker_whose_start_was_interrupted(run):
    """It runs, and has taken work; stock forgets it and cuts that off."""
    program = INTERRUPTED_START % ('after', 'late')
    stock, patched = run(program, 'stock'), run(program)
    assert stock.words == ['interrupted'], stock
    assert patched.words == ['interrupted', 'completed'], patched
    for child in stock, patched:
        assert child.returncode == 0 and not child.err, child


@pytest.mark.parametrize('when, variant', [
    ('before', 'stock'), ('before', 'patched'),
    # Whether stock cuts something off depends on which worker takes it.
    ('after', 'patched')])
def test_pools_go_on_after_an_interrupted_start(run, when, variant):
    """And exit does not join a thread that never came to be: that raises."""
    child = run(INTERRUPTED_START % (when, "tell, 'first'") + '''
    pool.submit(late)
    other.submit(late)
''', variant, timeout=TIMEOUT)
    assert sorted(child.words) == [
        'completed', 'completed', 'first', 'interrupted'], child
    assert child.returncode == 0 and not child.err, child


def test_subinterpreters(run):
    child = run('''
        import _testcapi
        from concurrent.futures import ThreadPoolExecutor
        ThreadPoolExecutor(1).submit(tell, 'main')
        status = _testcapi.run_in_subinterp("""if True:
            import backport, os
            from concurrent.futures import ThreadPoolExecutor
            with ThreadPoolExecutor(1) as pool:
                pool.submit(os.write, 1, b'sub ').result()
            assert backport.status()[0].state == 'applied', backport.status()
            """)
        assert status == 0
        ThreadPoolExecutor(1).submit(tell, 'main')
    ''', timeout=TIMEOUT)
    assert sorted(child.words) == ['main', 'main', 'sub'], child
    assert child.returncode == 0 and not child.err, child
