"""Runs published programs that use pools, stock and patched.

    python run.py [--full] [CLIENT...]

The interpreter that runs this has the clients and the package installed.
Without arguments some of the runs in `RUNS` are done, with --full all of them.
Progress is printed, and then a table in Markdown.  The exit status is 0 if
every client did with the patch what it did without it, apart from the work that
stock code loses.
"""
import argparse
import collections
import concurrent.futures
import os
import platform
import re
import sys
import tempfile
import time
from importlib.util import find_spec

try:
    from importlib.metadata import PackageNotFoundError, version
except ImportError:
    from importlib_metadata import PackageNotFoundError, version

HERE = os.path.dirname(os.path.abspath(__file__))
SUPPORT = os.path.join(os.path.dirname(os.path.dirname(HERE)), 'support')
sys.path.insert(0, SUPPORT)
from children import run_python

TIMEOUT = 120   # seconds; clients take up to ten on an idle machine

# What the patched run is expected to do
SAME = 'the same as stock'
KEPT = 'stock loses work, patched completes or refuses it'
BOTH_LOSE = 'the client has code of its own, or processes without exit handlers'
REFUSED = 'the same as stock, with a warning: the patch is refused'

#: *upstream*: it hangs with upstream's plain lock.  *short*: it is run without
#: --full as well.
Run = collections.namedtuple(
    'Run', 'client distribution arguments expected upstream short')


def runs(client, distribution, *variants, upstream=(), short=0):
    return [Run(client, distribution, arguments, expected,
                arguments in upstream, n < short)
            for n, (arguments, expected) in enumerate(variants)]


# If ``backport`` is among the arguments, the client imports it at that place.
# Otherwise it is imported at the start of the interpreter.
RUNS = (
    runs('gevent_server', 'gevent',
         ('monkey futures', SAME), ('futures monkey', SAME),
         ('monkey backport futures', SAME), ('monkey futures backport', SAME),
         ('futures monkey backport', SAME),
         upstream=['futures monkey'], short=2)
    + runs('gevent_threadpool', 'gevent', ('', SAME), ('late', BOTH_LOSE))
    + runs('eventlet_server', 'eventlet',
           ('monkey futures', SAME), ('futures monkey', SAME),
           ('monkey backport futures', SAME), ('monkey futures backport', SAME),
           ('futures monkey backport', SAME),
           upstream=['futures monkey'], short=2)
    # It rewrites the code of submit in place, and the patch does not replace
    # code that it does not know.
    + runs('ddtrace_pool', 'ddtrace',
           ('instrument', SAME), ('futures instrument', SAME),
           ('futures instrument backport', REFUSED),
           ('instrument backport', REFUSED))
    + runs('sentry_pool', 'sentry-sdk',
           ('instrument', SAME), ('instrument backport', SAME), short=2)
    + runs('opentelemetry_pool', 'opentelemetry-instrumentation-threading',
           ('instrument', SAME), ('instrument backport', SAME), short=2)
    + runs('grpc_server', 'grpcio', ('', SAME), short=1)
    + runs('s3', 'boto3', ('', SAME))
    + runs('apscheduler_jobs', 'APScheduler', ('', SAME), ('late', KEPT))
    + runs('tornado_server', 'tornado', ('', SAME), ('late', KEPT), short=2)
    + runs('gunicorn_gthread', 'gunicorn', ('', SAME), ('late', KEPT))
    + runs('distributed_cluster', 'distributed', ('', SAME),
           ('late', BOTH_LOSE))
    + runs('black_workers', 'black', ('', SAME))
    + runs('asgiref_async', 'asgiref', ('', SAME), ('late', KEPT))
    + runs('aiohttp_server', 'aiohttp', ('', SAME), ('late', KEPT))
    + runs('uvicorn_starlette', 'uvicorn', ('', SAME), ('late', KEPT))
    + runs('more_executors_chain', 'more-executors', ('', SAME), ('late', KEPT))
    + runs('bounded_pools', 'bounded-pool-executor', ('', SAME), ('late', KEPT))
    + runs('pubsub_scheduler', 'google-cloud-pubsub', ('', SAME),
           ('late', KEPT))
    + runs('elasticsearch_bulk', 'elasticsearch', ('', SAME))
    + runs('celery_threads', 'celery', ('', SAME), ('late', KEPT))
    + runs('debugpy_attached', 'debugpy', ('', SAME), ('late', KEPT))
    + runs('joblib_loky', 'joblib', ('', SAME))
    + runs('flask_executor_jobs', 'Flask-Executor', ('', SAME), ('late', KEPT))
    + runs('cassandra_scheduler', 'cassandra-driver', ('', SAME),
           ('late', KEPT))
    + runs('dramatiq_actors', 'dramatiq', ('', SAME), ('late', KEPT))
    + runs('huey_tasks', 'huey', ('', SAME), ('late', KEPT))
    + runs('twisted_reactor', 'Twisted', ('', SAME), ('late', KEPT))
    + runs('rx_scheduler', 'Rx', ('', SAME), ('late', KEPT))
    + runs('opencensus_pool', 'opencensus-ext-threading',
           ('instrument', SAME), ('futures instrument', SAME),
           ('instrument backport', SAME),
           ('futures instrument backport', SAME))
    + runs('prefect_flow', 'prefect', ('', SAME), ('late', KEPT))
    + runs('luigi_workers', 'luigi', ('', SAME), ('left', BOTH_LOSE))
    + runs('batches', None, ('', SAME), ('stopped', SAME), ('late', KEPT))
    + runs('freezegun_stopped', 'freezegun', ('', SAME), ('late', KEPT))
    + runs('launched', 'ddtrace', ('ddtrace-run enabled', KEPT),
           ('ddtrace-run under-run', KEPT))
    + runs('launched', 'elastic-apm', ('elasticapm-run enabled', KEPT),
           ('elasticapm-run under-run', KEPT))
    + runs('launched', 'newrelic', ('newrelic-admin enabled', KEPT),
           ('newrelic-admin under-run', KEPT))
    + runs('launched', 'opentelemetry-distro',
           ('opentelemetry-instrument enabled', KEPT),
           ('opentelemetry-instrument under-run', KEPT)))

