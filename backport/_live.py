"""Tells what code is live in a module, and what that module is by its file.

Loaded when somebody asks, when the patch of a module is switched on or off
again, or where its code is not known.
"""
import sys

from ._finder import load

_installer = load('_installer')
_sources = load('_sources')


def complete(record, module_name):
    """Add to the *record* of a patch what is live, and what is known of it.

    It has the state that holds for a module whose live code is not ours.
    """
    module = sys.modules.get(module_name)
    if module is None:
        record.source, record.sha256, record.releases = expected(
            record.name, module_name)
        if record.state == 'pending' and record.releases is None:
            record.reason += '; its code is not known here'
        return
    live, reason = state(record.name, module)
    record.source, data, record.sha256 = _read(
        getattr(module, '__file__', None))
    record.releases = _sources.known(record.name, record.sha256)
    if live == 'changed':
        record.state, record.reason = 'refused', reason
    elif live == 'ours':
        by = 'the source is that of CPython %s'
        if record.releases is None:
            record.releases = _installer.applied_to(module).releases
            by = 'matched by code: %s, but the code is that of CPython %%s' % (
                'there is no source file' if data is None
                else 'the source file is not known')
        record.state = 'applied'
        record.reason = '; '.join(filter(None, [by % record.releases, reason]))


def state(name, module):
    """Return which code is live in *module*, and a sentence about it or None.

    It is 'ours'; 'stock', which has been put back; 'changed', by another tool
    since it was ours; or 'new', if *module* was never patched, or was loaded
    again since.
    """
    applied = _installer.applied_to(module)
    if applied is None:
        return 'new', None
    functions, problem = _sources.live_functions(name, vars(module))
    if problem is not None:
        return 'changed', 'since it was patched, %s' % problem
    reason = None
    for qualname, function, stock, ours in zip(
            _sources.REPLACED[name], applied.functions, applied.stock,
            applied.ours):
        # Once: another thread may put in the other one at any moment.
        code = function.__code__
        if functions[qualname] is not function:
            return 'new', None
        if code is stock or _wraps(function, code, stock):
            return 'stock', None
        if code is not ours:
            if not _wraps(function, code, ours):
                return 'changed', (
                    'another tool has since put code of %s, line %d, into %s'
                    % (code.co_filename, code.co_firstlineno, qualname))
            reason = 'another tool has wrapped the patched code in place'
    return 'ours', reason


def revert(name, module):
    """Put the stock code back, unless another tool has changed it since."""
    if state(name, module) == ('ours', None):
        applied = _installer.applied_to(module)
        _installer.swap(applied.functions[::-1], applied.stock[::-1])


def _wraps(function, code, wrapped):
    """Return whether the *code* of *function* calls the code *wrapped*.

    ddtrace rewrites the code of a function in place and keeps a copy of the
    function as it was in an attribute and among the constants.
    """
    return any(getattr(value, '__code__', value) is wrapped
               for value in [*vars(function).values(), *code.co_consts])


def expected(name, module_name):
    """Return (source, sha256, releases) of a module; it is not loaded.

    Each is None if it cannot be told.
    """
    source = digest = releases = path = None
    try:
        from _frozen_importlib import _find_spec
        for fullname in 'concurrent', 'concurrent.futures', module_name:
            spec = _find_spec(fullname, path)
            path = spec.submodule_search_locations
        source, _, digest = _read(spec.origin)
        releases = _sources.known(name, digest)
        if releases is None:
            code = spec.loader.get_code(module_name)
            releases = _sources.known(name, _sources.code_digest(
                functions_in(name, code)))
    except Exception:
        pass    # there is none, or its finder or loader cannot tell
    return source, digest, releases


def by_source(name, module, codes):
    """Return (releases, None), or (None, problem).

    The table's digests are those of one compiler for each minor version; this
    interpreter's own has the last word, if the file of *module* is known.
    """
    source, data, digest = _read(getattr(module, '__file__', None))
    releases = _sources.known(name, digest)
    if releases is not None:
        stock = functions_in(name, compile(data, source, 'exec',
                                           dont_inherit=True))
        changed = [function for function in sorted(codes)
                   if _sources.behaviour({'': codes[function]})
                   != _sources.behaviour({'': stock[function]})]
        if not changed:
            return releases, None
        return None, (
            'the source is that of CPython %s, but another tool has rewritten '
            '%s' % (releases, ', '.join(changed)))
    problem = ('its code is not that of any release of CPython %d.%d that is '
               'known here' % sys.version_info[:2])
    if source is not None:
        problem += '; please report file and hash: %s, sha256 %s' % (source,
                                                                     digest)
    return None, problem


def _read(path):
    """Return (path, bytes, sha256) of a source file, Nones if there is none."""
    try:
        if path and path.endswith('.py'):
            with open(path, 'rb') as file:
                data = file.read()
            return path, data, _sources.sha256(data)
    except OSError:
        pass    # in a zip file, or gone
    return None, None, None


def functions_in(name, module_code):
    """Return name -> code object for the functions that matter to a patch."""
    codes = {}
    for function in _sources.REPLACED[name] + _sources.RELIED_UPON[name]:
        code = module_code
        for part in function.split('.'):
            code = next((const for const in code.co_consts
                         if getattr(const, 'co_name', None) == part), None)
            if code is None:
                break
        else:
            codes[function] = code
    return codes
