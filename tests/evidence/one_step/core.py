"""What the package itself does with what threads share.

Each of these is several steps.  If other code makes at most one of the changes,
the result must be as if that code had run before them or after them.
"""
import os
import queue
import threading
import weakref

from backport._exit import Exit
from backport._lock import GlobalShutdownLock

from .trial import Element, describe


class Core:
    """The state of a patched module, and the threads of its executors."""

    def __init__(self):
        self.lock = GlobalShutdownLock()
        self.lock.acquire()
        self.lock.acquire()
        self.other = list(self.lock.holds)[1]
        self.exit = Exit({'_shutdown': True, 'queue': queue}, self.lock)
        self.exit.process_id, self.exit.closed = os.getpid(), False
        self.threads = weakref.WeakKeyDictionary()
        self.kept = [self.enter(n) for n in range(3)]

    def enter(self, name):
        thread = threading.Thread(name=str(name))
        thread._started.set()
        self.threads[thread] = Element(name)
        return thread

    def state(self):
        return describe([len(self.lock.holds), len(self.exit.starting),
                         [ref() for ref in self.threads.keyrefs()]])

    def holds(self):
        self.lock.acquire()

    def releases(self):
        self.lock.holds.pop(self.other, None)

    def starts(self):
        # In another thread, which has not come any further.
        self.kept.append(threading.Thread(name='new'))
        self.exit.starting[self.kept[-1]] = Element('new'), 0, 0, ()

    def enters(self):
        self.kept.append(self.enter('new'))

    def dies(self):
        # The thread is freed, and its callback removes it.
        self.kept.pop()

    changes = holds, releases, starts, enters, dies


def tell(self):
    told = []
    self.exit._tell(self.threads, told.append, [])
    return told


CORE = {
    'lock.acquire()': ((Core,), lambda self: self.lock.acquire()),
    'lock.release()': ((Core,), lambda self: self.lock.release()),
    'lock.locked()': ((Core,), lambda self: self.lock.locked()),
    'exit.tell(threads)': ((Core,), tell),
}