#: Distribution -> (whether it is left out, why).
LEFT_OUT = {
    'opentelemetry-instrumentation-threading': (
        sys.version_info < (3, 8), 'each of its releases wants Python 3.8'),
    'elastic-apm': (
        find_spec('_hashlib') is None,
        'it imports _hashlib, which this interpreter was built without'),
}


def run(client, arguments, variant, timeout=TIMEOUT):
    """Return the `Child`, with ``states`` and ``seconds``."""
    print('  %s %s, %s' % (client, arguments, variant), file=sys.stderr,
          flush=True)
    module = 'upstream_lock' if variant == 'upstream' else 'backport'
    with tempfile.TemporaryDirectory() as folder:
        states = os.path.join(folder, 'states')
        env = {
            'PYTHONPATH': os.pathsep.join([HERE, SUPPORT]),
            # See sitecustomize.py.
            'CLIENTS_IMPORT': '' if 'backport' in arguments else module,
            'CLIENTS_STATES': states,
            'BACKPORT_DISABLE': '1' if variant == 'stock' else '',
        }
        start = time.time()
        child = run_python(os.path.join(HERE, client + '.py'),
                           *arguments.split(), env=env, timeout=timeout)
        child.seconds = time.time() - start
        child.states = set()
        if os.path.exists(states):
            with open(states) as lines:
                child.states = set(lines.read().splitlines())
    return child


def fate(child):
    """Return what became of the work that a client accepted late."""
    if child.hung:
        return 'hung'
    if 'accepted' in child.words:
        return 'completed' if 'completed' in child.words else 'LOST'
    if 'cannot schedule new futures' in child.out + child.err:
        return 'refused'
    return 'nothing'


def new_lines(stock, patched):
    return list((collections.Counter(patched.splitlines())
                 - collections.Counter(stock.splitlines())).elements())


