"""The projects, and which of their tests use pools.

*versions*: of Python; *requirement*: for the environment; *sdist*: whether the
tests are in the sdist only; *needs*: of the tests; *tests*: paths in the sdist
or in site-packages; *arguments*: for pytest.
"""
import collections

ALL = (3, 6), (3, 7), (3, 8)
Project = collections.namedtuple(
    'Project', 'name versions sdist needs tests arguments')


def project(name, *tests, versions=ALL, sdist=True, needs=(), arguments=()):
    return Project(name, versions, sdist, needs, tests, arguments)


PROJECTS = [
    project('tornado', *['tornado/test/%s_test.py' % name for name in (
        'concurrent', 'process', 'ioloop', 'asyncio', 'gen', 'netutil')],
        sdist=False),
    project('janus', 'tests', needs=['pytest-asyncio']),
    project('futurist', 'futurist/tests/test_executors.py',
            'futurist/tests/test_waiters.py', sdist=False,
            needs=['testscenarios', 'testtools', 'oslotest', 'eventlet']),
    # test_broken_pool is a race of its own.
    project('APScheduler', 'tests/test_executors.py',
            'tests/test_schedulers.py', needs=['pytest-asyncio', 'pytz'],
            arguments=['-k', 'not broken_pool']),
    # Before 2021.7 it used multiprocessing's pools.  test_interrupt is a race.
    project('dask', *['dask/tests/test_%s.py' % name for name in (
        'threaded', 'multiprocessing', 'local', 'system')],
        versions=ALL[1:], sdist=False, needs=['numpy', 'psutil'],
        arguments=['-k', 'not interrupt']),
    project('s3transfer', 'tests/unit/test_futures.py',
            'tests/unit/test_manager.py', 'tests/functional/test_upload.py',
            'tests/functional/test_download.py'),
    project('asgiref', 'tests', needs=[
        'pytest-asyncio', 'contextvars;python_version<"3.7"']),
    project('black', 'tests/test_black.py', needs=['aiohttp', 'parameterized'],
            arguments=['-k', 'many or multi or reformat or cache or pool']),
    project('tqdm', 'tests/tests_concurrent.py',
            needs=['pytest-timeout', 'pytest-asyncio']),
    project('python-jsonrpc-server', 'test',
            needs=['mock', 'pycodestyle']),
    # test_timeout is a race of its own.
    project('parsl', 'parsl/tests/test_python_apps', versions=ALL[2:],
            arguments=['--config', 'parsl/tests/configs/local_threads.py',
                       '-k', 'not cleannet and not timeout']),
]
