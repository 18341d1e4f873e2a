"""Run the README's first command where no CPython 3.6 to 3.8 is found.

    python tests/release/package/fresh.py INTERPRETER

INTERPRETER is a 3.8, of which a mirror is made for uv to download from.  nox
and uv are beside the interpreter that runs this.
"""
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile

import build

# What uv replaces by the mirror's address.
ORIGIN = ('https://github.com/astral-sh/python-build-standalone/releases/'
          'download')
NAME = 'cpython-3.8.20-linux-x86_64-gnu'
DOWNLOADED = 'uv downloads 3.8 into ' + os.path.join('.nox', 'python')


def mirror(folder, interpreter):
    """Put an archive of *interpreter* and its description into *folder*."""
    prefix = build.output(interpreter, '-c', 'import sys; print(sys.prefix)')
    archive = os.path.join(folder, 'release', NAME + '.tar.gz')
    os.makedirs(os.path.dirname(archive))

    def chosen(member):
        parts = member.name.split('/')
        unused = 'test', 'site-packages', '__pycache__'
        return None if set(parts) & set(unused) else member

    with tarfile.open(archive, 'w:gz', compresslevel=1) as file:
        file.add(prefix.strip(), 'python', filter=chosen)
    description = os.path.join(folder, 'downloads.json')
    with open(description, 'w') as file:
        json.dump({NAME: {
            'name': 'cpython', 'arch': {'family': 'x86_64', 'variant': None},
            'os': 'linux', 'libc': 'gnu', 'major': 3, 'minor': 8, 'patch': 20,
            'prerelease': '', 'sha256': None, 'variant': None,
            'build': 'release',
            'url': '%s/release/%s.tar.gz' % (ORIGIN, NAME)}}, file)
    return {'UV_PYTHON_DOWNLOADS_JSON_URL': description,
            'UV_PYTHON_INSTALL_MIRROR': 'file://' + folder}


def demo(folder, **downloads):
    """Run the demo in a new copy of the tracked files.

    Returns (exit status, output, whether uv's folder is there).
    """
    checkout = os.path.join(folder, 'checkout')
    for name in build.tracked(build.ROOT):
        path = os.path.join(checkout, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        shutil.copy(os.path.join(build.ROOT, name), path)
    env = {name: value for name, value in os.environ.items()
           if name not in ('CI', 'VIRTUAL_ENV', 'XDG_DATA_HOME')
           and not name.startswith('UV_PYTHON')}
    env.update(downloads, HOME=os.path.join(folder, 'home'),
               PYENV_ROOT=os.path.join(folder, 'pyenv'),
               PATH=os.path.dirname(sys.executable))
    done = subprocess.run(
        [sys.executable, '-m', 'nox', '--session', 'demo'], cwd=checkout,
        env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, universal_newlines=True)
    return (done.returncode, done.stdout, os.path.isdir(
        os.path.join(checkout, '.nox', 'python', NAME)))


def main(interpreter):
    """Run it with the mirror, and with no network; return the exit status."""
    for what, status, says, there in (
            ('a mirror', 0, 'With the patch, nothing was lost.', True),
            ('no network', 1, 'none of CPython 3.6, 3.7, 3.8 was found',
             False)):
        with tempfile.TemporaryDirectory() as folder:
            downloads = mirror(folder, interpreter) if there else {
                'UV_PYTHON_INSTALL_MIRROR': 'http://127.0.0.1:9'}
            result = demo(folder, **downloads)
            outside = os.path.exists(
                os.path.join(folder, 'home', '.local', 'share', 'uv'))
        if (result[0] != status or says not in result[1] or outside
                or DOWNLOADED not in result[1] or result[2] != there):
            print(result[1])
            print('with %s: not as it should be' % what, file=sys.stderr)
            return 1
        print('nothing found, %s: %s' % (what, says), flush=True)
    return 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
