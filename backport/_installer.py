"""Swaps the code of the stock functions, and takes it back.

Only ``function.__code__`` is assigned.  The function objects stay, and with
them the exit handler's slot, every ``from ... import``, bound methods, the
subclasses' ``super()``, wrappers, signature and docstring.

There is no lock here: two threads that patch the same module put the same code
into the same functions.
"""
import os
import sys
from collections import namedtuple
from itertools import repeat

from . import _identify
from ._hook import PATCHES
from ._exit import Exit
from ._lock import GlobalShutdownLock
from ._table import REPLACED

Record = namedtuple('Record', 'name state reason source sha256 releases')

#: What was done to a module.  It is kept in that module, on its lock, so that
#: it is found whatever becomes of this package in sys.modules.
Applied = namedtuple('Applied', 'identity functions stock ours')

_refused = {}   # patch name -> Identity of what was refused last
_warned = set()     # of (patch name, reason)


def apply(name, module):
    """Patch *module*; return None, or why it is left as it is.

    In the latter case warns once, with a RuntimeWarning.
    """
    if _changed(name, module) is None:
        return None
    identity = _identify.identify(name, module)
    if identity.problem is not None:
        if _changed(name, module) is None:
            return None     # another thread was faster
        _refused[name] = identity
        warn(name, identity.problem, getattr(module, '__file__', None),
             identity.sha256)
        return identity.problem

    functions = [identity.functions[function] for function, _ in REPLACED[name]]
    stock = [identity.codes[function] for function, _ in REPLACED[name]]
    patch = _patch_module(identity.row.patch)
    ours = [getattr(patch, function).__code__ for _, function in REPLACED[name]]
    namespace = vars(module)
    state = namespace.get('_backport')
    if state is None:
        state = namespace.setdefault('_backport', Exit(
            namespace, GlobalShutdownLock() if name == 'thread' else None))
    if name == 'thread':
        # The name that 3.9 has.  The patch itself uses the other one: gevent's
        # monkey patching replaces what it finds under this (gevent PR 2191).
        namespace.setdefault('_global_shutdown_lock', state.lock)
        # By it submit knows whether somebody has replaced what starts workers.
        namespace['_backport_start_workers'] = functions[0]
    state.applied = Applied(identity, functions, stock, ours)
    try:
        _swap(functions, ours)
    except BaseException:
        state.applied = None
        _swap(functions, stock)     # an audit hook objected (3.8)
        raise
    return None


def revert(name):
    """Put the stock code back; return None, or why it was not."""
    module = sys.modules.get(PATCHES[name])
    applied = _applied(module)
    if applied is None:
        return None
    if _have(applied.functions, applied.stock):
        return None
    if not _have(applied.functions, applied.ours):
        return (_changed(name, module)
                or 'another tool has since wrapped the patched code in place')
    _swap(applied.functions, applied.stock)
    vars(module)['_backport'].applied = None
    return None


def record(name, decision):
    """Return the `Record` of a patch, told by what is live.

    *decision* is what `_hook` has decided, as (state, reason), or None.
    """
    module = sys.modules.get(PATCHES[name])
    applied = _applied(module)
    if applied is not None:
        changed = _changed(name, module)
        if changed is not None:
            state, reason = 'refused', changed
        else:
            state, reason = 'applied', applied.identity.reason
            if not _have(applied.functions, applied.ours):
                reason += '; another tool has wrapped the patched code in place'
        return _with_identity(name, state, reason, applied.identity)
    if decision is not None:
        state, reason = decision
    elif module is None:
        state, reason = 'pending', (
            'the program has not loaded %s yet' % PATCHES[name])
    else:
        state, reason = 'pending', (
            '%s was loaded past the import hook; backport.activate() patches '
            'it now' % PATCHES[name])
    return _with_identity(name, state, reason, _refused.get(name))


def _with_identity(name, state, reason, identity):
    if identity is not None:
        source, sha256, row = identity.source, identity.sha256, identity.row
    else:
        source, sha256, row = _identify.expected(name)
    return Record(name, state, reason, source, sha256, row and row.releases)


def _applied(module):
    state = vars(module).get('_backport') if module else None
    return getattr(state, 'applied', None)


def _have(functions, codes):
    return all(function.__code__ is code
               for function, code in zip(functions, codes))


def _swap(functions, codes):
    # One call into C for all of them: no other thread runs in between and
    # sees half a patch.
    any(map(setattr, functions, repeat('__code__'), codes))


def _patch_module(patch):
    package = __package__
    try:
        module = _import('%s.patches.%s' % (package, patch))
    except ModuleNotFoundError as exc:
        if exc.name != package + '.patches':
            raise
        # A checkout: patches/ is beside backport/ and not in it, where the
        # wheel has it.
        sys.modules[package].__path__.append(
            os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
        module = _import('%s.patches.%s' % (package, patch))
    return module


def _for_freezers():
    # Never called.  PyInstaller and its like include what it imports.
    from .patches import (  # noqa: F401
        process_3_6, process_3_7_0, process_3_7_4, process_3_8, thread_3_6,
        thread_3_7_0, thread_3_7_4, thread_3_8)


def _import(module_name):
    __import__(module_name)
    return sys.modules[module_name]


def _changed(name, module):
    """Return why the patch is not, or no longer, what runs; None if it is."""
    applied = _applied(module)
    if applied is None:
        return 'not applied'
    live, problem = _identify.live_functions(name, vars(module))
    for (qualname, _), function, code in zip(REPLACED[name], applied.functions,
                                             applied.ours):
        if problem is not None or live.get(qualname) is not function:
            return 'since it was patched, %s' % (
                problem or 'the module has been loaded again')
        if not _reaches(function, code):
            return 'another tool has since put code of %s, line %d, into %s' % (
                function.__code__.co_filename,
                function.__code__.co_firstlineno, qualname)
    return None


def _reaches(function, code):
    """Return whether *function* runs *code*, itself or in what it wraps.

    ddtrace rewrites the code of a function in place and keeps a copy of the
    function as it was in an attribute and among the constants.
    """
    if function.__code__ is code:
        return True
    kept = list(vars(function).values()) + list(function.__code__.co_consts)
    return any(getattr(value, '__code__', value) is code for value in kept)


def warn(name, reason, file=None, sha256=None):
    """Warn, once for each module and *reason*, that it is left as it is."""
    if (name, reason) in _warned:
        return
    _warned.add((name, reason))
    text = ('backport leaves %s as it is: %s (file: %s, sha256: %s). '
            'Work submitted while the interpreter exits can be lost '
            '(bpo-31783). Please report file and hash; BACKPORT_DISABLE=%s '
            'silences this warning.' % (
                PATCHES[name], reason, file, sha256, name))
    try:
        import warnings
        warnings.warn(text, RuntimeWarning, stacklevel=2)
    except RuntimeWarning:
        # -W error: it must still not be raised out of somebody else's import.
        if sys.stderr is not None:
            print(text, file=sys.stderr)
    except Exception:
        pass    # standard error is closed; status() has the reason
