"""freezegun: the clock stands still, also while the process exits.

``late``: work is submitted while the process exits.
"""
import late
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import freezegun

freezegun.freeze_time('2020-02-29').start()
pool = ThreadPoolExecutor(2)
if 'late' in sys.argv:
    inside = late.hold_up(pool)
    threading.Thread(target=pool.submit, args=[late.work], daemon=True).start()
    inside.wait()
else:
    late.submitted.set()
    print(*pool.map(lambda n: 2 * n, range(30)))
    with ProcessPoolExecutor(2) as processes:
        print(*processes.map(abs, range(30)))
    pool.submit(print, 'submitted last', time.time())
