"""APScheduler: jobs that fetch, in its pool of threads.

``late``: a job becomes due while the process exits.
"""
import late
import sys
import threading

from apscheduler.schedulers.background import BackgroundScheduler
from loopback import fetch, serve

results, done = [], threading.Event()
url = serve(lambda path, headers, body: path)


def job(n):
    results.append(fetch('%s/%d' % (url, n)))
    if len(results) == 20:
        done.set()


# By default a job that comes a second late is left out.
scheduler = BackgroundScheduler(
    timezone='UTC', job_defaults={'misfire_grace_time': 60})
scheduler.start()
if 'late' in sys.argv:
    inside = late.hold_up(scheduler._lookup_executor('default')._pool)
    scheduler.add_job(late.work)
    inside.wait()
else:
    late.submitted.set()
    for n in range(20):
        scheduler.add_job(job, args=[n])
    done.wait(30)
    print(*sorted(results))
    scheduler.shutdown()
