"""`concurrent.futures.thread` of 3.7.0 to 3.7.3: `submit` has named parameters.
"""
from .thread_3_7_4 import _adjust_thread_count, _python_exit


def submit(self, fn, *args, **kwargs):
    with self._shutdown_lock:
        if self._broken:
            raise BrokenThreadPool(self._broken)
        # Before the executor's own flag, which workers set at exit as well.
        if _shutdown:
            raise _backport.refusal()
        if self._shutdown:
            raise RuntimeError('cannot schedule new futures after shutdown')

        f = _base.Future()
        w = _WorkItem(f, fn, args, kwargs)

        start_workers = self._adjust_thread_count
        try:    # getattr() with a default costs 800 instructions more
            patched = start_workers.__func__ is _backport_start_workers
        except AttributeError:
            patched = False

        self._work_queue.put(w)
        try:
            if patched:
                start_workers()
            else:
                _backport.guard(start_workers)
        except RuntimeError:
            # A refusal, unless no thread could be started.
            if not _shutdown:
                raise
        # Last: not yet declared means that the exit handler's None comes behind
        # the work item.  Else only cancel() can tell whether a worker has come
        # to the item; once it is cancelled, none will.
        if _shutdown and f.cancel():
            raise _backport.refusal()
        return f
