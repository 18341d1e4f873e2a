"""The state that the patched submit and the exit handler of a module share.

Unlike 3.9's, submit takes no lock: only the exit handler ever waits.

The exit handler does what stock's does: it tells all workers to leave, and
joins them.  Then it *closes*: from here on no worker is started.  Last it waits
for the workers that are just being started, and tells and joins them as well.

A submitter and the exit handler meet in two places.  In each, the order lets
one of the two see the other:

* A submitter registers a worker in `starting`, then reads `closed`.  The exit
  handler sets `closed`, then reads `starting`.  So either the worker is not
  started, or the exit handler waits for it.
* A submitter puts a work item, then reads `told`.  The exit handler enters the
  queue in `told`, then puts its None.  So either the None comes behind the work
  item, or the submitter knows that it may have come before.

Each such read and write is one step of the interpreter (docs/one-step.md).
docs/design.md has the whole argument.
"""
import sys
import threading
# By name: a test may replace os.getpid, or stop the clock, later.
from os import getpid
from time import monotonic

# Seconds between two polls of the exit handler.
PAUSE = 0.001

# Seconds that exit waits while no start gets any further.  One may have no end:
# its native thread died of a MemoryError, or a worker process cannot be forked.
STARTING = 10

# Seconds for a start that an exception of a signal handler has ended.  The
# native thread may be about to run, or never have been asked for.
INTERRUPTED = 1


class Exit:
    """The state of one module at exit.

    *lock* is the `GlobalShutdownLock` of thread pools: exit waits for the
    programs that hold it.
    """

    #: The message with which submit refuses work.
    REFUSED = 'cannot schedule new futures after interpreter shutdown'

    #: Whether submit warns about ``fn=``; 3.7 and 3.8 have the same code.
    FN_IS_DEPRECATED = sys.version_info >= (3, 8)

    def __init__(self, namespace, lock=None):
        self.namespace = namespace
        self.flag = ('_global_shutdown' if '_global_shutdown' in namespace
                     else '_shutdown')
        self.lock = lock
        self.applied = None     # what the installer did to that module
        # A Thread that is being started -> (its value in the dictionary of
        # threads, process id, thread id of the submitter, its pool's processes)
        self.starting = {}
        # If the flag is set before `declare` is called, stock's handler has set
        # it, before the patch was applied: exit has closed.
        self.process_id, self.closed, self.told = None, True, {}
        # For the report; two threads that count at the same time may count one.
        self.waits = self.refusals = 0

    # Called by submit, and by the functions that start workers.

    def declared(self):
        """Return whether this very process has declared exit.

        One that a job forks while exit waits for that job inherits the flag.
        To be called before `closed` or `told` is read: until `declare` resets
        them, they are those of an earlier exit, or of none.
        """
        return (self.namespace[self.flag]
                and self.process_id in (None, getpid()))

    def refuses(self, work_queue):
        """Return whether a work item in *work_queue* may be left behind."""
        return self.declared() and (self.closed or id(work_queue) in self.told)

    def refusal(self):
        """Return the RuntimeError for submit to raise; count it."""
        self.refusals += 1
        return RuntimeError(self.REFUSED)

    def start(self, thread, value, threads, start, processes=()):
        """Call *start*, which starts *thread*, and enter it in *threads*.

        Raises RuntimeError if it is too late for that, and whatever *start*
        raises.  Like stock, it enters a Thread after the start, for programs
        join what is there.  *processes* grows as long as *start* gets further.
        """
        try:
            self.starting[thread] = (value, getpid(), threading.get_ident(),
                                     processes)
            if self.declared() and self.closed:
                raise RuntimeError(self.REFUSED)
            start()
            threads[thread] = value
        except BaseException:
            # It may take a work item, so exit must find it; stock does not.
            if self.may_run(thread):
                threads[thread] = value
            self.starting.pop(thread, None)
            raise
        self.starting.pop(thread, None)

    @staticmethod
    def may_run(thread):
        """Return whether *thread*, whose start has raised, runs or may yet.

        A signal handler may have raised when the native thread was there.
        """
        # It leaves _limbo after it has set _started, so this order misses none.
        return thread in threading._limbo or _has_started(thread)

    # Called by the exit handler.

    def declare(self):
        """Reset the state; the caller sets the flag next."""
        if not self.declared():
            # The program has called the exit handler before, and has unset the
            # flag; or this is the child of a fork.
            self.told, self.closed = {}, False
            self.process_id = getpid()

    def leave(self, threads, tell):
        """Have all *threads* leave, and join them.

        *threads* is the module's dictionary of threads and values.  *tell* is
        called with a value.  Ctrl-C ends all of it, as on stock; no worker is
        started after that.
        """
        known = []
        try:
            if self.lock:
                self.waits += self.lock.wait(_pause)
            _join(self._tell(threads, tell, known))
        finally:
            self.closed = True
        self._wait(self._being_started, STARTING)
        # Starts that a signal handler has interrupted may still come.
        self._wait(lambda: [
            thread for thread in list(self.starting) + _keys(threads)
            if thread in threading._limbo], INTERRUPTED)
        _join(self._tell(threads, tell, known))

    def _tell(self, threads, tell, known):
        """Tell those of *threads* that run and are not *known*; return them."""
        # Read in this order: a submitter takes a Thread out of the former when
        # it is in the latter.
        found = {thread: self.starting.get(thread, (None,))[0]
                 for thread in list(self.starting)}
        found.update((thread, threads.get(thread)) for thread in _keys(threads))
        running = [thread for thread, value in found.items()
                   if value is not None and thread not in known
                   and _is_running(thread)]
        known += running
        for thread in running:
            value = found[thread]
            self._wait_for_room(value)
            # With the queue itself, so that no other one gets this id.
            self.told[id(value)] = value
            tell(value)
        return running

    def _wait_for_room(self, work_queue):
        """Wait until put() would not block.

        A submit that is blocked in put() came first, and stock does its work;
        so the queue must not be in `told` yet.
        """
        put = getattr(type(work_queue), 'put', None)
        # eventlet puts a class of its own into that module.
        if (put is self.namespace['queue'].Queue.put
                and hasattr(work_queue, 'not_full')
                and work_queue.maxsize > 0):
            with work_queue.not_full:
                while work_queue._qsize() >= work_queue.maxsize:
                    work_queue.not_full.wait()

    def _being_started(self):
        """Return what exit waits for, and how far it has come."""
        # A program may call the exit handler itself, from a signal handler for
        # one.  A start below that cannot go on before this returns.
        me = threading.get_ident()
        found = []
        for thread in list(self.starting):
            _, process_id, submitter, processes = self.starting.get(
                thread, (None, None, None, ()))
            if (process_id == getpid() and submitter != me
                    and not _has_started(thread)):
                found.append((thread, len(processes)))
        return found

    def _wait(self, poll, seconds):
        """Wait until poll() is empty, or has been the same for *seconds*."""
        before, found = None, poll()
        self.waits += len(found)
        while found:
            if found != before:
                # A clock that stands still must not make this endless.
                before, polls = found, 1000 * seconds
                end = monotonic() + seconds
            elif not polls or monotonic() > end:
                break
            polls -= 1
            _pause()
            found = poll()


