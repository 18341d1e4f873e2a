"""Activates backport at every start of this environment, and takes it back.

By a .pth file, which `site` runs at every start, or by a sitecustomize, which
it imports.  This costs a start less, but is hidden by any other that comes
first on sys.path: Debian's, or that of a launcher such as
opentelemetry-instrument.

A file is ours as long as it is what one in startup/ gives, whatever folder that
names; no other is touched.
"""
import compileall
import contextlib
import glob
import os
import re
import sys
from importlib.util import cache_from_source

from . import _environment
from ._environment import Failure

PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# `run` puts this folder in front of PYTHONPATH.
ON_PATH = os.path.join(PACKAGE, 'startup', 'run')

#: Method, which is the name of what is in startup/ -> (name of the file, an
#: expression for the folder of the package if that is beside the file).
METHODS = {
    # By its name the last, so that the finder comes before those of other
    # files.  `site`, which executes the line, has a name for the folder.
    'pth': ('zz_backport.pth', b'sitedir + "/backport"'),
    'sitecustomize': ('sitecustomize.py',
                      b'__file__[:-len("/sitecustomize.py")] + "/backport"'),
}
# The expression takes its place.
PLACEHOLDER = b'PACKAGE'

# What a file of ours is called until it is whole.
TEMPORARY = 'zz_backport.%s.new'


def enable(method):
    """Switch it on; return a sentence that says what was done.

    *method* is a key of `METHODS`.  Raises `Failure` or OSError, and leaves
    everything as it was then.
    """
    reason = _environment.not_needed()
    if reason is not None:
        return 'nothing is needed, nothing was changed; %s' % reason
    if sys.flags.no_site:
        raise Failure('this interpreter runs without the site module (-S), '
                      'which loads what is done at start-up; put "import '
                      'backport" into the program')
    answer = _environment.fresh(disabled=False)
    package = _environment.package(answer)
    _refused(answer)
    if answer['active']:
        used, path = origin(answer)
        return '%s, by %s; nothing was changed%s' % (
            'on already' if used in METHODS else 'active already',
            path or 'another start-up file', _for_others(package, path))
    folder, where = _target(package, method)
    path = os.path.join(folder, METHODS[method][0])
    # The one that is imported now may be in another folder.
    for other in path, answer.get(method) or path:
        if os.path.lexists(other) and not _is_ours(other):
            raise Failure('there is %s already: put the line "import backport" '
                          'into it' % other)
    before = _read(path)
    # Whoever can read the package can read what is made here.
    umask = os.umask(0o077 & ~os.stat(package).st_mode)
    try:
        if where == METHODS[method][1]:     # beside the file
            # uv has made no .pyc files: a start would take a fifth longer.
            compileall.compile_dir(package, quiet=2)
        _write(path, _template(method).replace(PLACEHOLDER, where))
        compileall.compile_file(path, quiet=2)
        answer = _environment.fresh(disabled=False)
        refused = _refused(answer)
        if not answer['active']:
            raise Failure('with %s a fresh interpreter is still not active for '
                          '%s' % (path, ' and '.join(answer['unpatched'])
                                  or 'any module'))
    except BaseException:
        if before:
            _write(path, before)
        else:
            _remove(path)
        raise
    finally:
        os.umask(umask)
    whose = ''
    if folder == _environment.user_site():
        whose = ' by this user, without -s and -I,'
    done = 'on, by %s: every start of %s%s activates it' % (
        path, sys.executable, whose)
    if method == 'sitecustomize':
        done += ('; but not where a folder on PYTHONPATH, as launchers have, '
                 'has a sitecustomize of its own')
    return done + _for_others(package, path) + ''.join(
        '; but not the patch %(name)r: %(reason)s' % record
        for record in refused)


