"""gunicorn's gthread worker, which runs every request in a pool.

``late``: a background job of the application that ends while the worker process
exits submits the next one.
"""
import late
import signal
import threading
from concurrent.futures import ThreadPoolExecutor

import loopback

jobs, more_jobs = ThreadPoolExecutor(2), ThreadPoolExecutor(2)
inside = late.hold_up(more_jobs)
# It is a worker that submits late, and exit joins workers.
late.submitted.set()


def application(environ, start_response):
    path = environ['PATH_INFO']
    if path == '/late':
        go_on = threading.Event()
        jobs.submit(go_on.wait).add_done_callback(
            lambda job: more_jobs.submit(late.work))
        go_on.set()
        inside.wait()
    start_response('200 OK', [('Content-Type', 'text/plain')])
    return [path.encode()]


if __name__ == '__main__':
    loopback.drive('gunicorn', '--worker-class=gthread', '--threads=4',
                   '--workers=1', '--log-level=error',
                   '--worker-tmp-dir=/dev/shm', '--bind=127.0.0.1:{port}',
                   'gunicorn_gthread:application', stop=signal.SIGTERM)
