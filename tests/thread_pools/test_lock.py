"""concurrent.futures.thread._global_shutdown_lock, as programs use it."""
import pytest

IMPORTS = '''
from concurrent.futures import thread
from concurrent.futures.thread import _global_shutdown_lock as lock
'''


def test_stock_has_none(run):
    child = run('from concurrent.futures.thread import _global_shutdown_lock',
                'stock')
    assert 'ImportError' in child.err


def test_exit_waits_for_holders(run):
    """Who has seen the flag unset may finish what it does under the lock."""
    program = IMPORTS + '''
def hold():
    with lock:
        tell(thread._shutdown)
        inside.set()
        until(lambda: thread._shutdown)
        time.sleep(0.3)
        tell('left')
inside = threading.Event()
threading.Thread(target=hold, daemon=True).start()
inside.wait(PATIENCE)
'''
    stock = run('import concurrent.futures.thread\n'
                'concurrent.futures.thread._global_shutdown_lock = '
                'threading.Lock()\n' + program, 'stock')
    assert stock.words == ['False'] and stock.returncode == 0, stock
    patched = run(program)
    assert patched.words == ['False', 'left'], patched
    assert patched.returncode == 0 and not patched.err, patched


def test_it_is_shared_and_reentrant(run):
    child = run(IMPORTS + '''
inside = threading.Barrier(3)
def hold():
    with lock, lock:
        inside.wait(PATIENCE)
threads = [threading.Thread(target=hold) for n in range(2)]
for t in threads: t.start()
with lock:
    inside.wait(PATIENCE)
    tell(lock.locked())
for t in threads: t.join()
tell(lock.locked())
''')
    assert child.words == ['True', 'False'], child


def test_it_has_the_interface_of_a_lock(run):
    child = run(IMPORTS + '''
tell(lock.acquire())
tell(lock.acquire(False))
tell(lock.acquire(timeout=1))
tell(lock.acquire(True, 1))
t = threading.Thread(target=lock.release)   # a lock may be released elsewhere
t.start(); t.join()
lock.release(); lock.release(); lock.release()
try:
    lock.release()
except RuntimeError as exc:
    tell(exc)
''')
    assert child.out.splitlines() == ['True'] * 4 + [
        'release unlocked lock'], child


def test_nobody_waits_for_the_exit_handler(run):
    """3.9's plain lock would be held by it, or by the thread it waits for."""
    child = run(IMPORTS + '''
inside, done = threading.Event(), threading.Event()
def hold():
    with lock:
        inside.set()
        done.wait(PATIENCE)
def late():
    until(lambda: thread._shutdown)
    tell(lock.acquire(False))
    tell(lock.acquire())
    lock.release()
    done.set()
for target in hold, late:
    threading.Thread(target=target, daemon=True).start()
inside.wait(PATIENCE)
''', timeout=20)
    assert child.words == ['True', 'True'], child
    assert child.returncode == 0, child


@pytest.mark.parametrize('seconds', [0, 0.005])
def test_threads_that_hold_it_in_turn_cannot_keep_exit_out(run, seconds):
    child = run(IMPORTS + '''
def hold_again_and_again():
    while True:
        with lock:
            time.sleep(%s)
for n in range(8):
    threading.Thread(target=hold_again_and_again, daemon=True).start()
time.sleep(0.1)
''' % seconds, timeout=20)
    assert child.returncode == 0 and not child.err, child


def test_a_fork_leaves_the_siblings_holds_behind(run):
    child = run(IMPORTS + '''
inside, done = threading.Event(), threading.Event()
def hold():
    with lock:
        inside.set()
        done.wait(PATIENCE)
t = threading.Thread(target=hold)
t.start()
inside.wait(PATIENCE)
with lock:
    pid = os.fork()
if not pid:
    tell(lock.locked())
    sys.exit()
tell(os.waitpid(pid, 0)[1])
tell(lock.locked())
done.set()
''', timeout=20)
    assert child.words == ['False', '0', 'True'], child


def test_code_written_for_39(run):
    """A submit that takes both locks, as 3.9's does, loses nothing.

    With the fallback that such code has, it does on stock.
    """
    program = '''
@atexit.register
def hold():
    overtaken.set()             # the exit handler of the pools is done
    submitted.wait(PATIENCE)
from concurrent.futures import thread
lock = getattr(thread, '_global_shutdown_lock', None) or threading.Lock()
class Pool(thread.ThreadPoolExecutor):
    def submit(self, fn, *args):
        with self._shutdown_lock, lock:
            if thread._shutdown:
                raise RuntimeError('refused')
            inside.set()
            until(lambda: thread._shutdown)
            overtaken.wait(0.5)     # patched: it waits for us
            f = thread._base.Future()
            self._work_queue.put(thread._WorkItem(f, fn, args, {}))
            self._adjust_thread_count()
            return f
inside, overtaken, submitted = (threading.Event() for n in range(3))
def late():
    time.sleep(0.3)
    tell('completed')
def submit_late():
    Pool(1).submit(late)
    tell('accepted')
    submitted.set()
threading.Thread(target=submit_late, daemon=True).start()
inside.wait(PATIENCE)
'''
    stock, patched = run(program, 'stock', timeout=20), run(program, timeout=20)
    assert stock.words == ['accepted'] and stock.returncode == 0, stock
    assert sorted(patched.words) == ['accepted', 'completed'], patched
