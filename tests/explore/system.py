"""What multiprocessing asks of the operating system, as the scheduler has it.

`control` puts models under a fresh copy of the interpreter's own
``multiprocessing``: pipes, poll, semaphores, fork, waitpid, kill and getpid.
Whatever is imported after that is the installed file, unchanged: ``Pipe``,
``connection.wait``, ``Queue`` with its feeder thread, ``SimpleQueue``,
``Process`` and multiprocessing's exit handler.
``tests/test_explore_models.py`` holds them against the real ones.

A worker process is one more greenlet.  As after a fork it has file descriptors
of its own for the queues among its arguments, and shares their semaphores; the
code of a worker uses nothing else that a fork copies.  A process ends as soon
as it is killed.
"""
import errno
import importlib
import os
import select
import signal
import sys
import traceback

from scheduler import SCHEDULER

FIRST_FD = 1 << 20      # what is less is real
FIRST_PID = 1 << 23     # more than the kernel ever gives
CAPACITY, ATOMIC = 65536, 4096      # bytes, see pipe(7)
READ, WRITE = 0, 1

real_close, real_getpid, real_waitpid = os.close, os.getpid, os.waitpid


class Pipe:

    def __init__(self):
        self.name = SCHEDULER.new_name()
        self.data = bytearray()
        self.open = [0, 0]      # file descriptors of either end

    def readable(self):
        return self.data or not self.open[WRITE]


class Process:

    def __init__(self, task):
        self.name = 'process', task.number
        self.task = task
        self.parent = getpid()
        self.status = None      # as from waitpid, once it has ended
        self.reaped = False
        self.looked_at = None

    def ended(self):
        return self.status is not None

    def end(self, status):
        if self.status is None:
            self.status = status
            SCHEDULER.touch(self.name)
            for fd, (_, _, owner) in list(SYSTEM.fds.items()):
                if owner == self.task.pid:
                    close(fd)
                    SYSTEM.closed_by_kernel.add(fd)


class System:
    """What the kernel knows."""

    def __init__(self):
        self.next_fd = FIRST_FD
        self.reset()

    def reset(self):
        self.first_fd = self.next_fd
        self.fds = {}           # number -> (pipe, end, process id)
        self.processes = {}     # process id -> Process
        self.closed_by_kernel = set()
        self.forks = 0
        self.failing_fork = None    # which one raises, counted from 1

    def open(self, pipe, end, process_id):
        fd = self.next_fd
        self.next_fd += 1
        self.fds[fd] = pipe, end, process_id
        pipe.open[end] += 1
        return fd

    def find(self, fd, end=None):
        if fd is None:
            raise TypeError('an integer is required (got type NoneType)')
        pipe, is_end, _ = self.fds.get(fd, (None, None, None))
        if pipe is None or end not in (None, is_end):
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        return pipe


SYSTEM = System()


def _wait(ready):
    if not ready():
        SCHEDULER.wait(ready)


def getpid():
    return getattr(SCHEDULER.current, 'pid', None) or real_getpid()


def pipe():
    new = Pipe()
    return (SYSTEM.open(new, READ, getpid()), SYSTEM.open(new, WRITE, getpid()))


def close(fd):
    if fd < FIRST_FD:
        return real_close(fd)
    if fd < SYSTEM.first_fd or fd in SYSTEM.closed_by_kernel:
        return      # by a finaliser, after the run or the process has ended
    closed = SYSTEM.find(fd)
    closed.open[SYSTEM.fds.pop(fd)[1]] -= 1
    SCHEDULER.touch(closed.name)


def read(fd, size):
    source = SYSTEM.find(fd, READ)
    _wait(source.readable)
    data = bytes(source.data[:size])
    del source.data[:size]
    SCHEDULER.touch(source.name)
    return data


def write(fd, data):
    if fd is not None and fd < SYSTEM.first_fd:
        return len(data)    # by a finaliser, as in `close`
    target = SYSTEM.find(fd, WRITE)

    def writable():
        return (not target.open[READ]
                or CAPACITY - len(target.data) >= min(ATOMIC, len(data)))

    _wait(writable)
    SCHEDULER.touch(target.name)
    if not target.open[READ]:
        raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))
    written = bytes(data[:CAPACITY - len(target.data)])
    target.data += written
    return len(written)


class Poll:
    """``select.poll``, for reading."""

    def __init__(self):
        self._fds = []

    def register(self, fd, eventmask):
        self._fds.append(fd)

    def poll(self, timeout=None):
        """Wait, in milliseconds; None, unlike 0, is for ever."""
        pipes = [(fd, SYSTEM.fds.get(fd, (None,))[0]) for fd in self._fds]

        def ready():
            return [(fd, select.POLLIN if pipe else select.POLLNVAL)
                    for fd, pipe in pipes if pipe is None or pipe.readable()]

        assert timeout in (None, 0)     # see Scheduler.pause
        if timeout is None:
            _wait(ready)
        found = ready()
        for fd, pipe in pipes:
            if pipe is not None:
                SCHEDULER.touch(pipe.name, False, bool(pipe.readable()))
        return found


