"""The sessions: see the README for the two that a newcomer needs."""
import glob
import json
import os
import re
import shutil
import subprocess
import sys

import nox

PATCHED = ['3.6', '3.7', '3.8']         # the versions that have the bug
NOT_NEEDED = ['3.9', '3.10', '3.11', '3.12', '3.13', '3.14']

# What the tests run beside pytest: gevent and eventlet for deadlocks, wrapt
# because OpenTelemetry wraps submit with it, hypothesis for what start-up files
# may hold already.
TEST_REQUIREMENTS = ['pytest', 'pytest-xdist', 'gevent', 'eventlet', 'wrapt',
                     'hypothesis']

# More than there are processors: nearly all of the tests wait for children.
TEST_PROCESSES = '4'

nox.needs_version = '>=2025.10.14'
# Today's virtualenv makes no environments for 3.6 and 3.7, uv does.
nox.options.default_venv_backend = 'uv'
# A download would be put outside of this folder: that is left to whoever runs
# this.
nox.options.download_python = 'never'
nox.options.error_on_missing_interpreters = bool(os.environ.get('CI'))


def bin_folders():
    """Return version ("3.8") -> folder of the newest that pyenv or uv has.

    pyenv's shims on PATH fail for each version that is not the selected one,
    and uv puts nothing on PATH unless it is asked to.
    """
    roots = [os.path.join(os.environ.get('PYENV_ROOT', os.path.expanduser(
        '~/.pyenv')), 'versions')]
    if UV:
        roots.append(subprocess.check_output(
            [UV, 'python', 'dir', '--color', 'never'], text=True).strip())
    newest = {}
    for root in roots:
        for path in glob.glob(os.path.join(glob.escape(root), '*', 'bin')):
            match = re.match(r'(?:cpython-)?(3\.\d+)\.(\d+)(?:-|$)',
                             os.path.basename(os.path.dirname(path)))
            if match and shutil.which('python' + match.group(1), path=path):
                newest[match.group(1)] = max(
                    newest.get(match.group(1), (-1, '')),
                    (int(match.group(2)), path))
    return {version: path for version, (_, path) in newest.items()}


def find_interpreters():
    """Return the versions that can be had, and put them in front of PATH."""
    folders = bin_folders()
    path = os.environ.get('PATH', '').split(os.pathsep)
    on_path = os.pathsep.join(folder for folder in path
                              if os.path.basename(folder) != 'shims')
    versions = [version for version in PATCHED + NOT_NEEDED
                if version in folders
                or shutil.which('python' + version, path=on_path)]
    # The running one keeps its place: plain "python" must not change.
    os.environ['PATH'] = os.pathsep.join(
        [os.path.dirname(sys.executable)]
        + [folders[version] for version in versions if version in folders]
        + path)
    for version in PATCHED:
        if version not in versions:
            print('CPython %s is not on PATH, and neither pyenv nor uv has it: '
                  'it is left out. To install it: %spyenv install %s' % (
                      version, '%s python install %s, or ' % (UV, version)
                      if version in UV_HAS else '', version), file=sys.stderr)
    return versions


# Beside nox, where the README puts it, or on PATH.
UV = shutil.which('uv', path=os.pathsep.join(
    [os.path.dirname(sys.executable), os.environ.get('PATH', '')]))
UV_HAS = ['3.8']    # of those in PATCHED: `uv python list --all-versions`
FOUND = find_interpreters()


def patched(session):
    """Return those of PATCHED that were found; end the session if none was."""
    versions = [version for version in PATCHED if version in FOUND]
    if not versions:
        session.error('none of CPython %s was found: see above' % ', '.join(
            PATCHED))
    return versions


def build(session):
    """Build the wheel and return its path."""
    folder = os.path.join(session.create_tmp(), 'dist')
    shutil.rmtree(folder, ignore_errors=True)
    # The sdist, and the wheel from that: built right here, it would have what
    # an earlier build left in build/.
    session.run('uv', 'build', '--quiet', '--out-dir', folder,
                external=True, silent=True)
    wheel, = glob.glob(os.path.join(folder, '*.whl'))
    return wheel


