"""The lines that enable adds to a start-up file, and takes out again.

They stand between two comment lines.  The first has their checksum, and says
whether the file was created for them ("created") and whether what was there
before had no newline at its end ("newline"), so that they can be taken out
byte for byte.
"""
import ast
import re
import warnings
from binascii import crc32

from ._environment import Problem

START = (b'# >>> backport %08x%s >>> "python -m backport disable" removes this'
         b'\n')
END = b'# <<< backport <<<\n'
_START = re.compile(rb'# >>> backport ([0-9a-f]{8})( created)?( newline)? >>>')


def add(data, lines):
    """Return *data* with *lines* at the end; *data* None: there is no file."""
    newline = b'\r\n' if data and data.endswith(b'\r\n') else b'\n'
    flags, gap = b'', b''
    if data is None:
        flags = b' created'
    elif data and not data.endswith(b'\n'):
        flags, gap = b' newline', b'\n'
    block = START % (crc32(lines), flags) + lines + END
    return (data or b'') + gap + block.replace(b'\n', newline)


def find(data, path):
    """Return (before, lines, after, created) or None.

    Raises `Problem` if somebody has edited the lines of the file at *path*.
    """
    rows = re.findall(rb'[^\n]*\n|[^\n]+', data)
    starts = [i for i, row in enumerate(rows)
              if row.startswith(b'# >>> backport')]
    ends = [i for i, row in enumerate(rows)
            if row.startswith(b'# <<< backport')]
    if not starts and not ends:
        return None
    if len(starts) == len(ends) == 1 and starts < ends:
        start, end = starts[0], ends[0]
        lines = b''.join(rows[start + 1:end]).replace(b'\r\n', b'\n')
        match = _START.match(rows[start])
        if match and int(match.group(1), 16) == crc32(lines):
            before, after = b''.join(rows[:start]), b''.join(rows[end + 1:])
            if match.group(3) and not after:
                # It was a plain one; an editor may have changed them all.
                end = b'\r\n' if rows[start].endswith(b'\r\n') else b'\n'
                if before.endswith(end):
                    before = before[:-len(end)]
            return before, lines, after, bool(match.group(2))
    raise Problem('the lines of backport in %s have been edited; take them out '
                  'by hand, from ">>> backport" to "<<< backport"' % path)


def remove(data, path):
    """Return *data* without the lines, or None if there was no file before."""
    before, _, after, created = find(data, path)
    rest = before + after
    return None if created and not rest else rest


def check(data, lines):
    """Raise `Problem` if the program text *data* would not take *lines*.

    That is: if the result is not the statements of the one, and then the
    statements of the other.
    """
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        try:
            compile(data or b'', 'sitecustomize', 'exec', dont_inherit=True)
            old = ast.parse(data or b'').body
            new = ast.parse(add(data, lines)).body
            compile(add(data, lines), 'sitecustomize', 'exec',
                    dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as exc:
            raise Problem('it cannot be added to: %s' % exc)
    wanted = old + ast.parse(lines).body
    if list(map(ast.dump, new)) != list(map(ast.dump, wanted)):
        raise Problem('it would be read differently with lines added to it')
