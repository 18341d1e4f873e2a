"""The sessions; docs/contributing.md says when to run which.

Without arguments nox runs what CI runs.  The sessions of the evidence (explore,
clients, cpython, stress and ordinary) then run their short forms.

For a release: "Before a release" in docs/contributing.md.
"""
import glob
import json
import os
import re
import shutil
import subprocess
import sys

import nox

nox.needs_version = '>=2025.10.14'
# virtualenv no longer makes environments for 3.6 and 3.7; uv does.
nox.options.default_venv_backend = 'uv'
# uv would put a download outside of this folder.
nox.options.download_python = 'never'
nox.options.error_on_missing_interpreters = bool(os.environ.get('CI'))

# The versions that have the bug, and those that have upstream's fix.
PATCHED = ['3.6', '3.7', '3.8']
NOT_NEEDED = ['3.9', '3.10', '3.11', '3.12', '3.13', '3.14']
# That of PATCHED which `uv python list --all-versions` lists.
UV_HAS = '3.8'
# Downloads of uv: nothing is put outside of the checkout.
DOWNLOADS = os.path.join(os.path.dirname(os.path.abspath(__file__)), '.nox',
                         'python')

# gevent and eventlet are for deadlocks, wrapt is there because OpenTelemetry
# wraps submit with it.
TEST_REQUIREMENTS = ['pytest', 'pytest-xdist', 'gevent', 'eventlet', 'wrapt']
# More than there are processors: nearly all tests wait for child processes.
TEST_PROCESSES = '6'
# These take seconds, and need files from all over the checkout.
TESTS_OF_SDIST = ['tests/activation/test_table.py',
                  'tests/thread_pools/test_lock.py']

# Programs and libraries that use, wrap or subclass thread pools.  They are not
# pinned: uv takes the newest releases that the version can install together.
# These few are for the runs that plain nox does.
SHORT_CLIENT_REQUIREMENTS = [
    'gevent', 'eventlet', 'sentry-sdk', 'grpcio', 'tornado',
    # They have no releases for 3.6 and 3.7.
    'opentelemetry-instrumentation-threading; python_version >= "3.8"',
    'opentelemetry-sdk; python_version >= "3.8"',
    # tests/support/children.py uses it.
    'pytest',
]
CLIENT_REQUIREMENTS = SHORT_CLIENT_REQUIREMENTS + [
    # On 3.7 it needs importlib-metadata <= 6.5.  uv would rather have a newer
    # importlib-metadata, and a ddtrace that is a year older.
    'ddtrace; python_version != "3.7"',
    'ddtrace >= 2.21; python_version == "3.7"',
    'boto3', 'moto[s3,server]', 'APScheduler', 'gunicorn', 'distributed',
    'black', 'asgiref', 'aiohttp', 'starlette', 'uvicorn', 'celery', 'joblib',
    'more-executors', 'bounded-pool-executor', 'google-cloud-pubsub',
    'elasticsearch', 'debugpy', 'freezegun', 'newrelic', 'elastic-apm',
    'opentelemetry-distro', 'Flask-Executor', 'cassandra-driver', 'dramatiq',
    'Twisted', 'Rx', 'opencensus-ext-threading', 'prefect < 1',
    # Later releases call hashlib in a way that 3.6 does not know.
    'luigi; python_version >= "3.7"', 'luigi < 3.2; python_version < "3.7"',
    # huey 3 needs 3.8, and does not say so.
    'huey; python_version >= "3.8"', 'huey < 3; python_version < "3.8"',
    # The newest celery for 3.7 cannot use 5, and does not say so.
    'importlib-metadata < 5; python_version < "3.8"',
]
# There are no compilers: where a release has no wheel for a version, an older
# one is taken.  The exceptions have no wheels at all and nothing to compile.
CLIENT_OPTIONS = ['--only-binary', ':all:', '--no-binary', 'idna-ssl',
                  '--no-binary', 'contextvars', '--no-binary', 'aiocontextvars',
                  '--no-binary', 'luigi']

