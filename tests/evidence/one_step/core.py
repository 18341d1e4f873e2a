"""What the package itself does with what threads share.

Each of these is several steps.  If other code makes at most one of the changes,
the result must be as if that code had run before them or after them.
"""
import os
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
        self.other = self.lock.hold()
        self.exit = Exit({'_shutdown': True}, self.lock)
        self.exit.process_id = os.getpid()
        self.threads = weakref.WeakKeyDictionary()
        self.kept = [self.enter(n) for n in range(3)]
        self.t = self.enter('t')
        self.refused = self.enter('refused')
        self.refused._started.clear()

    def enter(self, name):
        thread = threading.Thread(name=str(name))
        thread._started.set()
        self.threads[thread] = Element(name)
        return thread

    def state(self):
        return describe([len(self.lock.holds),
                         [ref() for ref in self.threads.keyrefs()]])

    def holds(self):
        self.lock.acquire()

    def releases(self):
        self.lock.holds.pop(self.other, None)

    def enters(self):
        self.kept.append(self.enter('new'))

    def takes(self):
        self.threads.pop(self.t, None)

    def dies(self):
        # The thread is freed, and its callback removes it.
        self.kept.pop()

    def refuses(self):
        # It is removed first, and then freed.
        self.exit.forget(self.refused, self.threads)
        self.refused = None

    changes = holds, releases, enters, takes, dies, refuses


def forget(self):
    self.t._started.clear()     # The exception has come before it was set.
    return self.exit.forget(self.t, self.threads)


CORE = {
    'lock.acquire()': ((Core,), lambda self: self.lock.acquire()),
    'lock.release()': ((Core,), lambda self: self.lock.release()),
    'lock.locked()': ((Core,), lambda self: self.lock.locked()),
    'lock.held()': ((Core,), lambda self: self.lock.held()),
    'exit.forget(t, threads)': ((Core,), forget),
    'exit.started(threads)': (
        (Core,), lambda self: self.exit.started(self.threads)),
}