def install_for(session, version, wheel):
    """Install the wheel in an environment of its own; return its interpreter.
    """
    folder = os.path.abspath(os.path.join(session.create_tmp(), version))
    session.run('uv', 'venv', '--quiet', '--clear', '--python',
                'python' + version, folder, external=True)
    python = os.path.join(folder, 'bin', 'python')
    session.run('uv', 'pip', 'install', '--quiet', '--python', python, wheel,
                external=True)
    return python


@nox.session(python=PATCHED)
def tests(session):
    """Run the tests against the wheel, in one interpreter that has the bug."""
    session.install(*TEST_REQUIREMENTS, build(session))
    session.run('pytest',
                *session.posargs or ['-n', TEST_PROCESSES, 'tests'])


@nox.session(python=[version for version in NOT_NEEDED if version in FOUND])
def noop(session):
    """Check that nothing happens on an interpreter that has upstream's fix."""
    session.install('pytest', build(session))
    session.run('pytest',
                *session.posargs or ['tests/test_not_needed.py'])


@nox.session
def lint(session):
    """Check style, and that 3.6 can read all that is shipped."""
    session.install('flake8', 'vermin', 'check-wheel-contents')
    session.run('flake8')
    session.run('vermin', '--quiet', '--target=3.6-', '--violations',
                # Interpreters do not read the types.
                '--exclude-regex', r'\.pyi$', 'backport', 'patches')
    session.run('check-wheel-contents', build(session))


@nox.session
def demo(session):
    """Run the bug report's programs and `verify`: stock beside patched."""
    versions, wheel = patched(session), build(session)
    session.run('python', 'tests/demo/run.py', *[
        install_for(session, version, wheel) for version in versions])


@nox.session
def bench(session):
    """Measure what a submit costs, and what a start: stock beside patched."""
    for version in patched(session):
        session.run('python', 'tests/bench/run.py', 'python' + version,
                    *session.posargs)
        session.run('python', 'tests/bench/startup.py', 'python' + version,
                    *session.posargs)


@nox.session(python=PATCHED)
def table(session):
    """Compute the hash table's `code` column anew, from every release."""
    session.run('python', 'tests/stdlib.py')


# Programs and libraries that use, wrap or subclass thread pools.  Not pinned:
# the newest releases that the interpreter can install together.
CLIENTS = [
    # It wants importlib-metadata <= 6.5 on 3.7: of the two uv would rather have
    # that one new, and take a ddtrace that is a year older.
    'ddtrace; python_version != "3.7"',
    'ddtrace >= 2.21; python_version == "3.7"',
    'gevent', 'eventlet', 'sentry-sdk', 'grpcio', 'boto3', 'moto[s3,server]',
    'APScheduler', 'tornado', 'gunicorn', 'distributed', 'black', 'asgiref',
    'aiohttp', 'starlette', 'uvicorn', 'celery', 'joblib', 'more-executors',
    'bounded-pool-executor', 'google-cloud-pubsub', 'elasticsearch', 'debugpy',
    'freezegun', 'newrelic', 'elastic-apm', 'opentelemetry-distro',
    # Has no release for 3.6 and 3.7.
    'opentelemetry-instrumentation-threading; python_version >= "3.8"',
    'opentelemetry-sdk; python_version >= "3.8"',
    # For tests/clients/run.py: conftest.py starts the clients.
    'pytest',
    # The newest celery for 3.7 cannot use 5, and does not say so.
    'importlib-metadata < 5; python_version < "3.8"',
]


def run_clients(session, *arguments):
    # No compilers: without a wheel for a version, an older release that has it.
    # These have none, nor anything to compile; 3.6 needs them.
    session.install('--only-binary', ':all:', '--no-binary', 'idna-ssl',
                    '--no-binary', 'contextvars', '--no-binary',
                    'aiocontextvars', *CLIENTS, build(session))
    session.run('python', 'tests/clients/run.py', *arguments)


