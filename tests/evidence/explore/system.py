"""What multiprocessing asks of the operating system, as the scheduler has it.

`control` puts models under a fresh copy of the interpreter's own
``multiprocessing``: pipes, poll, semaphores, fork, waitpid, kill and getpid.
Whatever is imported after that is the installed file, unchanged: ``Pipe``,
``connection.wait``, ``Queue`` with its feeder thread, ``SimpleQueue``,
``Process`` and multiprocessing's exit handler.  ../test_explore_models.py holds
them against the real ones.

A worker process is one more greenlet.  As after a fork it has file descriptors
of its own for the queues among its arguments, and shares their semaphores; the
code of a worker uses nothing else that a fork copies.  A process ends as soon
as it is killed.
"""
import errno
import importlib
import os
import select
import sys
import traceback

from primitives import SemLock
from scheduler import SCHEDULER

FIRST_FD, FIRST_PID = 1 << 20, 1 << 23      # what is less is real
CAPACITY = 65536    # bytes, see pipe(7)
READ, WRITE = 0, 1

real_close, real_getpid, real_waitpid = os.close, os.getpid, os.waitpid


class System:
    """What the kernel knows."""

    def __init__(self):
        self.next_fd = FIRST_FD
        self.reset()

    def reset(self):
        self.first_fd = self.next_fd
        self.fds = {}           # number -> (Pipe, end, process id)
        self.closed = set()     # those of processes that have ended
        self.processes = {}     # process id -> Process
        self.failing_fork = 0   # which one raises, counted from 1


SYSTEM = System()


def _error(number):
    return OSError(number, os.strerror(number))     # the subclass for that


def _wait(ready):
    if not ready():
        SCHEDULER.wait(ready)


# Pipes.

class Pipe:

    def __init__(self):
        self.name = SCHEDULER.new_name()
        self.data = bytearray()
        self.fds = [0, 0]       # how many there are for either end

    def open(self, end, process_id):
        fd = SYSTEM.next_fd
        SYSTEM.next_fd += 1
        SYSTEM.fds[fd] = self, end, process_id
        self.fds[end] += 1
        return fd

    def readable(self):
        return self.data or not self.fds[WRITE]


def _find(fd, *ends):
    if fd is None:
        raise TypeError('an integer is required (got type NoneType)')
    pipe, end, _ = SYSTEM.fds.get(fd, (None, None, None))
    if end not in ends:
        raise _error(errno.EBADF)
    return pipe


def pipe():
    new = Pipe()
    return new.open(READ, getpid()), new.open(WRITE, getpid())


def close(fd):
    if fd < FIRST_FD:
        return real_close(fd)
    if fd < SYSTEM.first_fd or fd in SYSTEM.closed:
        return      # by a finaliser, after the run or the process has ended
    pipe = _find(fd, READ, WRITE)
    pipe.fds[SYSTEM.fds.pop(fd)[1]] -= 1
    SCHEDULER.touch(pipe.name)


def read(fd, size):
    pipe = _find(fd, READ)
    _wait(pipe.readable)
    SCHEDULER.touch(pipe.name)
    data = bytes(pipe.data[:size])
    del pipe.data[:size]
    return data


def write(fd, data):
    if fd is not None and fd < SYSTEM.first_fd:
        return len(data)    # as in `close`
    pipe = _find(fd, WRITE)
    _wait(lambda: not pipe.fds[READ]
          or len(pipe.data) + len(data) <= CAPACITY)
    SCHEDULER.touch(pipe.name)
    if not pipe.fds[READ]:
        raise _error(errno.EPIPE)
    pipe.data += data
    return len(data)


class Poll:
    """``select.poll``, for reading."""

    def __init__(self):
        self._fds = []

    def register(self, fd, eventmask):
        self._fds.append(fd)

    def poll(self, timeout=None):
        assert timeout in (None, 0)     # see Scheduler.pause
        pipes = [SYSTEM.fds.get(fd, [None])[0] for fd in self._fds]

        def ready():
            return [(fd, select.POLLIN if pipe else select.POLLNVAL)
                    for fd, pipe in zip(self._fds, pipes)
                    if pipe is None or pipe.readable()]

        if timeout is None:
            _wait(ready)
        for pipe in pipes:
            if pipe is not None:
                SCHEDULER.touch(pipe.name, False, bool(pipe.readable()))
        return ready()


