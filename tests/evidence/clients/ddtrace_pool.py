"""ddtrace: the trace reaches the workers and, by their requests, a server."""
import os

import order
from loopback import fetch, serve

agent = serve(lambda path, headers, body: '{}')
url = serve(lambda path, headers, body: headers.get('x-datadog-trace-id', ''))
os.environ.update(DD_TRACE_AGENT_URL=agent, DD_REMOTE_CONFIGURATION_ENABLED='0',
                  DD_INSTRUMENTATION_TELEMETRY_ENABLED='0')

import ddtrace

order.follow(instrument=lambda: ddtrace.patch(futures=True, httplib=True))

from concurrent.futures import ThreadPoolExecutor


def work(trace_id):
    return fetch(url) == str(trace_id & (2 ** 64 - 1))


pool = ThreadPoolExecutor(2)
for n in range(5):
    with ddtrace.tracer.trace('client') as span:
        futures = [pool.submit(work, span.trace_id) for _ in range(4)]
        print(n, [future.result() for future in futures])


def last(span):
    context = ddtrace.tracer.current_trace_context()
    print('submitted last', context.trace_id == span.trace_id)
    # Not earlier: in ddtrace 1 a span that is finished has no context.
    span.finish()


span = ddtrace.tracer.trace('client')
pool.submit(last, span)
