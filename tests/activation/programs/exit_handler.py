"""The program uses the exit handler of thread pools, or counts on its slot."""
import variant

import atexit
import threading

import state
from gates import tell, until


def keeps_its_slot(when):
    atexit.register(tell, 'first')
    if when == 'before':
        state.activate('on')
    from concurrent.futures import thread
    atexit.register(tell, 'second')
    if when == 'after':
        state.activate('on')
    pool = busy_until_exit(thread)
    atexit.register(tell, 'third')
    if when == 'back and forth':
        import backport
        backport.deactivate()
        backport.activate()
    tell(state.live())
    return pool


def busy_until_exit(thread):
    """Return a pool with a work item that ends when exit is declared."""
    def work():
        until(lambda: thread._shutdown)
        tell('worked')

    pool = thread.ThreadPoolExecutor(1)
    pool.submit(work)
    return pool


def unregistered(switch, by):
    from concurrent.futures import thread
    from concurrent.futures.thread import _python_exit
    state.activate(switch)
    tell(state.folder(_python_exit.__code__))
    if by == 'program':
        atexit.unregister(_python_exit)
    after = threading.Event()
    thread.ThreadPoolExecutor(1).submit(
        until, lambda: thread._shutdown or after.is_set())
    atexit._run_exitfuncs()
    tell(thread._shutdown)
    after.set()


def registered_again():
    """In another slot, as some programs do to be the first."""
    from concurrent.futures import thread
    atexit.register(tell, 'first')
    atexit.unregister(thread._python_exit)
    atexit.register(thread._python_exit)
    return busy_until_exit(thread)


variant.main(globals())
