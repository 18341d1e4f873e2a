"""A gevent server, whose greenlets submit to three pools, also at exit."""
import gevent
import gevent.monkey
import order

order.follow(monkey=gevent.monkey.patch_all)

import socket
import time
from concurrent.futures import ThreadPoolExecutor

from gevent.server import StreamServer

pools = [ThreadPoolExecutor(2) for _ in range(3)]


def double(n):
    time.sleep(0.001)
    return 2 * n


def handle(connection, address):
    n = int(connection.recv(100))
    result = pools[n % 3].submit(double, n).result()
    connection.sendall(b'%d' % result)
    connection.close()


def ask(n):
    with socket.create_connection(('127.0.0.1', server.server_port)) as client:
        client.sendall(b'%d' % n)
        return int(client.recv(100))


server = StreamServer(('127.0.0.1', 0), handle)
server.start()
jobs = [gevent.spawn(ask, n) for n in range(30)]
gevent.joinall(jobs)
print(*[job.value for job in jobs])
for pool in pools:
    gevent.spawn(pool.submit, print, 'submitted last')
gevent.sleep(0)
