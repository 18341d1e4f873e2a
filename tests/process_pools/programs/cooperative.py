"""Uses a process pool when gevent or eventlet have patched what it is made of.

    python cooperative.py VARIANT main gevent|eventlet before|after
"""
import variant

import importlib

from gates import PATIENCE, tell
from green import monkey_patch


def main(library, when):
    """Monkey patch `before` or `after` concurrent.futures is imported."""
    if when == 'before':
        monkey_patch(library)
    process = importlib.import_module('concurrent.futures.process')
    if when == 'after':
        monkey_patch(library)
    pool = process.ProcessPoolExecutor(1)
    tell(pool.submit(len, 'abc').result(PATIENCE))
    return pool


variant.main(globals())
