"""Start-up files are replaced as a whole, or not at all."""
import contextlib
import glob
import os
import py_compile
import stat
from importlib.util import cache_from_source

from ._environment import Problem, inside

try:
    import fcntl
except ImportError:
    fcntl = None    # Windows: nobody waits for anybody there

# Between the name of a file and the process id, in that of its replacement.
TEMPORARY = '.backport-'

# What is loaded at start-up or when the program loads concurrent.futures.
START_UP = ('_stub.py', '_startup.py', '_hook.py', '__init__.py',
            '_on_path/sitecustomize.py', '_installer.py', '_identify.py',
            '_table.py', '_lock.py', '_exit.py', 'patches/*.py')

LEFT_BEHIND = ('sitecustomize.py' + TEMPORARY + '*',
               'zz_backport.pth' + TEMPORARY + '*',
               '__pycache__/sitecustomize.*.pyc.*')     # by py_compile


@contextlib.contextmanager
def locked(folder):
    """Have *folder* to ourselves, among processes that ask for it like this.

    What others left behind when they were killed is removed.
    """
    # The folder itself, so that nothing is left behind.
    descriptor = fcntl and os.open(folder, os.O_RDONLY)
    try:
        if fcntl:
            with contextlib.suppress(OSError):  # file systems without locks
                fcntl.flock(descriptor, fcntl.LOCK_EX)
        for pattern in LEFT_BEHIND:
            for path in glob.glob(os.path.join(glob.escape(folder), pattern)):
                with contextlib.suppress(OSError):
                    os.unlink(path)
        yield
    finally:
        if fcntl:
            os.close(descriptor)


def read(path):
    """Return the bytes of a file, or None if there is none."""
    try:
        with open(path, 'rb') as file:
            return file.read()
    except FileNotFoundError:
        return None


def write(path, data):
    """Make *data* the content of the file; None: remove it.

    A kill at any moment leaves the old file or the new one.  Mode, owner and
    extended attributes stay.  Raises OSError or `Problem`, and has changed
    nothing then.
    """
    if not inside(os.path.dirname(path)):
        raise Problem('%s is outside of this environment' % path)
    if data is None:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
    else:
        _replace(path, data)
    if path.endswith('.py'):
        _compile(path, data is not None)


def _replace(path, data):
    temporary = '%s%s%d' % (path, TEMPORARY, os.getpid())
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL
                         | getattr(os, 'O_BINARY', 0), 0o666)
    try:
        with open(descriptor, 'wb') as file:
            file.write(data)
            file.flush()
            _keep(path, file.fileno())
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _keep(path, descriptor):
    """Give the open file the mode, owner and attributes of that at *path*."""
    try:
        old = os.stat(path)
    except FileNotFoundError:
        return
    new = os.fstat(descriptor)
    if (old.st_uid, old.st_gid) != (new.st_uid, new.st_gid):
        try:
            os.fchown(descriptor, old.st_uid, old.st_gid)
        except PermissionError:
            raise Problem('%s belongs to somebody else (user %d, group %d); '
                          'ask them, or become them'
                          % (path, old.st_uid, old.st_gid))
    if stat.S_IMODE(old.st_mode) != stat.S_IMODE(new.st_mode):
        if hasattr(os, 'fchmod'):
            os.fchmod(descriptor, stat.S_IMODE(old.st_mode))
    if hasattr(os, 'listxattr'):
        _keep_attributes(path, descriptor)


def _keep_attributes(path, descriptor):
    try:
        names = os.listxattr(path)
    except OSError:
        return      # the file system has none
    for name in names:
        value = os.getxattr(path, name)
        try:
            if os.getxattr(descriptor, name) == value:
                continue    # SELinux labels new files, and may forbid more
        except OSError:
            pass
        os.setxattr(descriptor, name, value)


def _compile(path, there):
    """Write the .pyc of *path*, or remove it if that is not *there*."""
    cached = cache_from_source(path)
    if not inside(os.path.dirname(cached)):
        return      # PYTHONPYCACHEPREFIX
    with contextlib.suppress(OSError, py_compile.PyCompileError):
        if there:
            py_compile.compile(path, doraise=True)
        else:
            for cached in glob.glob(glob.escape(
                    os.path.splitext(cached)[0]) + '*.pyc'):
                os.unlink(cached)
            os.rmdir(os.path.dirname(cached))   # if it is empty


def compile_package(folder):
    """Write those .pyc of the package that are read at start-up, or soon.

    uv and images built with PYTHONDONTWRITEBYTECODE have none.
    """
    for pattern in START_UP:
        for path in glob.glob(os.path.join(glob.escape(folder), pattern)):
            if not os.path.exists(cache_from_source(path)):
                _compile(path, True)
