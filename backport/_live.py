"""Tells what code is live in a module, and what that module is by its file.

Loaded when somebody asks, or where the code of a module is not known.
"""
import sys

from ._finder import load

_installer = load('_installer')
_sources = load('_sources')


def record(name, module_name, decision):
    """Return (state, reason, source, sha256, releases) for a patch.

    *decision* is (state, reason) for a module whose live code is not ours.
    """
    module = sys.modules.get(module_name)
    live, reason = state(name, module)
    if live == 'stock':
        return _not_live(name, module_name, module, decision)
    source, data, digest = _read(getattr(module, '__file__', None))
    releases = _releases(name, digest)
    by = 'the source is that of CPython '
    if releases is None:
        releases = _installer.applied_to(module).releases
        by = 'matched by code: %s, but the code is that of CPython ' % (
            'there is no source file' if data is None
            else 'the source file is not known')
    if live == 'changed':
        return 'refused', reason, source, digest, releases
    return ('applied', '; '.join(filter(None, [by + releases, reason])),
            source, digest, releases)


def _not_live(name, module_name, module, decision):
    decision, reason = decision
    if decision == 'refused' and module is not None:
        source, _, digest = _read(getattr(module, '__file__', None))
        return decision, reason, source, digest, None
    source, digest, releases = expected(name, module_name)
    if decision == 'pending' and releases is None:
        reason += '; its code is not known here'
    return decision, reason, source, digest, releases


def state(name, module):
    """Return which code is live in *module*, and a sentence about it or None.

    It is 'ours'; or 'changed', by another tool since it was ours; or else
    'stock', if it never was, or was put back, or the module was loaded again.
    """
    applied = _installer.applied_to(module)
    if applied is None:
        return 'stock', None
    functions, problem = _sources.live_functions(name, vars(module))
    if problem is not None:
        return 'changed', 'since it was patched, %s' % problem
    reason = None
    for qualname, function, stock, ours in zip(
            _sources.REPLACED[name], applied.functions, applied.stock,
            applied.ours):
        if functions[qualname] is not function or _runs(function, stock):
            return 'stock', None
        if not _runs(function, ours):
            return 'changed', _changed(function)
        if function.__code__ is not ours:
            reason = 'another tool has wrapped the patched code in place'
    return 'ours', reason


def revert(module):
    """Put the stock code back into *module*; return None, or why it is not.

    *module* may be None, if it has not been loaded.
    """
    applied = _installer.applied_to(module)
    if applied is None:
        return None
    for function, stock, ours in zip(applied.functions, applied.stock,
                                     applied.ours):
        if function.__code__ is not stock and function.__code__ is not ours:
            return _changed(function)
    _installer.swap(applied.functions, applied.stock)
    return None


def _runs(function, code):
    """Return whether *function* runs *code*, itself or in what it wraps.

    ddtrace rewrites the code of a function in place and keeps a copy of the
    function as it was in an attribute and among the constants.
    """
    now = function.__code__
    return now is code or any(
        getattr(value, '__code__', value) is code
        for value in list(vars(function).values()) + list(now.co_consts))


def _changed(function):
    return 'another tool has since put code of %s, line %d, into %s' % (
        function.__code__.co_filename, function.__code__.co_firstlineno,
        function.__qualname__)


def expected(name, module_name):
    """Return (source, sha256, releases) of a module; it is not loaded.

    Each is None if it cannot be told.
    """
    source = digest = releases = path = None
    try:
        from _frozen_importlib import _find_spec
        parts = module_name.split('.')
        for end in range(1, len(parts) + 1):
            spec = _find_spec('.'.join(parts[:end]), path)
            path = spec.submodule_search_locations
        source, _, digest = _read(spec.origin)
        releases = _releases(name, digest)
        if releases is None:
            code = spec.loader.get_code(module_name)
            releases, _ = _sources.known(name, functions_in(name, code))
    except Exception:
        pass    # there is none, or its finder or loader cannot tell
    return source, digest, releases


def by_source(name, module, codes):
    """Return (releases, patch, None), or (None, None, problem).

    The table's digests are those of one compiler for each minor version; this
    interpreter's own has the last word, if the file of *module* is known.
    """
    source, data, digest = _read(getattr(module, '__file__', None))
    for releases, known_digest, _, patch in _sources.SOURCES[name]:
        if digest == known_digest:
            stock = functions_in(name, compiled(data))
            changed = [function for function in sorted(codes)
                       if _sources.behaviour({'': codes[function]})
                       != _sources.behaviour({'': stock[function]})]
            if not changed:
                return releases, patch, None
            return None, None, (
                'the source is that of CPython %s, but another tool has '
                'rewritten %s' % (releases, ', '.join(changed)))
    problem = 'its code is not that of any CPython release known here'
    if source is not None:
        problem += '; please report file and hash: %s, sha256 %s' % (source,
                                                                     digest)
    return None, None, problem


def _releases(name, digest):
    return next((releases for releases, known_digest, _, _
                 in _sources.SOURCES[name] if digest == known_digest), None)


def _read(path):
    """Return (path, bytes, sha256) of a source file, Nones if there is none."""
    try:
        if path is None or not path.endswith('.py'):
            return None, None, None
        with open(path, 'rb') as file:
            data = file.read()
    except OSError:
        return None, None, None     # in a zip file, or gone
    return path, data, _sources.sha256(data)


def compiled(data, optimize=-1):
    """Return the code object of the module with the source *data*.

    *optimize* is as for compile(): -1 is what this interpreter runs with.
    """
    return compile(data, 'stdlib', 'exec', dont_inherit=True, optimize=optimize)


def functions_in(name, module_code):
    """Return name -> code object for the functions that matter to a patch."""
    codes = {}
    for function in (_sources.REPLACED[name]
                     + _sources.RELIED_UPON[name]):
        code = module_code
        for part in function.split('.'):
            code = next((const for const in code.co_consts
                         if getattr(const, 'co_name', None) == part), None)
            if code is None:
                break
        else:
            codes[function] = code
    return codes
