"""What is written in C, and threads share: as the scheduler has it.

`control` puts a stand-in for the C module ``_thread`` under a fresh copy of the
interpreter's own ``threading``.  Whatever is imported after that runs for real:
``threading``, ``queue``, ``concurrent.futures`` and ``backport`` are the
installed files, unchanged.  Only the C primitives are replaced (locks, thread
start, thread id, and `SimpleQueue`, which is C from 3.7 on): a real lock would
block the scheduler itself.  A suspended greenlet's frame is an executing one,
as a waiting thread's is.

Before and inside an operation that allocates an object that the garbage
collector tracks, a collection may run, and with it any code.  `Dict` and `List`
have a point there: docs/one-step.md says where each operation of the real ones
has it.  What they do not have must not be used on what threads share.
"""
import _thread
import collections
import importlib
import sys
import types
import weakref

from scheduler import SCHEDULER


class Lock:
    """What ``_thread.allocate_lock`` returns."""

    def __init__(self):
        self._locked = False
        self.name = SCHEDULER.new_name()

    def acquire(self, blocking=True, timeout=-1):
        if SCHEDULER.lock_points:
            SCHEDULER.point()
        if self._locked:
            if not blocking or timeout == 0:
                SCHEDULER.touch(self.name, result=False)
                return False
            assert timeout < 0, 'see Scheduler.pause'
            SCHEDULER.wait(self._is_free)
        self._locked = True
        SCHEDULER.touch(self.name, result=True)
        return True

    def release(self):
        if SCHEDULER.lock_points:
            SCHEDULER.point()
        if not self._locked:
            raise RuntimeError('release unlocked lock')
        self._locked = False
        SCHEDULER.touch(self.name)

    def locked(self):
        SCHEDULER.touch(self.name)
        return self._locked

    def _is_free(self):
        return not self._locked

    def __enter__(self):
        return self.acquire()

    def __exit__(self, exc_type, exc_value, traceback):
        self.release()


class SimpleQueue:
    """3.7's ``queue.SimpleQueue``, whose put() is atomic and waits for nothing.
    """

    def __init__(self):
        self._items = collections.deque()
        self.name = SCHEDULER.new_name()

    def put(self, item, block=True, timeout=None):
        SCHEDULER.touch(self.name)
        self._items.append(item)

    def get(self, block=True, timeout=None):
        while not self._items:
            SCHEDULER.wait(lambda: self._items)
        SCHEDULER.touch(self.name)
        return self._items.popleft()


class SemLock:
    """``_multiprocessing.SemLock``, but for the kind that knows its owner."""

    SEM_VALUE_MAX = (1 << 31) - 1
    name = None

    def __init__(self, kind, value, maxvalue, name, unlink):
        assert kind == 1    # SEMAPHORE, in multiprocessing.synchronize
        self._value, self.maxvalue = value, maxvalue
        self.handle, self._name = id(self), SCHEDULER.new_name()

    def acquire(self, block=True, timeout=None):
        if block:
            assert timeout is None      # see Scheduler.pause
            if not self._value:
                SCHEDULER.wait(self._get_value)
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


class TornRead(BaseException):
    """A read past the end: the real list would crash, now or later."""


def _one_step(kind, method, write):
    function = getattr(kind, method)

    def one_step(self, *args):
        self._step(write, *args[:1])
        return function(self, *args)
    return one_step


def _refused(self, *args):
    raise TypeError('docs/one-step.md does not know this operation')


