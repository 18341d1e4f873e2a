"""B: workers and manager are started when exit is over."""
import atexit
import threading
import time
atexit.register(time.sleep, 1)      # some exit handler that takes its time
from concurrent.futures import ProcessPoolExecutor


class Slow(dict):
    def __setitem__(self, work_id, work_item):
        time.sleep(1)       # a thread switch at the wrong moment
        super().__setitem__(work_id, work_item)


def submit():
    future = executor.submit(time.sleep, 1)
    print('accepted', flush=True)
    future.add_done_callback(lambda future: print('completed', flush=True))


executor = ProcessPoolExecutor(1)
executor._pending_work_items = Slow()
threading.Thread(target=submit, daemon=True).start()
time.sleep(0.5)
print('main ends', flush=True)
