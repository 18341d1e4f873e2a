"""cassandra-driver: its scheduler, a daemon thread, submits what is due.

``late``: something is due while the process exits.
"""
import late
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

from cassandra.cluster import _Scheduler


def double(n):
    done.append(2 * n)
    if len(done) == 20:
        complete.set()


done, complete = [], threading.Event()
pool = ThreadPoolExecutor(2)
scheduler = _Scheduler(pool)
if 'late' in sys.argv:
    inside = late.hold_up(pool)
    scheduler.schedule(0, late.work)
    inside.wait()
else:
    late.submitted.set()
    for n in range(20):
        scheduler.schedule(0, double, n)
    complete.wait(30)
    print(*sorted(done))
    scheduler.shutdown()
    pool.submit(print, 'submitted last')
