"""Inspects the code that a module has, and the file that it comes from.

Loaded when somebody asks, when the patch of a module is switched on or off
again, or where its code is not known.
"""
import sys
from _thread import get_ident

from . import _finder, _installer, _sources


def complete(record, module_name):
    """Add to the *record* of a patch what is live, and what is known of it.

    It has the state that holds for a module whose live code is not ours.
    Returns whether `require` is content with it.
    """
    module = sys.modules.get(module_name)
    if module is None or _finder.is_lazy(module):
        in_force = _complete_from_spec(record, module_name, module)
    else:
        in_force = _complete_from_module(record, module)
    if record.state == 'not-supported' and record.releases is not None:
        record.reason += (', and its file is that of CPython %s, with the race'
                          % record.releases)
        return False
    return in_force or record.state in ('not-needed', 'not-supported')


def _complete_from_module(record, module):
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
                else 'this interpreter has no sha256 for the source file'
                if record.sha256 is None
                else 'the source file is not known')
        record.state = 'applied'
        record.reason = '; '.join(filter(None, [by % record.releases, reason]))
    elif record.state == 'pending':
        record.reason = (
            '%s was loaded past the import hook, or its import or an '
            'activate() is under way; call backport.activate() after that'
            % module.__name__)
    return record.state == 'applied'


def _complete_from_spec(record, module_name, lazy_module):
    # The module is looked for and not loaded.
    me, spec = get_ident(), None
    _finder.probes[me] = False
    try:
        if lazy_module is None:
            spec = _find(module_name)
        else:
            spec = object.__getattribute__(lazy_module, '__spec__')
            _finder.probes[me] = isinstance(spec.loader, _finder.Loader)
        record.source, _, record.sha256 = _read(spec.origin)
        record.releases = _sources.known(record.name, record.sha256)
        if record.releases is None and record.state != 'not-supported':
            loader = spec.loader
            while not hasattr(loader, 'get_code'):
                loader = loader.loader      # of a LazyLoader
            record.releases = _sources.known(record.name, _sources.code_digest(
                functions_in(record.name, loader.get_code(module_name))))
    except Exception:
        pass    # there is none, or its finder or loader cannot tell
    finally:
        watched = _finder.probes.pop(me)
    if record.state != 'pending':
        return False
    record.reason = 'the program has not loaded %s yet' % module_name
    if _finder.in_use() is None:
        record.reason = ('the import hook is no longer in sys.meta_path; call '
                         'backport.activate()')
    elif spec is not None and not watched:
        record.reason = ('the import hook is not asked for %s, which another '
                         'finder in sys.meta_path finds before it; call '
                         'backport.activate() after its import' % module_name)
    elif record.releases is not None:
        return True
    else:
        record.reason += '; its code is not known here'
    return False


def _find(module_name):
    """Return the spec that an import of the module would use, or None."""
    from _frozen_importlib import _find_spec
    path, parts = None, module_name.split('.')
    for n in range(1, len(parts)):
        parent = '.'.join(parts[:n])
        if parent in sys.modules:
            path = sys.modules[parent].__path__
        else:
            path = _find_spec(parent, path).submodule_search_locations
    return _find_spec(module_name, path)


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
        problem += '; please report file and hash: %s, sha256 %s' % (
            source, digest or 'unknown')
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
