"""Threads that load the pools and the package at the same moment.

Prints how many of them do not come to an end, and the states of the patches.
"""
import faulthandler
import os
import sys
import threading
import time

NAMES = ['concurrent.futures.thread', 'concurrent.futures.process', 'backport']
LOADED = (NAMES + ['asyncio']) * 2

go = threading.Barrier(len(LOADED))


def load(name):
    go.wait()
    __import__(name)


sys.setswitchinterval(1e-6)
threads = [threading.Thread(target=load, args=(name,), daemon=True)
           for name in LOADED]
for thread in threads:
    thread.start()
end = time.monotonic() + 20
for thread in threads:
    thread.join(max(end - time.monotonic(), 0))
print([thread.is_alive() for thread in threads].count(True), flush=True)
if any(thread.is_alive() for thread in threads):
    faulthandler.dump_traceback()
    os._exit(1)
for name in NAMES:
    __import__(name)
print({record.state for record in sys.modules['backport'].status()})
