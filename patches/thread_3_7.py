"""`concurrent.futures.thread` of 3.7.0 to 3.7.17, and of others in part.

3.6 has its `_python_exit`, for process pools as well; 3.8 its `submit`, too.

`submit` takes any keyword, "self" and "fn" included, as it does from 3.7.4 on
(bpo-36492); 3.8 warns about ``fn=``.
"""


def submit(*args, **kwargs):
    if len(args) >= 2:
        self, fn, *args = args
    elif not args:
        raise TypeError("descriptor 'submit' of 'ThreadPoolExecutor' object "
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


def _adjust_thread_count(self):
    # For a submit that is not ours, and has put its work item: in a full pool,
    # no other look follows.  (Only our submit counts refusals.)
    if _shutdown and _backport.refuses():
        raise RuntimeError(_backport.REFUSED)
    num_threads = len(self._threads)
    if num_threads < self._max_workers:
        # When the executor gets lost, this wakes up the worker threads.
        def weakref_cb(_, q=self._work_queue):
            q.put(None)

        thread_name = '%s_%d' % (self._thread_name_prefix or self,
                                 num_threads)
        t = threading.Thread(name=thread_name, target=_worker,
                             args=(weakref.ref(self, weakref_cb),
                                   self._work_queue,
                                   self._initializer,
                                   self._initargs))
        t.daemon = True
        try:
            # Entered first, looked second.  The exit handler does it the other
            # way round, so one of the two sees the other.
            _threads_queues[t] = self._work_queue
            if _shutdown and _backport.refuses():
                raise RuntimeError(_backport.REFUSED)
            t.start()
        finally:
            # Also if it returned: a test may have replaced start().
            _backport.forget(t, _threads_queues)
        self._threads.add(t)


def _python_exit():
    global _shutdown
    _backport.declare()
    _shutdown = True
    try:
        # Afterwards every submit is refused, and every worker (or manager) that
        # will ever run is in _threads_queues and has started.
        _backport.wait(_threads_queues)
    finally:
        # Whatever ended the wait, Ctrl-C for one: multiprocessing joins what
        # managers must stop.
        items = _backport.started(_threads_queues)
        for t, q in items:
            q.put(None)
        _backport.join(items)
