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
from itertools import count

# Seconds between two looks of somebody who waits.
PAUSE = 0.001

# Looks that a thread takes before it enters the lock although the exit handler
# waits for it to be free: threads that hold it in turn must not keep exit out.
# The bound makes that wait harmless: whoever exit waits for may wait for us.
GIVE_WAY = 1000

# Looks that the exit handler takes at other people's functions that start
# workers (`guarded`), together.  One may be a synchronous executor, which does
# the work right there: stock code does not wait for that at all.
GUARDED_LOOKS = 3000


class GlobalShutdownLock:
    """What 3.9 calls ``_global_shutdown_lock``, shared by those who hold it.

    Holding it keeps exit from being declared, as in 3.9.  Unlike 3.9's it may
    be held by many threads at once and many times by one: holders never wait
    for each other.

    ``namespace[flag]`` is the module global that declares exit.
    """

    #: The message with which submit refuses work.
    REFUSED = 'cannot schedule new futures after interpreter shutdown'

    __slots__ = ('applied', 'waits', '_refusals', '_revoked', '_namespace',
                 '_flag', '_declared_in', '_holders', '_starters',
                 '_declarers', '__weakref__')

    def __init__(self, namespace, flag):
        self.applied = None     # what the installer did to that module
        #: Starts of workers that exit has waited for: stock code would not.
        self.waits = 0
        self._refusals = count()
        self._revoked = count()     # refusals that came too late
        self._namespace = namespace
        self._flag = flag
        self._declared_in = None    # the process that has declared exit
        # Entries carry the process id: what the siblings of a forking thread
        # had announced means nothing in the child.
        self._holders = []      # (thread id, process id, object()), see acquire
        self._starters = []     # (frame, process id, whether it is `guarded`)
        self._declarers = []    # (thread id, process id, update, object())

    # What programs use.

    def acquire(self, blocking=True, timeout=-1):
        """Keep exit from being declared until `release`.  Returns True.

        Waits only if the exit handler is waiting for the lock and the thread
        does not hold it yet, and then for a second at most.  False is returned
        if it would have to wait and *blocking* is false, or for longer than
        *timeout* seconds.
        """
        me = _me()
        if (self._exit_waits(me)
                and not any(holder[:2] == me for holder in self._holders[:])):
            looks = GIVE_WAY
            if not blocking or timeout >= 0:
                looks = min(looks, int(timeout / PAUSE) if blocking else 0)
            for _ in range(looks):
                _pause()
                if not self._exit_waits(me):
                    break
            else:
                if looks < GIVE_WAY:
                    return False
        holder = me + (object(),)
        try:
            # Entered first, then every update under way is made void; the exit
            # handler looks for holders first and updates then.  Either it sees
            # us, or its update comes before this returns, or it has no effect.
            self._holders.append(holder)
            for declarer in self._declarers[:]:
                declarer[2].clear()
            return True
        except BaseException:
            if holder in self._holders:
                self._holders.remove(holder)    # Ctrl-C
            raise

    def release(self):
        """Undo one `acquire`, of this thread if it has one, else of any.

        Raises RuntimeError if the lock is not held.
        """
        # By thread: in a forked child the process id has changed.
        thread_id = threading.get_ident()
        holders = self._holders[::-1]
        for holder in [holder for holder in holders
                       if holder[0] == thread_id] + holders:
            try:
                self._holders.remove(holder)
            except ValueError:
                continue    # another thread has released it for us
            return
        raise RuntimeError('release unlocked lock')

    def locked(self):
        """Return whether any thread of this process holds the lock."""
        return any(map(_counts, self._holders[:]))

    __enter__ = acquire

    def __exit__(self, exc_type, exc_value, traceback):
        self.release()

    def __repr__(self):
        return '<%s %s of %s at %#x>' % (
            'locked' if self.locked() else 'unlocked', type(self).__name__,
            self._namespace['__name__'], id(self))

    def _exit_waits(self, me):
        return any(declarer[1] == me[1] and declarer[0] != me[0]
                   for declarer in self._declarers[:])

    # What the patched submit and its helpers use.

    def refusal(self):
        """Return the RuntimeError for submit to raise; it is counted."""
        next(self._refusals)    # atomic, which += is not
        return RuntimeError(self.REFUSED)

    def refuses(self, future, exc):
        """Return whether submit must raise *exc*, its work item being queued.

        If it is a refusal, no worker may come to that work item any more, or
        one may have it.  Only cancel() of its *future* can tell.
        """
        if str(exc) != self.REFUSED or future.cancel():
            return True
        next(self._revoked)
        return False

    @property
    def refusals(self):
        """How often submit has raised because exit was declared."""
        return _value(self._refusals) - _value(self._revoked)

    def declared(self):
        """Return whether exit has been declared, and in this very process.

        Stock 3.6 refuses nothing, so neither may a process that was forked
        with the flag set: a worker process started by work that exit waits for.
        """
        return (self._namespace[self._flag]
                and self._declared_in in (None, os.getpid()))

    def starting(self, start_workers=None):
        """Announce that the calling function is about to start a worker.

        Raises RuntimeError if exit has been declared.  Otherwise the exit
        handler does not go on to take stock of the workers before the caller
        has called `started` or has ended.  If *start_workers*, the method that
        it is going to call, is not the patched one, see `guarded`.
        """
        guarded = start_workers is not None and getattr(
            start_workers, '__func__', None) is not self._namespace.get(
                '_backport_start_workers')
        self._announce(sys._getframe(1), guarded)

    def started(self):
        """Take back the announcement of the calling function, if any."""
        self._withdraw(sys._getframe(1))

    def guarded(self, start_workers):
        """Return *start_workers* wrapped in `starting` and `started`.

        For what a subclass or a program has put in place of the patched
        function, which does neither.
        """
        def guarded_start_workers():
            try:
                self._announce(sys._getframe(), True)
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

    def _announce(self, frame, guarded):
        # What an asynchronous exception or a fork has left behind.
        for starter in self._starters[:]:
            if starter[1] != os.getpid() or not _is_executing(starter[0]):
                self._withdraw(starter[0])
        self._starters.append((frame, os.getpid(), guarded))
        # Announced first, looked second; `declare` does it the other way
        # round.  One of the two sees the other.
        if self.declared() and not self._announced(frame.f_back):
            self._withdraw(frame)
            raise self.refusal()

    def _withdraw(self, frame):
        for starter in self._starters[:]:
            if starter[0] is frame:
                try:
                    self._starters.remove(starter)
                except ValueError:
                    pass    # another thread has seen that it is over

    # What the patched exit handler uses.

    def declare(self):
        """Set the flag once nobody holds the lock; wait for announced starts.

        When it returns every worker that will ever be started through
        `starting` or `guarded` has been started.  Ctrl-C ends the wait: exit
        is then declared all the same.
        """
        update = {}
        declarer = _me() + (update, object())
        try:
            self._declarers.append(declarer)
            while True:
                # A signal handler may fork while this waits: ask each time.
                me = _me()
                self._declared_in = me[1]
                # A thread that enters after the look voids the update, which
                # is one call into C, so that no holder sees the flag change.
                update[self._flag] = True
                if not any(_counts(holder) and holder[0] != me[0]
                           for holder in self._holders[:]):
                    self._namespace.update(update)
                    if self._namespace[self._flag]:
                        break
                _pause()
        finally:
            self._declared_in = os.getpid()
            self._namespace[self._flag] = True
            if declarer in self._declarers:
                self._declarers.remove(declarer)
        self._wait_for_starters()

    def _wait_for_starters(self):
        # A program may call the exit handler itself, from a signal handler for
        # one.  What that has interrupted cannot go on before this returns.
        frame = sys._getframe(1)
        interrupted = []
        while frame is not None:
            interrupted.append(frame)
            frame = frame.f_back
        looks = GUARDED_LOOKS   # for all of them
        for starter in self._starters[:]:
            frame, announced_in, guarded = starter
            waited = False
            while (frame not in interrupted
                   and announced_in == os.getpid() and starter in self._starters
                   and not (guarded and looks <= 0) and _is_executing(frame)):
                waited = True
                _pause()
                looks -= guarded
            self.waits += waited

    @staticmethod
    def items_of(workers):
        """Return the items of a WeakKeyDictionary as a list.

        A thread that frees a worker's Thread object takes it out, at any
        moment: the dictionary then changes while it is listed, and stock exit
        handlers die of the RuntimeError.  That happens once for each.
        """
        for _ in range(GIVE_WAY):
            try:
                return list(workers.items())
            except RuntimeError:
                pass
        return list(workers.items())


def _value(counter):
    return counter.__reduce__()[1][0]


def _me():
    # Looked up at each call: with gevent or eventlet it tells greenlets apart.
    return threading.get_ident(), os.getpid()


def _counts(holder):
    """Return whether a hold is of this process: made in it, or forked with it.

    The thread that forks is the main thread of the child, with the same id.
    """
    return (holder[1] == os.getpid()
            or holder[0] == threading.main_thread().ident)


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
