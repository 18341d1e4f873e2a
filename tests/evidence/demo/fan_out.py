"""bpo-31783: a pool of 100 with a task that submits 100 jobs 0.1 s apart,
while the main thread leaves after 1.5 s."""
import os
import sys
import time

if sys.argv[1:] == ['patched']:
    import backport  # noqa: F401
from concurrent.futures import ThreadPoolExecutor


def tell(word):
    os.write(1, (word + '\n').encode())


def job():
    time.sleep(0.5)
    tell('completed')


def submit_all():
    for _ in range(100):
        try:
            executor.submit(job)
        except RuntimeError:
            tell('refused')
            raise
        tell('accepted')
        time.sleep(0.1)


executor = ThreadPoolExecutor(100)
executor.submit(submit_all)
time.sleep(1.5)
