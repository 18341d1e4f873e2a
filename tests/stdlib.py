"""The stdlib sources of every release, made from those of the installed ones.

`edits` turns the file of the last release into that of an earlier one; the
sha256 in the table proves that the result is the released file to the byte.

    python tests/stdlib.py

prints, for this interpreter, the ``code`` column of backport/_table.py.
"""
import hashlib
import os
import shutil
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
if __name__ == '__main__':
    sys.path.insert(0, os.path.dirname(HERE))
from backport import _identify  # noqa: E402

_NAMED_PARAMETERS = (
    # bpo-36492 made them positional in 3.7.4
    ('''    def submit(*args, **kwargs):
        if len(args) >= 2:
            self, fn, *args = args
        elif not args:
            raise TypeError("descriptor 'submit' of 'ThreadPoolExecutor' \
object "
                            "needs an argument")
        elif 'fn' in kwargs:
            fn = kwargs.pop('fn')
            self, *args = args
        else:
            raise TypeError('submit expected at least 1 positional argument, '
                            'got %d' % (len(args)-1))

''', '    def submit(self, fn, *args, **kwargs):\n'),
    ('initializer: A callable', 'initializer: An callable'),
)

#: releases -> edits that make their thread.py from the installed one
EDITS = {
    '3.6.0-3.6.2': (
        ('\n    # Used to assign unique thread names when thread_name_prefix '
         'is not supplied.\n    _counter = itertools.count().__next__\n\n', ''),
        ('import itertools\n', ''),
        ('(thread_name_prefix or\n                                    '
         '("ThreadPoolExecutor-%d" % self._counter()))', 'thread_name_prefix'),
        ("exc:\n            self.future.set_exception(exc)\n            "
         "# Break a reference cycle with the exception 'exc'\n"
         "            self = None\n",
         'e:\n            self.future.set_exception(e)\n'),
    ),
    '3.6.3-3.6.15': (),
    '3.7.0-3.7.1': _NAMED_PARAMETERS + (
        ("futures after '\n", "futures after'\n"),),
    '3.7.2-3.7.3': _NAMED_PARAMETERS,
    '3.7.4-3.7.16': (),
    '3.8.0-3.8.18': (),
}


def rows():
    """Return the rows of the table that are for this interpreter's version."""
    return [row for row in _identify.SOURCES
            if row.python == sys.version_info[:2]]


def source(row):
    """Return the bytes of the stdlib file of *row*."""
    path = os.path.join(os.path.dirname(os.__file__), *row.file.split('/'))
    with open(path, encoding='utf-8') as file:
        text = file.read()
    for old, new in EDITS[row.releases]:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    data = text.encode('utf-8')
    assert hashlib.sha256(data).hexdigest() == row.sha256, row.releases
    return data


def in_front(folder, data):
    """Put a stdlib `concurrent` with this thread.py into *folder*."""
    package = os.path.join(str(folder), 'concurrent')
    shutil.copytree(os.path.join(os.path.dirname(os.__file__), 'concurrent'),
                    package, ignore=shutil.ignore_patterns('__pycache__'))
    path = os.path.join(package, 'futures', 'thread.py')
    with open(path, 'wb') as file:
        file.write(data)
    return path


def environ(folder, **more):
    """Return an environment with *folder* in front of everything."""
    return dict(more, PYTHONPATH=os.pathsep.join([str(folder), HERE]))


if __name__ == '__main__':
    for row in rows():
        codes = _identify.compiled_codes('thread', source(row))
        print(row.releases, _identify.code_digest(codes))
