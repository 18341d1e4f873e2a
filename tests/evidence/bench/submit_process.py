"""Submits N times to a process pool, and takes each item back.

The pool has a stand-in for its manager and no workers.  What those do would be
counted as well, and differs from run to run.
"""
import os
import sys

variant, number = sys.argv[1], int(sys.argv[2])
if variant == 'patched':
    import backport
from concurrent.futures import ProcessPoolExecutor

if variant == 'patched':
    assert backport.status()[1].state == 'applied', backport.status()
executor = ProcessPoolExecutor(1)
executor._queue_management_thread = True
for _ in range(number):
    executor.submit(int)
    executor._work_ids.get()
    executor._pending_work_items.clear()
    if sys.version_info < (3, 7):
        executor._result_queue.get()
    else:
        executor._queue_management_thread_wakeup.clear()
os._exit(0)
