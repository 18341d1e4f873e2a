"""Tells in which order exit handlers run.  `late` imports backport last."""
import variant

import atexit
import sys
import time

from gates import tell


def main(late=''):
    atexit.register(tell, 'registered first')
    from concurrent.futures import process
    pool = process.ProcessPoolExecutor(1)
    pool.submit(time.sleep, 0.3).add_done_callback(lambda future: tell('work'))
    atexit.register(tell, 'registered last')
    if late:
        import backport     # noqa: F401
    if 'backport' in sys.modules:
        tell(sys.modules['backport'].status()[1].state)
    return pool


variant.main(globals())
