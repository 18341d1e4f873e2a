"""A grpcio server, whose handlers run in a pool, and clients of it."""
import threading
from concurrent.futures import ThreadPoolExecutor

import grpc


def double(request, context):
    return b'%d' % (2 * int(request))


def count(request, context):
    for n in range(int(request)):
        yield b'%d' % n


server = grpc.server(ThreadPoolExecutor(4))
server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler('Math', {
    'Double': grpc.unary_unary_rpc_method_handler(double),
    'Count': grpc.unary_stream_rpc_method_handler(count)})])
port = server.add_insecure_port('127.0.0.1:0')
server.start()

channel = grpc.insecure_channel('127.0.0.1:%d' % port)
unary = channel.unary_unary('/Math/Double')
stream = channel.unary_stream('/Math/Count')
calls = [unary.future(b'%d' % n, timeout=30) for n in range(30)]
print(*[int(call.result()) for call in calls])
with ThreadPoolExecutor(4) as clients:
    print(*clients.map(lambda n: len(list(stream(b'%d' % n, timeout=30))),
                       range(20)))
pool = ThreadPoolExecutor(2)
answered = threading.Event()


def submit_last(call):
    pool.submit(print, 'submitted last', int(call.result()))
    answered.set()


# A thread of grpc's own calls it.
unary.future(b'50', timeout=30).add_done_callback(submit_last)
answered.wait()
server.stop(None).wait()
channel.close()
