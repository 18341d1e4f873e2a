"""`concurrent.futures.thread` of 3.7.0 to 3.7.3: `submit` has named parameters.
"""
from ._python_exit import _python_exit
from .thread_37 import _adjust_thread_count


def submit(self, fn, *args, **kwargs):
    with self._shutdown_lock:
        if self._broken:
            raise BrokenThreadPool(self._broken)
        # Before the executor's own flag, which workers set at exit as well.
        if _shutdown:
            raise _backport_shutdown_lock.refusal()
        if self._shutdown:
            raise RuntimeError('cannot schedule new futures after shutdown')

        f = _base.Future()
        w = _WorkItem(f, fn, args, kwargs)

        start_workers = self._adjust_thread_count
        try:    # getattr() with a default costs 800 instructions more
            patched = (start_workers.__func__
                       is _backport_start_workers)
        except AttributeError:
            patched = False
        if not patched:
            start_workers = _backport_shutdown_lock.guarded(start_workers)

        self._work_queue.put(w)
        try:
            start_workers()
        except RuntimeError as exc:
            if _backport_shutdown_lock.refuses(f, exc):
                raise
        return f
