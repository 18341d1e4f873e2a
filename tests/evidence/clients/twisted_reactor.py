"""twisted: the reactor runs in a daemon thread, its calls submit to a pool.

Its own deferToThreadPool is used as well; it needs no futures.
``late``: a call submits while the process exits.
"""
import late
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

from twisted.internet import reactor
from twisted.internet.threads import (blockingCallFromThread,
                                      deferToThreadPool)

pool = ThreadPoolExecutor(2)
threading.Thread(target=reactor.run, args=[False], daemon=True).start()


def double(n):
    return deferToThreadPool(reactor, reactor.getThreadPool(),
                             lambda: pool.submit(lambda: 2 * n).result())


if 'late' in sys.argv:
    inside = late.hold_up(pool)
    reactor.callFromThread(lambda: deferToThreadPool(
        reactor, reactor.getThreadPool(), pool.submit, late.work))
    inside.wait()
else:
    late.submitted.set()
    print(*[blockingCallFromThread(reactor, double, n) for n in range(20)])
    pool.submit(print, 'submitted last')
reactor.callFromThread(reactor.stop)
