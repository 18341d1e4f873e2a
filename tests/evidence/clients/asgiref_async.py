"""asgiref: plain functions that asynchronous code runs in pools of threads.

``late``: one is called while the process exits.
"""
import late
import asyncio
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

from asgiref.sync import SyncToAsync, async_to_sync, sync_to_async


def double(n):
    return 2 * n


async def doubled(n, **options):
    return await sync_to_async(double, **options)(n)


async def calls():
    return await asyncio.gather(
        *[doubled(n) for n in range(10)],
        *[doubled(n, thread_sensitive=False) for n in range(10)],
        *[doubled(n, thread_sensitive=False, executor=pool)
          for n in range(10)])


def run(coroutine):
    loop = asyncio.new_event_loop()
    try:
        loop.run_until_complete(coroutine)
    finally:
        # Else 3.6, stock as well, may print a ValueError of the loop's __del__:
        # that depends on when the garbage collector runs.
        loop.close()


pool = ThreadPoolExecutor(2)
if 'late' in sys.argv:
    # Where code runs that is not called by async_to_sync in another thread.
    inside = late.hold_up(SyncToAsync.single_thread_executor)
    threading.Thread(target=run, args=[sync_to_async(late.work)()],
                     daemon=True).start()
    inside.wait()
else:
    late.submitted.set()
    print(*async_to_sync(calls)())
    with ThreadPoolExecutor(4) as threads:
        print(*threads.map(lambda n: async_to_sync(doubled)(n), range(20)))
    pool.submit(print, 'submitted last')
