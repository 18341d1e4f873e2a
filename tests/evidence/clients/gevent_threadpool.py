"""gevent's own executor, a subclass with another submit and native threads.

``late``: work is submitted to it and the process exits.
"""
import late
import sys

import gevent
from gates import tell
from gevent.threadpool import ThreadPoolExecutor

late.submitted.set()
pool = ThreadPoolExecutor(2)
if 'late' in sys.argv:
    pool.submit(late.work)
    tell('accepted')
else:
    with pool:
        print(*pool.map(lambda n: 2 * n, range(30)))
    gevent.sleep(0)
