"""What the patched submit and the exit handler of one module share.

3.9 closed bpo-31783 with one plain lock that every ``submit`` in the process
takes.  Submitters then exclude *each other*, and a signal handler, a finaliser
or a fork that meets one of them inside deadlocks.  Here only the exit handler
ever waits.  A submitter enters the Thread that it is going to start where the
exit handler looks for threads, and then looks whether exit has been declared;
the exit handler declares exit, and then looks for threads.  One of the two sees
the other.  ``docs/design.md`` has the argument.

There is no lock.  Every step on what threads share is one step of the
interpreter (``docs/one-step.md``), so an interrupted thread holds nothing.
"""
import threading
# Once, because tests leave os.getpid replaced.
from os import getpid
from sys import _getframe

# Seconds between two looks of the exit handler.
PAUSE = 0.001

# Looks at a start that may have no end: a native thread died of a MemoryError
# before its first lines, or a program's own function (`Exit.guard`) does the
# work right there.  A native thread that is alive runs its first lines in less,
# however slow the machine is, for each look gives up the GIL and the processor.
PATIENCE = 3000


class Exit:
    """Whether exit has been declared, and who is waited for then.

    *namespace* is that of the patched module; *lock* is the
    `GlobalShutdownLock` of a module with thread pools.
    """

    #: The message with which submit refuses work.
    REFUSED = 'cannot schedule new futures after interpreter shutdown'

    def __init__(self, namespace, lock=None):
        self.namespace = namespace
        self.lock = lock
        self.applied = None     # what the installer did to that module
        self.process_id = None  # of the process that has declared exit
        self.taken_out = []     # threads, see `interrupted`
        # For the report.  Threads that count at the same time may count as one.
        self.waits = 0
        self.refusals = 0

    # What submit and its helpers use.

    def refusal(self):
        """Return the RuntimeError for submit to raise; it is counted."""
        self.refusals += 1
        return RuntimeError(self.REFUSED)

    def declared(self):
        """Return whether this very process has set the flag, if it is set.

        Stock 3.6 refuses nothing, so neither may a process that was forked with
        the flag set: a worker process started by work that exit waits for.
        """
        return self.process_id in (None, getpid())

    def refuses(self):
        """Return whether a thread must not be started any more.

        Who holds the lock may go on, for exit waits for that.
        """
        return self.declared() and not (self.lock and self.lock.held())

    def guard(self, start_workers):
        """Call *start_workers*; exit waits for that, but not for ever.

        A subclass or a program has put it in place of the patched function, and
        it does not look whether exit has been declared.  Raises RuntimeError if
        that is so.
        """
        hold = self.lock.hold(PATIENCE)
        try:
            if self.namespace['_shutdown'] and self.declared():
                raise RuntimeError(self.REFUSED)
            start_workers()
        finally:
            self.lock.holds.pop(hold, None)

    def interrupted(self, thread, threads):
        """Take *thread*, whose start raised, out of *threads*.

        Unless it runs or may run yet, for a signal handler can raise while
        start() waits for the native thread.  Returns whether it was taken out.
        """
        try:
            if thread in threading._limbo or thread.is_alive():
                return False
            # Of its weak reference to the executor the callback would fail once
            # the executor has been shut down.
            thread._args = ()
        except Exception:
            pass    # it is no threading.Thread
        threads.pop(thread, None)
        if self.process_id is not None:
            # Kept: if it were freed while `_items` has a weak reference to it,
            # that would take it out once more and print a KeyError.
            self.taken_out.append(thread)
        return True

    # What the exit handler uses.

    def wait(self, threads):
        """Wait for what submitters began before exit was declared.

        When it returns, every thread of *threads* that will ever run has
        started.  What a signal handler raises ends the wait.
        """
        self.process_id = getpid()
        looks = 0
        for hold in list(self.lock.holds) if self.lock else ():
            self.waits += self.lock.blocks(hold, looks)
            while self.lock.blocks(hold, looks):
                _pause()
                looks += 1
        # A program may call the exit handler itself, from a signal handler for
        # one.  A start below that cannot go on before this returns.
        mine = _being_started()
        waited = [[thread, 0] for thread, _ in _items(threads)
                  if thread not in mine and _is_starting(thread)]
        self.waits += len(waited)
        while waited:
            _pause()
            for wait in waited:
                wait[1] += wait[0] in threading._limbo
            waited = [[thread, looks] for thread, looks in waited
                      if _is_starting(thread) and thread in threads
                      and looks < PATIENCE]

    @staticmethod
    def started(threads):
        """Return the items of *threads* to tell and to join, as a list."""
        return [item for item in _items(threads) if _has_started(item[0])]


def _items(threads):
    """Return the items of a WeakKeyDictionary as a list.

    Its items() can skip one, or raise RuntimeError (stock exit handlers die of
    it), if another thread frees or enters a Thread while they are listed.
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
    except Exception:
        return False    # it is no threading.Thread


def _has_started(thread):
    """Return whether *thread* has started, and may still be running.

    Nobody needs to tell one that has ended.  On 3.6 its queue may even have
    been forked with the mutex held, and put() would block for ever.
    """
    try:
        return thread._started.is_set() and not (
            thread._is_stopped and thread._tstate_lock is None)
    except Exception:
        return True


def _being_started():
    """Return the threads that the caller's stack is in the middle of starting.
    """
    threads, frame = [], _getframe(1)
    while frame is not None:
        if '_backport' in frame.f_code.co_names and 't' in frame.f_locals:
            threads.append(frame.f_locals['t'])
        frame = frame.f_back
    return threads


def _pause():
    # Looks again instead of blocking, because under gevent and eventlet whoever
    # is waited for may be a greenlet of this very thread.  They replace this
    # function, when they patch, by one whose locks yield to greenlets;
    # time.sleep may be left unpatched.
    lock = threading._allocate_lock()
    lock.acquire()
    lock.acquire(True, PAUSE)
