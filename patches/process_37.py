"""`concurrent.futures.process` of 3.7.4 to 3.7.16.

From 3.7.4 on, `submit` takes any keyword, "self" and "fn" included (bpo-36492).
"""


def submit(*args, **kwargs):
    if len(args) >= 2:
        self, fn, *args = args
    elif not args:
        raise TypeError("descriptor 'submit' of 'ProcessPoolExecutor' object "
                        "needs an argument")
    elif 'fn' in kwargs:
        fn = kwargs.pop('fn')
        self, *args = args
    else:
        raise TypeError('submit expected at least 1 positional argument, '
                        'got %d' % (len(args)-1))

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


def _start_queue_management_thread(self):
    if self._queue_management_thread is None:
        # When the executor gets lost, this wakes up the manager.
        def weakref_cb(_, thread_wakeup=self._queue_management_thread_wakeup):
            mp.util.debug('Executor collected: triggering callback for'
                          ' QueueManager wakeup')
            thread_wakeup.wakeup()

        patience = 1
        try:
            # Again, for submits that are not ours.
            _backport_shutdown_lock.starting()
            # Start the processes so that their sentinels are known.
            self._adjust_process_count()
            t = threading.Thread(target=_queue_management_worker,
                                 args=(weakref.ref(self, weakref_cb),
                                       self._processes,
                                       self._pending_work_items,
                                       self._work_ids,
                                       self._call_queue,
                                       self._result_queue,
                                       self._queue_management_thread_wakeup),
                                 name='QueueManagerThread')
            t.daemon = True
            self._queue_management_thread = t
            try:
                t.start()
            except Exception:
                patience = 0    # no thread could be started
                raise
            finally:
                # Ctrl-C in start() may leave a manager that runs all the same,
                # now or in a moment; else this has been set by now.
                if t._started.wait(patience):
                    _threads_wakeups[t] = self._queue_management_thread_wakeup
        finally:
            _backport_shutdown_lock.started()


def _python_exit():
    # Sets _global_shutdown.  From here on every submit is refused, and every
    # manager there will ever be is in _threads_wakeups.
    try:
        _backport_shutdown_lock.declare()
    finally:
        # After Ctrl-C as well: multiprocessing joins what managers must stop.
        items = _backport_shutdown_lock.items_of(_threads_wakeups)
        for _, thread_wakeup in items:
            try:
                thread_wakeup.wakeup()
            except (OSError, TypeError):
                # shutdown(), in another thread, has closed it; its manager has
                # been told, but the others wait for this loop.
                pass
        for t, _ in items:
            t.join()
