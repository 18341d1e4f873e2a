"""What a fresh interpreter of this environment does, and who can read it."""
import json
import os
import site
import subprocess
import sys
import sysconfig
from pathlib import Path

from .. import status

TIMEOUT = 60    # seconds before a fresh interpreter counts as hung

# Run with -c.  Answers on the last line, for start-up files may print.
PROBE = '''
import sys
del sys.path[0]
answer = {'package': None, 'problem': None, 'records': [], 'customize': [
    sys.modules[name].__file__ for name in ('sitecustomize', 'usercustomize')
    if hasattr(sys.modules.get(name), '__file__')]}
import importlib, json, os
for module in 'thread', 'process':
    try:
        importlib.import_module('concurrent.futures.' + module)
    except ImportError:
        pass    # no multiprocessing here, or no threads
answer['active'] = any(getattr(finder, 'is_of_backport', False)
                       for finder in sys.meta_path)
try:
    import backport
    # A folder without __init__.py has an empty __file__, or none (3.6).
    if getattr(backport, '__file__', None) is None:
        raise ImportError('there is no __init__.py in %s that can be read'
                          % list(backport.__path__)[0])
    answer['package'] = os.path.dirname(os.path.abspath(backport.__file__))
    for record in backport.status():
        answer['records'].append({name: getattr(record, name) for name in (
            'name', 'state', 'reason', 'source', 'sha256', 'releases')})
except Exception as exc:
    answer['problem'] = '%s: %s' % (type(exc).__name__,
                                    ' '.join(str(exc).split()))
sys.__stdout__.write('\\n' + json.dumps(answer) + '\\n')
'''


class Problem(Exception):
    """What cannot be done, and the way out: one line to print."""


def fresh(disabled=True):
    """Start an interpreter; return a dict that says what it found.

    ``active``: whether backport was, once the modules that it patches had been
    imported; ``customize``: a list of the files of sitecustomize and
    usercustomize.  Then the interpreter imported backport.  ``package``: its
    folder, or None; ``problem``: why it cannot be used, or None; ``records``:
    what backport.status() returned, as dicts.  BACKPORT_DISABLE is heeded only
    if *disabled*.

    Raises `Problem` if there is no answer.
    """
    if not sys.executable:
        raise Problem('this interpreter does not know its own path '
                      '(sys.executable), so it cannot start another')
    env = dict(os.environ)
    env.pop('BACKPORT_REPORT', None)
    if not disabled:
        env.pop('BACKPORT_DISABLE', None)
    try:
        done = subprocess.run(
            [sys.executable, '-c', PROBE], env=env, cwd=os.path.abspath(os.sep),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, timeout=TIMEOUT)
        return json.loads(done.stdout.decode().splitlines()[-1])
    except OSError as exc:
        raise Problem('%s cannot be started: %s' % (sys.executable,
                                                    exc.strerror))
    except subprocess.TimeoutExpired:
        raise Problem('a fresh interpreter did not start within %d seconds'
                      % TIMEOUT)
    except (ValueError, IndexError):
        lines = done.stderr.decode(errors='replace').strip().splitlines()
        raise Problem('a fresh interpreter failed with status %s: %s' % (
            done.returncode, (lines or ['no message'])[-1]))


def package(answer):
    """Return the folder of the package that the fresh interpreter imported.

    *answer* is what `fresh` returned.  Raises `Problem` if there is none, or
    if it is not complete.
    """
    if answer['problem'] is not None:
        raise Problem('a fresh interpreter of this environment cannot use '
                      'backport: %s; install it: %s -m pip install '
                      '--force-reinstall backport-bpo31783'
                      % (answer['problem'], sys.executable))
    if not os.path.isdir(os.path.join(answer['package'], 'patches')):
        raise Problem('%s is in a zip file or a checkout: install it unzipped'
                      % answer['package'])
    return answer['package']


def check():
    """Raise `Problem` if this interpreter cannot start a fresh one with site.
    """
    if sys.flags.no_site:
        raise Problem('this interpreter runs without the site module (-S), '
                      'which loads what is done at start-up; put "import '
                      'backport" into the program')


def not_needed():
    """Return why nothing is needed on this interpreter, or None."""
    records = status()
    if all(record.state == 'not-needed' for record in records):
        return records[0].reason
    return None


def site_folders():
    """Return the folders of this environment whose .pth files are run."""
    # The site module of old virtualenvs has no getsitepackages.
    folders = [sysconfig.get_path('purelib')]
    folders += getattr(site, 'getsitepackages', list)()
    # A virtual environment may have those of another interpreter, too.
    folders = [folder for folder in folders if folder.startswith(
        os.path.join(sys.prefix, ''))]
    if user_site() is not None:
        folders.append(user_site())
    return [folder for i, folder in enumerate(folders)
            if os.path.isdir(folder) and folder not in folders[:i]]


def user_site():
    """Return the user's own site folder, or None if it is not in use."""
    if not getattr(site, 'ENABLE_USER_SITE', False):
        return None
    return getattr(site, 'USER_SITE', None)


def unreadable(package, *files):
    """Return what keeps somebody who can run this interpreter from reading the
    folder *package*, what is in it, or one of *files*; None if nothing does.

    Goes by owner, group and mode; access lists are not looked at.  A package in
    the user's own site folder is for nobody else.
    """
    if user_site() and package.startswith(user_site()):
        return None
    people = {(None, None)}     # somebody who is nobody in particular
    for part in _way(sys.executable):
        people |= {(part.stat().st_uid, None), (None, part.stat().st_gid)}
    people = [who for who in people if who[0] != 0
              and _obstacle(who, sys.executable, 1) is None]
    wanted = []
    for folder, _, names in os.walk(package):
        if not folder.endswith('__pycache__'):
            wanted.append((folder, 5))
            wanted += [(os.path.join(folder, name), 4) for name in names]
    wanted += [(path, 4) for path in files]
    obstacles = (_obstacle(who, path, bits)
                 for path, bits in wanted for who in people)
    return next((str(part) for part in obstacles if part is not None), None)


def _obstacle(who, path, bits):
    """Return what does not give *who* these permissions for *path*, or None.

    *who* is the number of a user or of a group, in a pair with None.
    """
    for part in _way(path):
        status = part.stat()
        shift = (6 if who[0] == status.st_uid else
                 3 if who[1] == status.st_gid else 0)
        if ~(status.st_mode >> shift) & bits:
            return part
        bits = 1    # folders on the way need not be listed
    return None


def _way(path):
    """Return *path* and the folders above it, and above what it links to."""
    path = Path(path).absolute()
    return [path, *path.parents, *path.resolve().parents]
