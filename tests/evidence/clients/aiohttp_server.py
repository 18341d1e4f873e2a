"""aiohttp: a server and a client, which use the default pools of their loops.

``late``: a request comes while the process exits.
"""
import late
import asyncio
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import aiohttp
from aiohttp import web


def double(n):
    return 2 * n


async def job(request):
    result = await asyncio.get_event_loop().run_in_executor(
        None, double, int(request.match_info['n']))
    return web.Response(text=str(result))


async def file(request):
    return web.FileResponse(__file__)


async def late_job(request):
    await asyncio.get_event_loop().run_in_executor(None, late.work)
    return web.Response()


async def start():
    application = web.Application()
    application.add_routes([web.get('/{n:[0-9]+}', job), web.get('/file', file),
                            web.get('/late', late_job)])
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, '127.0.0.1', 0).start()
    host, port = runner.addresses[0]
    return 'http://localhost:%d/' % port


async def fetch(*paths):
    async with aiohttp.ClientSession() as session:
        async def text(path):
            async with session.get(url + path) as response:
                return await response.text()
        return await asyncio.gather(*map(text, paths))


def run(coroutine):
    return asyncio.new_event_loop().run_until_complete(coroutine)


loop = asyncio.new_event_loop()
pool = ThreadPoolExecutor(2)
loop.set_default_executor(pool)
url = loop.run_until_complete(start())
threading.Thread(target=loop.run_forever, daemon=True).start()
if 'late' in sys.argv:
    late.call(pool, lambda: run(fetch('late')))
else:
    late.submitted.set()
    *doubles, text = run(fetch(*map(str, range(30)), 'file'))
    with open(__file__) as source:
        print(*doubles, text == source.read())
    pool.submit(print, 'submitted last')