FREEZERS = ['pyinstaller', 'cx_Freeze; python_version >= "3.8"',
            'nuitka; python_version >= "3.8"']
# nuitka has no wheels.
FREEZER_OPTIONS = ['--only-binary', ':all:', '--no-binary', 'nuitka']

STRESS_KINDS = ['random', 'processes', 'forced']

DOCS_REQUIREMENTS = ['sphinx', 'furo', 'myst-parser', 'sphinx-argparse']

# Interpreters are found on PATH.  In front of it are put the folders of those
# that pyenv and uv have installed: a shim of pyenv fails if its version is not
# the selected one, and uv puts nothing on PATH by itself.  Where none of
# PATCHED is found, uv downloads one.
PATH = [folder for folder in os.environ.get('PATH', '').split(os.pathsep)
        if os.path.basename(folder) != 'shims']
# uv is installed beside nox, as the README says, or is on PATH.
PATH.insert(0, os.path.dirname(sys.executable))
UV = shutil.which('uv', path=os.pathsep.join(PATH))
ROOTS = [DOWNLOADS, os.path.join(os.environ.get(
    'PYENV_ROOT', os.path.expanduser('~/.pyenv')), 'versions')]
if UV:
    uv = subprocess.run([UV, 'python', 'dir', '--color', 'never'],
                        stdout=subprocess.PIPE, text=True)
    if uv.returncode:
        sys.exit('To install a newer uv: %s -m pip install --upgrade uv'
                 % sys.executable)
    ROOTS.append(uv.stdout.strip())
# On Windows the interpreter is in the folder of its release.
BIN = '' if os.name == 'nt' else 'bin'
RELEASE = re.compile(
    r'.*[/\\](?:cpython-)?3\.(\d+)\.(\d+)(?:-[^/\\]*)?[/\\](?:bin)?')


def _find():
    """Put the folders of ROOTS on PATH and return the versions found."""
    # The folder of nox remains the first: plain `python` must not change.
    folders = PATH[:1] + sorted(
        (folder for root in ROOTS
         for folder in glob.glob(os.path.join(glob.escape(root), '*', BIN))
         if RELEASE.fullmatch(folder)), reverse=True,
        key=lambda folder: [int(n) for n in RELEASE.fullmatch(folder).groups()])
    os.environ['PATH'] = os.pathsep.join(folders + PATH[1:])
    # On Windows it is called python.exe, whatever its version is.
    releases = {'3.' + RELEASE.fullmatch(folder).group(1)
                for folder in folders[1:] if os.name == 'nt'}
    return [version for version in PATCHED + NOT_NEEDED
            if shutil.which('python' + version) or version in releases]


FOUND = _find()
if UV and not set(PATCHED) & set(FOUND) and not os.environ.get('CI') and (
        not {'-l', '--list', '-h', '--help'} & set(sys.argv)):
    print('None of CPython %s was found. uv downloads %s into %s.'
          % (', '.join(PATCHED), UV_HAS, os.path.relpath(DOWNLOADS)),
          file=sys.stderr)
    subprocess.call([UV, 'python', 'install', '--no-bin', UV_HAS],
                    env=dict(os.environ, UV_PYTHON_INSTALL_DIR=DOWNLOADS))
    FOUND = _find()


# What `nox` runs

@nox.session(python=PATCHED)
def tests(session):
    """Run the tests against the wheel: `-- PYTEST-ARGUMENTS`."""
    session.install(*TEST_REQUIREMENTS, _build(session))
    _compile(session, _interpreter(session))
    session.run('pytest',
                *session.posargs or ['-n', TEST_PROCESSES, 'tests'])


@nox.session(python=[version for version in NOT_NEEDED if version in FOUND])
def noop(session):
    """Check that nothing happens on a version that has upstream's fix."""
    session.install('pytest', _build(session))
    session.run('pytest',
                *session.posargs or ['tests/activation/test_not_needed.py'])


