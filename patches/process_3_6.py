"""`concurrent.futures.process` of 3.6.0 to 3.6.15.

The manager is woken through the result queue.  The releases differ in `map`,
not in the functions replaced here.
"""
from . import thread_3_7

_python_exit = thread_3_7._python_exit


def submit(self, fn, *args, **kwargs):
    with self._shutdown_lock:
        if self._broken:
            raise BrokenProcessPool('A child process terminated abruptly, the '
                                    'process pool is not usable anymore')
        # New on 3.6, as in the thread patch: no late work is refused otherwise.
        if _shutdown and _backport.declared():
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
            if _shutdown and _backport.declared():
                raise _backport.refusal()
        except BaseException:
            # No manager can come to the item: its id is not in the queue.  One
            # that fails all items, for the pool is broken, dies if the
            # dictionary changes under it.
            if not self._broken:
                self._pending_work_items.pop(work_id, None)
                # A manager may have stayed for that.
                self._result_queue.put(None)
            raise
        self._work_ids.put(work_id)
        self._queue_count = work_id + 1
        # Wake up queue management thread
        self._result_queue.put(None)
        return f


def _start_queue_management_thread(self):
    if self._queue_management_thread is None:
        # When the executor gets lost, this wakes up the manager.
        def weakref_cb(_, q=self._result_queue):
            q.put(None)

        t = threading.Thread(target=_queue_management_worker,
                             args=(weakref.ref(self, weakref_cb),
                                   self._processes,
                                   self._pending_work_items,
                                   self._work_ids,
                                   self._call_queue,
                                   self._result_queue))
        t.daemon = True
        t._backport_starter = threading.get_ident()     # see Exit.wait
        try:
            # Entered first, looked second.  The exit handler does it the other
            # way round, so one of the two sees the other.
            _threads_queues[t] = self._result_queue
            if _shutdown and _backport.declared():
                raise _backport.refusal()
            # Start the processes so that their sentinels are known.
            self._adjust_process_count()
            self._queue_management_thread = t
            t.start()
        except BaseException:
            # The start is on no stack any more, though it may succeed yet.
            t._backport_starter = None
            if _backport.forget(t, _threads_queues):
                # The next submit tries again.
                self._queue_management_thread = None
            raise
