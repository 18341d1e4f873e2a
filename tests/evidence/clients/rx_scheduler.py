"""RxPY: observables that its ThreadPoolScheduler runs.

``late``: one is subscribed to while the process exits.
"""
import late
import sys
import threading

import rx
from rx import operators
from rx.scheduler import ThreadPoolScheduler

scheduler = ThreadPoolScheduler(2)
pool = scheduler.executor


def doubled(n):
    done = threading.Event()
    rx.of(n).pipe(operators.map(lambda n: 2 * n),
                  operators.subscribe_on(scheduler)).subscribe(
        results.append, on_completed=done.set)
    done.wait(30)


if 'late' in sys.argv:
    late.call(pool, lambda: rx.of(1).pipe(
        operators.subscribe_on(scheduler)).subscribe(lambda n: late.work()))
else:
    late.submitted.set()
    results = []
    for n in range(20):
        doubled(n)
    print(*results)
    pool.submit(print, 'submitted last')
