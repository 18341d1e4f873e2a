"""starlette under uvicorn: plain functions run in threads.

``late``: a background job of the application that ends while the server exits
submits the next one.
"""
import late
import asyncio
import signal
import threading
from concurrent.futures import ThreadPoolExecutor

import loopback
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.responses import PlainTextResponse
from starlette.routing import Route

pool, more_jobs = ThreadPoolExecutor(2), ThreadPoolExecutor(2)
inside = late.hold_up(more_jobs)
# It is a worker that submits late, and exit joins workers.
late.submitted.set()
in_background = []


def plain(request):
    return PlainTextResponse('up')


async def double(request):
    n = int(request.path_params['n'])
    result = await asyncio.get_event_loop().run_in_executor(
        None, lambda: 2 * n)
    return PlainTextResponse(
        str(result), background=BackgroundTask(in_background.append, n))


def submit_late(request):
    go_on = threading.Event()
    pool.submit(go_on.wait).add_done_callback(
        lambda job: more_jobs.submit(late.work))
    go_on.set()
    inside.wait()
    return PlainTextResponse('late')


application = Starlette(routes=[
    Route('/', plain), Route('/late', submit_late), Route('/{n:int}', double)])

if __name__ == '__main__':
    loopback.drive('uvicorn', '--log-level=error', '--port={port}',
                   'uvicorn_starlette:application', stop=signal.SIGINT)