def _join(threads):
    for thread in threads:
        # The thread has ended, but another join, in shutdown() for instance, is
        # under way: an assertion in `threading` fails.  Stock's handler dies.
        # To give up loses nothing.
        for _ in range(100):
            try:
                thread.join()
                break
            except AssertionError:
                _pause()


def _keys(threads):
    """Return the threads of a WeakKeyDictionary as a list.

    Its keys() can skip one, or raise RuntimeError (stock's handlers die of it)
    if another thread frees or enters a Thread.
    """
    try:
        references = threads.keyrefs()      # one step
    except AttributeError:
        return list(threads)    # a program has put another mapping there
    return [thread for thread in [reference() for reference in references]
            if thread is not None]


def _has_started(thread):
    try:
        return thread._started.is_set()
    except AttributeError:
        return True     # it is not a threading.Thread


def _is_running(thread):
    """Return whether *thread* has started, and may still be running.

    One that has ended needs no None.  In a forked child of 3.6, put() could
    even block for ever: the mutex of its queue was forked while it was held.
    A fork in the middle of a submit (by a signal handler) marks the new Thread
    as stopped before the child starts it: then its lock shows that it runs.
    """
    return _has_started(thread) and not (
        getattr(thread, '_is_stopped', False)
        and getattr(thread, '_tstate_lock', thread) is None)


def _pause():
    # Under gevent and eventlet, exit may wait for a greenlet of its own thread.
    # They replace the locks that this function makes by some that let other
    # greenlets run; they may leave time.sleep as it is.
    lock = threading._allocate_lock()
    lock.acquire()
    lock.acquire(True, PAUSE)
