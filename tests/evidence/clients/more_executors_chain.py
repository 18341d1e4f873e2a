"""more-executors: executors around a pool, which retry, map and limit.

``late``: work is submitted to them while the process exits.
"""
import late
import sys
from more_executors import Executors

tried = set()


def stubborn(n):
    """Fail the first time."""
    if n not in tried:
        tried.add(n)
        raise ValueError(n)
    return n


pool = Executors.thread_pool(max_workers=2)
if 'late' in sys.argv:
    executor = pool.with_map(str).with_cancel_on_shutdown()
    late.call(pool, lambda: executor.submit(late.work))
else:
    late.submitted.set()
    executor = pool.with_retry(sleep=0.01).with_map(
        lambda n: 2 * n).with_throttle(4).with_timeout(30)
    print(*[future.result() for future in [
        executor.submit(stubborn, n) for n in range(20)]])
    executor.shutdown()
    with Executors.thread_pool(max_workers=2).with_map(str) as executor:
        print(*executor.map(abs, range(10)))
