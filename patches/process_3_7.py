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


def _start_queue_management_thread(self):
    if self._queue_management_thread is None:
        # When the executor gets lost, this wakes up the manager.
        def weakref_cb(_, thread_wakeup=self._queue_management_thread_wakeup):
            mp.util.debug('Executor collected: triggering callback for'
                          ' QueueManager wakeup')
            thread_wakeup.wakeup()

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
        t._backport_starter = threading.get_ident()     # see Exit.wait
        try:
            # Entered first, looked second.  The exit handler does it the other
            # way round, so one of the two sees the other.
            _threads_wakeups[t] = self._queue_management_thread_wakeup
            if _global_shutdown:
                raise _backport.refusal()
            # Start the processes so that their sentinels are known.
            self._adjust_process_count()
            self._queue_management_thread = t
            t.start()
        except BaseException:
            # The start is on no stack any more, though it may succeed yet.
            t._backport_starter = None
            if _backport.forget(t, _threads_wakeups):
                # The next submit tries again.
                self._queue_management_thread = None
                # The callback of its weak reference would fail if shutdown()
                # has closed the wake-up.
                t._args = ()
            raise


def _python_exit():
    global _global_shutdown
    _backport.declare()
    _global_shutdown = True
    try:
        # Afterwards every submit is refused, and every manager that will ever
        # run is in _threads_wakeups and has started.
        _backport.wait(_threads_wakeups)
    finally:
        # After Ctrl-C as well: multiprocessing joins what managers must stop.
        items = _backport.started(_threads_wakeups)
        for _, thread_wakeup in items:
            try:
                thread_wakeup.wakeup()
            except (OSError, TypeError):
                # shutdown(), in another thread, has closed it (TypeError: just
                # now); its manager has been told, but the others wait for this
                # loop.
                pass
        _backport.join(items)
