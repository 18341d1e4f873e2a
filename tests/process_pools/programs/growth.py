"""Tells whether process pools leave anything behind in a running process."""
import variant

import gc
import sys
import weakref

from concurrent.futures import ProcessPoolExecutor, process
from gates import tell, until


class Argument:
    pass


def main():
    for n in range(10):
        pool = ProcessPoolExecutor(1)
        for m in range(20):
            argument = Argument()
            future = pool.submit(id, argument)
            future.result()
        kept = [weakref.ref(x) for x in (argument, future, pool)]
        pool.shutdown()
        del argument, future, pool
        gc.collect()
        until(lambda: not any(ref() for ref in kept))
        tell([ref() for ref in kept] == [None] * 3)
    entered = (process._threads_queues if sys.version_info < (3, 7)
               else process._threads_wakeups)
    tell(len(entered))


variant.main(globals())