@nox.session(python=PATCHED)
def clients(session):
    """Run programs that use thread pools: stock beside patched.

    `-- gevent_server` runs that one.
    """
    run_clients(session, *session.posargs)


@nox.session(name='clients-short', python=PATCHED)
def clients_short(session):
    """Run some of those programs."""
    run_clients(session, '--short')


@nox.session(python=PATCHED)
def frozen(session):
    """Freeze a program that uses pools; run it, stock beside patched."""
    session.install('pytest', build(session), '--only-binary', ':all:',
                    'pyinstaller', 'cx_Freeze; python_version >= "3.8"',
                    # Has no wheels.
                    '--no-binary', 'nuitka', 'nuitka; python_version >= "3.8"')
    folder = os.path.join(session.create_tmp(), 'frozen')
    shutil.rmtree(folder, ignore_errors=True)
    session.run('python', 'tests/frozen/run.py', folder)


@nox.session(python=PATCHED)
def explore(session):
    """Explore the interleavings of submit and exit; `-- --full`: more."""
    session.install('greenlet', build(session))
    session.run('python', 'tests/explore/run.py', *session.posargs)


def run_cpython(session, *arguments):
    session.install(build(session))
    session.run(sys.executable, 'tests/cpython/run.py',
                os.path.join(session.bin, 'python'), *arguments, external=True)


@nox.session(python=PATCHED)
def cpython(session):
    """Run the interpreter's own tests, stock and patched (-- all: every)."""
    run_cpython(session, *session.posargs)


@nox.session(name='cpython-short', python=PATCHED)
def cpython_short(session):
    """Run those of the interpreter's own tests that take less than a minute."""
    run_cpython(session, '--short')


@nox.session(name='cpython-later', python=PATCHED)
def cpython_later(session):
    """Run the tests that newer interpreters have of thread pools and exit."""
    for version in '3.9', '3.13':
        if version not in FOUND:
            session.warn('CPython %s was not found: its tests are left out'
                         % version)
            continue
        run_cpython(session, '--later', shutil.which('python' + version),
                    *session.posargs)


def run_stress(session, kind, *arguments):
    session.install(build(session))
    # For thousands of children.  uv's own option does not work with 3.6.
    session.run('python', '-m', 'compileall', '-q',
                os.path.join(session.virtualenv.location, 'lib'))
    session.run(sys.executable, 'tests/stress/run.py', kind,
                os.path.join(session.bin, 'python'), *arguments, external=True)


@nox.session(python=PATCHED)
def stress(session):
    """Run random programs, stock and patched (-- --seconds 30 --seed 123)."""
    run_stress(session, 'random', *session.posargs)


@nox.session(name='stress-processes', python=PATCHED)
def stress_processes(session):
    """Loop over process pools while main exits (-- --programs 200)."""
    run_stress(session, 'processes', *session.posargs)


@nox.session(name='stress-forced', python=PATCHED)
def stress_forced(session):
    """Force each loss again and again (-- --programs 200)."""
    run_stress(session, 'forced', *session.posargs)


@nox.session(name='stress-short', python=PATCHED)
def stress_short(session):
    """Run random programs for 20 seconds."""
    run_stress(session, 'random', '--seconds', '20')


DOCS_REQUIREMENTS = ['sphinx', 'furo', 'myst-parser', 'sphinx-argparse']


def sphinx(session, builder, **options):
    """Run Sphinx on the pages and return the folder with what it made."""
    folder = os.path.join(session.create_tmp(), 'site', builder)
    session.run('python', '-m', 'sphinx', '--quiet', '--fail-on-warning',
                '--nitpicky', '--keep-going', '--fresh-env', '--builder',
                builder, 'docs', folder, **options)
    return folder


