"""The source files of every release, made from the installed ones.

`EDITS` turns the file of the last release into that of an earlier one.  Where
an earlier release is installed, only its own file is to be had.  The sha256 in
the table proves that the result is the released file, byte for byte.

    python tests/support/stdlib.py

prints the digests of backport/_sources.py for this interpreter.
"""
import hashlib
import os
import shutil
import sys
from collections import namedtuple

HERE = os.path.dirname(os.path.abspath(__file__))
if __name__ == '__main__':
    sys.path.insert(0, os.path.dirname(os.path.dirname(HERE)))
from backport import _inspect, _sources  # noqa: E402


def _named_parameters(executor):
    # bpo-36492 made them positional in 3.7.4
    return (('''    def submit(*args, **kwargs):
        if len(args) >= 2:
            self, fn, *args = args
        elif not args:
            raise TypeError("descriptor 'submit' of '%s' object "
                            "needs an argument")
        elif 'fn' in kwargs:
            fn = kwargs.pop('fn')
            self, *args = args
        else:
            raise TypeError('submit expected at least 1 positional argument, '
                            'got %%d' %% (len(args)-1))

''' % executor, '    def submit(self, fn, *args, **kwargs):\n'),)


_THREAD_371 = _named_parameters('ThreadPoolExecutor') + (
    ('initializer: A callable', 'initializer: An callable'),)

#: (file, releases) -> edits that make their source from the installed one
EDITS = {
    ('thread', '3.6.0-3.6.2'): (
        ('\n    # Used to assign unique thread names when thread_name_prefix '
         'is not supplied.\n    _counter = itertools.count().__next__\n\n',
         ''),
        ('import itertools\n', ''),
        ('(thread_name_prefix or\n                                    '
         '("ThreadPoolExecutor-%d" % self._counter()))', 'thread_name_prefix'),
        ("exc:\n            self.future.set_exception(exc)\n            "
         "# Break a reference cycle with the exception 'exc'\n"
         "            self = None\n",
         'e:\n            self.future.set_exception(e)\n'),
    ),
    ('thread', '3.6.3-3.6.15'): (),
    ('thread', '3.7.0-3.7.1'): _THREAD_371 + (
        ("futures after '\n", "futures after'\n"),),
    ('thread', '3.7.2-3.7.3'): _THREAD_371,
    ('thread', '3.7.4-3.7.17'): (),
    ('thread', '3.8.0-3.8.20'): (),
    ('process', '3.6.0-3.6.2'): (
        ('''

def _chain_from_iterable_of_lists(iterable):
    """
    Specialized implementation of itertools.chain.from_iterable.
    Each item in *iterable* should be a list.  This function is
    careful not to keep references to yielded objects.
    """
    for element in iterable:
        element.reverse()
        while element:
            yield element.pop()
''', ''),
        ('_chain_from_iterable_of_lists(results)',
         'itertools.chain.from_iterable(results)'),
    ),
    ('process', '3.6.3-3.6.15'): (),
    ('process', '3.7.0-3.7.3'): _named_parameters('ProcessPoolExecutor') + (
        ('initializer: A callable used', 'initializer: An callable used'),
        ('import sys\n', ''),
        # Windows can wait for 63 objects at most
        ('''            if sys.platform == 'win32':
                self._max_workers = min(_MAX_WINDOWS_WORKERS,
                                        self._max_workers)
''', ''),
        ('''            elif (sys.platform == 'win32' and
                max_workers > _MAX_WINDOWS_WORKERS):
                raise ValueError(
                    f"max_workers must be <= {_MAX_WINDOWS_WORKERS}")
''', ''),
        ('''# On Windows, WaitForMultipleObjects is used to wait for \
processes to finish.
# It can wait on, at most, 63 objects. There is an overhead of two objects:
# - the result queue reader
# - the thread wakeup reader
_MAX_WINDOWS_WORKERS = 63 - 2

''', ''),
    ),
    ('process', '3.7.4-3.7.17'): (),
    ('process', '3.8.0-3.8.20'): (),
}


#: A row of the table; ``name`` is that of the patch.
Row = namedtuple('Row', 'name releases sha256 digests')


def rows(*names):
    """Return the rows whose source is to be had here, of these patches or all.

    The last of each patch is that of the installed file.
    """
    version, found = '%d.%d.' % sys.version_info[:2], []
    for name in names or _sources.SOURCES:
        of_name = [Row(name, releases, sha256, tuple(digests))
                   for releases, sha256, *digests in _sources.SOURCES[name]
                   if releases.startswith(version)]
        found += [row for row in of_name[:-1] if _is_source(
            row, _installed(name))] or of_name
    return found


def source(row):
    """Return the bytes of the stdlib file of *row*."""
    text = _installed(row.name)
    if not _is_source(row, text):
        for old, new in EDITS[row.name, row.releases]:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        assert _is_source(row, text), row.releases
    return text.encode('utf-8')


def _is_source(row, text):
    return hashlib.sha256(text.encode('utf-8')).hexdigest() == row.sha256


def _installed(name):
    """Return the text of the installed file, with the line ends of Unix."""
    path = os.path.join(os.path.dirname(os.__file__), 'concurrent', 'futures',
                        name + '.py')
    with open(path, encoding='utf-8') as file:
        return file.read()


def code_digests(row):
    """Return the digests that the table must have, without repetitions."""
    digests = []
    for optimize in 0, 1, 2:    # as is, -O, -OO
        digest = _sources.code_digest(_inspect.functions_in(row.name, compile(
            source(row), 'stdlib', 'exec', dont_inherit=True,
            optimize=optimize)))
        if digest not in digests:
            digests.append(digest)
    return tuple(digests)


def in_front(folder, data, name='thread'):
    """Put a copy of the package `concurrent` into *folder*.

    *data* is the content of its module futures/*name*.py, whose path is
    returned.
    """
    package = os.path.join(str(folder), 'concurrent')
    shutil.copytree(os.path.join(os.path.dirname(os.__file__), 'concurrent'),
                    package, ignore=shutil.ignore_patterns('__pycache__'))
    path = os.path.join(package, 'futures', name + '.py')
    with open(path, 'wb') as file:
        file.write(data)
    return path


def environ(folder, **more):
    """Return environment variables that put *folder* before the stdlib.

    *more* variables are added to them.
    """
    return dict(more, PYTHONPATH=os.pathsep.join([str(folder), HERE]))


if __name__ == '__main__':
    for row in rows():
        print(row.name, row.releases, *code_digests(row))