@nox.session
def lint(session):
    """Check style, the syntax of 3.6, and the contents of the wheel."""
    session.install('flake8', 'vermin', 'check-wheel-contents')
    session.run('flake8')
    session.run('vermin', '--quiet', '--target=3.6-', '--violations',
                # Interpreters do not read the types.
                '--exclude-regex', r'\.pyi$', 'backport', 'patches')
    session.run('check-wheel-contents', _build(session))


@nox.session(python=PATCHED)
def explore(session):
    """Run the interleavings of submit and exit: `-- --full` for all of them.

    With --full it runs the weakened patches, too.  The other arguments are in
    tests/evidence/explore/run.py.
    """
    session.install('greenlet', _build(session))
    session.run('python', 'tests/evidence/explore/run.py', *session.posargs)


@nox.session(python=PATCHED)
def clients(session):
    """Run some programs that use pools, stock and patched: `-- --full` for all.

    `-- gevent_server tornado_server` runs these two.
    """
    requirements = (CLIENT_REQUIREMENTS if session.posargs
                    else SHORT_CLIENT_REQUIREMENTS)
    session.install(*CLIENT_OPTIONS, *requirements, _build(session))
    # Some of them have files with the syntax of another version.
    _compile(session, _interpreter(session), success_codes=[0, 1])
    session.run('python', 'tests/evidence/clients/run.py', *session.posargs)


@nox.session(python=PATCHED)
def cpython(session):
    """Run the version's own tests, stock and patched: `-- --full` for more.

    Without arguments it runs those that take seconds, with --full whole test
    files.  `-- test_queue` runs that file, `-- all` every file, and
    `-- --later python3.13` what 3.13 tests of thread pools and exit.
    """
    session.install(_build(session))
    session.run(sys.executable, 'tests/evidence/cpython/run.py',
                _interpreter(session), *session.posargs, external=True)


@nox.session(python=PATCHED)
def stress(session):
    """Run random programs for five seconds: `-- --full` for each kind of them.

    `-- --kind processes --programs 200` runs one kind.  The kinds and the other
    arguments are in tests/evidence/stress/run.py.
    """
    session.install(_build(session))
    _compile(session, _interpreter(session))
    runs = [session.posargs or ['--seconds', '5']]
    if session.posargs == ['--full']:
        runs = [['--kind', kind, '--programs', '200'] for kind in STRESS_KINDS]
    for arguments in runs:
        session.run(sys.executable, 'tests/evidence/stress/run.py',
                    _interpreter(session), *arguments, external=True)


@nox.session
def ordinary(session):
    """Run generated programs for 30 seconds: is anything different from stock?

    `-- --full` takes twenty minutes, `-- --control` runs stock beside stock.
    The other arguments are in tests/evidence/ordinary/run.py.
    """
    session.install('hypothesis')
    wheel = _build(session)
    pythons = [_install_for(session, version, wheel)
               for version in _patched(session)]
    for python in pythons:
        _compile(session, python)
    session.run('python', 'tests/evidence/ordinary/run.py', *pythons,
                *session.posargs)


# The rest of the evidence

@nox.session(python=PATCHED, default=False)
def suites(session):
    """Run other projects' tests, stock and patched: `-- tornado` for one."""
    program = 'tests/evidence/suites/run.py'
    requirements = session.run(
        sys.executable, program, '--requirements', session.python,
        external=True, silent=True)
    session.install('setuptools', 'wheel', *requirements.split(),
                    _build(session))
    session.run('python', '-m', 'backport', 'enable')
    session.run(sys.executable, program, _interpreter(session),
                _empty_folder(session, 'suites'), *session.posargs,
                external=True)


@nox.session(default=False)
def demo(session):
    """Show what is lost in the bug report's programs, stock and patched."""
    versions, wheel = _patched(session), _build(session)
    session.run('python', 'tests/evidence/demo/run.py', *[
        _install_for(session, version, wheel) for version in versions])


@nox.session(python=PATCHED, default=False)
def frozen(session):
    """Freeze a program that uses pools, and run it, stock and patched."""
    session.install(*FREEZER_OPTIONS, *FREEZERS, 'pytest', _build(session))
    session.run('python', 'tests/evidence/frozen/run.py',
                _empty_folder(session, 'frozen'))


