"""Throw-away environments, with the package under test installed.

A program that runs in one of them finds nothing of this folder, apart from what
is beside it.
"""
import glob
import os
import shutil
import subprocess
import sys

import backport
from children import HERE, WINDOWS, run_python

PACKAGE = os.path.dirname(os.path.abspath(backport.__file__))
VERSION = 'python%d.%d' % sys.version_info[:2]

#: The checkout.
ROOT = os.path.dirname(os.path.dirname(HERE))

#: The path of is_on.py.
IS_ON = os.path.join(HERE, 'is_on.py')

#: Runs a program as launchers do that have a sitecustomize of their own.
LAUNCHER = os.path.join(HERE, 'launchers', 'launcher.py')
#: The launchers of programs; each is a folder beside it.
LAUNCHERS = ['cleans_up', 'stays', 'chains']


class Environment:
    """An environment in the folder *root*."""

    def __init__(self, root):
        self.root = str(root)
        folder = os.path.join(self.root, 'bin')
        self.python = os.path.join(folder, 'python')
        self.site = os.path.join(self.root, 'lib', VERSION, 'site-packages')
        if WINDOWS:
            folder = os.path.join(self.root, 'Scripts')
            self.python = os.path.join(
                folder if os.path.isdir(folder) else self.root, 'python.exe')
            self.site = os.path.join(self.root, 'Lib', 'site-packages')
        self.sitecustomize = os.path.join(self.site, 'sitecustomize.py')
        self.pth = os.path.join(self.site, 'zz_backport.pth')

    def run(self, *args, env=None, **options):
        """Run the interpreter of this environment; return the `Child`."""
        return run_python(*args, python=options.pop('python', self.python),
                          env=dict({'PYTHONPATH': ''}, **(env or {})),
                          **options)

    def backport(self, *args, **options):
        """Run a command of backport; return the `Child`."""
        return self.run('-m', 'backport', *args, **options)

    def enable(self, **options):
        child = self.backport('enable', **options)
        assert child.returncode == 0, child
        return child

    def disable(self, **options):
        child = self.backport('disable', **options)
        assert child.returncode == 0, child
        return child

    def is_on(self, *args, **options):
        """Return whether the patch is on in a new interpreter, and silent."""
        child = self.run(*args, IS_ON, **options)
        assert child.returncode == 0 and not child.err, child
        return {'True': True, 'False': False}[child.out.splitlines()[-1]]

    def write(self, name, data):
        """Write a file into site-packages; return its path."""
        path = os.path.join(self.site, name)
        with open(path, 'wb') as file:
            file.write(data)
        return path

    def own_futures(self):
        """Give it, if it is a `prefix`, a concurrent.futures of its own.

        Returns the folder.
        """
        folder = os.path.join(os.path.dirname(self.site), 'concurrent')
        linked = folder + '.linked'
        os.rename(folder, linked)
        shutil.copytree(linked, folder)
        (os.unlink if os.path.islink(linked) else shutil.rmtree)(linked)
        return os.path.join(folder, 'futures')

    def files(self):
        """Return path -> content for all files but those of the package."""
        found = {}
        for folder, folders, names in os.walk(self.root):
            # The interpreter's own .pyc files come and go.
            own = folder == os.path.dirname(self.site) and '__pycache__'
            folders[:] = [name for name in folders
                          if name not in ('backport', own)]
            for name in folders:
                found[os.path.join(folder, name)] = None
            for name in names:
                path = os.path.join(folder, name)
                if not os.path.islink(path):
                    found[path] = read(path)
            if WINDOWS and folder == os.path.dirname(self.site):
                # The others are the standard library's, and no links there.
                folders[:] = ['site-packages']
        return found


def read(path):
    with open(path, 'rb') as file:
        return file.read()


def base_python():
    """Return the interpreter that this one's environment was made from."""
    return os.path.join(sys.base_prefix, *(
        ['python.exe'] if WINDOWS else ['bin', VERSION]))