@nox.session
def docs(session):
    """Build the site and check its links; `-- --no-links`: only internal ones.

    Where no outside host can be reached, those are left out with a warning.
    """
    session.install(*DOCS_REQUIREMENTS)
    html = sphinx(session, 'html')
    session.log('open %s', os.path.join(html, 'index.html'))
    if '--no-links' in session.posargs:
        return
    links = sphinx(session, 'linkcheck', success_codes=[0, 1])
    with open(os.path.join(links, 'output.json')) as file:
        links = [json.loads(line) for line in file]
    outside = [link for link in links if link['uri'].startswith('http')]
    broken = [link for link in links if link['status'] == 'broken']
    if broken == outside:
        session.warn('none of %d outside links answers: no network, so they '
                     'are not checked' % len(outside))
    elif broken:
        session.error('\n'.join('%(filename)s:%(lineno)s: %(uri)s: %(info)s'
                                % link for link in broken))


@nox.session
def look(session):
    """Look at the site and its pictures in a headless Chromium."""
    session.install(*DOCS_REQUIREMENTS, 'playwright', 'axe-playwright-python')
    session.run('python', 'tests/site/look.py', sphinx(session, 'html'),
                os.path.join(session.create_tmp(), 'screenshots'))


@nox.session
def figures(session):
    """Draw the pictures from the recorded runs; `-- --record` records anew.

    But for what takes long: `nox -s bench -- --json docs/figures/bench.json`
    and `nox -s explore -- --full --json docs/figures/explored.json` do that.
    """
    if '--record' in session.posargs:
        wheel = build(session)
        session.run('python', 'docs/figures/record.py', *[
            install_for(session, version, wheel) for version in PATCHED])
    session.run('python', 'docs/figures/draw.py')


# Quick ones that need files from all over the checkout.
FROM_SDIST = ['tests/test_table.py', 'tests/test_lock.py']


@nox.session
def package(session):
    """Build, check and install sdist and wheel (-- --all: run all tests).

    They are in dist/ afterwards.  Installing them works offline; building them
    and running the tests needs what an index has.
    """
    session.install('twine', 'check-wheel-contents', 'mypy', 'pip')
    session.run('python', 'tests/package/build.py', 'dist')
    wheel, = glob.glob(os.path.join('dist', '*.whl'))
    sdist, = glob.glob(os.path.join('dist', '*.tar.gz'))
    session.run('twine', 'check', '--strict', wheel, sdist)
    session.run('check-wheel-contents', wheel)
    session.install(wheel)
    # Alone: stubtest would have annotations in all modules beside it.
    stubs = os.path.join(session.create_tmp(), 'stubs')
    os.makedirs(os.path.join(stubs, 'backport'), exist_ok=True)
    shutil.copy('backport/__init__.pyi', os.path.join(stubs, 'backport'))
    session.run('python', '-m', 'mypy.stubtest', '--ignore-missing-stub',
                'backport', env={'MYPYPATH': stubs})
    found = patched(session)
    for version in found:
        links = os.path.join(session.create_tmp(), 'links-' + version)
        shutil.rmtree(links, ignore_errors=True)
        session.run('python', '-m', 'pip', 'download', '--quiet', '--dest',
                    links, '--only-binary', ':all:', '--python-version',
                    version, 'setuptools', 'wheel')
        session.log('CPython %s' % version)
        session.run('python', 'tests/package/install.py',
                    shutil.which('python' + version), 'dist', links)
    folder = os.path.join(session.create_tmp(), 'sdist')
    shutil.rmtree(folder, ignore_errors=True)
    shutil.unpack_archive(sdist, folder)
    noxfile, = glob.glob(os.path.join(folder, '*', 'noxfile.py'))
    tests = FROM_SDIST
    if '--all' in session.posargs:
        tests = ['-n', TEST_PROCESSES, 'tests']
    session.run(sys.executable, '-m', 'nox', '--noxfile', noxfile, '--session',
                *['tests-' + version for version in found], '--', *tests,
                external=True)


# Without arguments: the tests, the no-op, lint, and the short versions of the
# evidence.
nox.options.sessions = ['tests', 'noop', 'lint', 'explore', 'clients-short',
                        'cpython-short', 'stress-short']
