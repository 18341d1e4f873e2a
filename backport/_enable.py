"""Activates backport at every start of this environment, and takes it back.

There are two ways.  ``sitecustomize`` is a module that `site` imports at every
start, but only the first on sys.path.  A ``.pth`` file always runs, but costs
more: 2 to 5 percent of a start, where there is no other.
"""
import contextlib
import os
import sys

from . import _block, _environment, _files
from ._environment import Problem

SITECUSTOMIZE = 'sitecustomize.py'
# By its name the last: editable installs are importable when it runs.
PTH = 'zz_backport.pth'
FILES = {'sitecustomize': SITECUSTOMIZE, 'pth': PTH}

# Runs _stub.py from its .pyc; in a venv the line is executed twice.
PTH_LINE = (
    'import sys; getattr(sys.meta_path[0], "__name__", 0) == "_backport" or '
    'exec("try:\\n'
    ' from _frozen_importlib_external import SourceFileLoader as L\\n'
    ' L = L(\'backport._stub\', folder + \'/_stub.py\')\\n'
    ' exec(L.get_code(L.name), {\'__name__\': \'pth\', '
    '\'__file__\': L.path})\\n'
    'except Exception:\\n pass", {"folder": %s})\n')


def enable(method='auto'):
    """Switch it on by *method*; return a sentence that says what was done.

    Raises `Problem` or OSError, and has changed nothing then.
    """
    reason = _environment.not_needed()
    if reason is not None:
        return 'nothing is needed, nothing was changed; %s' % reason
    _environment.check()
    folder = _environment.target_folder(
        os.path.dirname(os.path.abspath(__file__)))
    with _files.locked(folder):
        answer = _environment.fresh(disabled=False)
        if answer['active']:
            return _already(method, answer)
        package, refused = _installed(answer)
        _files.compile_package(package)
        for candidate in FILES if method == 'auto' else [method]:
            path = os.path.join(folder, FILES[candidate])
            try:
                if candidate == 'sitecustomize':
                    path = _own_sitecustomize(answer, path)
                before = _files.read(path)
                after = _with_lines(before, path, _lines(candidate, package,
                                                         folder))
            except Problem as exc:
                problem = exc
                continue
            _files.write(path, after)
            try:
                on = _environment.fresh(disabled=False)['active']
            except BaseException:
                _files.write(path, before)
                raise
            if on:
                return 'on, by %s: every start of %s activates it%s' % (
                    path, sys.executable, refused)
            _files.write(path, before)
            problem = Problem('with it in %s a fresh interpreter is still not '
                              'active' % path)
        raise problem


def disable():
    """Switch it off; return a sentence that says what was done.

    Raises `Problem` or OSError.  Lines that somebody has edited stay.
    """
    changes = []
    with contextlib.ExitStack() as stack:
        for folder in _environment.site_folders():
            if os.path.isdir(folder):
                stack.enter_context(_files.locked(folder))
        for _, path in installed_files():
            before = _files.read(path)
            changes.append((path, before, _block.remove(before, path)))
        for i, (path, _, after) in enumerate(changes):
            try:
                _files.write(path, after)
            except BaseException:
                for path, before, _ in changes[:i]:
                    _files.write(path, before)
                raise
    done = 'there is nothing to take out'
    if changes:
        done = 'off: taken out of %s' % ' and '.join(
            path for path, _, _ in changes)
    if _environment.not_needed() is not None:
        return done
    try:
        answer = _environment.fresh(disabled=False)
    except Problem as exc:
        return '%s; whether it is off could not be seen: %s' % (done, exc)
    if answer['active']:
        done += '; it is still active, by other means: %s' % _origin(answer)
    return done


def installed_files():
    """Return a list of (method, path) of the files that have our lines.

    Raises `Problem` if somebody has edited them.
    """
    found = []
    for folder in _environment.site_folders():
        for method in sorted(FILES):
            path = os.path.realpath(os.path.join(folder, FILES[method]))
            data = _files.read(path) if _environment.inside(path) else None
            if data is not None and _block.find(data, path) is not None:
                found.append((method, path))
    return found


