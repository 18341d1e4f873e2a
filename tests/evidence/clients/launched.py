"""A program that submits while it exits, started by a launcher.

Such a launcher puts a sitecustomize of its own in front of PYTHONPATH.  The
arguments are the launcher's name, and how the patch gets there: ``enabled``, by
`backport enable`, or ``under-run``, by `backport run LAUNCHER`.
"""
import late
import atexit
import os
import subprocess
import sys
import sysconfig

from gates import tell
from loopback import serve

#: Name -> (the module that it loads, its arguments, its environment).
LAUNCHERS = {
    'ddtrace-run': ('ddtrace', [], {
        'DD_TRACE_AGENT_URL': '{url}', 'DD_REMOTE_CONFIGURATION_ENABLED': '0',
        'DD_INSTRUMENTATION_TELEMETRY_ENABLED': '0'}),
    'elasticapm-run': ('elasticapm', [], {
        'ELASTIC_APM_SERVER_URL': '{url}', 'ELASTIC_APM_CENTRAL_CONFIG': '0'}),
    'newrelic-admin': ('newrelic', ['run-program'], {
        'NEW_RELIC_DEVELOPER_MODE': '1', 'NEW_RELIC_LICENSE_KEY': '0' * 40}),
    'opentelemetry-instrument': ('opentelemetry', [], {
        'OTEL_TRACES_EXPORTER': 'none', 'OTEL_METRICS_EXPORTER': 'none',
        'OTEL_LOGS_EXPORTER': 'none'}),
}


def program(module):
    from concurrent.futures import ThreadPoolExecutor, thread
    if module not in sys.modules:
        sys.exit('the launcher has not loaded ' + module)
    pool = ThreadPoolExecutor(2)
    print(*pool.map(abs, range(10)), flush=True)
    # This is as if the launcher had not loaded the pools before late was.
    atexit.unregister(thread._python_exit)
    atexit.register(thread._python_exit)
    pool = ThreadPoolExecutor(2)
    late.call(pool, lambda: pool.submit(late.work))
    # The patch leaves this in the module.
    with open(os.environ['CLIENTS_STATES'], 'a') as states:
        states.write('applied\n' if '_backport' in vars(thread)
                     else 'disabled\n')


def main(name, way):
    late.submitted.set()
    module, arguments, environ = LAUNCHERS[name]
    url = serve(lambda path, headers, body: '{}')
    environ = dict(os.environ, **{
        key: value.format(url=url) for key, value in environ.items()})
    # This folder is left out, because its sitecustomize has no part in it.
    environ['PYTHONPATH'] = os.pathsep.join(
        os.environ['PYTHONPATH'].split(os.pathsep)[1:])
    command = [os.path.join(sysconfig.get_path('scripts'), name), *arguments,
               sys.executable, os.path.abspath(__file__), 'program', module]
    backport = [sys.executable, '-m', 'backport']
    if way == 'under-run':
        command = backport + ['run'] + command
    else:
        subprocess.check_output(backport + ['enable'], env=environ)
    try:
        status = subprocess.call(command, env=environ)
    finally:
        if way == 'enabled':
            subprocess.check_output(backport + ['disable'], env=environ)
    tell('status %d' % status)


if __name__ == '__main__':
    if sys.argv[1] == 'program':
        program(sys.argv[2])
    else:
        main(*sys.argv[1:])
