"""A program or its tests have replaced what the pools use, and leave it so."""
import variant

import atexit
import threading
import time
from unittest import mock

from gates import tell
import thread_losses
from concurrent.futures import ThreadPoolExecutor, thread

Thread = threading.Thread


class StandIn:
    """What a program that tests itself may have in place of a Thread."""

    def __init__(self, name, target, args):
        self.thread = Thread(target=target, args=args, daemon=True)

    def start(self):
        self.thread.start()

    def join(self):
        self.thread.join()
        tell('joined')


#: Arguments for mock.patch, by what a test calls them.
REPLACED = {
    'getpid': ('os.getpid', {'return_value': 1}),
    'getpid, once': ('os.getpid', {'side_effect': [4711]}),
    'Event': ('threading.Event', {}),
    'Event, never': ('threading.Event', {'side_effect': StopIteration}),
    'sleep': ('time.sleep', {}),
    'monotonic': ('time.monotonic', {'return_value': 1.0}),
    'Thread': ('threading.Thread', {}),
    'Thread, autospec': ('threading.Thread', {'autospec': True}),
    'Thread, stand-in': ('threading.Thread', {'new': StandIn}),
}


def patch(replaced):
    target, options = REPLACED[replaced]
    return mock.patch(target, **options)


def at_exit(replaced):
    """While exit waits for the start of a worker."""
    thread_losses.SECONDS = 0.3
    thread_losses.force('in_a_start', 'daemon_thread')
    patch(replaced).start()


def processor_time_at_exit():
    thread_losses.SECONDS = 1
    thread_losses.force('in_a_start', 'daemon_thread')
    patch('Event').start()
    begin = time.process_time()
    atexit.register(lambda: tell(
        'idle' if time.process_time() - begin < 0.3 else 'spins'))
    # Last, so that the pools' own handler runs before the one above.
    atexit.unregister(thread._python_exit)
    atexit.register(thread._python_exit)


def during_submit(replaced):
    pool = ThreadPoolExecutor(1)
    with patch(replaced):
        pool.submit(tell, 'done')
    tell('accepted')
    return pool


def mapping_of_workers():
    thread._threads_queues = {}
    pool = ThreadPoolExecutor(1)
    pool.submit(time.sleep, 0.2)
    pool.submit(tell, 'done')
    return pool


variant.main(globals())