@nox.session(default=False)
def bench(session):
    """Measure what a submit costs, and what a start; it needs valgrind."""
    for version in _patched(session):
        for program in 'run.py', 'startup.py':
            session.run('python', 'tests/evidence/bench/' + program,
                        'python' + version, *session.posargs)


@nox.session(python=PATCHED, default=False)
def table(session):
    """Compute the digests in backport/_sources.py anew, for every release."""
    session.run('python', 'tests/support/stdlib.py')


# The documentation

@nox.session(default=False)
def docs(session):
    """Build the site and check its links: `-- --no-links` for internal ones.

    Outside links are left out, with a warning, if none of them answers.
    """
    session.install(*DOCS_REQUIREMENTS)
    html = _sphinx(session, 'html')
    session.log('open %s', os.path.join(html, 'index.html'))
    if '--no-links' in session.posargs:
        return
    links = _sphinx(session, 'linkcheck', success_codes=[0, 1])
    with open(os.path.join(links, 'output.json')) as file:
        links = [json.loads(line) for line in file]
    outside = [link for link in links if link['uri'].startswith('http')]
    broken = [link for link in links if link['status'] == 'broken']
    if broken == outside:
        session.warn('None of %d outside links answers. There seems to be no '
                     'network, and they are not checked.' % len(outside))
    elif broken:
        session.error('\n'.join('%(filename)s:%(lineno)s: %(uri)s: %(info)s'
                                % link for link in broken))


@nox.session(default=False)
def look(session):
    """Look at the site and its pictures in a headless Chromium."""
    session.install(*DOCS_REQUIREMENTS, 'playwright', 'axe-playwright-python')
    session.run('python', 'tests/release/site/look.py',
                _sphinx(session, 'html'),
                os.path.join(session.create_tmp(), 'screenshots'))


@nox.session(default=False)
def figures(session):
    """Draw the pictures: `-- --record` runs again what takes seconds.

    The numbers that take longer come from
    `nox -s bench -- --json docs/figures/bench.json` and
    `nox -s explore -- --full --json docs/figures/explored.json`.
    """
    if '--record' in session.posargs:
        versions, wheel = _patched(session), _build(session)
        session.run('python', 'docs/figures/record.py', *[
            _install_for(session, version, wheel) for version in versions])
    session.install('matplotlib')
    session.run('python', 'docs/figures/draw.py')


# The release

@nox.session(default=False)
def package(session):
    """Build, check and install sdist and wheel: `-- --full` for all tests.

    They are in dist/ afterwards.  They are installed offline; what is needed to
    build and to test them is downloaded.
    """
    session.install('twine', 'check-wheel-contents', 'mypy', 'pip')
    session.run('python', 'tests/release/package/build.py', 'dist')
    wheel, = glob.glob(os.path.join('dist', '*.whl'))
    sdist, = glob.glob(os.path.join('dist', '*.tar.gz'))
    session.run('twine', 'check', '--strict', wheel, sdist)
    session.run('check-wheel-contents', wheel)
    session.install(wheel)
    # They are copied because stubtest would want annotations in all modules
    # beside them.
    stubs = os.path.join(_empty_folder(session, 'stubs'), 'backport')
    os.makedirs(stubs)
    shutil.copy('backport/__init__.pyi', stubs)
    session.run('python', '-m', 'mypy.stubtest', '--ignore-missing-stub',
                'backport', env={'MYPYPATH': os.path.dirname(stubs)})
    versions = _patched(session)
    for version in versions:
        links = _empty_folder(session, 'links-' + version)
        session.run('python', '-m', 'pip', 'download', '--quiet', '--dest',
                    links, '--only-binary', ':all:', '--python-version',
                    version, 'setuptools', 'wheel')
        session.log('CPython %s' % version)
        session.run('python', 'tests/release/package/install.py',
                    shutil.which('python' + version), 'dist', links)
        session.run('python', 'tests/release/package/pages.py',
                    shutil.which('python' + version))
    if UV_HAS in versions:
        session.run(sys.executable, 'tests/release/package/fresh.py',
                    shutil.which('python' + UV_HAS), external=True)
    folder = _empty_folder(session, 'sdist')
    shutil.unpack_archive(sdist, folder)
    noxfile, = glob.glob(os.path.join(folder, '*', 'noxfile.py'))
    tests = TESTS_OF_SDIST
    if '--full' in session.posargs:
        tests = ['-n', TEST_PROCESSES, 'tests']
    session.run(sys.executable, '-m', 'nox', '--noxfile', noxfile, '--session',
                *['tests-' + version for version in versions], '--', *tests,
                external=True)


