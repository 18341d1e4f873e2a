"""What 3.9 calls ``_global_shutdown_lock``, for programs that use it."""
import threading
from os import getpid


class GlobalShutdownLock:
    """Exit waits for whoever holds it; nobody else ever waits.

    A class with its own ``submit`` or ``_adjust_thread_count`` holds it while
    it looks at ``_shutdown``, puts its work and starts its worker, as 3.9 does.
    Unlike 3.9's plain lock it may be held by many threads at once, and many
    times by one: exit declares itself, then waits until each hold that it finds
    has ended.
    """

    def __init__(self):
        # One entry for each hold: (thread id, process id, object()) -> True.
        self.holds = {}

    def acquire(self, blocking=True, timeout=-1):
        """Hold the lock until `release`.  Returns True, and never waits."""
        # The thread id is looked up at each call: gevent and eventlet replace
        # the function by one that tells greenlets apart.
        self.holds[threading.get_ident(), getpid(), object()] = True
        return True

    def release(self):
        """End one hold, of this thread if it has one, else of any.

        Raises RuntimeError if the lock is not held.
        """
        # By thread: in a forked child the process id has changed.
        me = threading.get_ident()
        # The newest first: the outer one must not end with a nested one.
        holds = sorted(list(self.holds)[::-1], key=lambda hold: hold[0] != me)
        if not any(self.holds.pop(hold, False) for hold in holds):
            raise RuntimeError('release unlocked lock')

    def locked(self):
        """Return whether any thread of this process holds the lock."""
        return any(hold[1] == getpid() for hold in list(self.holds))

    __enter__ = acquire

    def __exit__(self, exc_type, exc_value, traceback):
        self.release()

    def wait(self, pause):
        """Wait until each hold that is there has ended; return their number.

        *pause* is called between two polls.  Those of the calling thread do not
        count, nor do those of another process, whose copy a forked child has.
        """
        found = [hold for hold in list(self.holds)
                 if hold[0] != threading.get_ident() and hold[1] == getpid()]
        for hold in found:
            while hold in self.holds:
                pause()
        return len(found)
