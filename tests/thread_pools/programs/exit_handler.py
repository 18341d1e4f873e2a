"""What the exit handler of the thread pools does, and what it does not.

concurrent.futures is imported by each case, because the order in which exit
handlers are registered matters.
"""
import variant

import atexit
import sys
import threading
import time

from gates import PATIENCE, Queue, tell, until


def submit_in_an_earlier_exit_handler():
    from concurrent.futures import ThreadPoolExecutor

    def work():
        time.sleep(0.3)
        tell('completed')

    executor = ThreadPoolExecutor(2)
    atexit.register(executor.submit, work)
    return executor


def submit_in_a_later_exit_handler():
    import concurrent.futures

    def submit():
        executor = concurrent.futures.ThreadPoolExecutor(2)
        try:
            executor.submit(tell, 'ran')
        except RuntimeError as exc:
            print(exc)

    if sys.version_info < (3, 7):
        # Importing concurrent.futures has registered the handler.
        atexit._run_exitfuncs()
        submit()
    else:
        atexit.register(submit)
        from concurrent.futures import thread   # noqa: F401


def count_workers():
    """Count those that are alive when the exit handler has returned."""
    from late_submit import kept, submitted

    @atexit.register
    def count():
        submitted.wait(PATIENCE)
        tell('alive=%d' % sum(t.is_alive() for t in kept[0]._threads))

    import thread_losses
    thread_losses.force('start_after_snapshot', 'daemon_thread')


def refuse_queued_work(weakened=''):
    """The late work comes to the queue after exit was declared, and before the
    None: the worker is busy until submit has raised, and could take it then.
    """
    from late_submit import inside, start, submit_late, submitted
    from concurrent.futures import thread

    def held_up(item):
        if item is None:
            submitted.wait(PATIENCE)
        elif executor._threads:
            inside.set()
            until(lambda: thread._shutdown)

    if weakened:
        thread._base.Future.cancel = lambda self: True
    executor = thread.ThreadPoolExecutor(1)
    executor._work_queue = Queue(executor._work_queue, held_up)
    executor.submit(submitted.wait, PATIENCE)
    start('daemon_thread', lambda: submit_late(executor))
    return executor


def free_a_thread_object():
    """A Thread takes itself out of the dictionary that the handler lists.

    The callback of a WeakKeyDictionary asks whether that is being done, and
    can be interrupted before it deletes the key.
    """
    from concurrent.futures import thread
    workers = thread._threads_queues
    asked, listing, removed = (threading.Event() for _ in range(3))

    class Iterating(set):
        def __bool__(self):
            if threading.get_ident() != remover.ident:
                return len(self) > 0
            asked.set()
            listing.wait(PATIENCE)
            return False        # as it was when it was asked

    class Data(dict):
        def items(self):
            for n, item in enumerate(super().items()):
                if n == 1:
                    listing.set()
                    removed.wait(PATIENCE)
                yield item

    def work():
        time.sleep(0.3)
        tell('completed')

    def remove():
        pool = thread.ThreadPoolExecutor(1)
        pool.submit(int)
        pool.shutdown()
        workers._iterating = Iterating(workers._iterating)
        workers.data = Data(workers.data)
        del pool                # the last reference to its worker
        removed.set()

    executor = thread.ThreadPoolExecutor(2)
    release = threading.Event()
    executor.submit(release.wait)
    executor.submit(release.wait)
    executor.submit(work)
    tell('accepted')
    remover = threading.Thread(target=remove, daemon=True)
    remover.start()
    asked.wait(PATIENCE)
    release.set()
    return executor


variant.main(globals())