def disable():
    """Switch it off; return a sentence that says what was done.

    Raises `Failure` or OSError.  What somebody has edited stays.
    """
    found = []
    for folder in _environment.site_folders():
        paths = [os.path.join(folder, name) for name, _ in METHODS.values()]
        found += filter(_is_ours, paths)
        for path in glob.glob(os.path.join(glob.escape(folder),
                                           TEMPORARY % '*')):
            # An enable that was killed has left it.
            if not os.path.getsize(path) or _method(_read(path)):
                _remove(path)
    for path in found:
        _remove(path)
    if not found:
        return 'it is not enabled here; nothing was changed'
    return 'off: removed ' + ' and '.join(found)


def origin(answer):
    """Return (method, path) of what made a fresh interpreter active.

    *answer* is what `_environment.fresh` returned.  The method is one of
    `METHODS`, "run" or "other"; the path is None if it cannot be told.
    """
    if ON_PATH in os.environ.get('PYTHONPATH', '').split(os.pathsep):
        return 'run', os.path.join(ON_PATH, 'site.py')
    paths = [path for path in (answer['sitecustomize'], answer['usercustomize'])
             if path]
    for folder in _environment.site_folders():
        paths += glob.glob(os.path.join(glob.escape(folder), '*.pth'))
    for path in paths:
        method = _method(_read(path))
        if method is not None:
            return method, path
    return 'other', next((path for path in paths if re.search(
        rb'\bbackport\b', _read(path))), None)


def _refused(answer):
    """Return the records of patches that cannot be applied.

    Raises `Failure` if none can.
    """
    refused = [record for record in answer['records']
               if record['state'] in ('refused', 'not-supported')]
    if len(refused) == len(answer['records']):
        raise Failure('it would not be applied here: ' + refused[0]['reason'])
    return refused


def _for_others(package, path):
    obstacle = _environment.unreadable(package, *filter(None, [path]))
    return '' if obstacle is None else (
        '; but not everybody who can run this interpreter can read backport: '
        'see the mode of %s' % obstacle)


def _target(package, method):
    """Return the folder for the file, and how *package* is found from there."""
    folders = _environment.site_folders()
    for folder in folders:
        if os.path.samefile(folder, os.path.dirname(package)):
            return folder, METHODS[method][1]   # it moves along
    if not folders:
        raise Failure('%s has no site-packages' % sys.prefix)
    return folders[0], ascii(package).encode('ascii')


def _template(method):
    with open(os.path.join(PACKAGE, 'startup', method), 'rb') as file:
        return file.read()


def _method(data):
    """Return the method whose file has this *data*, or None."""
    for method in METHODS:
        ours = re.escape(_template(method)).replace(PLACEHOLDER, rb'[^\n]*')
        if re.fullmatch(ours, data):
            return method
    return None


def _is_ours(path):
    """Return whether the file is there and what `enable` wrote.

    Raises `Failure` if somebody has edited it since.
    """
    data = _read(path)
    if _method(data):
        return True
    if data and (path.endswith(METHODS['pth'][0])
                 or b'"python -m backport disable" removes' in data):
        raise Failure('%s was edited after "enable" wrote it; remove the lines '
                      'of backport by hand' % path)
    return False


def _read(path):
    """Return the bytes of a file, none if it cannot be read."""
    try:
        with open(path, 'rb') as file:
            return file.read()
    except OSError:
        return b''


def _write(path, data):
    """Write the file so that a kill at any moment leaves all of it or none."""
    temporary = os.path.join(os.path.dirname(path), TEMPORARY % os.getpid())
    try:
        with open(temporary, 'wb') as file:
            file.write(data)
        os.replace(temporary, path)
    except OSError as exc:
        _remove(temporary)
        raise Failure('cannot write %s: %s' % (path, exc.strerror))


def _remove(path):
    """Remove the file, and what Python has compiled from it."""
    for optimization in '', 1, 2:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(cache_from_source(path, optimization=optimization))
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)


def main(command, method=None):
    """Run "enable" or "disable"; return the exit status."""
    try:
        done = enable(method) if command == 'enable' else disable()
    except (Failure, OSError) as exc:
        if isinstance(exc, OSError):
            exc = 'cannot change %s: %s' % (exc.filename, exc.strerror)
        print('backport %s: %s' % (command, exc), file=sys.stderr)
        return 1
    print('backport: ' + done)
    return 0
