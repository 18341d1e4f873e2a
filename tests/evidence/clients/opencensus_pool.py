"""OpenCensus: the context reaches the workers."""
import order
from opencensus.ext.threading.trace import trace_integration
from opencensus.trace import execution_context
from opencensus.trace.samplers import AlwaysOffSampler
from opencensus.trace.tracer import Tracer

order.follow(instrument=trace_integration)

from concurrent.futures import ThreadPoolExecutor


def new_tracer():
    # By default, one trace in 10,000 is printed with all its spans.
    return Tracer(sampler=AlwaysOffSampler())


def work(trace_id):
    tracer = execution_context.get_opencensus_tracer()
    return tracer.span_context.trace_id == trace_id


def last(trace_id):
    print('submitted last', work(trace_id))


pool = ThreadPoolExecutor(2)
for n in range(5):
    tracer = new_tracer()
    trace_id = tracer.span_context.trace_id
    print(n, [future.result() for future in [
        pool.submit(work, trace_id) for _ in range(4)]])
pool.submit(last, new_tracer().span_context.trace_id)
