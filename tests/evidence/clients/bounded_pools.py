"""bounded-pool-executor: subclasses whose submit waits while a pool is full.

``late``: work is submitted while the process exits.
"""
import late
import sys
import time

from bounded_pool_executor import (BoundedProcessPoolExecutor,
                                   BoundedThreadPoolExecutor)


def double(n):
    time.sleep(0.001)
    return 2 * n


pool = BoundedThreadPoolExecutor(2)
if 'late' in sys.argv:
    late.call(pool, lambda: pool.submit(late.work))
else:
    late.submitted.set()
    print(*[future.result() for future in [
        pool.submit(double, n) for n in range(30)]])
    with BoundedProcessPoolExecutor(2) as processes:
        print(*[future.result() for future in [
            processes.submit(double, n) for n in range(30)]])
    pool.submit(print, 'submitted last')