# Processes.

class Process:

    def __init__(self, function):
        def run():
            status = 1
            try:
                function()
                status = 0
            except SystemExit:
                raise       # from `Scheduler.reset`
            except BaseException:
                traceback.print_exc()
            finally:
                self.end(status << 8)

        self.parent = getpid()
        self.status = self.looked_at = None
        self.reaped = False
        self.task = SCHEDULER.spawn(run)
        self.task.name = 'P%d' % self.task.number
        self.id = self.task.process_id = FIRST_PID + self.task.number
        SYSTEM.processes[self.id] = self

    def ended(self):
        return self.status is not None

    def end(self, status):
        if not self.ended():
            self.status = status
            SCHEDULER.touch(self.id)
            for fd, (_, _, owner) in list(SYSTEM.fds.items()):
                if owner == self.id:
                    close(fd)
                    SYSTEM.closed.add(fd)


def getpid():
    return getattr(SCHEDULER.current, 'process_id', None) or real_getpid()


def _launch(self, process_obj):
    """In place of ``popen_fork.Popen._launch``, in which fork returns twice."""
    from multiprocessing import util
    if len(SYSTEM.processes) + 1 == SYSTEM.failing_fork:
        SYSTEM.failing_fork = 0
        raise _error(errno.EAGAIN)
    target = process_obj._target
    process = Process(lambda: target(*args))
    args = [_forked(arg, process.id) for arg in process_obj._args]
    sentinel = Pipe()
    sentinel.open(WRITE, process.id)
    self.pid, self.sentinel = process.id, sentinel.open(READ, getpid())
    util.Finalize(self, close, (self.sentinel,))


def _forked(thing, process_id):
    """Return *thing* as the process has it."""
    from multiprocessing import connection, queues
    if not isinstance(thing, (connection.Connection, queues.Queue,
                              queues.SimpleQueue)):
        return thing
    copy = object.__new__(type(thing))
    vars(copy).update((name, _forked(value, process_id))
                      for name, value in vars(thing).items())
    if isinstance(thing, queues.Queue):
        copy._after_fork()
    elif isinstance(thing, queues.SimpleQueue):
        copy._poll = copy._reader.poll
    elif not thing.closed:
        pipe, end, _ = SYSTEM.fds[thing.fileno()]
        copy._handle = pipe.open(end, process_id)
    return copy


def waitpid(process_id, options):
    if process_id < FIRST_PID:
        return real_waitpid(process_id, options)
    process = SYSTEM.processes.get(process_id)
    if process is None or process.parent != getpid():
        raise _error(errno.ECHILD)
    if not options:
        _wait(process.ended)
    elif not process.ended() and process.looked_at == SCHEDULER.switches:
        SCHEDULER.pause()   # who looks in a loop lets others go on
    process.looked_at = SCHEDULER.switches
    SCHEDULER.touch(process.id, process.ended(), process.ended())
    if not process.ended():
        return 0, 0
    if process.reaped:
        raise _error(errno.ECHILD)
    process.reaped = True
    return process_id, process.status


def kill(process_id, number):
    process = SYSTEM.processes[process_id]
    SCHEDULER.touch(process.id)
    if process.reaped:
        raise _error(errno.ESRCH)
    if not process.ended():
        process.end(int(number))
        process.task.done = True
        SCHEDULER.touch('exit', write=False)
        if process.task is SCHEDULER.current:
            SCHEDULER.hub.switch()      # for ever


def control():
    """Have multiprocessing, imported from now on, use the models.

    Threads must be controlled already.
    """
    import _multiprocessing
    for name in list(sys.modules):
        # concurrent.futures of 3.6 imports the last of these.
        if name.split('.')[0] in ('multiprocessing', 'selectors') or (
                name == 'concurrent.futures.process'):
            del sys.modules[name]
    for function in pipe, read, write, close, waitpid, kill, getpid:
        setattr(os, function.__name__, function)
    select.poll = Poll
    _multiprocessing.SemLock = SemLock
    popen_fork = importlib.import_module('multiprocessing.popen_fork')
    popen_fork.Popen._launch = _launch


def reset():
    """Forget all pipes and processes."""
    from multiprocessing import util
    util._exiting = False
    util._finalizer_registry.clear()
    SYSTEM.reset()
