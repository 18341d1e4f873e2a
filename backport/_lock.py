"""The lock between submitters and the exit handler.

3.9 closed bpo-31783 with one plain lock that every ``submit`` in the process
takes.  Submitters then exclude *each other*, and a signal handler, a finaliser
or a fork that meets one of them inside deadlocks.  Here only the exit handler
ever waits: submitters announce what they are about to do and look whether exit
has been declared; the exit handler declares exit and waits until everything
announced before has been done.  ``docs/design.md`` has the argument.

There is no lock inside.  Every shared step is one operation on a list or a
dict, which the GIL makes atomic, so nothing can be held when a thread is
interrupted by a signal, a finaliser, an asynchronous exception or a fork.
"""
import os
import sys
import threading

# Seconds between two looks of somebody who waits.
PAUSE = 0.001

# Looks that a thread takes before it enters the lock although the exit handler
# waits for it to be free.  Holders keep the lock for less, or exit would not be
# theirs to hold up.  The bound is what makes that wait harmless: the holder
# that exit waits for may be waiting for us.
GIVE_WAY = 1000


class GlobalShutdownLock:
    """What 3.9 calls ``_global_shutdown_lock``, shared by those who hold it.

    Holding it keeps exit from being declared, as in 3.9.  Unlike 3.9's it may
    be held by many threads at once and many times by one: holders never wait
    for each other.

    ``namespace[flag]`` is the module global that declares exit.
    """

    #: The message with which submit refuses work.
    REFUSED = 'cannot schedule new futures after interpreter shutdown'

    __slots__ = ('applied', '_namespace', '_flag', '_holders', '_starters',
                 '_declaring', '__weakref__')

    def __init__(self, namespace, flag):
        self.applied = None     # what the installer did to that module
        self._namespace = namespace
        self._flag = flag
        # Each entry carries the process id: what the siblings of a forking
        # thread had announced means nothing in the child.
        self._holders = []      # (thread id, process id), one for each acquire
        self._starters = []     # (frame, process id), one for each worker start
        self._declaring = None  # (thread id, process id) of the exit handler

    # What programs use.

    def acquire(self, blocking=True, timeout=-1):
        """Keep exit from being declared until `release`.  Returns True.

        Waits only if the exit handler is waiting for the lock and the thread
        does not hold it yet, and then for a second at most.  False is returned
        if it would have to wait and *blocking* is false, or for longer than
        *timeout* seconds.
        """
        me = _me()
        holds_it = me in self._holders
        # Entered first, looked second; the exit handler does it the other way
        # round.  One of the two sees the other.
        self._holders.append(me)
        if holds_it or not self._exit_waits(me):
            return True
        self._release(me)
        looks = GIVE_WAY if timeout < 0 else min(GIVE_WAY, timeout / PAUSE)
        while blocking and looks > 0:
            _pause()
            if not self._exit_waits(me):
                break
            looks -= 1
        else:
            if not blocking or 0 <= timeout < GIVE_WAY * PAUSE:
                return False
        self._holders.append(me)
        return True

    def release(self):
        """Undo one `acquire`, of this thread if it has one, else of any.

        Raises RuntimeError if the lock is not held.
        """
        if not self._release(_me()):
            raise RuntimeError('release unlocked lock')

    def _release(self, me):
        # By thread: in a forked child the process id has changed.
        mine = [holder for holder in self._holders[::-1] if holder[0] == me[0]]
        for holder in mine + self._holders[::-1]:
            try:
                self._holders.remove(holder)
            except ValueError:
                continue    # another thread has released it for us
            return True
        return False

    def _exit_waits(self, me):
        declaring = self._declaring
        return (declaring is not None and declaring != me
                and declaring[1] == me[1])

    def locked(self):
        """Return whether any thread of this process holds the lock."""
        process_id = os.getpid()
        return any(holder[1] == process_id for holder in self._holders[:])

    __enter__ = acquire

    def __exit__(self, exc_type, exc_value, traceback):
        self.release()

    def __repr__(self):
        return '<%s %s of %s at %#x>' % (
            'locked' if self.locked() else 'unlocked', type(self).__name__,
            self._namespace['__name__'], id(self))

    # What the patched submit and its helpers use.

    def starting(self):
        """Announce that the calling function is about to start a worker.

        Raises RuntimeError if exit has been declared.  Otherwise the exit
        handler does not go on to take stock of the workers before the caller
        has called `started` or has ended.
        """
        self._announce(sys._getframe(1))

    def started(self):
        """Take back the announcement of the calling function."""
        self._withdraw(sys._getframe(1))

    def guarded(self, start_workers):
        """Return *start_workers* wrapped in `starting` and `started`.

        For what a subclass or a program has put in place of the patched
        function, which does neither.
        """
        def guarded_start_workers():
            self._announce(sys._getframe())
            try:
                start_workers()
            finally:
                self._withdraw(sys._getframe())
        return guarded_start_workers

    def announced(self):
        """Return whether a caller, or one up its stack, has announced a start.

        Exit may have been declared since, but waits for that one: whatever is
        done under it is done before the workers are told to leave.
        """
        return self._announced(sys._getframe(1))

    def _announced(self, frame):
        process_id = os.getpid()
        frames = [starter[0] for starter in self._starters[:]
                  if starter[1] == process_id]
        while frames and frame is not None:
            if frame in frames:
                return True
            frame = frame.f_back
        return False

    def _announce(self, frame):
        self._starters.append((frame, os.getpid()))
        # Announced first, looked second; `declare` does it the other way
        # round.  One of the two sees the other.
        if self._namespace[self._flag] and not self._announced(frame.f_back):
            self._withdraw(frame)
            raise RuntimeError(self.REFUSED)

    def _withdraw(self, frame):
        for starter in self._starters[:]:
            if starter[0] is frame:
                self._starters.remove(starter)

    # What the patched exit handler uses.

    def declare(self):
        """Set the flag once nobody holds the lock; wait for announced starts.

        When it returns every worker that will ever be started through
        `starting` or `guarded` has been started.  Ctrl-C ends the wait: exit
        is then declared all the same.
        """
        try:
            self._wait_for_holders()
        finally:
            self._namespace[self._flag] = True
            self._declaring = None
        self._wait_for_starters()

    def _wait_for_holders(self):
        # From here on a thread that enters gives way (`acquire`).
        self._declaring = me = _me()
        while [holder for holder in self._holders[:]
               if holder[1] == me[1] and holder[0] != me[0]]:
            _pause()

    def _wait_for_starters(self):
        process_id = os.getpid()
        # A program may call the exit handler itself, from a signal handler for
        # one.  What that has interrupted cannot go on before this returns.
        frame, interrupted = sys._getframe(), []
        while frame is not None:
            interrupted.append(frame)
            frame = frame.f_back
        for starter in self._starters[:]:
            frame, announced_in = starter
            if announced_in != process_id or frame in interrupted:
                continue
            while starter in self._starters and _is_executing(frame):
                _pause()


def _me():
    # Looked up at each call: with gevent or eventlet it tells greenlets apart.
    return threading.get_ident(), os.getpid()


def _pause():
    # Looks again instead of blocking on a lock, because under gevent and
    # eventlet whoever is waited for may be a greenlet of this very thread.
    # An Event made here and now yields to it, whenever they patched threading;
    # time.sleep may be left unpatched.
    threading.Event().wait(PAUSE)


def _is_executing(frame):
    """Return whether *frame* has not yet returned or raised.

    An asynchronous exception (``PyThreadState_SetAsyncExc``, as thread-killing
    libraries use it) can leave an announcement behind that nobody will take
    back.  Exit must not wait for that one.
    """
    try:
        frame.clear()   # refuses, by contract, exactly while it is executing
    except RuntimeError:
        return True
    return False
