"""`concurrent.futures.process` of 3.7.0 to 3.8.20.

`submit` takes any keyword, "self" and "fn" included, as it does from 3.7.4 on
(bpo-36492); 3.8 warns about ``fn=``.
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
        if _backport.FN_IS_DEPRECATED:
            import warnings
            warnings.warn("Passing 'fn' as keyword argument is deprecated",
                          DeprecationWarning, stacklevel=2)
    else:
        raise TypeError('submit expected at least 1 positional argument, '
                        'got %d' % (len(args)-1))

    with self._shutdown_lock:
        if self._broken:
            raise BrokenProcessPool(self._broken)
        if self._shutdown_thread:
            raise RuntimeError('cannot schedule new futures after shutdown')
        if _global_shutdown:
            raise _backport.refusal()

        f = _base.Future()
        w = _WorkItem(f, fn, args, kwargs)
        self._pending_work_items[self._queue_count] = w
        # A manager looks at the flag first and at what is pending second.  So
        # if the flag is unset here, none has left without seeing this item.
        # (Its id is queued later: a manager dies of one that has no item.)
        if _global_shutdown:
            # The manager of a broken pool iterates over this dictionary, and
            # may die of a pop.
            if not self._broken:
                self._pending_work_items.pop(self._queue_count, None)
                # A manager may have stayed for it.
                self._queue_management_thread_wakeup.wakeup()
            raise _backport.refusal()

        self._work_ids.put(self._queue_count)
        self._queue_count += 1
        # Wake up queue management thread
        self._queue_management_thread_wakeup.wakeup()
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
        def weakref_cb(_, thread_wakeup=self._queue_management_thread_wakeup):
            mp.util.debug('Executor collected: triggering callback for'
                          ' QueueManager wakeup')
            thread_wakeup.wakeup()

        t = threading.Thread(target=_queue_management_worker,
                             name='QueueManagerThread')
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
                       self._result_queue,
                       self._queue_management_thread_wakeup)
            self._queue_management_thread = t
            t.start()

        try:
            _backport.start(t, self._queue_management_thread_wakeup,
                            _threads_wakeups, start, self._processes)
        except BaseException:
            if not _backport.may_run(t):
                # The next submit tries again.
                self._queue_management_thread = None
            raise


def _python_exit():
    def wake(thread_wakeup):
        try:
            thread_wakeup.wakeup()
        except (OSError, TypeError):
            # shutdown(), in another thread, has closed it (TypeError: just
            # now); its manager has been told, but the others wait for this.
            pass

    global _global_shutdown
    _backport.declare()
    _global_shutdown = True
    _backport.leave(_threads_wakeups, wake)
