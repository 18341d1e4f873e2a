"""Install the built files offline, use them, uninstall them: nothing is left.

    python tests/release/package/install.py INTERPRETER DIST LINKS

INTERPRETER is one that has the bug, DIST the folder with sdist and wheel, LINKS
one with the wheels of a setuptools and a wheel that it can run, which an sdist
needs wherever it is built.  pip is that which the interpreter brings.
"""
import glob
import json
import os
import subprocess
import sys
import tempfile

# Index and proxy: whoever asks for more than is on the command line fails.
OFFLINE = {'PIP_NO_INDEX': '1', 'PIP_CONFIG_FILE': os.devnull,
           'PIP_DISABLE_PIP_VERSION_CHECK': '1',
           'UV_NO_INDEX': '1', 'UV_OFFLINE': '1', 'UV_NO_CONFIG': '1',
           'UV_NO_CACHE': '1', 'no_proxy': '',
           'http_proxy': 'http://127.0.0.1:9',
           'https_proxy': 'http://127.0.0.1:9'}

USE = '''
import backport, concurrent.futures.thread, json
with concurrent.futures.thread.ThreadPoolExecutor() as executor:
    assert executor.submit(int, '42').result() == 42
print(json.dumps([backport.__file__, backport.status()[0].state]))
'''


class Failed(Exception):
    """A command that should have succeeded, or failed, did not."""


def run(*command, status=0, says=''):
    """Run it offline; return what it prints.

    Raises `Failed` unless it exits with *status* and says *says*.
    """
    environ = {name: value for name, value in os.environ.items()
               if not name.startswith(('PIP_', 'UV_', 'PYTHON', 'BACKPORT_'))
               and not name.lower().endswith('_proxy')}
    process = subprocess.run(command, env=dict(environ, **OFFLINE),
                             cwd=os.path.dirname(command[0]) or None,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                             universal_newlines=True)
    if process.returncode != status or says not in process.stdout:
        raise Failed('%s\n%sexit status %d; expected %d%s' % (
            ' '.join(command), process.stdout, process.returncode, status,
            says and ', and "%s"' % says))
    return process.stdout


def files(root):
    """Return the paths below *root*.

    Without the .pyc files of other packages, and uv's lock.
    """
    found = set()
    for folder, folders, names in os.walk(root):
        if 'backport' not in os.path.relpath(folder, root).split(os.sep):
            folders[:] = [name for name in folders if name != '__pycache__']
        found.update(os.path.join(folder, name) for name in folders + names)
    return found - {os.path.join(root, '.lock')}


def check(root, install, uninstall):
    """Install, use and uninstall it in the environment *root*."""
    python = os.path.join(root, 'bin', 'python')
    before = files(root)
    run(*install)
    path, state = json.loads(run(python, '-c', USE))
    if not path.startswith(root) or state != 'applied':
        raise Failed('%s is %s' % (path, state))
    result = json.loads(run(python, '-m', 'backport', 'status', '--json',
                            status=3))
    if [record['state'] for record in result['patches']] != ['pending'] * 2:
        raise Failed(result)
    if files(root) == before:
        raise Failed('nothing was installed in %s' % root)
    run(*uninstall)
    if files(root) != before:
        raise Failed('not as it was: %s' % sorted(files(root) ^ before))
    run(python, '-c', 'import backport', status=1, says='ModuleNotFoundError')


def main(interpreter, dist, links):
    """Try pip and uv, wheel and sdist; return the exit status."""
    dist, links = os.path.abspath(dist), os.path.abspath(links)
    wheel, = glob.glob(os.path.join(dist, '*.whl'))
    sdist, = glob.glob(os.path.join(dist, '*.tar.gz'))
    with tempfile.TemporaryDirectory() as folder:
        folder = os.path.realpath(folder)
        root = os.path.join(folder, 'pip')
        # With the environment's own pip: the one in ensurepip.
        run(interpreter, '-m', 'venv', root)
        python = os.path.join(root, 'bin', 'python')
        title = run(python, '-m', 'pip', '--version').split(' from ')[0]
        install = [python, '-m', 'pip', 'install', '--cache-dir',
                   os.path.join(folder, 'cache')]
        uninstall = [python, '-m', 'pip', 'uninstall', '--yes',
                     'backport-bpo31783']
        check(root, install + [wheel], uninstall)
        print(title + ': wheel', flush=True)
        # The proof that offline is offline: it asks for setuptools.
        run(*install, sdist, status=1, says='setuptools')
        with_links = install + ['--find-links', links, sdist]
        if title == 'pip 18.1':     # the build backends of PEP 517: pip 19
            run(*with_links, status=1, says='setup.py')
            print(title + ': knows no sdist without setup.py')
        else:
            check(root, with_links, uninstall)
            print(title + ': sdist', flush=True)

        root = os.path.join(folder, 'uv')
        run('uv', 'venv', '--quiet', '--python', interpreter, root)
        python = os.path.join(root, 'bin', 'python')
        install = ['uv', 'pip', 'install', '--python', python]
        uninstall = ['uv', 'pip', 'uninstall', '--python', python,
                     'backport-bpo31783']
        check(root, install + [wheel], uninstall)
        print('uv: wheel', flush=True)
        run(*install, sdist, status=1, says='setuptools')
        check(root, install + ['--find-links', links, sdist], uninstall)
        print('uv: sdist', flush=True)
    return 0


if __name__ == '__main__':
    try:
        sys.exit(main(*sys.argv[1:]))
    except Failed as exc:
        sys.exit(str(exc))
