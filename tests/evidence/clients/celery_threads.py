"""celery: a worker that runs its tasks in a pool of threads.

``late``: it takes a task while the process exits.
"""
import late
import sys
import threading

from celery import Celery

application = Celery('celery_threads', broker='memory://',
                     backend='cache+memory://')
application.conf.update(worker_hijack_root_logger=False, broker_pool_limit=None)
application.set_default()   # This is for all threads.


@application.task
def double(n):
    return 2 * n


@application.task
def work():
    late.work()


worker = application.WorkController(
    pool_cls='threads', concurrency=4, without_gossip=True,
    without_mingle=True, without_heartbeat=True)
ready = threading.Event()
worker.on_consumer_ready = lambda consumer: ready.set()
threading.Thread(target=worker.start, daemon=True).start()
ready.wait(30)
if 'late' in sys.argv:
    inside = late.hold_up(worker.pool.executor)
    work.delay()
    inside.wait()
else:
    late.submitted.set()
    print(*[task.get(timeout=30, disable_sync_subtasks=False) for task in [
        double.delay(n) for n in range(30)]])
    worker.stop()
