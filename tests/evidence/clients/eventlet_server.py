"""An eventlet server, whose greenlets submit to three pools, also at exit."""
import eventlet
import order

order.follow(monkey=eventlet.monkey_patch)

from three_pools import handle, pools


def ask(n):
    client = eventlet.connect(listener.getsockname())
    client.sendall(b'%d' % n)
    result = int(client.recv(100))
    client.close()
    return result


listener = eventlet.listen(('127.0.0.1', 0))
eventlet.spawn(eventlet.serve, listener, handle)
jobs = [eventlet.spawn(ask, n) for n in range(30)]
print(*[job.wait() for job in jobs])
for pool in pools:
    eventlet.spawn(pool.submit, print, 'submitted last')
eventlet.sleep(0)
