"""What a fresh interpreter of this environment does, and where it looks."""
import json
import os
import site
import subprocess
import sys
import sysconfig

from . import _hook

TIMEOUT = 60    # seconds before a fresh interpreter counts as hung

# Run with -c.  Answers on the last line, for start-up files may print.
PROBE = '''
import sys
modules = sys.argv[1:]
del sys.path[0]
stubs = []
for finder in sys.meta_path:
    for value in (getattr(finder, '__kwdefaults__', None) or {}).values():
        if type(value) is dict and 'backport' in value:
            stubs.append(finder.__globals__['__name__'])
answer = {'stubs': stubs,
          'sitecustomize': getattr(sys.modules.get('sitecustomize'),
                                   '__file__', None)}
import importlib, json, os
for module in modules:
    try:
        importlib.import_module(module)
    except ImportError:
        pass    # no multiprocessing here, or no threads
answer['active'] = any(getattr(finder, 'is_of_backport', False)
                       for finder in sys.meta_path)
try:
    import backport
    answer['package'] = os.path.dirname(backport.__file__)
except Exception:
    answer['package'] = backport = None
answer['records'] = []
if hasattr(backport, 'status'):
    for record in backport.status():
        answer['records'].append({name: getattr(record, name) for name in (
            'name', 'state', 'reason', 'source', 'sha256', 'releases')})
sys.__stdout__.write('\\n' + json.dumps(answer) + '\\n')
'''


class Problem(Exception):
    """What cannot be done, and the way out: one line to print."""


def fresh(disabled=True):
    """Start an interpreter; return a dict that says what it found.

    ``stubs``: who ran the lines of _stub.py at start-up, a list of
    "sitecustomize", "pth", "run"; ``sitecustomize``: the file of that module or
    None; ``active``: whether backport was, when the modules in `PATCHES` had
    been imported.  Then it imported backport.  ``package``: its folder or None;
    ``records``: what backport.status() said, as dicts.  BACKPORT_DISABLE is
    heeded only if *disabled*.

    Raises `Problem` if there is no answer.
    """
    check_executable()
    env = dict(os.environ)
    env.pop('BACKPORT_REPORT', None)
    if not disabled:
        env.pop('BACKPORT_DISABLE', None)
    try:
        process = subprocess.Popen(
            [sys.executable, '-c', PROBE] + list(_hook.PATCHES.values()),
            env=env, cwd=os.path.abspath(os.sep), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    except OSError as exc:
        raise Problem('%s cannot be started: %s' % (sys.executable,
                                                    exc.strerror))
    try:
        try:
            out, err = process.communicate(timeout=TIMEOUT)
        except BaseException:
            process.kill()
            process.communicate()
            raise
        return json.loads(out.decode().splitlines()[-1])
    except subprocess.TimeoutExpired:
        raise Problem('a fresh interpreter did not start within %d seconds'
                      % TIMEOUT)
    except (ValueError, IndexError):
        lines = err.decode(errors='replace').strip().splitlines()
        raise Problem('a fresh interpreter failed with status %s: %s' % (
            process.returncode, (lines or ['no message'])[-1]))


def check_executable():
    """Raise `Problem` if this interpreter does not know what to start."""
    if not sys.executable:
        raise Problem('this interpreter does not know its own path '
                      '(sys.executable), so it cannot start another')


def check():
    """Raise `Problem` if this interpreter cannot start a fresh one with site.
    """
    check_executable()
    if sys.flags.no_site:
        raise Problem('this interpreter runs without the site module (-S), '
                      'which loads what is done at start-up; put "import '
                      'backport" into the program')


def not_needed():
    """Return why nothing is needed on this interpreter, or None."""
    records = _hook.status()
    if all(record.state == 'not-needed' for record in records):
        return records[0].reason
    return None


def site_folders():
    """Return the folders of this environment whose start-up files are run."""
    # The site module of old virtualenvs has neither function.
    folders = getattr(site, 'getsitepackages', list)()
    folders.append(sysconfig.get_path('purelib'))
    if user_site() is not None:
        folders.append(user_site())
    return [folder for i, folder in enumerate(folders)
            if folder not in folders[:i] and inside(folder)]


def target_folder(package):
    """Return the site folder for the start-up file; *package* is a folder.

    Raises `Problem` if there is none in this environment.
    """
    folders = site_folders()
    for folder in folders:
        if os.path.realpath(folder) == os.path.realpath(
                os.path.dirname(package)):
            return folder
    folder = sysconfig.get_path('purelib')
    if folder not in folders:
        raise Problem('%s is outside of this environment (%s)'
                      % (folder, sys.prefix))
    if not os.path.isdir(folder):
        raise Problem('this environment has no site-packages: %s is not there'
                      % folder)
    return folder


def user_site():
    """Return the user's own site folder, or None if it is not in use."""
    if not getattr(site, 'ENABLE_USER_SITE', False):
        return None
    return getattr(site, 'USER_SITE', None)


def inside(path):
    """Return whether *path*, links followed, belongs to this environment."""
    path = os.path.realpath(path)
    return any(path == root or path.startswith(root.rstrip(os.sep) + os.sep)
               for root in map(os.path.realpath, filter(
                   None, [sys.prefix, user_site()])))
