"""bpo-31783: in a pool of 4, done-callbacks submit the next job for ever."""
import os
import sys
import time

if sys.argv[1:] == ['patched']:
    import backport  # noqa: F401
from concurrent.futures import ThreadPoolExecutor


def tell(word):
    os.write(1, (word + '\n').encode())


def job():
    time.sleep(0.1)
    tell('completed')


def submit_next(future=None):
    try:
        future = executor.submit(job)
    except RuntimeError:
        tell('refused')
    else:
        tell('accepted')
        future.add_done_callback(submit_next)


executor = ThreadPoolExecutor(4)
for _ in range(4):
    submit_next()
time.sleep(1)
