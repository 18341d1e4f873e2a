"""A: the manager misses its wake-up, and the process never exits."""
import threading
import time
import weakref
from concurrent.futures import process


class Slow(weakref.WeakKeyDictionary):
    def __setitem__(self, manager, wakeup):
        time.sleep(1)       # a thread switch at the wrong moment
        super().__setitem__(manager, wakeup)


process._threads_wakeups = Slow()
executor = process.ProcessPoolExecutor(1)
threading.Thread(target=executor.submit, args=(print, 'work done'),
                 daemon=True).start()
time.sleep(0.5)
print('main ends', flush=True)
