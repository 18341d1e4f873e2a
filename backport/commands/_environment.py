"""What a fresh interpreter of this environment does, and who can read it."""
import json
import os
import re
import site
import subprocess
import sys
import sysconfig
from pathlib import Path

from .. import status
from .._finder import PATCHES

TIMEOUT = 60    # seconds before a fresh interpreter counts as hung

# Run with -c and the names of the modules that are patched.  What they are is
# looked at before it imports backport, which would patch them.  The answer is
# marked, for start-up files and exit handlers may print.
PROBE = '''
import sys
if not sys.flags.isolated:
    del sys.path[0]     # the working directory
import importlib, json, os
from importlib.machinery import PathFinder
answer = {'package': None, 'problem': None, 'records': [], 'unpatched': []}
for name in 'sitecustomize', 'usercustomize':
    spec = PathFinder.find_spec(name)
    answer[name] = spec and spec.origin
patched = []
for module in sys.argv[1:]:
    try:
        patched.append(hasattr(importlib.import_module(module), '_backport'))
    except ImportError:     # no multiprocessing here, or no threads
        patched.append(None)
try:
    import backport
    # A folder without __init__.py has an empty __file__, or none (3.6).
    if getattr(backport, '__file__', None) is None:
        raise ImportError('there is no __init__.py in %s that can be read'
                          % list(backport.__path__)[0])
    answer['package'] = os.path.dirname(os.path.abspath(backport.__file__))
    for before, record in zip(patched, backport.status()):
        if record.state == 'applied' and not before:
            answer['unpatched'].append(record.name)
            record.state, record.reason = 'pending', (
                'it can be applied (%s), but nothing activates it'
                % record.reason)
        answer['records'].append({name: getattr(record, name) for name in (
            'name', 'state', 'reason', 'source', 'sha256', 'releases')})
except Exception as exc:
    answer['problem'] = '%s: %s' % (type(exc).__name__,
                                    ' '.join(str(exc).split()))
sys.__stdout__.write('\\nbackport-answer ' + json.dumps(answer) + '\\n')
'''


class Failure(Exception):
    """A command cannot do its work: one line to print, with the way out."""


def fresh(disabled=True):
    """Start an interpreter as a program would be; return what it found, a dict.

    ``sitecustomize``, ``usercustomize``: the file that has this name, or None.
    ``package``: the folder of the package, or None; ``problem``: why it cannot
    be used, or None.  ``records``: what backport.status() returned, as dicts;
    a patch that only the probe has applied is "pending", and its name in
    ``unpatched``.  ``active``: whether the others are applied, and there is
    one.  BACKPORT_DISABLE is heeded only if *disabled*.

    Raises `Failure` if there is no answer.
    """
    if not sys.executable:
        raise Failure('this interpreter does not know its own path '
                      '(sys.executable), so it cannot start another')
    env = dict(os.environ)
    env.pop('BACKPORT_REPORT', None)
    if not disabled:
        env.pop('BACKPORT_DISABLE', None)
    try:
        done = subprocess.run(
            [sys.executable, '-c', PROBE, *PATCHES.values()], env=env,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, timeout=TIMEOUT)
    except OSError as exc:
        raise Failure('%s cannot be started: %s' % (sys.executable,
                                                    exc.strerror))
    except subprocess.TimeoutExpired:
        raise Failure('a fresh interpreter did not start within %d seconds'
                      % TIMEOUT)
    line = re.search(rb'backport-answer (.*)', done.stdout)
    if line is None:
        lines = done.stderr.decode(errors='replace').strip().splitlines()
        raise Failure('a fresh interpreter failed with status %s: %s' % (
            done.returncode, (lines or ['no message'])[-1]))
    answer = json.loads(line.group(1).decode())
    answer['active'] = not answer['unpatched'] and any(
        record['state'] == 'applied' for record in answer['records'])
    return answer


def package(answer):
    """Return the folder of the package that the fresh interpreter imported.

    *answer* is what `fresh` returned.  Raises `Failure` if there is none, or
    if it is not complete.
    """
    if answer['problem'] is not None:
        raise Failure('a fresh interpreter of this environment cannot use '
                      'backport: %s; install it again' % answer['problem'])
    if not os.path.isdir(os.path.join(answer['package'], 'patches')):
        raise Failure('%s is in a zip file or a checkout: install it unzipped'
                      % answer['package'])
    return answer['package']


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
    found = []
    for folder in folders:
        # On Windows one is called Lib and lib.
        if os.path.isdir(folder) and not any(
                os.path.samefile(folder, other) for other in found):
            found.append(folder)
    return found


def user_site():
    """Return the user's own site folder, or None if it is not in use."""
    if not getattr(site, 'ENABLE_USER_SITE', False):
        return None
    return getattr(site, 'USER_SITE', None)


def unreadable(package, *files):
    """Return what keeps somebody who can run this interpreter from reading the
    folder *package*, what is in it, or one of *files*; None if nothing does.

    Goes by owner, group and mode, which tell nothing on Windows; access lists
    are not looked at.  A package in the user's own site folder is for nobody
    else.
    """
    if os.name == 'nt' or user_site() and package.startswith(user_site()):
        return None
    people = {(None, None)}     # somebody who is nobody in particular
    for part in _parents(sys.executable):
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
    for part in _parents(path):
        status = part.stat()
        shift = (6 if who[0] == status.st_uid else
                 3 if who[1] == status.st_gid else 0)
        if ~(status.st_mode >> shift) & bits:
            return part
        bits = 1    # folders on the way need not be listed
    return None


def _parents(path):
    """Return *path* and the folders above it, and above what it links to."""
    path = Path(path).absolute()
    return [path, *path.parents, *path.resolve().parents]
