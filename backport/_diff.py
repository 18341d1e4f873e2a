"""Shows the exact change to the functions of this interpreter."""
import difflib
import inspect
import re
import sys
import textwrap
from collections import namedtuple

from . import _hook, _identify, _installer
from .commands import _environment
from .commands._environment import Problem
from ._table import REPLACED

# ``line`` is that of the first of ``lines`` in the file at ``path``.
Function = namedtuple('Function', 'path line name lines')


def functions(name):
    """Return a list of (stock `Function`, ours), in the order of the file.

    Raises `Problem` if there is no file, or it is not known.
    """
    path, sha256, row = _identify.expected(name)
    if path is None:
        raise Problem('%s has no source file here' % _hook.PATCHES[name])
    if row is None:
        raise Problem('%s is not known (sha256: %s); nothing would be changed, '
                      'unless its code is that of a release'
                      % (path, sha256))
    with open(path, 'rb') as file:
        codes = _identify.compiled_codes(name, file.read())
    patch = _installer._patch_module(row.patch)
    pairs = []
    for qualname, ours in REPLACED[name]:
        stock = _function(path, codes[qualname].co_firstlineno, qualname)
        code = getattr(patch, ours).__code__
        indent = re.match(' *', stock.lines[0]).group()
        pairs.append((stock, _function(code.co_filename, code.co_firstlineno,
                                       ours, indent)))
    return sorted(pairs)


def _function(path, line, name, indent=None):
    try:
        with open(path, encoding='utf-8') as file:
            lines = file.readlines()
    except OSError:
        raise Problem('%s cannot be read; if backport is in a zip file, '
                      'install it unzipped' % path)
    lines = inspect.getblock(lines[line - 1:])
    if indent is not None:
        lines = textwrap.indent(textwrap.dedent(''.join(lines)),
                                indent).splitlines(True)
    return Function(path, line, name, lines)


def _title(function):
    return '%s:%d %s' % (function.path, function.line, function.name)


def _unified(stock, ours):
    def of_the_file(match):
        return '@@ -%s +%s @@' % (_moved(match.group(1), stock.line - 1),
                                  _moved(match.group(2), ours.line - 1))

    for line in difflib.unified_diff(stock.lines, ours.lines, _title(stock),
                                     _title(ours)):
        if line.startswith('@@'):
            line = re.sub(r'@@ -(\S+) \+(\S+) @@', of_the_file, line)
        yield line


def _moved(where, lines):
    first, comma, number = where.partition(',')
    return '%d%s%s' % (int(first) + lines, comma, number)


def main(which=None):
    """Print the diff, or only "stock" or "source"; return the exit status."""
    reason = _environment.not_needed()
    if reason is not None:
        print('Nothing is needed, so nothing is changed: %s.' % reason)
        return 0
    try:
        pairs = [pair for name in _hook.PATCHES for pair in functions(name)]
    except Problem as exc:
        print('backport diff: %s' % exc, file=sys.stderr)
        return 1
    for stock, ours in pairs:
        if which is None:
            sys.stdout.writelines(_unified(stock, ours))
        else:
            function = stock if which == 'stock' else ours
            print('# ' + _title(function))
            print(''.join(function.lines))
    return 0
