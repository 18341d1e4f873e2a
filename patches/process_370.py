"""`concurrent.futures.process` of 3.7.0 to 3.7.3: named parameters in `submit`.
"""
from .process_37 import _python_exit, _start_queue_management_thread


def submit(self, fn, *args, **kwargs):
    with self._shutdown_lock:
        if self._broken:
            raise BrokenProcessPool(self._broken)
        # Before the executor's own flag, which managers set at exit as well.
        if _global_shutdown:
            raise _backport_shutdown_lock.refusal()
        if self._shutdown_thread:
            raise RuntimeError('cannot schedule new futures after shutdown')

        f = _base.Future()
        w = _WorkItem(f, fn, args, kwargs)
        work_id = self._queue_count

        starts = self._queue_management_thread is None
        try:
            if starts:      # exit waits for all of it, or refuses it here
                _backport_shutdown_lock.starting(
                    self._start_queue_management_thread)
            self._pending_work_items[work_id] = w
            # Not yet declared means that the manager is there, and that it
            # stays as long as this work item is pending.
            if _global_shutdown and not starts:
                # A manager that fails them all, for the pool is broken, must
                # not see the dictionary change.
                if not self._broken:
                    self._pending_work_items.pop(work_id, None)
                    # It may have stayed for that.
                    self._queue_management_thread_wakeup.wakeup()
                raise _backport_shutdown_lock.refusal()
            self._work_ids.put(work_id)
            self._queue_count = work_id + 1
            # Wake up queue management thread
            self._queue_management_thread_wakeup.wakeup()

            self._start_queue_management_thread()
        finally:
            if starts:
                _backport_shutdown_lock.started()
        return f
