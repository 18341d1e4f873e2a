"""A tornado server whose handlers run work in a pool, over HTTP.

``late``: a request comes while the process exits.
"""
import late
import asyncio
import sys
import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor

from tornado import httpserver, ioloop, netutil, web
from loopback import fetch

pool = ThreadPoolExecutor(4)


def double(n):
    return 2 * n


class Double(web.RequestHandler):
    async def get(self, n):
        loop = ioloop.IOLoop.current()
        self.write(str(await loop.run_in_executor(pool, double, int(n))))


class Late(web.RequestHandler):
    async def get(self):
        await ioloop.IOLoop.current().run_in_executor(pool, late.work)


def serve():
    asyncio.set_event_loop(asyncio.new_event_loop())
    httpserver.HTTPServer(web.Application([
        ('/([0-9]+)', Double), ('/late', Late)])).add_sockets(sockets)
    ioloop.IOLoop.current().start()


sockets = netutil.bind_sockets(0, '127.0.0.1')
url = 'http://127.0.0.1:%d/' % sockets[0].getsockname()[1]
threading.Thread(target=serve, daemon=True).start()
if 'late' in sys.argv:
    late.call(pool, lambda: urllib.request.urlopen(url + 'late'))
else:
    late.submitted.set()
    with ThreadPoolExecutor(8) as clients:
        print(*clients.map(lambda n: fetch(url + str(n)), range(30)))
    pool.submit(print, 'submitted last')
