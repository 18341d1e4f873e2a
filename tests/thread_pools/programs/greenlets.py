"""Greenlets of gevent and eventlet use thread pools."""
import variant

import importlib
import time

from gates import Threads, tell
from green import monkey_patch


def use_pools(library, when, module='concurrent.futures.thread'):
    """Monkey patch `before` or `after` *module* is imported; use pools.

    With `upstream_lock` as the module, upstream's lock is made at that point.
    """
    if when == 'before':
        monkey_patch(library)
    importlib.import_module(module)
    from concurrent.futures import ThreadPoolExecutor
    if when == 'after':
        monkey_patch(library)
    green = importlib.import_module(library)
    pools = [ThreadPoolExecutor(2) for n in range(3)]

    def work(n):
        time.sleep(0.001)
        return n

    def use(pool):
        total = 0
        for n in range(5):
            total += pool.submit(work, n).result()
        return total

    jobs = [green.spawn(use, pool) for pool in pools]
    tell(sum(job.get() if library == 'gevent' else job.wait() for job in jobs))
    green.spawn(pools[0].submit, tell, 'late')
    green.sleep(0)
    return pools


def suspended_while_it_starts_a_worker():
    from gevent import monkey
    monkey.patch_all(time=False)
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
    return pool


variant.main(globals())