class SemLock:
    """``_multiprocessing.SemLock``, but for the kind that knows its owner."""

    SEM_VALUE_MAX = (1 << 31) - 1

    def __init__(self, kind, value, maxvalue, name, unlink):
        assert kind == 1    # SEMAPHORE, in multiprocessing.synchronize
        self._value, self.maxvalue = value, maxvalue
        self.kind, self.name, self.handle = kind, None, id(self)
        self._name = SCHEDULER.new_name()

    def acquire(self, block=True, timeout=None):
        if block:
            assert timeout is None
            _wait(self._get_value)
        acquired = self._value > 0
        SCHEDULER.touch(self._name, result=acquired)
        self._value -= acquired
        return acquired

    def release(self):
        SCHEDULER.touch(self._name)
        if self._value >= self.maxvalue:
            raise ValueError('semaphore or lock released too many times')
        self._value += 1

    def __enter__(self):
        return self.acquire()

    def __exit__(self, exc_type, exc_value, exc_traceback):
        self.release()

    def _get_value(self):
        return self._value

    def _is_zero(self):
        SCHEDULER.touch(self._name, False, not self._value)
        return not self._value

    def _after_fork(self):
        pass


def fork(target, args, writer):
    """Start a process that calls *target*; return its process id.

    *writer* is the end of a pipe that it has to itself.
    """
    SYSTEM.forks += 1
    if SYSTEM.forks == SYSTEM.failing_fork:
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    def run():
        status = 1
        try:
            target(*args)
            status = 0
        except SystemExit:
            raise       # from `Scheduler.reset`
        except BaseException:
            traceback.print_exc()
        finally:
            process.end(status << 8)

    task = SCHEDULER.spawn(run)
    task.pid = FIRST_PID + task.number
    task.name = 'P%d' % task.number
    process = SYSTEM.processes[task.pid] = Process(task)
    SYSTEM.open(SYSTEM.find(writer), WRITE, task.pid)
    args = [_forked(arg, task.pid) for arg in args]
    return task.pid


def _forked(thing, process_id):
    """Return *thing* as the process has it."""
    from multiprocessing import connection, queues
    if isinstance(thing, connection.Connection):
        copy = object.__new__(type(thing))
        vars(copy).update(vars(thing))
        if not thing.closed:
            source, end, _ = SYSTEM.fds[thing.fileno()]
            copy._handle = SYSTEM.open(source, end, process_id)
        return copy
    if isinstance(thing, (queues.Queue, queues.SimpleQueue)):
        copy = object.__new__(type(thing))
        vars(copy).update((name, _forked(value, process_id))
                          for name, value in vars(thing).items())
        if isinstance(thing, queues.Queue):
            copy._after_fork()
        else:
            copy._poll = copy._reader.poll
        return copy
    return thing


def _launch(self, process_obj):
    """In place of ``popen_fork.Popen._launch``, which has two returns."""
    from multiprocessing import util
    self.sentinel, writer = pipe()
    try:
        self.pid = fork(process_obj._target, process_obj._args, writer)
    finally:
        close(writer)
    util.Finalize(self, close, (self.sentinel,))


def waitpid(process_id, options):
    if process_id < FIRST_PID:
        return real_waitpid(process_id, options)
    process = SYSTEM.processes.get(process_id)
    if process is not None and process.parent == getpid():
        if not process.ended():
            if not options:
                SCHEDULER.wait(process.ended)
            elif process.looked_at == SCHEDULER.switches:
                SCHEDULER.pause()   # who looks in a loop lets others go on
            process.looked_at = SCHEDULER.switches
        SCHEDULER.touch(process.name, process.ended(), process.ended())
        if not process.ended():
            return 0, 0
        if not process.reaped:
            process.reaped = True
            return process_id, process.status
    raise ChildProcessError(errno.ECHILD, os.strerror(errno.ECHILD))


def kill(process_id, number):
    process = SYSTEM.processes[process_id]
    SCHEDULER.touch(process.name)
    if process.reaped:
        raise ProcessLookupError(errno.ESRCH, os.strerror(errno.ESRCH))
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
        if name.split('.')[0] in ('multiprocessing', 'selectors'):
            del sys.modules[name]
    for function in pipe, read, write, close, waitpid, kill, getpid:
        setattr(os, function.__name__, function)
    select.poll = Poll
    _multiprocessing.SemLock = SemLock
    importlib.import_module('multiprocessing.popen_fork').Popen._launch = _launch
    importlib.import_module('multiprocessing.connection')


def reset():
    """Forget all pipes and processes."""
    from multiprocessing import util
    util._exiting = False
    util._finalizer_registry.clear()
    SYSTEM.reset()
