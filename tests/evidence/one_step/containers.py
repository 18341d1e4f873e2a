"""What threads share, and what other code may do to it.

``state()`` returns what can be compared; ``changes`` are the functions with
which other code changes a container.
"""
import collections
import os
import sys
import threading
import weakref

from .trial import Element, Key, describe

MANY = 40   # elements that make every list and every table be allocated anew

if sys.version_info >= (3, 7):
    from queue import SimpleQueue


class List:
    """A list that holds the only references to nearly all of its elements."""

    def __init__(self):
        self.lst = [Element(n) for n in range(5)]
        self.x = self.lst[2]
        self.new = Element('new')

    def state(self):
        return describe(list(self.lst))

    def empties(self):
        del self.lst[:]

    def shrinks(self):
        del self.lst[1:]

    def takes(self):
        if self.x in self.lst:
            self.lst.remove(self.x)

    def grows(self):
        self.lst.extend([Element(n) for n in range(100, 100 + MANY)])

    def replaces(self):
        self.lst[:] = [Element(n) for n in range(200, 205)]

    changes = empties, shrinks, takes, grows, replaces


class Dict:
    """A dictionary with keys like those of GlobalShutdownLock."""

    def __init__(self):
        self.d = {}
        self.fill()

    def fill(self):
        for n in range(5):
            self.d[self.key(n)] = Element(n)
        self.k = list(self.d)[2]
        self.v = Element('v')
        self.new = self.key('new')
        self.other = {self.new: self.v}

    def key(self, name):
        return Key((Element(name), os.getpid(), object()))

    def state(self):
        return describe(self.d)

    def empties(self):
        self.d.clear()

    def shrinks(self):
        for key in list(self.d)[1:]:
            del self.d[key]

    def takes(self):
        self.d.pop(self.k, None)

    def grows(self):
        for n in range(100, 100 + MANY):
            self.d[self.key(n)] = Element(n)

    def replaces(self):
        for key in list(self.d):
            self.d[key] = Element(describe(self.d[key]) + "'")

    changes = empties, shrinks, takes, grows, replaces


class WeakKeys(Dict):
    """A WeakKeyDictionary of threads, and the dictionary that is inside it."""

    def __init__(self):
        self.threads = []
        self.w = weakref.WeakKeyDictionary()
        self.d = data = self.w.data
        self.remove = lambda ref: data.pop(ref, None)
        self.fill()
        self.t = self.k()
        self.new_t = self.new()

    def key(self, name):
        self.threads.append(threading.Thread(name=str(name)))
        return weakref.ref(self.threads[-1], self.remove)

    def forgets(self):
        # The threads are freed, and their callbacks remove them.
        self.threads[:] = [self.t, self.new_t]

    changes = Dict.changes + (forgets,)


class Set:
    """A set of threads, as executors have one."""

    def __init__(self):
        self.t = threading.Thread(name='t')
        self.new = threading.Thread(name='new')
        self.s = {threading.Thread(name=str(n)) for n in range(4)} | {self.t}

    def state(self):
        return describe(self.s)

    def empties(self):
        self.s.clear()

    def takes(self):
        self.s.discard(self.t)

    def grows(self):
        self.s.update([threading.Thread(name='z%d' % n) for n in range(MANY)])

    changes = empties, takes, grows


class Attributes:
    """An instance, and a module's globals."""

    def __init__(self):
        self.name = Element('old')
        self.new = Element('new')
        self.namespace = {'NAME': Element('old')}
        exec('def load(): return NAME\n'
             'def store(value):\n    global NAME; NAME = value',
             self.namespace)

    def state(self):
        return describe([self.name, self.namespace['NAME']])

    def replaces(self):
        self.name = Element('other')
        self.namespace['NAME'] = Element('other')

    def grows(self):
        for n in range(MANY):
            setattr(self, 'name%d' % n, n)
            self.namespace['name%d' % n] = n

    changes = replaces, grows


class Functions:
    """Three functions, and the code that is put into them."""

    def __init__(self):
        exec('\n'.join('def f%d(): return "old"\n'
                       'def g%d(): return "new"\n'
                       'def h%d(): return "other"' % (n, n, n)
                       for n in range(3)), vars(self))
        self.functions = self.f0, self.f1, self.f2
        self.codes = self.g0.__code__, self.g1.__code__, self.g2.__code__
        # None of them is freed when it is replaced, as with the package.
        self.stock = [function.__code__ for function in self.functions]

    def state(self):
        return [function() for function in self.functions]

    def replaces(self):
        for function, other in zip(self.functions, (self.h0, self.h1, self.h2)):
            function.__code__ = other.__code__

    def looks(self):
        pass

    changes = replaces, looks


class Queues:
    """Queues of work."""

    def __init__(self):
        self.new = Element('new')
        self.deque = collections.deque(Element(n) for n in range(5))
        self.taken = []
        if sys.version_info >= (3, 7):
            self.queue = SimpleQueue()
            for n in range(5):
                self.queue.put(Element(n))

    def state(self):
        while sys.version_info >= (3, 7) and not self.queue.empty():
            self.taken.append(self.queue.get_nowait())
        return describe([list(self.deque), self.taken])

    def empties(self):
        self.deque.clear()
        self.state()

    def grows(self):
        for n in range(100, 100 + MANY):
            self.deque.append(Element(n))
            if sys.version_info >= (3, 7):
                self.queue.put(Element(n))

    changes = empties, grows
