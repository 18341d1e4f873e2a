"""Runs an operation while other code runs in between."""
import gc
import threading
import weakref
from itertools import count

# A place is an allocation of an object that the garbage collector tracks.  Such
# an allocation starts a collection, with this threshold each of them.
EVERY_ALLOCATION = -1
NEVER = 0

#: The `Trial` that is running, or None.
current = None


class Element:
    """An element of a container.  It tells the trial when it is freed."""

    def __init__(self, name):
        self.name = str(name)

    def __del__(self):
        if current is not None:
            current.dropped()


class Key(tuple):
    """A key of a dictionary, the first item of which is an `Element`."""
    __slots__ = ()


class Cycle:
    """Garbage that only the collector finds, and that has a finaliser."""

    def __init__(self, finaliser):
        self.itself = self
        self.finaliser = finaliser

    def __del__(self):
        self.finaliser()


class Trial:
    """One run of an operation, in which other code comes in at one place.

    *way* says what that code is: a function in gc.callbacks (``callback``), the
    finaliser of garbage (``finaliser``), another thread for which such a
    finaliser waits (``thread``), or the finaliser of what the operation drops
    (``dropped``).

    *place* is the number of allocations, or of dropped elements, before it.
    """

    WAYS = 'callback', 'finaliser', 'thread', 'dropped'

    def __init__(self, container, change, way, place):
        self.container = container
        self.change = change
        self.way = way
        self.place = place
        self.came = False
        self.seen = None    # the state in which the other code has found it
        self.kept = []

    def run(self, operation):
        """Return the `outcome`."""
        global current
        gc.collect()        # It frees what the interpreter has kept for reuse.
        self._use_up(200)
        gc.callbacks.append(self._collects)
        current = self
        if self.way != 'dropped':
            gc.set_threshold(EVERY_ALLOCATION)
        try:
            result = result_of(operation, self.container)
        finally:
            gc.set_threshold(NEVER)
            current = None
            gc.callbacks.remove(self._collects)
        return outcome(result, self.container)

    def _use_up(self, number):
        # The interpreter keeps up to 80 lists and dictionaries, and up to 2000
        # tuples of each length, for reuse.  If one of them is reused, nothing
        # is allocated, and there is no place.
        for n in range(number):
            self.kept.append([])
            self.kept.append({})
            self.kept.append((n,))
            self.kept.append((n, n))
            self.kept.append((n, n, n))

    def _collects(self, phase, info):
        if phase != 'start' or self.came or self.way == 'dropped':
            return
        self._use_up(2)
        if self.place:
            self.place -= 1
        elif self.way == 'callback':
            self._come()
        elif self.way == 'finaliser':
            Cycle(self._come)       # This collection finds it.
        else:
            Cycle(self._come_in_a_thread)

    def dropped(self):
        if self.way == 'dropped' and not self.came:
            if self.place:
                self.place -= 1
            else:
                self._come()

    def _come_in_a_thread(self):
        thread = threading.Thread(target=self._come)
        thread.start()
        thread.join()

    def _come(self):
        self.came = True
        gc.set_threshold(NEVER)
        try:
            self.seen = self.container.state()
            self.change(self.container)
        except BaseException as exc:    # It would be printed only.
            self.seen = 'the other code failed: %r' % (exc,)


def faults(container_type, operation):
    """Yield a line for each fault of *operation* on such containers."""
    container = container_type()
    states = [container.state()]
    result_of(operation, container)
    states.append(container.state())
    for change in container_type.changes:
        first, last = container_type(), container_type()
        result = result_of(operation, first)
        change(first)
        change(last)
        outcomes = [outcome(result, first),
                    outcome(result_of(operation, last), last)]
        for way in Trial.WAYS:
            for place in count():
                where = '%s, %s, place %d' % (change.__name__, way, place)
                print(where, flush=True)
                trial = Trial(container_type(), change, way, place)
                got = trial.run(operation)
                if not trial.came:
                    break
                if trial.seen not in states:
                    yield '%s: other code saw %s' % (where, trial.seen)
                if got not in outcomes:
                    yield '%s: ended up as %s' % (where, got)


def result_of(operation, container):
    try:
        return operation(container)
    except Exception as exc:
        return type(exc).__name__


def outcome(result, container):
    """Return what the operation has returned, and the state it has left."""
    try:
        result = describe(result)
    except Exception as exc:
        result = 'unusable: %r' % (exc,)
    return result, container.state()


def describe(thing):
    """Return what can be compared with the same of another container."""
    if isinstance(thing, (Element, threading.Thread)):
        return thing.name
    if isinstance(thing, weakref.ref):
        return describe(thing())
    if isinstance(thing, Key):
        return describe(thing[0])
    if isinstance(thing, dict):
        return [len(thing)] + [(describe(key), describe(thing[key]))
                               for key in list(thing)]
    if isinstance(thing, set):
        return sorted(map(describe, thing))
    if isinstance(thing, (list, tuple)):
        return list(map(describe, thing))
    return thing
