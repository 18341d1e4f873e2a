"""huey: tasks, which the threads of its consumer run, submit to a pool.

``late``: one of them submits while the process exits.
"""
import late
import sys
from concurrent.futures import ThreadPoolExecutor

from huey import MemoryHuey

huey = MemoryHuey('client')
pool = ThreadPoolExecutor(2)


@huey.task()
def double(n):
    return pool.submit(lambda: 2 * n).result()


@huey.task()
def submit_late():
    pool.submit(late.work)


consumer = huey.create_consumer(workers=2, periodic=False, initial_delay=0.01,
                                max_delay=0.05)
consumer.start()
if 'late' in sys.argv:
    inside = late.hold_up(pool)
    submit_late()
    inside.wait()
else:
    late.submitted.set()
    print(*[result.get(blocking=True, timeout=30)
            for result in [double(n) for n in range(20)]])
    consumer.stop(graceful=True)
    pool.submit(print, 'submitted last')
