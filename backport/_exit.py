"""What the patched submit and the exit handler of one module share.

3.9 closed bpo-31783 with one plain lock that every ``submit`` in the process
takes.  Submitters then exclude *each other*, and a signal handler, a finaliser
or a fork that meets one of them inside deadlocks.  Here only the exit handler
ever waits.  A submitter enters the Thread that it is going to start where the
exit handler looks for threads, and then looks at the flag; the exit handler
sets the flag, and then looks for threads.  One of the two sees the other.
``docs/design.md`` has the argument.

There is no lock.  Every step on what threads share is one step of the
interpreter (``docs/one-step.md``), so an interrupted thread holds nothing.
"""
import sys
import threading
# Once, because tests leave os.getpid replaced.
from os import getpid

# Seconds between two looks of the exit handler.
PAUSE = 0.001

# Looks at the start of a thread that may have no end: its native thread died of
# a MemoryError; a signal handler in the middle of it has called the exit
# handler; or a program's own function (`Exit.guard`) does the work right there.
# What is alive starts in less: each look gives up the GIL and the processor.
PATIENCE = 3000

# The same for a manager: before it is started, all processes of its pool are.
LONGEST = 60000


class Exit:
    """What submit uses, and below that what the exit handler uses.

    *namespace* is that of the patched module; *lock* is for thread pools.
    """

    #: The message with which submit refuses work.
    REFUSED = 'cannot schedule new futures after interpreter shutdown'

    #: Whether submit warns about ``fn=``; 3.7 and 3.8 have the same code.
    FN_IS_DEPRECATED = sys.version_info >= (3, 8)

    def __init__(self, namespace, lock=None):
        self.namespace = namespace
        self.lock = lock
        self.applied = None     # what the installer did to that module
        self.process_id = None  # of the process that has declared exit
        self.taken_out = []     # threads, see `forget`
        # For the report; two threads that count at the same time may count one.
        self.waits = self.refusals = 0

    def refusal(self):
        """Return the RuntimeError for submit to raise; count it."""
        self.refusals += 1
        return RuntimeError(self.REFUSED)

    def declared(self):
        """Return whether this very process has set the flag, if it is set.

        Stock 3.6 refuses nothing, so neither may a process that was forked with
        the flag set: a worker process started by work that exit waits for.
        None: stock's exit handler has set it, before the patch was applied.
        """
        return self.process_id in (None, getpid())

    def refuses(self):
        """Return whether a thread must not be started any more.

        Who holds the lock may go on, for exit waits for that.
        """
        return self.declared() and not (self.lock and self.lock.held())

    def guard(self, start_workers):
        """Call *start_workers*; exit waits for that, but not for ever.

        A program has put it in place of the patched function, and it does not
        look at the flag.  Raises RuntimeError if that is set.
        """
        hold = self.lock.hold(PATIENCE)
        try:
            if self.namespace['_shutdown'] and self.declared():
                raise RuntimeError(self.REFUSED)
            start_workers()
        finally:
            self.lock.holds.pop(hold, None)

    def forget(self, thread, threads):
        """Take *thread* out of *threads* if it will never run.

        Its start raised, or a test has replaced start().  It may run yet if a
        handler raised while start() waited.  Returns whether it was taken out.
        """
        try:
            # In this order: it leaves _limbo after it has set _started.
            if thread in threading._limbo or thread._started.is_set():
                return False
        except AttributeError:
            return False    # it is no threading.Thread
        threads.pop(thread, None)
        if self.process_id is not None:
            # Kept: if it were freed while `_items` has a weak reference to it,
            # that would take it out once more and print a KeyError.
            self.taken_out.append(thread)
        return True

    def declare(self):
        """Say who sets the flag.  First, for a fork may come in between."""
        self.process_id = getpid()

    def wait(self, threads):
        """Wait until every thread of *threads* that will ever run has started.

        What a signal handler raises ends the wait.
        """
        if self.lock:
            self.waits += self.lock.wait(_pause)
        looks = PATIENCE if self.lock else LONGEST
        # A program may call the exit handler itself, from a signal handler for
        # one.  A start below that cannot go on before this returns.
        me = threading.get_ident()
        waited = [thread for thread, _ in _items(threads)
                  if _is_starting(thread)
                  and getattr(thread, '_backport_starter', None) != me]
        self.waits += len(waited)
        while waited and looks:
            _pause()
            looks -= 1
            waited = [thread for thread in waited
                      if _is_starting(thread) and thread in threads]

    @staticmethod
    def started(threads):
        """Return the items of *threads* to tell and to join, as a list."""
        # More than `wait` has found, if it was interrupted.
        return [item for item in _items(threads) if _has_started(item[0])]

    @staticmethod
    def join(items):
        """Join the threads of *items*.

        One that meets another join, a shutdown()'s, can fail by an assertion in
        `threading`; stock's handler then joins nobody else.
        """
        for thread, _ in items:
            try:
                thread.join()
            except AssertionError:
                thread.join()


def _items(threads):
    """Return the items of a WeakKeyDictionary as a list.

    Its items() can skip one, or raise RuntimeError (stock's handlers die of it)
    if another thread frees or enters a Thread.
    """
    try:
        found = [reference() for reference in threads.keyrefs()]    # one step
    except AttributeError:
        found = list(threads)   # a program has put another mapping there
    items = [(thread, threads.get(thread)) for thread in found
             if thread is not None]
    return [item for item in items if item[1] is not None]


def _is_starting(thread):
    """Return whether *thread* has not started yet.

    A copy of another process's thread never will; threading marks it as stopped
    in the child of a fork.
    """
    try:
        return not (thread._started.is_set() or thread._is_stopped)
    except AttributeError:
        return False    # it is no threading.Thread


def _has_started(thread):
    """Return whether *thread* has started, and may still be running.

    Nobody needs to tell one that has ended.  On 3.6 its queue may even have
    been forked with the mutex held, and put() would block for ever.  One that a
    forking submit starts in the child is marked as stopped, but has a new lock.
    """
    try:
        return thread._started.is_set() and not (
            thread._is_stopped and thread._tstate_lock is None)
    except AttributeError:
        return True


def _pause():
    # Does not block: under gevent and eventlet, a greenlet of this very thread
    # may be waited for.  The locks of this function, which they replace, yield
    # to greenlets; time.sleep may be left unpatched.
    lock = threading._allocate_lock()
    lock.acquire()
    lock.acquire(True, PAUSE)
