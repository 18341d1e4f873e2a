"""gunicorn's gthread worker, which runs every request in a pool.

``late``: a background job of the application that ends while the worker process
exits submits the next one.
"""
import late
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

from gates import tell, until
from loopback import fetch, free_port

jobs, more_jobs = ThreadPoolExecutor(2), ThreadPoolExecutor(2)
inside = late.hold_up(more_jobs)
late.submitted.set()    # a worker that is joined submits


def submit_next(job):
    try:
        more_jobs.submit(late.work)
    except RuntimeError:
        tell('refused')
    else:
        tell('accepted')


def application(environ, start_response):
    path = environ['PATH_INFO']
    if path == '/late':
        go_on = threading.Event()
        jobs.submit(go_on.wait).add_done_callback(submit_next)
        go_on.set()
        inside.wait()
    start_response('200 OK', [('Content-Type', 'text/plain')])
    return [path.encode()]


def main():
    port = free_port()
    server = subprocess.Popen([
        sys.executable, '-m', 'gunicorn', '--worker-class=gthread',
        '--threads=4', '--workers=1', '--log-level=error',
        '--worker-tmp-dir=/dev/shm', '--bind=127.0.0.1:%d' % port,
        'gunicorn_gthread:application'])
    url = 'http://127.0.0.1:%d/' % port

    def is_up():
        try:
            return fetch(url)
        except OSError:
            return False

    until(is_up, 60)
    if 'late' in sys.argv:
        fetch(url + 'late')
    else:
        with ThreadPoolExecutor(8) as clients:
            print(*clients.map(lambda n: fetch(url + str(n)), range(30)))
    server.send_signal(signal.SIGTERM)
    sys.stdout.flush()
    tell('status %d' % server.wait())


if __name__ == '__main__':
    main()
