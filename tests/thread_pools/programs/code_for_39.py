"""A submit that takes both locks, as 3.9's does, with a fallback for others."""
import variant  # noqa: F401

import functools
import threading

from gates import until
from late_submit import inside, kept, overtaken, start, submit_late
from concurrent.futures import thread

lock = getattr(thread, '_global_shutdown_lock', None) or threading.Lock()


class Pool(thread.ThreadPoolExecutor):
    def submit(self, fn, *args):
        with self._shutdown_lock, lock:
            if thread._shutdown:
                raise RuntimeError('refused')
            inside.set()
            until(lambda: thread._shutdown)
            overtaken.wait(0.5)     # patched: exit waits for this
            f = thread._base.Future()
            self._work_queue.put(thread._WorkItem(f, fn, args, {}))
            self._adjust_thread_count()
            return f


kept.append(Pool(1))
start('daemon_thread', functools.partial(submit_late, kept[0]))
