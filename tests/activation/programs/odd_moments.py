"""backport is imported, or the patch is switched, at an odd moment."""
import variant

import atexit
import os
import sys
import threading

import state
from gates import PATIENCE, tell, until


def by_two_threads():
    """The second one comes while the first one is about to patch."""
    def about_to_patch():
        inside.set()
        tell(until(lambda: state.waits(second)))

    from concurrent.futures import thread
    import backport
    del os.environ['BACKPORT_DISABLE']
    inside = threading.Event()
    state.Gate('backport.patches.thread_3_%d' % sys.version_info[1],
               about_to_patch)
    first = threading.Thread(target=backport.activate)
    second = threading.Thread(target=backport.activate)
    first.start()
    inside.wait(PATIENCE)
    tell(state.live())
    second.start()
    first.join()
    second.join()
    tell(thread.ThreadPoolExecutor(1).submit(len, 'abc').result())
    tell(backport.status()[0].state)
    tell(state.live())


def in_a_forked_child():
    from concurrent.futures import thread
    pool = thread.ThreadPoolExecutor(1)
    pool.submit(int).result()
    pid = os.fork()
    if pid == 0:
        state.activate('on')
        tell(state.live())
        own = thread.ThreadPoolExecutor(1)
        own.submit(lambda: (until(lambda: thread._shutdown),
                            tell('completed')))
        sys.exit(7)
    tell(os.waitpid(pid, 0)[1] >> 8)
    tell(state.live())
    return pool


def by_an_exit_handler(when):
    """Handlers run in reverse: one registered *before* runs after the pools'.
    """
    def late():
        state.activate('on')
        tell(state.live())
        pool = thread.ThreadPoolExecutor(1)
        try:
            pool.submit(tell, 'worked').result()
        except RuntimeError:
            tell('refused')

    if when == 'before':
        atexit.register(late)
    from concurrent.futures import thread
    if when == 'after':
        atexit.register(late)


def at_teardown(loaded):
    import backport
    if loaded == 'loaded':
        import concurrent.futures.thread    # noqa: F401

    class Last:
        def __del__(self, backport=backport, sys=sys, write=os.write):
            assert sys.meta_path is None
            backport.activate()
            backport.deactivate()
            backport.activate()
            write(1, backport.status()[0].state.encode())

    return Last()


def while_stock_code_exits():
    """By a worker that the exit handler is waiting for."""
    def work():
        until(lambda: thread._shutdown)
        import backport
        tell(backport.status()[0].state)
        try:
            pool.submit(tell, 'ran')
        except RuntimeError:
            tell('refused')

    from concurrent.futures import thread
    pool = thread.ThreadPoolExecutor(1)
    pool.submit(work)
    return pool


def under_an_audit_hook(objects_to='0'):
    """It sees each function being replaced; it may object to one of them."""
    def hook(event, args):
        if event == 'object.__setattr__' and args[1] == '__code__':
            seen.append(' '.join(map(state.folder, state.codes())))
            if len(seen) == int(objects_to):
                raise PermissionError('an audit hook objects')

    from concurrent.futures import thread   # noqa: F401
    seen = []
    sys.addaudithook(hook)
    import backport
    tell(state.live())
    tell(backport.status()[0].state)
    backport.activate()
    tell(state.live())
    backport.deactivate()
    tell(state.live())
    for codes in seen:
        tell(codes)


variant.main(globals())
