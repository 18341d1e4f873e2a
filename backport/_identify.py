"""Which known module a loaded module is, told by its file and its live code."""
import os
import sys
from collections import namedtuple

from ._hook import PATCHES
from ._table import RELIED_UPON, REPLACED, SOURCES

try:
    # 40 us for file and digest; hashlib would load OpenSSL, 3 to 16 ms.
    from _sha256 import sha256
except ImportError:
    from hashlib import sha256

#: ``problem`` is None or why the module must not be patched.
Identity = namedtuple(
    'Identity', 'source sha256 row reason problem functions codes')


def identify(name, module):
    """Return the `Identity` of *module*, for the patch called *name*."""
    path, data, digest = _file(getattr(module, '__file__', None))
    functions, problem = live_functions(name, vars(module))
    codes = {function: functions[function].__code__ for function in functions}
    row = reason = None
    if problem is None:
        row, reason, problem = _match(name, data, digest, codes)
    return Identity(path, digest, row, reason, problem, functions, codes)


def expected(name):
    """Return (source, sha256, row) of this interpreter's own file."""
    folder = getattr(os, '__file__', None)
    if folder is None:
        return None, None, None     # frozen
    path, _, digest = _file(
        os.path.join(os.path.dirname(folder), *_stdlib_file(name).split('/')))
    return path, digest, next(
        (row for row in SOURCES if row.sha256 == digest), None)


def _file(path):
    """Return (path, bytes, sha256) of a source file, Nones if there is none."""
    try:
        path = os.fspath(path)
        if not path.endswith('.py'):
            return None, None, None
        with open(path, 'rb') as file:
            data = file.read()
    except (TypeError, OSError):
        return None, None, None     # in a zip file, or gone
    return path, data, sha256(data).hexdigest()


def _stdlib_file(name):
    return PATCHES[name].replace('.', '/') + '.py'


def code_digest(codes):
    """Return the sha256, in hex, of *codes*, a dict of name -> code object.

    What does not change behaviour is left out: file names, line numbers.
    """
    text = repr([(name, _plain(codes[name])) for name in sorted(codes)])
    return sha256(text.encode()).hexdigest()


def compiled_codes(name, data, optimize=-1):
    """Return name -> code object for the functions of the source *data*.

    *optimize* is as for compile(): -1 is what this interpreter runs with.
    """
    module = compile(data, 'stdlib', 'exec', dont_inherit=True,
                     optimize=optimize)
    codes = {}
    for function in _names(name):
        code = module
        for part in function.split('.'):
            code = next((const for const in code.co_consts
                         if getattr(const, 'co_name', None) == part), None)
            if code is None:
                break
        else:
            codes[function] = code
    return codes


def _names(name):
    return ([function for function, _ in REPLACED[name]]
            + list(RELIED_UPON[name]))


def _match(name, data, digest, live):
    """Return (row, reason, problem) for the code objects *live*."""
    live_digest = code_digest(live)
    rows = [row for row in SOURCES
            if row.file == _stdlib_file(name)
            and row.python == sys.version_info[:2]]
    for row in rows:
        if row.sha256 == digest:
            reason = 'the source is that of CPython %s' % row.releases
            if live_digest in row.code:
                return row, reason, None
            # The table's digests are those of one compiler for each minor
            # version; this interpreter's own has the last word.
            stock = compiled_codes(name, data)
            changed = [function for function in sorted(live)
                       if _plain(live[function]) != _plain(stock[function])]
            if not changed:
                return row, reason, None
            return None, None, '%s, but another tool has rewritten %s' % (
                reason, ', '.join(changed))
    rows = [row for row in rows if live_digest in row.code]
    if rows:
        return rows[-1], (
            'matched by code: %s, but the code is that of CPython %s' % (
                'there is no source file' if data is None
                else 'the source file is not known',
                ' or '.join(row.releases for row in rows))), None
    return None, None, 'its code is not that of any CPython release known here'


def live_functions(name, namespace):
    """Return (name -> function, None) or ({}, problem)."""
    functions = {}
    for qualname in _names(name):
        first, _, rest = qualname.partition('.')
        found = namespace.get(first)
        if rest and isinstance(found, type):
            found = vars(found).get(rest)
        function = _unwrapped(found, namespace)
        if function is not None:
            functions[qualname] = function
        elif found is not None:
            return {}, 'another tool has replaced %s' % qualname
        elif qualname in dict(REPLACED[name]):
            return {}, ('it has no %s: this is not the standard library'
                        % qualname)
    return functions, None


def _unwrapped(found, namespace):
    """Return the function of *namespace* that *found* is or wraps, or None.

    Sentry and OpenTelemetry put a wrapper around submit and keep the function
    in ``__wrapped__``; its code can be replaced under them.
    """
    for _ in range(100):
        if type(found) is type(_unwrapped) and found.__globals__ is namespace:
            return found
        found = getattr(found, '__wrapped__', None)
    return None


def _plain(code):
    """Return *code* as a tuple that compares and prints what it does."""
    return (code.co_name, code.co_argcount, code.co_kwonlyargcount,
            code.co_flags, code.co_code, code.co_names, code.co_varnames,
            code.co_freevars, code.co_cellvars,
            tuple(_plain(const) if isinstance(const, type(code)) else
                  (type(const).__name__, repr(const))
                  for const in code.co_consts))
