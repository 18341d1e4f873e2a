"""google-cloud-pubsub: its scheduler runs callbacks of messages in a pool.

``late``: a message comes while the process exits.
"""
import late
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

from google.cloud.pubsub_v1.subscriber.scheduler import ThreadScheduler


def double(n):
    done.append(2 * n)
    if len(done) == 30:
        complete.set()


done, complete = [], threading.Event()
pool = ThreadPoolExecutor(2)
scheduler = ThreadScheduler(pool)
if 'late' in sys.argv:
    late.call(pool, lambda: scheduler.schedule(late.work))
else:
    late.submitted.set()
    for n in range(30):
        scheduler.schedule(double, n)
    complete.wait(30)
    print(*sorted(done))
    print('not run', len(scheduler.shutdown() or ()))
