"""`concurrent.futures.process` of 3.8.0 to 3.8.20: it warns about ``fn=``."""
from .process_3_7_4 import _python_exit, _start_queue_management_thread


def submit(*args, **kwargs):
    if len(args) >= 2:
        self, fn, *args = args
    elif not args:
        raise TypeError("descriptor 'submit' of 'ProcessPoolExecutor' object "
                        "needs an argument")
    elif 'fn' in kwargs:
        fn = kwargs.pop('fn')
        self, *args = args
        import warnings
        warnings.warn("Passing 'fn' as keyword argument is deprecated",
                      DeprecationWarning, stacklevel=2)
    else:
        raise TypeError('submit expected at least 1 positional argument, '
                        'got %d' % (len(args)-1))

    with self._shutdown_lock:
        if self._broken:
            raise BrokenProcessPool(self._broken)
        # Before the executor's own flag, which managers set at exit as well.
        if _global_shutdown:
            raise _backport.refusal()
        if self._shutdown_thread:
            raise RuntimeError('cannot schedule new futures after shutdown')

        f = _base.Future()
        w = _WorkItem(f, fn, args, kwargs)
        work_id = self._queue_count

        try:
            self._pending_work_items[work_id] = w
            self._start_queue_management_thread()
            # Not yet declared means that the exit handler will find a manager,
            # and that this one stays as long as the work item is pending.
            if _global_shutdown:
                raise _backport.refusal()
        except BaseException:
            # No manager can come to the item: its id is not in the queue.  One
            # that fails all items, for the pool is broken, dies if the
            # dictionary changes under it.
            if not self._broken:
                self._pending_work_items.pop(work_id, None)
                # A manager may have stayed for that.
                self._queue_management_thread_wakeup.wakeup()
            raise
        self._work_ids.put(work_id)
        self._queue_count = work_id + 1
        # Wake up queue management thread
        self._queue_management_thread_wakeup.wakeup()
        return f
