"""Uses thread pools where BACKPORT_REPORT asks for a line at exit."""
import variant

import atexit
import os
import sys

from gates import tell, until

OLD = sys.version_info < (3, 7)


def not_used():
    pass


def used():
    from concurrent.futures import ThreadPoolExecutor
    ThreadPoolExecutor(1).submit(tell, 'done')


def registered():
    """Tell how many exit handlers backport registers."""
    before = atexit._ncallbacks()
    import backport
    tell(atexit._ncallbacks() - before)
    tell('backport._report' in sys.modules)
    backport.activate()
    tell(atexit._ncallbacks() - before)


def submit_refuses():
    """Three times.  On 3.6 a pool that exit has told, later any pool."""
    def submit():
        until(lambda: thread._shutdown)
        if OLD:
            until(lambda: id(executor._work_queue) in thread._backport.told)
        for _ in range(3):
            try:
                executor.submit(int)
            except RuntimeError:
                tell('refused')

    from concurrent.futures import thread
    executor, other = thread.ThreadPoolExecutor(1), thread.ThreadPoolExecutor(1)
    if OLD:     # later a worker that leaves would shut the executor down
        executor.submit(int)
    other.submit(submit)
    return executor, other


# What has become of standard error.

def none():
    sys.stderr = None


def closed():
    sys.stderr.close()


def descriptor_closed():
    os.close(2)


def no_file():
    sys.stderr = 5


def deleted():
    del sys.stderr


def full():
    sys.stderr = open('/dev/full', 'w')


def used_without_standard_error(case):
    used()
    globals()[case]()


variant.main(globals())