class Dict(dict):
    """A dict that threads share.

    Its order is by the threads that made the entries: so the order in which two
    threads make one each makes no difference.
    """

    def __init__(self, name, items=(), points=True):
        super().__init__(items)
        self.name = name
        self.points = points
        self.names = {}     # hash of key -> name

    def _step(self, write, key):
        if self.points:
            SCHEDULER.point()
        SCHEDULER.touch(self.name, write=False)
        SCHEDULER.touch((self.name, self._name(key)), write)

    def _name(self, key):
        # Threads may be looked for before they are entered, and weak references
        # to them after they have died.  Neither must be kept alive here.
        owner = key() if isinstance(key, weakref.ref) else key
        if hasattr(owner, '__dict__'):
            if not hasattr(owner, 'name_of_key'):
                owner.name_of_key = SCHEDULER.new_name()
            self.names[hash(key)] = owner.name_of_key
        elif hash(key) not in self.names:
            self.names[hash(key)] = SCHEDULER.new_name()
        return self.names[hash(key)]

    def __iter__(self):
        # list(d) reads in one step.  Each look of a loop is one of its own.
        if self.points:
            SCHEDULER.point()
        SCHEDULER.touch(self.name)
        return self._keys(super().__len__())

    def _keys(self, size):
        keys = sorted(super().keys(), key=self._name)
        while super().__len__() == size:
            if not keys:
                return
            yield keys.pop(0)
        raise RuntimeError('dictionary changed size during iteration')

    def items(self):
        for key in self:
            SCHEDULER.point()   # allocates a tuple for each
            SCHEDULER.touch(self.name)
            yield key, super().get(key)

    def __len__(self):
        SCHEDULER.touch(self.name)  # no point: list() calls it in its one step
        return super().__len__()

    def __setitem__(self, key, value):
        if not super().__contains__(key):
            self.names.pop(hash(key), None)     # of an entry that has gone
        self._step(True, key)
        super().__setitem__(key, value)

    __contains__ = _one_step(dict, '__contains__', False)
    __getitem__ = _one_step(dict, '__getitem__', False)
    get = _one_step(dict, 'get', False)
    __delitem__ = _one_step(dict, '__delitem__', True)
    pop = _one_step(dict, 'pop', True)
    setdefault = _one_step(dict, 'setdefault', True)
    copy = keys = popitem = update = _refused

    def values(self):
        return [super(Dict, self).get(key) for key in self]

    def clear(self):
        SCHEDULER.touch(self.name)
        super().clear()


class List(list):
    """A list that threads share."""

    def __init__(self, name, items=()):
        super().__init__(items)
        self.name = name

    def _step(self, write, *args):
        SCHEDULER.point()
        SCHEDULER.touch(self.name, write)

    __iter__ = _one_step(list, '__iter__', False)
    __contains__ = _one_step(list, '__contains__', False)
    append = _one_step(list, 'append', True)
    pop = _one_step(list, 'pop', True)
    remove = _one_step(list, 'remove', True)
    __add__ = __delitem__ = __iadd__ = __imul__ = __mul__ = __reversed__ = (
        __setitem__) = clear = count = extend = index = insert = reverse = (
        sort) = _refused

    def __getitem__(self, index):
        SCHEDULER.point()
        length = len(self)
        SCHEDULER.touch(self.name, write=False)
        if isinstance(index, slice):
            SCHEDULER.point()   # allocates the new list
            SCHEDULER.touch(self.name, write=False)
            if len(self) < length:
                raise TornRead(type(self).__name__)
        return super().__getitem__(index)

    def copy(self):
        return self[:]


def shared(container, name):
    """Return a model of *container*, known as *name*."""
    return {dict: Dict, list: List}[type(container)](name, container)


def _set_sentinel():
    lock = Lock()
    if SCHEDULER.current is not None:
        SCHEDULER.current.sentinel = lock
    return lock


def _get_ident():
    return SCHEDULER.current.ident if SCHEDULER.current else 1


def control():
    """Have all that is imported from now on use threads of `SCHEDULER`."""
    # 3.6 calls threading._after_fork only if there has ever been a thread.
    _thread.start_new_thread(int, ())
    stand_in = types.ModuleType('_thread')
    vars(stand_in).update(vars(_thread))
    stand_in.allocate_lock = stand_in.LockType = Lock
    stand_in.start_new_thread = SCHEDULER.spawn
    stand_in.get_ident = _get_ident
    stand_in._set_sentinel = _set_sentinel
    del stand_in.RLock      # threading has one in Python, made of the above
    for name in 'threading', 'queue', 'concurrent.futures.thread':
        sys.modules.pop(name, None)
    sys.modules['_thread'] = stand_in
    try:
        threading = importlib.import_module('threading')
    finally:
        sys.modules['_thread'] = _thread
    queue = importlib.import_module('queue')
    if hasattr(queue, 'SimpleQueue'):
        queue.SimpleQueue = SimpleQueue
    return threading