@nox.session(default=False)
def interpreters(session):
    """Try the wheel on other interpreters: `-- PATH... "wine-python FOLDER"`.

    An argument is a path or a command.  tests/release/interpreters/run.py tells
    where the wheel is put.
    """
    if not session.posargs:
        session.error('name the interpreters: nox -s interpreters -- PATH...')
    session.run('python', 'tests/release/interpreters/run.py', _build(session),
                *session.posargs)


# Helpers

built = []      # the wheel, once for all sessions


def _not_found(version):
    """Return the message for a version of PATCHED that was not found."""
    commands = ['pyenv install ' + version]
    if version == UV_HAS:
        commands.insert(0, '%s python install %s' % (UV, version))
    return ('CPython %s is not on PATH, and neither pyenv nor uv has it. Its '
            'sessions are left out. To install it, run %s.'
            % (version, ' or '.join(commands)))


def _patched(session):
    """Return those of PATCHED that were found; end the session if none was."""
    versions = [version for version in PATCHED if version in FOUND]
    if not versions:
        session.error('none of CPython %s was found, see above'
                      % ', '.join(PATCHED))
    return versions


def _interpreter(session):
    """Return the path of the interpreter of the session's environment."""
    return os.path.join(session.bin, 'python')


def _empty_folder(session, name):
    """Return the path of a new folder of the session."""
    folder = os.path.join(session.create_tmp(), name)
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    return folder


def _build(session):
    """Build the wheel, unless a session has done so, and return its path.

    It is built from the sdist.  Built from the checkout, it would contain what
    an earlier build has left in build/.
    """
    if not built:
        folder = _empty_folder(session, 'dist')
        session.run('uv', 'build', '--quiet', '--out-dir', folder,
                    external=True, silent=True)
        built.extend(glob.glob(os.path.join(folder, '*.whl')))
    wheel, = built
    return wheel


def _install_for(session, version, wheel):
    """Install the wheel in a new environment and return its interpreter."""
    folder = os.path.abspath(os.path.join(session.create_tmp(), version))
    session.run('uv', 'venv', '--quiet', '--clear', '--python',
                'python' + version, folder, external=True)
    python = os.path.join(folder, 'Scripts' if os.name == 'nt' else 'bin',
                          'python')
    session.run('uv', 'pip', 'install', '--quiet', '--python', python, wheel,
                external=True)
    return python


def _compile(session, python, **options):
    """Compile what is installed beside *python*, for thousands of children.

    uv's own option for that fails on 3.6.
    """
    session.run(python, '-m', 'compileall', '-qq', '-j', '2', os.path.join(
        os.path.dirname(os.path.dirname(python)), 'lib'),
        external=True, **options)


def _sphinx(session, builder, **options):
    """Run Sphinx on the pages and return the folder with what it made."""
    folder = os.path.join(session.create_tmp(), 'site', builder)
    session.run('python', '-m', 'sphinx', '--quiet', '--fail-on-warning',
                '--nitpicky', '--keep-going', '--fresh-env', '--builder',
                builder, 'docs', folder, **options)
    return folder


for version in PATCHED:
    # On Windows nox looks into the registry as well.
    if version not in FOUND and os.name != 'nt':
        print(_not_found(version), file=sys.stderr)
