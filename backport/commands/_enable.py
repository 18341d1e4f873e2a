"""Activates backport at every start of this environment, and takes it back.

By a .pth file, which `site` runs at every start.  A sitecustomize costs a start
less, but is hidden by any other that comes first on sys.path: Debian's, or that
of a launcher such as opentelemetry-instrument.

The file is ours as long as it is what the template gives; no other is touched.
"""
import compileall
import contextlib
import glob
import os
import re
import sys
from binascii import crc32

from . import _environment
from ._environment import Problem

PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# `run` puts this folder in front of PYTHONPATH.
ON_PATH = os.path.join(PACKAGE, 'startup', 'run')

# By its name the last: editable installs are importable when it runs.
PTH = 'zz_backport.pth'
TEMPLATE = os.path.join(PACKAGE, 'startup', 'pth')
# In its place stands an expression for the folder of the package.
PLACEHOLDER = b'PACKAGE'

# What version 0.1.0 put at the end of a sitecustomize.py or a .pth file.
OLD_LINES = re.compile(rb'# >>> backport ([0-9a-f]{8})[^\n]*\n'
                       rb'((?:[^\n]*\n)+)# <<< backport <<<\n\Z')


def enable():
    """Switch it on; return a sentence that says what was done.

    Raises `Problem` or OSError, and leaves nothing behind then.
    """
    reason = _environment.not_needed()
    if reason is not None:
        return 'nothing is needed, nothing was changed; %s' % reason
    _environment.check()
    installed_files()
    answer = _environment.fresh(disabled=False)
    package = _environment.package(answer)
    if answer['active']:
        method, path = origin(answer)
        return '%s, by %s; nothing was changed%s' % (
            'on already' if method == 'pth' else 'active already',
            path or 'another start-up file', _for_others(package, path))
    refused = [record for record in answer['records']
               if record['state'] == 'refused']
    if len(refused) == len(answer['records']):
        raise Problem('it would not be applied here: ' + refused[0]['reason'])
    folder = _site_folder(package)
    path = os.path.join(folder, PTH)
    # Whoever can read the package can read what is made here.
    umask = os.umask(0o777 & ~os.stat(package).st_mode)
    try:
        # uv installs no .pyc files; without them a start takes a fifth longer.
        compileall.compile_dir(package, quiet=2)
        _write(path, _content(package, folder))
        if not _environment.fresh(disabled=False)['active']:
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
    return 'on, by %s: every start of %s%s activates it%s%s' % (
        path, sys.executable, whose, _for_others(package, path), ''.join(
            '; but not the patch %(name)r: %(reason)s' % record
            for record in refused))


def disable():
    """Switch it off; return a sentence that says what was done.

    Raises `Problem` or OSError.  What somebody has edited stays.
    """
    files = installed_files()
    for path, size in files.items():
        if size:
            os.truncate(path, size)
        else:
            _remove(path)
    for folder in _environment.site_folders():
        # An enable that was killed leaves one.
        for path in glob.glob(os.path.join(glob.escape(folder), PTH + '.*')):
            _remove(path)
    if not files:
        return 'there is nothing to take out'
    return 'off: taken out of ' + ' and '.join(files)


def installed_files():
    """Return a dict: path of each file that `enable` wrote -> its size without
    what `enable` wrote.

    Raises `Problem` if somebody has edited that.
    """
    found = {}
    for folder in _environment.site_folders():
        for name in PTH, 'sitecustomize.py':
            path = os.path.join(folder, name)
            data = _read(path)
            old = OLD_LINES.search(data)
            if old and int(old.group(1), 16) == crc32(old.group(2)):
                found[path] = old.start()
            elif name == PTH and data and _is_ours(data):
                found[path] = 0
            elif data and (name == PTH or b'# >>> backport' in data):
                raise Problem('%s was edited after "enable" wrote it: take out '
                              'by hand what it has of backport' % path)
    return found


def origin(answer):
    """Return (method, path) of what made a fresh interpreter active.

    *answer* is what `_environment.fresh` returned.  The method is "pth" (by
    `enable`), "run" or "other"; the path is None if it cannot be told.
    """
    if ON_PATH in os.environ.get('PYTHONPATH', '').split(os.pathsep):
        return 'run', os.path.join(ON_PATH, 'site.py')
    others = answer['customize']
    for folder in _environment.site_folders():
        path = os.path.join(folder, PTH)
        if _is_ours(_read(path)):
            return 'pth', path
        others += glob.glob(os.path.join(glob.escape(folder), '*.pth'))
    return 'other', next((path for path in others if b'backport' in _read(path)),
                         None)


def _for_others(package, path):
    obstacle = _environment.unreadable(package, *filter(None, [path]))
    if obstacle is None:
        return ''
    return ('; but not everybody who can run it can read it: see the mode of %s'
            % obstacle)


def _site_folder(package):
    """Return where the file belongs: beside the package, if that can be."""
    folders = _environment.site_folders()
    if not folders:
        raise Problem('%s has no site-packages' % sys.prefix)
    return next((folder for folder in folders if os.path.samefile(
        folder, os.path.dirname(package))), folders[0])


def _content(package, folder):
    """Return what activates *package*, for the file in *folder*."""
    where = ascii(package)
    if os.path.samefile(os.path.dirname(package), folder):
        where = 'sitedir + "/backport"'     # they can be moved together
    return _read(TEMPLATE).replace(PLACEHOLDER, where.encode('ascii'))


def _is_ours(data):
    head, tail = _read(TEMPLATE).split(PLACEHOLDER)
    return (data.startswith(head) and data.endswith(tail)
            and data.count(b'\n') == (head + tail).count(b'\n'))


def _read(path):
    """Return the bytes of a file; none if there is no file."""
    try:
        with open(path, 'rb') as file:
            return file.read()
    except FileNotFoundError:
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
        print('backport: ' + (enable() if command == 'enable' else disable()))
        return 0
    except Problem as exc:
        text = str(exc)
    except OSError as exc:
        text = 'cannot change %s: %s' % (exc.filename, exc.strerror)
    print('backport %s: %s' % (command, text), file=sys.stderr)
    return 1
