"""OpenTelemetry: the span reaches the workers and, by requests, a server."""
import order
from loopback import fetch, serve
from opentelemetry import propagate, trace
from opentelemetry.instrumentation.threading import ThreadingInstrumentor
from opentelemetry.sdk.trace import TracerProvider

order.follow(instrument=lambda: ThreadingInstrumentor().instrument())

from concurrent.futures import ThreadPoolExecutor

trace.set_tracer_provider(TracerProvider())
tracer = trace.get_tracer('client')
url = serve(lambda path, headers, body: headers.get('traceparent', ''))


def work(trace_id):
    headers = {}
    propagate.inject(headers)
    return '-%032x-' % trace_id in fetch(url, headers)


def last(trace_id):
    span = trace.get_current_span()
    print('submitted last', span.get_span_context().trace_id == trace_id)


pool = ThreadPoolExecutor(2)
for n in range(5):
    with tracer.start_as_current_span('client') as span:
        trace_id = span.get_span_context().trace_id
        futures = [pool.submit(work, trace_id) for _ in range(4)]
        print(n, [future.result() for future in futures])
with tracer.start_as_current_span('client') as span:
    pool.submit(last, span.get_span_context().trace_id)