def _installed(answer):
    """Return the folder of the package that a fresh interpreter imports.

    And a sentence about the patches that are refused, if any.  Raises
    `Problem` if there is no package, or if it would apply no patch.
    """
    package = answer['package']
    if package is None or not answer['records']:
        raise Problem('a fresh interpreter of this environment cannot import '
                      'backport; install it: %s -m pip install '
                      'backport-bpo31783' % sys.executable)
    if not os.path.isfile(os.path.join(package, '_startup.py')):
        raise Problem('%s is not a folder with this version of backport: '
                      'install it unzipped' % package)
    if not any(record['state'] == 'applied' for record in answer['records']):
        raise Problem('it would not be applied here: %s'
                      % answer['records'][0]['reason'])
    return package, ''.join(
        '; but not the patch %r: %s' % (record['name'], record['reason'])
        for record in answer['records'] if record['state'] == 'refused')


def _already(method, answer):
    files = installed_files()
    if not files:
        return ('active already, by other means; nothing was changed: %s'
                % _origin(answer))
    if method not in ['auto'] + [used for used, _ in files]:
        raise Problem('it is on already, by %s; "disable" first' % files[0][1])
    return 'on already, by %s; nothing was changed' % files[0][1]


def _origin(answer):
    if 'run' in answer['stubs']:
        return '"backport run"'
    return answer['sitecustomize'] or 'usercustomize or a .pth file'


def _own_sitecustomize(answer, path):
    """Return the file to write, *path* or what it links to.

    Raises `Problem` if it would hide another sitecustomize or be hidden.
    """
    imported = answer['sitecustomize']
    if imported is not None and not _same(imported, path):
        raise Problem('interpreters import another sitecustomize, %s; use '
                      '--method pth' % imported)
    if os.path.isdir(os.path.splitext(path)[0]):
        raise Problem('%s is a package' % os.path.splitext(path)[0])
    real = os.path.realpath(path)
    if not _environment.inside(real):
        raise Problem('%s is a link to %s, outside of this environment'
                      % (path, real))
    if os.path.islink(path) and not os.path.exists(path):
        raise Problem('%s is a link to nothing' % path)
    return real


def _same(first, second):
    return (os.path.basename(first) == os.path.basename(second)
            and os.path.realpath(os.path.dirname(first))
            == os.path.realpath(os.path.dirname(second)))


def _with_lines(data, path, lines):
    """Return the content of *path* with our lines, instead of *data*.

    Raises `Problem` if that cannot be.
    """
    if data is not None and _block.find(data, path) is not None:
        # From another version, or from before the environment was moved.
        data = _block.remove(data, path)
    if path.endswith('.py'):
        try:
            _block.check(data, lines)
        except Problem as exc:
            raise Problem('%s: %s' % (path, exc))
    return _block.add(data, lines)


def _lines(method, package, folder):
    """Return the lines, as bytes, for a file in the site folder *folder*."""
    beside = (os.path.realpath(os.path.dirname(package))
              == os.path.realpath(folder))
    if method == 'pth':
        where = 'sitedir + "/backport"' if beside else ascii(package)
        return (PTH_LINE % where).encode('ascii')
    where = '__file__[:-17] + "/backport"' if beside else ascii(package)
    with open(os.path.join(package, '_stub.py'), encoding='ascii') as file:
        text = ''.join(line for line in file if not line.startswith('#'))
    return text.replace('__file__[:-9]', where).encode('ascii')


def main(command, method=None):
    """Run "enable" or "disable"; return the exit status."""
    try:
        print('backport: ' + (
            enable(method) if command == 'enable' else disable()))
        return 0
    except Problem as exc:
        text = str(exc)
    except OSError as exc:
        text = 'cannot change %s: %s' % (exc.filename, exc.strerror)
    print('backport %s: %s; nothing was changed' % (command, text),
          file=sys.stderr)
    return 1
