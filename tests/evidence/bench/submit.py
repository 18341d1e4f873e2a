"""Submits N times to a pool whose worker is busy, and takes each item back."""
import os
import sys
import threading

variant, number = sys.argv[1], int(sys.argv[2])
if variant == 'patched':
    import backport
elif variant == 'upstream':
    import upstream_lock  # noqa: F401
from concurrent.futures import ThreadPoolExecutor

if variant == 'patched':
    assert backport.status()[0].state == 'applied', backport.status()
executor = ThreadPoolExecutor(1)
started = threading.Event()
executor.submit(lambda: started.set() or threading.Event().wait())
started.wait()
take_back = executor._work_queue.get
for _ in range(number):
    executor.submit(int)
    take_back()
os._exit(0)
