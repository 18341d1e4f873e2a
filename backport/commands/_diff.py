"""Shows the exact change to the standard library of this interpreter."""
import difflib
import importlib
import inspect
import os
import sys
import textwrap

import backport

from .._finder import PATCHES


def main():
    """Print a unified diff for each patched file; return the exit status."""
    os.environ.pop('BACKPORT_DISABLE', None)    # shown whether it is on or off
    backport.activate()
    status = 0
    for name, module_name in PATCHES.items():
        lines = []
        try:
            module = importlib.import_module(module_name)
            record, = [record for record in backport.status()
                       if record.name == name]
            if record.state == 'not-needed':
                lines = ['%s is not changed: %s\n' % (module_name,
                                                      record.reason)]
            elif record.state == 'applied':
                lines = list(_diff(vars(module)['_backport'].applied))
            else:
                raise ImportError(record.reason)
        except (ImportError, OSError) as exc:
            print('backport diff: %s: %s' % (module_name, exc),
                  file=sys.stderr)
            status = 1
        sys.stdout.writelines(lines)
    return status


def _diff(applied):
    """Yield the lines of the diff of the module that *applied* tells about.

    Raises OSError if its source file or ours cannot be read.
    """
    path = inspect.getfile(applied.stock[0])
    lines, _ = inspect.findsource(applied.stock[0])
    changed = list(lines)
    pairs = sorted(zip(applied.stock, applied.ours),
                   key=lambda codes: codes[0].co_firstlineno)
    for stock, ours in reversed(pairs):     # what is above does not move
        old, line = inspect.getsourcelines(stock)
        new, line_of_ours = inspect.getsourcelines(ours)
        yield '# %s: %s:%d\n' % (ours.co_name, ours.co_filename, line_of_ours)
        indent = old[0][:-len(old[0].lstrip())]
        changed[line - 1:line - 1 + len(old)] = textwrap.indent(
            ''.join(new), indent).splitlines(True)
    yield from difflib.unified_diff(lines, changed, path, path)
