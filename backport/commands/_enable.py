"""Activates backport at every start of this environment, and takes it back.

By a .pth file, which `site` runs at every start.  A sitecustomize costs a start
less, but is hidden by any other that comes first on sys.path: Debian's, or that
of a launcher such as opentelemetry-instrument.

The file is ours as long as it is what startup/pth gives, whatever folder that
names; no other is touched.
"""
import compileall
import contextlib
import glob
import os
import re
import sys

from . import _environment
from ._environment import Problem

PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# `run` puts this folder in front of PYTHONPATH.
ON_PATH = os.path.join(PACKAGE, 'startup', 'run')

# By its name the last, so that the finder comes before those of other files.
PTH = 'zz_backport.pth'
# An expression for the folder of the package takes its place in startup/pth.
PLACEHOLDER = b'PACKAGE'

# What an earlier 0.1.0 put at the end of a sitecustomize.py or a .pth file.
OLD_LINES = rb'# >>> backport [0-9a-f]{8}(?:[^\n]*\n)+# <<< backport <<<\n'


def enable():
    """Switch it on; return a sentence that says what was done.

    Raises `Problem` or OSError, and leaves nothing behind then.
    """
    reason = _environment.not_needed()
    if reason is not None:
        return 'nothing is needed, nothing was changed; %s' % reason
    _environment.check()
    answer = _environment.fresh(disabled=False)
    package = _environment.package(answer)
    _refused(answer)
    if answer['active']:
        method, path = origin(answer)
        return '%s, by %s; nothing was changed%s' % (
            'on already' if method == 'pth' else 'active already',
            path or 'another start-up file', _for_others(package, path))
    folder, where = _target(package)
    path = os.path.join(folder, PTH)
    _size_without(path)     # raises if it is not ours
    # Whoever can read the package can read what is made here.
    umask = os.umask(0o777 & ~os.stat(package).st_mode)
    try:
        if folder == os.path.dirname(package):
            # uv has made no .pyc files: a start would take a fifth longer.
            compileall.compile_dir(package, quiet=2)
        _write(path, _template().replace(PLACEHOLDER, where))
        answer = _environment.fresh(disabled=False)
        refused = _refused(answer)
        if not answer['active']:
            raise Problem('with %s a fresh interpreter is still not active'
                          % path)
    except BaseException:
        _remove(path)
        raise
    finally:
        os.umask(umask)
    whose = ''
    if folder == _environment.user_site():
        whose = ' by this user, without -s and -I,'
    return 'on, by %s: every start of %s%s activates it' % (
        path, sys.executable, whose) + _for_others(package, path) + ''.join(
            '; but not the patch %(name)r: %(reason)s' % record
            for record in refused)


def disable():
    """Switch it off; return a sentence that says what was done.

    Raises `Problem` or OSError.  What somebody has edited stays.
    """
    paths = [os.path.join(folder, name)
             for folder in _environment.site_folders()
             for name in (PTH, 'sitecustomize.py')]
    sizes = {path: _size_without(path) for path in paths}
    found = [path for path in paths if sizes[path] is not None]
    for path in found:
        if sizes[path]:
            os.truncate(path, sizes[path])
        else:
            _remove(path)
    for path in paths:
        # What an enable that was killed may have left.
        for left in glob.glob(glob.escape(path) + '.[0-9]*'):
            _remove(left)
    if not found:
        return 'it is not enabled here; nothing was changed'
    return 'off: removed from ' + ' and '.join(found)


def origin(answer):
    """Return (method, path) of what made a fresh interpreter active.

    *answer* is what `_environment.fresh` returned.  The method is "pth" (by
    `enable`), "run" or "other"; the path is None if it cannot be told.
    """
    if ON_PATH in os.environ.get('PYTHONPATH', '').split(os.pathsep):
        return 'run', os.path.join(ON_PATH, 'site.py')
    paths = answer['customize']
    for folder in _environment.site_folders():
        if os.path.exists(os.path.join(folder, PTH)):
            return 'pth', os.path.join(folder, PTH)
        paths += glob.glob(os.path.join(glob.escape(folder), '*.pth'))
    return 'other', next((path for path in paths if re.search(
        rb'\bbackport\b', _read(path))), None)


def _refused(answer):
    """Return the records of patches that are refused.

    Raises `Problem` if all are.
    """
    refused = [record for record in answer['records']
               if record['state'] == 'refused']
    if len(refused) == len(answer['records']):
        raise Problem('it would not be applied here: ' + refused[0]['reason'])
    return refused


def _for_others(package, path):
    obstacle = _environment.unreadable(package, *filter(None, [path]))
    return '' if obstacle is None else (
        '; but not everybody who can run this interpreter can read backport: '
        'see the mode of %s' % obstacle)


def _target(package):
    """Return the folder for the file, and how *package* is found from there."""
    folders = _environment.site_folders()
    for folder in folders:
        if os.path.samefile(folder, os.path.dirname(package)):
            # A name of `site`, which executes the line: it moves along.
            return folder, b'sitedir + "/backport"'
    if not folders:
        raise Problem('%s has no site-packages' % sys.prefix)
    return folders[0], ascii(package).encode('ascii')


def _template():
    data = _read(os.path.join(PACKAGE, 'startup', 'pth'))
    if PLACEHOLDER not in data:
        raise Problem('%s is not complete: install backport again' % PACKAGE)
    return data


def _size_without(path):
    """Return the size of the file without what `enable` wrote.

    None: it has nothing of that.  Raises `Problem` if it has been edited.
    """
    ours = re.escape(_template()).replace(PLACEHOLDER, rb'[^\n]*')
    data = _read(path)
    match = re.search(rb'(?:\A%s|%s)\Z' % (ours, OLD_LINES), data)
    if match:
        return match.start()
    if data and (path.endswith('.pth') or b'# >>> backport' in data):
        raise Problem('%s was edited after "enable" wrote it; remove the lines '
                      'of backport by hand' % path)
    return None


def _read(path):
    """Return the bytes of a file, none if it cannot be read."""
    try:
        with open(path, 'rb') as file:
            return file.read()
    except OSError:
        return b''


def _write(path, data):
    """Write the file so that a kill at any moment leaves all of it or none."""
    temporary = '%s.%d' % (path, os.getpid())
    try:
        with open(temporary, 'wb') as file:
            file.write(data)
        os.replace(temporary, path)
    except OSError as exc:
        _remove(temporary)
        raise Problem('cannot write %s: %s' % (path, exc.strerror))


def _remove(path):
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)


def main(command):
    """Run "enable" or "disable"; return the exit status."""
    try:
        done = enable() if command == 'enable' else disable()
    except (Problem, OSError) as exc:
        if isinstance(exc, OSError):
            exc = 'cannot change %s: %s' % (exc.filename, exc.strerror)
        print('backport %s: %s' % (command, exc), file=sys.stderr)
        return 1
    print('backport: ' + done)
    return 0
