"""Tells the states of both patches."""
import variant

from concurrent.futures import ProcessPoolExecutor, process     # noqa: F401
from concurrent.futures import thread   # noqa: F401
from gates import tell

import backport


def tell_states():
    for record in backport.status():
        tell(record.name + '=' + record.state)


def tell_record():
    record = backport.status()[1]
    for word in record.name, record.state, record.source, record.releases:
        tell(word)


def activate_again():
    tell_states()
    backport.activate()


def off_and_on_again():
    pool = ProcessPoolExecutor(1)
    for _ in range(3):
        tell(pool.submit(len, 'abc').result())
        tell(backport.deactivate()[1].state)
        tell(pool.submit(len, 'abc').result())
        backport.activate()
        tell(backport.status()[1].state)
    return pool


variant.main(globals())
