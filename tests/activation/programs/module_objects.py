"""The program uses what thread.py has for itself."""
import variant

import threading

import state
from gates import tell, until


def workers_are_known_where_they_were(switch):
    from concurrent.futures.thread import _threads_queues, _worker  # noqa: F401
    from concurrent.futures import thread
    before = dict(vars(thread))
    state.activate(switch)
    pool = thread.ThreadPoolExecutor(1)
    pool.submit(int)
    assert list(_threads_queues) == list(pool._threads)
    assert list(_threads_queues.values()) == [pool._work_queue]
    for name in before:
        assert vars(thread)[name] is before[name], name
    return pool


def workers_are_forgotten():
    from concurrent.futures import thread
    thread.ThreadPoolExecutor(1).submit(threading.Event().wait)
    thread._threads_queues.clear()


def flag_is_reset():
    def work():
        until(lambda: thread._shutdown)
        tell('worked')

    from concurrent.futures import thread
    first = thread.ThreadPoolExecutor(2)
    first.submit(int).result()
    thread._python_exit()
    tell(thread._shutdown)
    thread._shutdown = False
    thread._threads_queues.clear()
    second = thread.ThreadPoolExecutor(2)
    tell(second.submit(len, 'abc').result())
    second.submit(work)
    return first, second


def global_shutdown_lock():
    from concurrent.futures import ThreadPoolExecutor
    from concurrent.futures.thread import _global_shutdown_lock
    with _global_shutdown_lock:
        print(ThreadPoolExecutor(1).submit(len, 'abc').result())
    assert _global_shutdown_lock.acquire()
    _global_shutdown_lock.release()


variant.main(globals())
