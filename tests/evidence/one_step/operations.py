"""The operations, by their names in docs/one-step.md.

Each has the types of containers that it is tried on, and a function that does
it to one of them.
"""
import sys
from itertools import repeat

from . import trial
from .containers import (Attributes, Dict, Functions, List, Queues, Set,
                         WeakKeys)


def set_item(self):
    self.d[self.k] = self.v


def set_new_item(self):
    self.d[self.new] = self.v


def set_weak_item(self):
    self.w[self.new_t] = self.v


def set_attribute(self):
    self.name = self.new


def set_code(self):
    self.functions[0].__code__ = self.codes[0]


def set_codes(self):
    any(map(setattr, self.functions, repeat('__code__'), self.codes))


def set_codes_audited(self):
    if not audited:
        sys.addaudithook(audit)
        audited.append(True)
    set_codes(self)


def audit(event, args):
    # Code that an operation calls is treated like finalisers of what it drops.
    if event == 'object.__setattr__' and trial.current is not None:
        trial.current.dropped()


audited = []


def loop_over_dict(self):
    return [(k, [])[0] for k in self.d]


LISTS = List,
DICTS = Dict, WeakKeys
SETS = Set,
WEAK = WeakKeys,

ONE_STEP = {
    'lst.insert(0, x)': (LISTS, lambda self: self.lst.insert(0, self.new)),
    'list(lst)': (LISTS, lambda self: list(self.lst)),
    'd[k] = v': (DICTS, set_item),
    'd[new] = v': (DICTS, set_new_item),
    'd.setdefault(k, v)': (
        DICTS, lambda self: self.d.setdefault(self.new, self.v)),
    'd.pop(k, None)': (DICTS, lambda self: self.d.pop(self.k, None)),
    'k in d': (DICTS, lambda self: self.k in self.d),
    'd.get(k)': (DICTS, lambda self: self.d.get(self.k)),
    'd.update(other)': (DICTS, lambda self: self.d.update(self.other)),
    'len(d)': (DICTS, lambda self: len(self.d)),
    'list(d)': (DICTS, lambda self: list(self.d)),
    's.add(x)': (SETS, lambda self: self.s.add(self.new)),
    's.discard(x)': (SETS, lambda self: self.s.discard(self.t)),
    'x in s': (SETS, lambda self: self.t in self.s),
    'w[t] = v': (WEAK, set_weak_item),
    'w.get(t)': (WEAK, lambda self: self.w.get(self.t)),
    'w.keyrefs()': (WEAK, lambda self: self.w.keyrefs()),
    'ref()': (WEAK, lambda self: self.k()),
    'obj.name = v': ((Attributes,), set_attribute),
    'obj.name': ((Attributes,), lambda self: self.name),
    'NAME = v': (
        (Attributes,), lambda self: self.namespace['store'](self.new)),
    'NAME': ((Attributes,), lambda self: self.namespace['load']()),
    'function.__code__ = code': ((Functions,), set_code),
    'any(map(setattr, ...))': ((Functions,), set_codes),
    'deque.append(x)': (
        (Queues,), lambda self: self.deque.append(self.new)),
}

#: The operations that read freed memory.
CRASHES = {
    'lst[:]': (LISTS, lambda self: self.lst[:]),
    'lst[::-1]': (LISTS, lambda self: self.lst[::-1]),
    'lst.copy()': (LISTS, lambda self: self.lst.copy()),
    'tuple(lst)': (LISTS, lambda self: tuple(self.lst)),
    'lst + other': (LISTS, lambda self: self.lst + [self.new]),
    'lst * n': (LISTS, lambda self: self.lst * 2),
}

NOT_ONE_STEP = dict(CRASHES, **{
    'for k in d': (DICTS, loop_over_dict),
    'list(d.items())': (DICTS, lambda self: list(self.d.items())),
    'tuple(d)': (DICTS, lambda self: tuple(self.d)),
    'list(w.items())': (WEAK, lambda self: list(self.w.items())),
})

if sys.version_info >= (3, 7):
    ONE_STEP['queue.put(x)'] = (
        (Queues,), lambda self: self.queue.put(self.new))
if sys.version_info >= (3, 8):
    NOT_ONE_STEP['any(map(setattr, ...)), audited'] = (
        (Functions,), set_codes_audited)