def differences(expected, stock, patched):
    """Yield what is not as *expected*."""
    if stock.returncode != 0 or not stock.out:
        yield 'stock fails'
    if patched.returncode != stock.returncode:
        yield 'hangs' if patched.hung else 'status %s' % patched.returncode
    if stock.states != {'disabled'}:
        yield 'stock was %s' % sorted(stock.states)
    states, err = patched.states, patched.err
    if expected == REFUSED:
        err, warnings = re.subn('.*RuntimeWarning: backport leaves .*\n.*\n',
                                '', err)
        if states != {'refused'} or warnings != 1:
            yield 'was %s, %d warnings' % (sorted(states), warnings)
    # In a process that loads no pools it is still pending.
    elif 'applied' not in states or states - {'applied', 'pending'}:
        yield 'was %s' % sorted(states)
    if expected in (SAME, REFUSED):
        if patched.out != stock.out:
            yield 'stdout'
    else:
        if fate(stock) != 'LOST':
            yield 'stock: ' + fate(stock)
        fates = ['LOST'] if expected == BOTH_LOSE else ['completed', 'refused']
        if fate(patched) not in fates:
            yield fate(patched)
    if fate(patched) != 'refused' and new_lines(stock.err, err):
        yield 'stderr'


def judge(row):
    """Run a client; return the cells of its row, and whether it failed.

    None in place of that: it is left out.
    """
    client, distribution, arguments, expected, upstream, _ = row
    left_out, reason = LEFT_OUT.get(distribution, (False, ''))
    if left_out:
        return ['left out: ' + reason, '', ''], None
    if installed(distribution) is None:
        return ['FAILED: not installed', '', ''], True
    stock = run(client, arguments, 'stock')
    patched = run(client, arguments, 'patched')
    found = list(differences(expected, stock, patched))
    if expected in (KEPT, BOTH_LOSE):
        cells = [fate(stock), fate(patched)]
    else:
        cells = ['works', 'refused, works' if expected == REFUSED else 'same']
    if found:
        print('%s %s: %s\nstock: %s\npatched: %s' % (
            client, arguments, ', '.join(found), stock, patched),
            file=sys.stderr)
        cells[1] = 'FAILED: ' + ', '.join(found)
    cells.append('')
    if upstream:
        naive = run(client, arguments, 'upstream',
                    timeout=max(5, 3 * stock.seconds))
        cells[2] = 'hangs' if naive.hung else 'FAILED: does not hang'
    return cells, bool(found) or cells[2].startswith('FAILED')


def installed(distribution):
    if distribution is None:
        return 'own'
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--full', action='store_true')
    parser.add_argument('clients', nargs='*', metavar='CLIENT')
    options = parser.parse_args()
    unknown = set(options.clients) - {row.client for row in RUNS}
    if unknown:
        parser.error('no such client: %s. There are: %s' % (
            ', '.join(sorted(unknown)),
            ', '.join(sorted({row.client for row in RUNS}))))
    rows = [row for row in RUNS if row.client in options.clients
            or not options.clients and (row.short or options.full)]

    title = 'CPython %s' % platform.python_version()
    print(title, file=sys.stderr, flush=True)
    table = [(title, 'version', 'arguments', 'stock', 'patched',
              "upstream's lock"), ('---',) * 6]
    # They mostly wait.  "launched" enables it in the whole environment, alone.
    with concurrent.futures.ThreadPoolExecutor(2 * os.cpu_count()) as pool:
        futures = {row: pool.submit(judge, row) for row in rows
                   if row.client != 'launched'}
    judgements = [futures[row].result() if row in futures else judge(row)
                  for row in rows]
    for row, (cells, _) in zip(rows, judgements):
        row = (row.client, installed(row.distribution) or '',
               row.arguments) + tuple(cells)
        if row not in table:
            table.append(row)
    print()
    for row in table:
        print('| %s |' % ' | '.join(row))
    failed = [failed for _, failed in judgements if failed is not None]
    print('\n%s, %d of %d runs failed.' % (title, sum(failed), len(failed)))
    return any(failed)


if __name__ == '__main__':
    sys.exit(main())
