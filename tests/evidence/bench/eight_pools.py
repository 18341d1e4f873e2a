"""Prints how long 8 threads, each with a pool of its own, submit N times."""
import sys
import threading
import time

variant, number = sys.argv[1], int(sys.argv[2])
if variant == 'patched':
    import backport  # noqa: F401
elif variant == 'upstream':
    import upstream_lock  # noqa: F401
from concurrent.futures import ThreadPoolExecutor


def use():
    with ThreadPoolExecutor(1) as pool:
        ready.wait()
        for _ in range(number):
            pool.submit(int)


ready = threading.Barrier(9)
threads = [threading.Thread(target=use) for _ in range(8)]
for thread in threads:
    thread.start()
ready.wait()
start = time.perf_counter()
for thread in threads:
    thread.join()
print(time.perf_counter() - start)
