"""A gevent server, whose greenlets submit to three pools, also at exit."""
import gevent
import gevent.monkey
import order

order.follow(monkey=gevent.monkey.patch_all)

import socket

from gevent.server import StreamServer
from three_pools import handle, pools


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
