"""Uses many pools from many threads, and drops them."""
import variant

import gc
import sys
import threading
import weakref
from concurrent.futures import thread

from gates import PATIENCE, Queue, tell


def submitter(shared, workers):
    shared.submit(int).result()
    with thread.ThreadPoolExecutor(1) as own:
        own.submit(int).result()
    dropped = thread.ThreadPoolExecutor(1)
    dropped.submit(int).result()
    worker, = dropped._threads
    del dropped
    workers.append(worker)


def use(shared):
    workers = []
    for _ in range(25):
        threads = [threading.Thread(target=submitter, args=(shared, workers))
                   for _ in range(20)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
    for worker in workers:
        worker.join()


def sizes():
    gc.collect()
    lists = []
    if 'backport' in sys.modules:
        lock = thread._global_shutdown_lock
        lists = [len(value) for shared in (lock, thread._backport)
                 for value in vars(shared).values()
                 if isinstance(value, (list, dict))
                 and value is not vars(thread)]
    return [len(gc.get_objects()), len(thread._threads_queues)] + lists


def many_threads_and_pools():
    """Print by how much each of `sizes` has grown."""
    shared, full = thread.ThreadPoolExecutor(4), threading.Barrier(4)
    list(shared.map(lambda n: full.wait(PATIENCE), range(4)))
    use(shared)
    before = sizes()    # is counted itself from now on
    before = sizes()
    for _ in range(4):
        use(shared)
    after = sizes()
    print(*map(int.__sub__, after, before))


# How a pool is used before it is dropped.

done = threading.Event()


def worker_busy(pool):
    began = threading.Event()
    pool.submit(lambda: (began.set(), done.wait(PATIENCE)))
    began.wait(PATIENCE)


def never_used(pool):
    pass


def shut_down(pool):
    pool.shutdown()
    try:
        pool.submit(int)
    except RuntimeError:
        pass


def refused_after_the_put(pool):
    """Exit is declared in the middle of its submit."""
    def declare(item):
        thread._shutdown = True

    pool._work_queue = Queue(pool._work_queue, declare)
    try:
        pool.submit(int)
    except RuntimeError:
        tell('refused')


class OwnStart(thread.ThreadPoolExecutor):
    def _adjust_thread_count(self):
        super()._adjust_thread_count()


def dropped(used, pool_class):
    """Tell whether a pool is freed as soon as it is dropped."""
    gc.disable()    # there are no cycles either
    pool = (OwnStart if pool_class == 'own start of workers'
            else thread.ThreadPoolExecutor)(2)
    globals()[used](pool)
    reference = weakref.ref(pool)
    del pool
    tell(reference() is None)
    done.set()


variant.main(globals())
