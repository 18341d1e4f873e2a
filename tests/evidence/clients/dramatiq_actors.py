"""dramatiq: actors, which its worker threads call, submit to a pool.

``late``: one of them submits while the process exits.
"""
import late
import sys
from concurrent.futures import ThreadPoolExecutor

import dramatiq
from dramatiq.brokers.stub import StubBroker

broker = StubBroker()
broker.emit_after('process_boot')
dramatiq.set_broker(broker)
pool = ThreadPoolExecutor(2)
done = []


@dramatiq.actor
def double(n):
    done.append(pool.submit(lambda: 2 * n).result())


@dramatiq.actor
def submit_late():
    pool.submit(late.work)


worker = dramatiq.Worker(broker, worker_threads=2)
worker.start()
if 'late' in sys.argv:
    inside = late.hold_up(pool)
    submit_late.send()
    inside.wait()
else:
    late.submitted.set()
    for n in range(20):
        double.send(n)
    broker.join(double.queue_name)
    worker.join()
    print(*sorted(done))
    worker.stop()
    pool.submit(print, 'submitted last')