def install(site):
    """Put the package under test into a folder, as uv does, without .pyc."""
    package = os.path.join(site, 'backport')
    shutil.copytree(PACKAGE, package,
                    ignore=shutil.ignore_patterns('__pycache__'))
    if not os.path.isdir(os.path.join(package, 'patches')):     # a checkout
        shutil.copytree(os.path.join(os.path.dirname(PACKAGE), 'patches'),
                        os.path.join(package, 'patches'))


def venv(root):
    """Make a virtual environment in the folder *root*."""
    subprocess.check_call([base_python(), '-m', 'venv', '--without-pip',
                           str(root)])
    environment = Environment(root)
    install(environment.site)
    return environment


def prefix(root, lib=os.path.join(sys.base_prefix, 'lib')):
    """Make a copy of the interpreter, as conda and distributions have it.

    Its libraries are links to those in the folder *lib*.
    """
    environment = Environment(root)
    if WINDOWS:
        return _windows_prefix(environment)
    os.makedirs(environment.site)
    os.mkdir(os.path.join(environment.root, 'bin'))
    shutil.copy(base_python(), environment.python)
    for name in os.listdir(lib):
        if name.startswith('libpython'):
            os.symlink(os.path.join(lib, name),
                       os.path.join(environment.root, 'lib', name))
    stdlib = os.path.join(lib, VERSION)
    own = os.path.dirname(environment.site)
    for name in os.listdir(stdlib):
        if name not in ('site-packages', 'sitecustomize.py', '__pycache__'):
            os.symlink(os.path.join(stdlib, name), os.path.join(own, name))
    if os.path.isdir(os.path.join(stdlib, '__pycache__')):
        # Without it, each start would compile all that it imports.
        shutil.copytree(
            os.path.join(stdlib, '__pycache__'),
            os.path.join(own, '__pycache__'),
            ignore=shutil.ignore_patterns('*.opt-?.pyc', 'sitecustomize.*'))
    install(environment.site)
    return environment


def _windows_prefix(environment):
    os.mkdir(environment.root)
    for pattern in '*.exe', '*.dll':
        for path in glob.glob(os.path.join(
                glob.escape(sys.base_prefix), pattern)):
            shutil.copy(path, environment.root)
    for folder in 'DLLs', 'Lib':
        shutil.copytree(
            os.path.join(sys.base_prefix, folder),
            os.path.join(environment.root, folder),
            ignore=shutil.ignore_patterns(
                'site-packages', 'sitecustomize.py', 'test', 'tests',
                'idlelib', '__pycache__'))
    os.mkdir(environment.site)
    install(environment.site)
    return environment


def copy_lib(target):
    """Copy the interpreter's libraries into the folder *target*."""
    lib = os.path.join(sys.base_prefix, 'lib')
    for path in glob.glob(os.path.join(lib, 'libpython*.so*')):
        shutil.copy(path, target)
    shutil.copytree(
        os.path.join(lib, VERSION), os.path.join(target, VERSION),
        # What no start needs; it is much of it.
        ignore=shutil.ignore_patterns(
            'site-packages', 'test', 'tests', 'idlelib', 'config-*', 'lib2to3',
            'ensurepip', 'tkinter', 'turtledemo', 'pydoc_data', 'unittest',
            'distutils', 'xml', 'email', 'sqlite3', '*.opt-?.pyc'))


def change(path, old, new):
    """Replace *old* by *new*, both bytes, in the file at *path*."""
    data = read(path)
    assert old in data, path
    with open(path, 'wb') as file:
        file.write(data.replace(old, new))


def copied(environment, root):
    """Copy an environment, links as links, into the folder *root*."""
    shutil.copytree(environment.root, str(root), symlinks=True,
                    copy_function=_link)
    return Environment(root)


def _link(source, target):
    """Link what nobody writes to."""
    own = os.sep + 'site-packages' + os.sep in os.fspath(target)
    (shutil.copy2 if own else os.link)(source, target)
