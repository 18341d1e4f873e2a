"""freezegun: the clock stands still, also while the process exits.

``late``: work is submitted while the process exits.
"""
import late
import sys
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import freezegun

freezegun.freeze_time('2020-02-29').start()
pool = ThreadPoolExecutor(2)
if 'late' in sys.argv:
    late.call(pool, lambda: pool.submit(late.work))
else:
    late.submitted.set()
    print(*pool.map(lambda n: 2 * n, range(30)))
    with ProcessPoolExecutor(2) as processes:
        print(*processes.map(abs, range(30)))
    pool.submit(print, 'submitted last', time.time())
