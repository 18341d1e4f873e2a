"""A consumer that makes a pool for each batch, as those of Kafka do.

An iterator stands for the broker.  The pools are of threads and of processes.
``stopped``: SIGTERM comes in the middle of a batch.
``late``: a batch comes while the process exits.
"""
import late
import atexit
import os
import signal
import sys
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

from gates import until

KINDS = ThreadPoolExecutor, ProcessPoolExecutor


def poll():
    for first in range(0, 40, 5):
        yield range(first, first + 5)


def handle(message):
    if 'stopped' in sys.argv and message == 32:
        until(lambda: len(done) == 35)
        os.kill(os.getpid(), signal.SIGTERM)
    return 2 * message


def consume():
    for number, batch in enumerate(poll()):
        with KINDS[number % 2](2) as pool:
            futures = [pool.submit(handle, message) for message in batch]
            done.extend(futures)
            results.append(sum(future.result() for future in futures))


def consume_late():
    pool = ThreadPoolExecutor(2)
    late.call(pool, lambda: pool.submit(late.work))


done, results = [], []
consumer = threading.Thread(target=consume, daemon=True)
if 'late' in sys.argv:
    consume_late()
else:
    late.submitted.set()
    if 'stopped' in sys.argv:
        atexit.register(
            lambda: print(*[future.result() for future in done]))
        signal.signal(signal.SIGTERM, lambda *signal: sys.exit())
        consume()
    consumer.start()
    consumer.join()
    print(*results)
    ThreadPoolExecutor(1).submit(print, 'submitted last')
