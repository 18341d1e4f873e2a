"""Swaps the code of the stock functions.

Only ``function.__code__`` is assigned.  The function objects stay, and with
them the exit handler's slot, every ``from ... import``, bound methods, the
subclasses' ``super()``, wrappers and docstrings.

There is no lock here.  What was done to a module is kept in that module and
never forgotten; whether it is in force is told by the live code alone.  Two
threads that patch the same module put the same code into the same functions.
"""
import sys
from itertools import repeat

from . import _sources


def apply(name, module):
    """Patch *module*; return None, or why it is left as it is."""
    while True:
        applied, state = applied_to(module), 'new'
        if applied is not None:
            from . import _inspect
            state, problem = _inspect.state(name, module)
            if state in ('ours', 'changed'):
                return problem if state == 'changed' else None
        functions, problem = _sources.live_functions(name, vars(module))
        if problem is None:
            codes = {qualname: function.__code__
                     for qualname, function in functions.items()}
            if state == 'stock':
                for qualname, stock, ours in zip(
                        _sources.REPLACED[name], applied.stock, applied.ours):
                    if codes[qualname] is ours:     # put in by another thread
                        codes[qualname] = stock
            releases = _sources.known(name, _sources.code_digest(codes))
            if releases is None:
                from . import _inspect
                releases, problem = _inspect.by_source(name, module, codes)
        if problem is None:
            _put(name, module, functions, codes, releases)
            return None
        if applied_to(module) is applied:
            return problem
        # Another thread was faster: what is not known is its code.


def applied_to(module):
    """Return what was done to *module*, or None.

    Its attributes: ``functions``, those that were replaced; ``stock`` and
    ``ours``, their codes; ``releases`` of CPython that have this stock code.
    """
    return module and getattr(vars(module).get('_backport'), 'applied', None)


def _put(name, module, live, codes, releases):
    from . import _exit, _lock
    patch = _sources.patch_module(name)
    functions, stock, ours = [], [], []
    for qualname in _sources.REPLACED[name]:
        functions.append(live[qualname])
        stock.append(codes[qualname])
        ours.append(getattr(patch, qualname.rpartition('.')[2]).__code__)
    namespace = vars(module)
    shared = namespace.setdefault('_backport', _exit.Exit(
        namespace, _lock.GlobalShutdownLock() if name == 'thread'
        else None))
    if name == 'thread':
        # The name that 3.9 has.  The patch itself uses the other one: gevent's
        # monkey patching replaces what it finds under this (gevent PR 2191).
        namespace.setdefault('_global_shutdown_lock', shared.lock)
    if shared.applied is None or shared.applied.functions != functions:
        # The namespace type, without an import.
        shared.applied = type(sys.implementation)(
            functions=functions, stock=stock, ours=ours, releases=releases)
    try:
        swap(functions, ours)
    except BaseException:
        swap(functions[::-1], stock[::-1])  # an audit hook objected (3.8)
        raise


def swap(functions, codes):
    """Give each function its code."""
    # One call into C for all of them, for setattr() returns None: no other
    # thread runs in between and sees half a patch, unless there is an audit
    # hook (3.8).  `applied` has both codes, so none is freed in between.
    any(map(setattr, functions, repeat('__code__'), codes))
