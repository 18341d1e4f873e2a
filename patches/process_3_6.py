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
        if self._shutdown_thread:
            raise RuntimeError('cannot schedule new futures after shutdown')
        # As on 3.7 (bpo-33097), but not in a forked child.  The second look,
        # below, decides the race.
        if _shutdown and _backport.declared():
            raise _backport.refusal()

        f = _base.Future()
        w = _WorkItem(f, fn, args, kwargs)
        self._pending_work_items[self._queue_count] = w
        # A manager looks at the flag first and at what is pending second.  So
        # if the flag is unset here, none has left without seeing this item.
        # (Its id is queued later: a manager dies of one that has no item.)
        if _shutdown and _backport.declared():
            # The manager of a broken pool iterates over this dictionary, and
            # may die of a pop.
            if not self._broken:
                self._pending_work_items.pop(self._queue_count, None)
                # A manager may have stayed for it.
                self._result_queue.put(None)
            raise _backport.refusal()

        self._work_ids.put(self._queue_count)
        self._queue_count += 1
        # Wake up queue management thread
        self._result_queue.put(None)
        try:
            self._start_queue_management_thread()
        except BaseException:
            if self._queue_management_thread is None:
                f.cancel()  # a manager that comes later drops the work item
            raise
        return f


def _start_queue_management_thread(self):
    if self._queue_management_thread is None:
        # When the executor gets lost, this wakes up the manager.
        def weakref_cb(_, q=self._result_queue):
            q.put(None)

        t = threading.Thread(target=_queue_management_worker)
        t.daemon = True

        def start():
            # Start the processes so that their sentinels are known.
            self._adjust_process_count()
            # After it, as on stock: an override may replace these.
            t._args = (weakref.ref(self, weakref_cb),
                       self._processes,
                       self._pending_work_items,
                       self._work_ids,
                       self._call_queue,
                       self._result_queue)
            self._queue_management_thread = t
            t.start()

        try:
            _backport.start(t, self._result_queue, _threads_queues, start,
                            self._processes)
        except BaseException:
            if not _backport.may_run(t):
                # The next submit tries again.
                self._queue_management_thread = None
            raise
