"""Swaps the code of the stock functions, and takes it back.

Only ``function.__code__`` is assigned.  The function objects stay, and with
them the exit handler's slot, every ``from ... import``, bound methods, the
subclasses' ``super()``, wrappers, signature and docstring.
"""
import os
import sys
from collections import namedtuple
from itertools import repeat

from . import _identify
from ._hook import PATCHES
from ._lock import GlobalShutdownLock
from ._table import EXIT_FLAG, REPLACED

Record = namedtuple('Record', 'name state reason source sha256 releases')

Applied = namedtuple('Applied', 'identity functions stock ours')

_applied = {}       # patch name -> Applied, for the module last patched
_identities = {}    # patch name -> Identity, of what was looked at last
_warned = set()


def apply(name, module):
    """Patch *module*; return the state and the reason.

    Warns once, with a RuntimeWarning, if the module is not known.
    """
    applied = _applied.get(name)
    if applied is not None and not _changed(applied, vars(module)):
        return 'applied', applied.identity.reason
    identity = _identities[name] = _identify.identify(name, module)
    if identity.problem is not None:
        _warn(name, module, identity)
        return 'refused', identity.problem

    functions = [identity.functions[function] for function, _ in REPLACED[name]]
    namespace = vars(module)
    lock = namespace.setdefault(
        '_backport_shutdown_lock',
        GlobalShutdownLock(namespace, EXIT_FLAG[name]))
    # The name that 3.9 has.  The patch itself uses the other one: gevent's
    # monkey patching replaces what it finds under this (gevent PR 2191).
    namespace.setdefault('_global_shutdown_lock', lock)
    # By it submit knows whether somebody has replaced what starts workers.
    namespace['_backport_start_workers'] = functions[0]
    patch = _patch_module(identity.row.patch)
    ours = [getattr(patch, function).__code__ for _, function in REPLACED[name]]
    stock = [function.__code__ for function in functions]
    _applied[name] = Applied(identity, functions, stock, ours)
    _swap(functions, ours)
    return 'applied', identity.reason


def revert(name, decision):
    """Put the stock code back; return the state and the reason.

    *decision* is returned where there is nothing to put back.
    """
    applied = _applied.get(name)
    if applied is None or decision[0] != 'applied':
        return decision
    changed = _changed(applied)
    if changed is None and _rewritten(applied):
        changed = 'another tool has since wrapped the patched code in place'
    if changed is not None:
        return 'refused', 'not taken back: %s' % changed
    _swap(applied.functions, applied.stock)
    del _applied[name]
    return 'disabled', 'backport.deactivate() was called'


def record(name, decision):
    """Return the `Record` of a patch."""
    state, reason = decision or (
        'pending', 'the program has not loaded %s yet' % PATCHES[name])
    applied = _applied.get(name)
    if state == 'applied':
        changed = _changed(applied)
        if changed:
            state, reason = 'refused', changed
        elif _rewritten(applied):
            reason += '; another tool has wrapped the patched code in place'
    identity = applied.identity if applied else _identities.get(name)
    if identity is not None:
        source, sha256, row = identity.source, identity.sha256, identity.row
    else:
        source = _identify.expected_source(name)
        data = _identify.read(source)
        source, sha256 = ((source, _identify.sha256(data).hexdigest())
                          if data else (None, None))
        row = next((row for row in _identify.SOURCES
                    if row.sha256 == sha256), None)
    return Record(name, state, reason, source, sha256, row and row.releases)


def _swap(functions, codes):
    # One call into C for all of them: no other thread runs in between and
    # sees half a patch.
    any(map(setattr, functions, repeat('__code__'), codes))


def _patch_module(patch):
    package = __package__
    try:
        return _import('%s.patches.%s' % (package, patch))
    except ModuleNotFoundError as exc:
        if exc.name != package + '.patches':
            raise
    # A checkout: patches/ is beside backport/ and not in it, where the wheel
    # has it.
    path = sys.modules[package].__path__
    path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    return _import('%s.patches.%s' % (package, patch))


def _import(module_name):
    __import__(module_name)
    return sys.modules[module_name]


def _changed(applied, namespace=None):
    """Return what has been changed since the patch, as a sentence, or None."""
    for function, code in zip(applied.functions, applied.ours):
        if namespace is not None and function.__globals__ is not namespace:
            return 'the module has been loaded again'
        if not _reaches(function, code):
            return 'another tool has since put code of %s, line %d, into %s' % (
                function.__code__.co_filename,
                function.__code__.co_firstlineno, function.__qualname__)
    return None


def _rewritten(applied):
    return any(function.__code__ is not code for function, code
               in zip(applied.functions, applied.ours))


def _reaches(function, code):
    """Return whether *function* runs *code*, itself or in what it wraps.

    ddtrace rewrites the code of a function in place and keeps a copy of the
    function as it was in an attribute and among the constants.
    """
    if function.__code__ is code:
        return True
    kept = list(vars(function).values()) + list(function.__code__.co_consts)
    return any(getattr(value, '__code__', value) is code for value in kept)


def _warn(name, module, identity):
    if identity.problem in _warned:
        return
    _warned.add(identity.problem)
    text = ('backport leaves %s as it is: %s (file: %s, sha256: %s). '
            'Work submitted while the interpreter exits can be lost '
            '(bpo-31783). Please report file and hash; BACKPORT_DISABLE=%s '
            'silences this warning.' % (
                PATCHES[name], identity.problem,
                getattr(module, '__file__', None), identity.sha256, name))
    import warnings
    try:
        warnings.warn(text, RuntimeWarning, stacklevel=2)
    except RuntimeWarning:
        # -W error: it must still not be raised out of somebody else's import.
        if sys.stderr is not None:
            print(text, file=sys.stderr)
